import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ReadableStream } from 'node:stream/web';
import { AwsV4Signer } from 'aws4fetch';
import { NextItemError } from '../errors.js';
import {
  type Expected,
  type HttpRequest,
  type RequestBody,
  readText,
  saveBody,
  transfer,
  type TransferOptions,
} from './http-transfer.js';
import { sha256Of } from './manifest.js';
import { type ByteProgress, MAX_TEXT_BYTES, type WritableObjectStore } from './object-store.js';

const READ_BYTES = 256 * 1024; // 256 KiB

/** The settings of S3 access, under the names every S3 tool knows. */
export type S3Environment = Readonly<Record<string, string | undefined>>;

/**
 * Objects below `s3://bucket/prefix` on AWS or an S3-compatible server, addressed path-style.
 *
 * Reads S3_ENDPOINT or AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL (default: AWS), AWS_REGION or AWS_DEFAULT_REGION (default
 * us-east-1), AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; without a key requests are anonymous.
 * An archive goes up in one request, which S3 limits to 5 GiB.
 */
export class S3Store implements WritableObjectStore {
  readonly address: string;
  private readonly endpoint: URL;
  private readonly region: string;
  private readonly bucket: string;
  private readonly prefix: string;

  /** @param location `s3://bucket` or `s3://bucket/prefix` */
  constructor(
    location: string,
    private readonly env: S3Environment,
    private readonly options: TransferOptions,
  ) {
    const match = /^s3:\/\/([a-z0-9][a-z0-9._-]{1,62})(?:\/+(.*))?$/i.exec(location);
    if (match === null) throw this.failure(`${location} is not of the form s3://bucket/prefix`);
    this.bucket = match[1]!;
    const prefix = (match[2] ?? '').replace(/\/+$/, '');
    this.prefix = prefix === '' ? '' : `${prefix}/`;
    this.address = `s3://${this.bucket}/${this.prefix}`;
    this.region = env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
    const endpoint =
      env.S3_ENDPOINT ||
      env.AWS_ENDPOINT_URL_S3 ||
      env.AWS_ENDPOINT_URL ||
      `https://s3.${this.region}.amazonaws.com`;
    if (!URL.canParse(endpoint)) throw this.failure(`the S3 endpoint ${endpoint} is not an address`);
    this.endpoint = new URL(endpoint);
    if (Boolean(env.AWS_ACCESS_KEY_ID) !== Boolean(env.AWS_SECRET_ACCESS_KEY)) {
      throw this.failure('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together');
    }
  }

  async readText(name: string): Promise<string | null> {
    return transfer(
      () => this.request('GET', name, { accept: [404] }),
      this.options,
      async (response, moved) => {
        const text = await readText(response, moved, MAX_TEXT_BYTES);
        if (text === null) await this.assertBucket(response);
        return text;
      },
    );
  }

  async download(name: string, toFile: string, expected: Expected, onProgress?: ByteProgress): Promise<void> {
    await transfer(
      () => this.request('GET', name),
      this.options,
      (response, moved) => saveBody(response, moved, toFile, expected, onProgress),
    );
  }

  async list(): Promise<string[]> {
    const names: string[] = [];
    let token: string | null = null;
    do {
      const query: Record<string, string> = { 'list-type': '2', prefix: this.prefix, delimiter: '/' };
      if (token !== null) query['continuation-token'] = token;
      const xml: string = (await transfer(
        () => this.request('GET', null, { query }),
        this.options,
        (response, moved) => readText(response, moved, MAX_TEXT_BYTES),
      ))!;
      // Only the last part of a key is of interest, and our own names have no character that XML escapes.
      for (const [, key] of xml.matchAll(/<Key>(?:[^<]*\/)?([^<]*)<\/Key>/g)) names.push(key!);
      token = unescapeXml(/<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(xml)?.[1] ?? null);
    } while (token !== null);
    return names;
  }

  async putText(name: string, text: string): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    await transfer(
      () => this.request('PUT', name, { headers, body: text, sha256: sha256Of(text) }),
      this.options,
      drain,
    );
  }

  async putFile(name: string, fromFile: string, sha256: string, onProgress?: ByteProgress): Promise<void> {
    const { size } = await stat(fromFile);
    // S3 wants the length in advance, so the stream must not be sent in chunked encoding.
    const headers = { 'content-type': 'application/gzip', 'content-length': String(size) };
    const bytes = async function* (moved: () => void): AsyncGenerator<Uint8Array> {
      let done = 0;
      const file: AsyncIterable<Uint8Array> = createReadStream(fromFile, { highWaterMark: READ_BYTES });
      for await (const chunk of file) {
        yield chunk;
        done += chunk.length;
        moved();
        onProgress?.(done, size);
      }
    };
    await transfer(
      (moved) => {
        const body = ReadableStream.from(bytes(moved)) as unknown as RequestBody;
        return this.request('PUT', name, { headers, body, sha256 });
      },
      this.options,
      drain,
    );
  }

  private async request(
    method: 'GET' | 'PUT',
    name: string | null,
    details: {
      query?: Readonly<Record<string, string>>;
      headers?: Readonly<Record<string, string>>;
      body?: RequestBody;
      sha256?: string;
      accept?: readonly number[];
    } = {},
  ): Promise<HttpRequest> {
    const { query = {}, body, accept, sha256 = sha256Of('') } = details;
    const key =
      name === null ? '' : `/${`${this.prefix}${name}`.split('/').map(encodeURIComponent).join('/')}`;
    const url = new URL(this.endpoint);
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/${this.bucket}${key}`;
    for (const [parameter, value] of Object.entries(query)) url.searchParams.set(parameter, value);
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = this.env;
    if (!accessKeyId || !secretAccessKey)
      return { url, method, headers: new Headers(details.headers), body, accept };
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...details.headers, 'x-amz-content-sha256': sha256 },
      accessKeyId,
      secretAccessKey,
      sessionToken: this.env.AWS_SESSION_TOKEN || undefined,
      service: 's3',
      region: this.region,
    });
    const signed = await signer.sign();
    return { url: signed.url, method, headers: signed.headers, body, accept };
  }

  /** A missing bucket and a missing object are both a 404, but only one of them means "nothing published yet". */
  private async assertBucket(response: Response): Promise<void> {
    const text = (await response.text()).slice(0, 4000);
    if (text.includes('<Code>NoSuchBucket</Code>'))
      throw this.failure(`${this.endpoint.host} has no bucket ${this.bucket}`);
  }

  private failure(reason: string): NextItemError {
    return new NextItemError(this.options.errorCode ?? 'bundle_source_failed', reason);
  }
}

async function drain(response: Response): Promise<void> {
  await response.arrayBuffer();
}

function unescapeXml(text: string | null): string | null {
  if (text === null) return null;
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}
