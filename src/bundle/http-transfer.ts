import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { type ErrorCode, NextItemError } from '../errors.js';
import { throwIfAborted } from './durable-files.js';

/** How patiently and how trustingly a server is talked to. */
export interface TransferOptions {
  readonly signal?: AbortSignal;
  /** A try is given up when nothing moved for this long. Default 30 s. It does not limit the whole transfer. */
  readonly timeoutMs?: number;
  /** Tries in all, for network errors, 408, 429 and 5xx. Default 4. */
  readonly attempts?: number;
  /** Wait before the second try; doubles with each further one. Default 500 ms. */
  readonly retryDelayMs?: number;
  /** Plain http is refused except to this machine, since anyone on the way could replace the model. */
  readonly allowInsecureHttp?: boolean;
  /** The code of the error a failure becomes. Default `bundle_source_failed`. */
  readonly errorCode?: ErrorCode;
}

export type RequestBody = RequestInit['body'];

/** One request. It is made anew for every try, because a signature holds a time. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'PUT';
  readonly headers: Headers;
  readonly body?: RequestBody;
  /** Statuses besides 2xx that the consumer wants to see. */
  readonly accept?: readonly number[];
}

/** What a download must turn out to be; what is undefined is not checked. */
export interface Expected {
  readonly sha256?: string;
  readonly bytes?: number;
  /** Refused as soon as more than this has come. */
  readonly maxBytes: number;
}

/** A try that failed. Not an error of our own: the caller of {@link transfer} sees what becomes of it after the last try. */
class TryFailed extends Error {
  constructor(
    message: string,
    readonly retryable: boolean,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

const MAX_REDIRECTS = 10;

/**
 * Sends a request, follows redirects, and hands the response to `consume`; repeats all of it when it fails in a way that
 * may pass. Credentials in the address become an Authorization header and are not sent on to another origin.
 *
 * @param prepare makes the request of one try; a streamed body calls `moved` whenever bytes went out, which keeps the try alive
 * @param consume reads the body; it calls `moved` whenever bytes came in
 */
export async function transfer<T>(
  prepare: (moved: () => void) => HttpRequest | Promise<HttpRequest>,
  options: TransferOptions,
  consume: (response: Response, moved: () => void) => Promise<T>,
): Promise<T> {
  const { signal, attempts = 4, retryDelayMs = 500, errorCode = 'bundle_source_failed' } = options;
  for (let attempt = 1; ; attempt++) {
    const pulse = { moved: (): void => {} };
    const request = await prepare(() => pulse.moved());
    const what = `${request.method} ${displayUrl(request.url)}`;
    throwIfAborted(signal, what);
    try {
      return await tryOnce(request, options, pulse, consume);
    } catch (error) {
      throwIfAborted(signal, what);
      if (error instanceof NextItemError) throw error;
      // fetch reports whatever the network did as a TypeError; everything else, a full disk for one, will not pass.
      const retryable = error instanceof TryFailed ? error.retryable : error instanceof TypeError;
      if (!retryable || attempt >= attempts) {
        const tries = attempt > 1 ? ` (${attempt} tries)` : '';
        throw new NextItemError(errorCode, `${what}: ${reasonOf(error)}${tries}`, undefined, {
          cause: error,
        });
      }
    }
    await pause(retryDelayMs * 2 ** (attempt - 1), signal);
  }
}

async function tryOnce<T>(
  request: HttpRequest,
  options: TransferOptions,
  pulse: { moved: () => void },
  consume: (response: Response, moved: () => void) => Promise<T>,
): Promise<T> {
  const { signal, timeoutMs = 30_000 } = options;
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), timeoutMs);
  pulse.moved = () => timer.refresh();
  try {
    const response = await send(
      request,
      options,
      signal ? AbortSignal.any([signal, idle.signal]) : idle.signal,
    );
    if (!response.ok && !request.accept?.includes(response.status)) throw await statusError(response);
    return await consume(response, pulse.moved);
  } catch (error) {
    if (idle.signal.aborted) throw new TryFailed(`nothing moved for ${timeoutMs} ms`, true, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
    idle.abort(); // lets go of a connection whose body was not read to its end
  }
}

async function send(request: HttpRequest, options: TransferOptions, signal: AbortSignal): Promise<Response> {
  let url = new URL(request.url);
  const headers = new Headers(request.headers);
  if (url.username !== '' || url.password !== '') {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.set('authorization', `Basic ${Buffer.from(user).toString('base64')}`);
    url.username = url.password = '';
  }
  // A server that compresses on the fly would change the bytes whose checksum is known.
  headers.set('accept-encoding', 'identity');
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    assertAllowed(url, options.allowInsecureHttp ?? false);
    const { method, body } = request;
    // A streamed body needs `duplex`, which the types of this Node version do not know.
    const init = {
      method,
      headers,
      body: body ?? null,
      signal,
      redirect: 'manual',
      duplex: 'half',
    } as RequestInit;
    const response = await fetch(url.href, init);
    const location = response.headers.get('location');
    const redirected =
      [301, 302, 303, 307, 308].includes(response.status) && location !== null && method === 'GET';
    if (!redirected) return response;
    await response.body?.cancel();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
    if (next === null) throw new TryFailed('the server redirects to something that is no address', false);
    if (next.origin !== url.origin) headers.delete('authorization');
    next.username = next.password = '';
    url = next;
  }
  throw new TryFailed(`more than ${MAX_REDIRECTS} redirects`, false);
}

/** Refuses protocols other than HTTPS, and HTTP to other machines. */
function assertAllowed(url: URL, allowInsecureHttp: boolean): void {
  if (url.protocol === 'https:') return;
  if (url.protocol !== 'http:') throw new TryFailed(`the protocol ${url.protocol} is not supported`, false);
  const local = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (local || allowInsecureHttp) return;
  throw new TryFailed(`plain http to ${url.host} is refused, use https or allow it explicitly`, false);
}

async function statusError(response: Response): Promise<TryFailed> {
  const { status } = response;
  const retryable = status === 408 || status === 429 || status >= 500;
  // S3 and its relatives explain themselves in a short XML document.
  const text = response.headers.get('content-type')?.includes('xml')
    ? (await response.text()).slice(0, 4000)
    : '';
  const said = ['Code', 'Message'].map((tag) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1] ?? '');
  return new TryFailed([`HTTP ${status}`, ...said].filter((part) => part !== '').join(', '), retryable);
}

/** The body as text, or null for status 404 (which the request must accept). */
export async function readText(
  response: Response,
  moved: () => void,
  maxBytes: number,
): Promise<string | null> {
  if (response.status === 404) return null;
  const chunks: Uint8Array[] = [];
  await readBody(response, maxBytes, async (chunk) => {
    moved();
    chunks.push(chunk);
  });
  return Buffer.concat(chunks).toString('utf8');
}

/** Writes the body to a file (replacing it), synced, and checks it on the way. */
export async function saveBody(
  response: Response,
  moved: () => void,
  path: string,
  expected: Expected,
  onProgress?: (doneBytes: number, totalBytes: number | null) => void,
): Promise<{ sha256: string; bytes: number }> {
  const handle = await open(path, 'w');
  try {
    const hash = createHash('sha256');
    const length = response.headers.get('content-length');
    const totalBytes = expected.bytes ?? (length === null ? null : Number(length));
    let bytes = 0;
    await readBody(response, Math.min(expected.maxBytes, expected.bytes ?? Infinity), async (chunk) => {
      moved();
      hash.update(chunk);
      await handle.writeFile(chunk);
      bytes += chunk.length;
      onProgress?.(bytes, totalBytes);
    });
    await handle.sync();
    const sha256 = hash.digest('hex');
    // A proxy that cut the body short or changed it may do better next time.
    if (expected.bytes !== undefined && bytes !== expected.bytes) {
      throw new TryFailed(`${bytes} bytes came instead of ${expected.bytes}`, true);
    }
    if (expected.sha256 !== undefined && sha256 !== expected.sha256) {
      throw new TryFailed('the SHA-256 of what came is not that of the index', true);
    }
    return { sha256, bytes };
  } finally {
    await handle.close();
  }
}

async function readBody(
  response: Response,
  maxBytes: number,
  each: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  if (response.body === null) return;
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new TryFailed(`more than the expected ${maxBytes} bytes came`, false);
    await each(chunk);
  }
}

/** An address for messages: without credentials and without the query, which may be a signature. */
export function displayUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** What lies at the bottom of an error: fetch itself only says "fetch failed". */
export function reasonOf(error: unknown): string {
  let reason: unknown = error;
  while (reason instanceof Error && reason.cause instanceof Error && !(reason instanceof TryFailed))
    reason = reason.cause;
  if (reason instanceof AggregateError && reason.errors.length > 0) reason = (reason.errors as unknown[])[0];
  return reason instanceof Error ? reason.message : String(reason);
}

async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal?.addEventListener('abort', done);
    if (signal?.aborted) done();
  });
}
