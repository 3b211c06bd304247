import { createHash, createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** Answers a request itself and returns true, or leaves it to the files. */
type Handler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A static web server over a folder; `before` may answer first. */
export async function serveFolder(
  folder: string,
  before: Handler = () => false,
): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url!);
    if (before(request, response)) return;
    const path = join(folder, decodeURIComponent(new URL(request.url!, 'http://x').pathname));
    stat(path).then(
      ({ size }) => {
        response.writeHead(200, { 'content-length': size });
        createReadStream(path).pipe(response);
      },
      () => response.writeHead(404).end('not here'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** What s3rver's documentation promises; it brings no types. */
interface S3rver {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}
const S3rver = createRequire(import.meta.url)('s3rver') as new (options: object) => S3rver;

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

/**
 * An S3-compatible server with an empty bucket `models`; returns the environment to reach it.
 *
 * s3rver keeps and serves the objects. It neither checks version 4 signatures nor can it page lists on OpenSSL 3 (its
 * tokens use a cipher that is gone), and it overwrites objects in place, so that a reader can meet a torn one. A gateway
 * before it makes good for that strictly by the S3 documentation: it checks signatures, pages lists, and lets one request
 * at a time through, which makes each put one step. Requests of several clients still interleave in any order.
 * `before` may answer first, or hold a request back.
 */
export async function serveS3(
  directory: string,
  before: (...args: Parameters<Handler>) => boolean | Promise<boolean> = () => false,
): Promise<Record<string, string>> {
  const s3rver = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: 'models' }],
  });
  const { port } = await s3rver.run();
  let last: Promise<unknown> = Promise.resolve();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (await before(request, response)) return;
    // The body is read before waiting in line: what is one step in S3 is the storing and the reading of an object.
    const body = await buffer(request);
    const turn = last.then(() => pass(request, body, response, port));
    last = turn.catch(() => undefined);
    await turn;
  };
  const gateway = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    gateway.closeAllConnections();
    await new Promise((resolve) => gateway.close(resolve));
    await s3rver.close();
  });
  const endpoint = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  return { S3_ENDPOINT: endpoint, AWS_REGION: 'eu-central-1', ...CREDENTIALS };
}

async function pass(
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  port: number,
): Promise<void> {
  const refuse = (status: number, code: string): void => {
    response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(`<Error><Code>${code}</Code></Error>`);
  };
  if (request.method === 'PUT' && request.headers['content-length'] === undefined)
    return refuse(411, 'MissingContentLength');
  if (!isSigned(request)) return refuse(403, 'SignatureDoesNotMatch');
  const promised = request.headers['x-amz-content-sha256'];
  if (promised !== 'UNSIGNED-PAYLOAD' && promised !== sha256(body))
    return refuse(400, 'XAmzContentSHA256Mismatch');

  const url = new URL(request.url!, `http://127.0.0.1:${port}`);
  const token = url.searchParams.get('continuation-token');
  url.searchParams.delete('continuation-token');
  const headers = Object.entries(request.headers).filter(
    ([name]) => name !== 'host' && name !== 'connection',
  );
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method: request.method, headers: Object.fromEntries(headers) };
    httpRequest(url, options, resolve).on('error', reject).end(body);
  });
  if (answer.statusCode !== 200 || url.searchParams.get('list-type') !== '2') {
    const content = await buffer(answer);
    return void response.writeHead(answer.statusCode!, answer.headers).end(content);
  }
  const xml = (await buffer(answer)).toString();
  response.writeHead(200, { 'content-type': 'application/xml' }).end(pageOf(xml, token));
}

const PAGE_LENGTH = 3;

/** One page of a whole ListObjectsV2 answer: what comes after the key in the token. */
function pageOf(xml: string, token: string | null): string {
  const after = token === null ? '' : Buffer.from(token, 'base64').toString();
  const all = [...xml.matchAll(/<Contents><Key>([^<]*)<\/Key>.*?<\/Contents>/gs)].filter(
    ([, key]) => key! > after,
  );
  const page = all.slice(0, PAGE_LENGTH);
  const more = all.length > page.length;
  const next = Buffer.from(page.at(-1)?.[1] ?? '').toString('base64');
  return xml
    .replaceAll(/<Contents>.*?<\/Contents>/gs, '')
    .replace(/<IsTruncated>\w+</, `<IsTruncated>${more}<`)
    .replace('</ListBucketResult>', () => page.map(([text]) => text).join('') + '</ListBucketResult>')
    .replace(
      '</ListBucketResult>',
      (end) => (more ? `<NextContinuationToken>${next}</NextContinuationToken>` : '') + end,
    );
}

/** Checks a header signature as the "Signature Version 4 for S3" pages describe it, independently of the client's library. */
function isSigned({ method, url, headers }: IncomingMessage): boolean {
  const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? ''); // prettier-ignore
  if (match === null) return false;
  const [, keyId, day, region, signedHeaders, signature] = match as unknown as string[];
  const names = signedHeaders!.split(';');
  const mustSign = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
  if (keyId !== CREDENTIALS.AWS_ACCESS_KEY_ID || !mustSign.every((name) => names.includes(name)))
    return false;
  const { pathname, searchParams } = new URL(url!, 'http://x');
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const canonical = [
    method,
    pathname.split('/').map((part) => encode(decodeURIComponent(part))).join('/'),
    [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&'),
    ...names.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    headers['x-amz-content-sha256'],
  ].join('\n'); // prettier-ignore
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  let key: Buffer = Buffer.from(`AWS4${CREDENTIALS.AWS_SECRET_ACCESS_KEY}`);
  for (const part of [day!, region!, 's3', 'aws4_request', toSign])
    key = createHmac('sha256', key).update(part).digest();
  return key.toString('hex') === signature;
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The address of a port that nothing listens on. */
export async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
