import { once } from 'node:events';
import { connect } from 'node:net';
import { Random } from '../../src/domain/random.js';
import { HOSTILE_JSON, HostileValues, type Schema } from './hostile-values.js';

/** As much of an OpenAPI document as the fuzzer looks at. */
interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly parameters?: readonly { name: string; in: string; schema?: Schema }[];
            readonly requestBody?: { content: Readonly<Record<string, { schema: Schema }>> };
          }
        >
      >
    >
  >;
}

export interface FuzzResult {
  readonly requests: number;
  /** By `METHOD /path`, then by status; `closed` where the server hung up without an answer. */
  readonly statuses: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** What must not happen, the first of each kind with its request. */
  readonly failures: readonly string[];
}

export interface FuzzOptions {
  readonly host: string;
  readonly port: number;
  readonly requests: number;
  readonly seed: number;
  /** Sent with most requests, so that they get further than the door. */
  readonly key?: string;
  /** A key for bodies that hold one, and the origin that it is bound to. */
  readonly page?: { readonly key: string; readonly origin: string };
  /** Sockets at the same time. */
  readonly connections?: number;
  readonly onProgress?: (requests: number) => void;
}

/** How long the answer to a complete request may take. */
const PATIENCE_MS = 10_000;
/** What is not complete is answered at the server's timeout, or never; nobody waits for that. */
const PATIENCE_WITH_BROKEN_MS = 250;
const HEADERS = [
  'X-Request-Budget-Ms: -1', 'X-Request-Budget-Ms: 1e9', 'X-Request-Budget-Ms: ' + '9'.repeat(400), 'X-Request-Budget-Ms: 0.5',
  'Authorization: Bearer', 'Authorization: Bearer ' + 'a'.repeat(4000), 'Authorization: Basic OjEyMw==', 'X-API-Key: __proto__',
  'Origin: null', 'Origin: https://evil.example', 'X-Forwarded-For: 1.2.3.4, ::1, x', 'Content-Encoding: gzip', 'Cookie: a=b',
  'Expect: 100-continue', 'Accept: text/html', 'Accept-Encoding: *', 'If-None-Match: *', 'Range: bytes=0-1', 'Upgrade: websocket',
  'Transfer-Encoding: identity', 'X-HTTP-Method-Override: DELETE', 'Host: evil.example', '__proto__: 1', 'X: ' + 'y'.repeat(20_000),
]; // prettier-ignore
const CONTENT_TYPES = [
  'application/json; charset=utf-8', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x',
  'application/json; charset=utf-7', 'application/vnd.api+json', '', '\u0001', 'application/json' + ' '.repeat(500),
]; // prettier-ignore
const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'get',
  'FOO',
  'M-SEARCH',
];
const PATHS = ['/', '//', '/../', '/%2e%2e/', '/event/', '/EVENT', '/event%00', '/session/', '/session/%', '/docs/../event', '*', 'event', 'http://evil.example/event', `/${'a'.repeat(9000)}`, '/items/%2F%2F/similar', '/docs/static/..%2f..%2fpackage.json', '/session/\u00e9', '/popular?k=1&k=2&k[]=3&__proto__[x]=1', '/popular?' + 'k=1&'.repeat(3000)]; // prettier-ignore

/** Sends generated requests over raw sockets, each on a connection of its own: to every operation of the OpenAPI document, and past it. */
export async function fuzz(document: object, options: FuzzOptions): Promise<FuzzResult> {
  const run = new Fuzzer(document as OpenApi, options);
  await run.start();
  return run;
}

class Fuzzer implements FuzzResult {
  requests = 0;
  readonly statuses = new Map<string, Map<string, number>>();
  readonly failures: string[] = [];
  private readonly kinds = new Set<string>();
  private readonly values: HostileValues;
  private readonly operations: readonly { method: string; path: string; parameters: readonly { name: string; in: string; schema?: Schema }[]; body: Schema | null }[]; // prettier-ignore

  constructor(
    { paths }: OpenApi,
    private readonly options: FuzzOptions,
  ) {
    this.values = new HostileValues(new Random(options.seed));
    this.operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
        method: method.toUpperCase(),
        path,
        parameters,
        body: requestBody?.content['application/json']?.schema ?? null,
      })),
    );
    if (this.operations.length === 0) throw new Error('the document has no operations');
  }

  async start(): Promise<void> {
    const { requests, connections = 16, onProgress } = this.options;
    const client = async (): Promise<void> => {
      while (this.requests < requests) {
        this.requests++;
        if (this.requests % 1000 === 0) onProgress?.(this.requests);
        const { name, bytes, whole } = this.next();
        await this.send(name, bytes, whole);
      }
    };
    await Promise.all(Array.from({ length: connections }, client));
  }

  /** `whole`: a complete request, to which there must be an answer. */
  private next(): { name: string; bytes: Buffer; whole: boolean } {
    const { values } = this;
    if (values.chance(0.05)) {
      const bytes = this.request(values.pick(METHODS), values.pick(PATHS), null);
      return { name: '(any path)', bytes, whole: false };
    }
    const { method, path, parameters, body } = values.pick(this.operations);
    const name = `${method} ${path}`;
    const text = (schema: Schema | undefined) => {
      const value = values.value(schema ?? { type: 'string' });
      const plain = typeof value === 'string' ? value : JSON.stringify(value);
      return values.chance(0.1) ? plain.replaceAll(/[\s\u0080-\uffff]/g, '') : escaped(plain);
    };
    const url = path.replaceAll(/\{(\w+)\}/g, (_, id) => text(parameters.find((p) => p.name === id)?.schema));
    const query = parameters
      .filter((parameter) => parameter.in === 'query' && values.chance(0.6))
      .map((parameter) => `${parameter.name}=${text(parameter.schema)}`)
      .join('&');
    const json =
      body === null
        ? null
        : values.chance(0.15)
          ? values.pick(HOSTILE_JSON)
          : JSON.stringify(this.withKey(values.value(body), body));
    let bytes = this.request(method, query === '' ? url : `${url}?${query}`, json);
    const broken = values.chance(0.06);
    if (broken) bytes = this.damaged(bytes);
    return { name, bytes, whole: !broken };
  }

  private withKey(value: unknown, { properties = {} }: Schema): unknown {
    const { page } = this.options;
    const isPage = page !== undefined && 'key' in properties && this.values.chance(0.9);
    return isPage && typeof value === 'object' && value !== null ? { ...value, key: page.key } : value;
  }

  private request(method: string, target: string, json: string | null): Buffer {
    const { values } = this;
    const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close'];
    if (this.options.key !== undefined && values.chance(0.9))
      lines.push(`Authorization: Bearer ${this.options.key}`);
    if (this.options.page !== undefined && values.chance(0.9))
      lines.push(`Origin: ${this.options.page.origin}`);
    while (values.chance(0.1)) lines.push(values.pick(HEADERS));
    if (json === null) return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    let body = Buffer.from(json);
    if (values.chance(0.05)) body = Buffer.concat([body, Buffer.from([0xff, 0xc0, 0x80])]);
    const type = values.chance(0.9) ? 'application/json' : values.pick(CONTENT_TYPES);
    lines.push(`Content-Type: ${type}`);
    if (values.chance(0.1)) {
      lines.push('Transfer-Encoding: chunked');
      const chunked = `${body.length.toString(16)}\r\n${body.toString('latin1')}\r\n0\r\n\r\n`;
      return Buffer.from(
        `${lines.join('\r\n')}\r\n\r\n${body.length === 0 ? '0\r\n\r\n' : chunked}`,
        'latin1',
      );
    }
    lines.push(`Content-Length: ${body.length}`);
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
  }

  /** Cut off, a byte changed, twice in one go, or a length that lies. */
  private damaged(bytes: Buffer): Buffer {
    const { values } = this;
    const at = values.below(bytes.length);
    switch (values.pick([0, 1, 2, 3])) {
      case 0:
        return bytes.subarray(0, at);
      case 1: {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 1 << (at % 8);
        return changed;
      }
      case 2:
        return Buffer.concat([bytes, bytes]);
      default:
        return Buffer.from(
          bytes.toString('latin1').replace(/Content-Length: \d+/, 'Content-Length: -5'),
          'latin1',
        );
    }
  }

  private async send(name: string, bytes: Buffer, whole: boolean): Promise<void> {
    const { host, port } = this.options;
    const socket = connect(port, host);
    let head = '';
    let refused = '';
    socket.on('data', (chunk: Buffer) => {
      if (head.length < 2000) head += chunk.toString('latin1');
      if (/^content-type: text\/event-stream/im.test(head)) socket.destroy(); // it never ends
    });
    socket.on('error', (error: Error & { code?: string }) => (refused = error.code ?? error.message));
    const closed = once(socket, 'close').catch(() => []);
    // A client that sent something broken also says that nothing more will come.
    if (whole) socket.write(bytes);
    else socket.end(bytes);
    const timer = setTimeout(
      () => {
        refused = 'no answer in time';
        socket.destroy();
      },
      whole ? PATIENCE_MS : PATIENCE_WITH_BROKEN_MS,
    );
    await closed;
    clearTimeout(timer);
    const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 'closed';
    this.count(name, status);
    const request = `${name}: ${JSON.stringify(bytes.subarray(0, 600).toString('latin1'))}`;
    if (status.startsWith('5') && status !== '503' && status !== '501' && status !== '505')
      this.fail(`${status} for ${name}`, request);
    if (status === 'closed' && whole) this.fail(`no answer (${refused || 'closed'}) for ${name}`, request);
    if (refused === 'ECONNREFUSED') this.fail('the server is gone', request);
  }

  private count(name: string, status: string): void {
    let statuses = this.statuses.get(name);
    if (statuses === undefined) this.statuses.set(name, (statuses = new Map()));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }

  private fail(kind: string, request: string): void {
    if (this.kinds.has(kind)) return;
    this.kinds.add(kind);
    this.failures.push(`${kind}\n    ${request}`);
  }
}

/** Percent-encoded; texts that have no UTF-8 as the bytes their lone surrogates would have. */
function escaped(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ed%a0%80';
  }
}
