import { type ConnectionOptions } from 'node:tls';
import { type RedisOptions } from 'ioredis';
import { NextItemError } from '../errors.js';

/** How to reach Redis. What a URL says wins over the fields beside it. */
export interface RedisStoreOptions {
  /** `redis://[user[:password]@]host[:port][/db]`, or `rediss://` for TLS. */
  readonly url?: string;
  /** Default `localhost`. */
  readonly host?: string;
  /** Default 6379. */
  readonly port?: number;
  /** Default 0. */
  readonly db?: number;
  readonly username?: string;
  readonly password?: string;
  /** True for TLS with the system's certificates, or Node's own TLS options. */
  readonly tls?: boolean | ConnectionOptions;
  /** Before every key, default `nextitem:`; keeps several shops apart in one Redis. Without braces. */
  readonly keyPrefix?: string;
  /** How long to wait for an answer before `store_unavailable`, default 1,000. A caller waits for two of these at most. */
  readonly commandTimeoutMs?: number;
}

const DEFAULT_PORT = 6379;
const LONGEST_RECONNECT_DELAY_MS = 1000;

/** Settings for ioredis, and the address without secrets, for messages. Throws `invalid_config` for a wrong URL. */
export function clientOptions(options: RedisStoreOptions): { client: RedisOptions; address: string } {
  const target = options.url === undefined ? options : { ...options, ...parseUrl(options.url) };
  const { host = 'localhost', port = DEFAULT_PORT, db = 0, username, password, tls } = target;
  const timeoutMs = options.commandTimeoutMs ?? 1000;
  return {
    address: `Redis at ${host}:${port}/${db}`,
    client: {
      host,
      port,
      db,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(tls !== undefined && tls !== false && { tls: tls === true ? {} : tls }),
      lazyConnect: true,
      enableAutoPipelining: true,
      // While Redis is away a call fails at once: no queue that grows, no event stored long after its caller gave up.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: timeoutMs,
      commandTimeout: timeoutMs,
      // A server that hangs without closing the connection: drop it, so that unanswered commands do not pile up.
      socketTimeout: timeoutMs,
      retryStrategy: (times) => Math.min(50 * times, LONGEST_RECONNECT_DELAY_MS),
    },
  };
}

function parseUrl(
  text: string,
): Pick<RedisStoreOptions, 'host' | 'port' | 'db' | 'username' | 'password' | 'tls'> {
  const wrong = (what: string) =>
    new NextItemError('invalid_config', `${what} in the Redis URL`, 'REDIS_URL');
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong('something is malformed'); // never quote it: it may hold a password
  }
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    throw wrong('redis:// or rediss:// is missing');
  if (url.hostname === '') throw wrong('the host is missing');
  const path = url.pathname.replace(/^\//, '');
  if (!/^\d*$/.test(path)) throw wrong('the database is not a number');
  let credentials: string[];
  try {
    credentials = [url.username, url.password].map(decodeURIComponent);
  } catch {
    throw wrong('user or password are not percent-encoded properly');
  }
  const [username, password] = credentials;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    ...(path !== '' && { db: Number(path) }),
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    ...(url.protocol === 'rediss:' && { tls: true }),
  };
}
