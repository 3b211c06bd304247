import { type ConnectionOptions } from 'node:tls';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { NextItemError } from '../errors.js';

/**
 * How to reach Redis: one server, a Cluster (`clusterNodes`), or whichever server the Sentinels call the master. What a
 * URL says wins over the fields beside it.
 */
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
  /** Some nodes of a Redis Cluster, `host:port` each, instead of a URL or host: the others are found through them. */
  readonly clusterNodes?: readonly string[];
  /** Sentinels, `host:port` each, instead of a URL or host. Needs {@link sentinelMaster}. */
  readonly sentinels?: readonly string[];
  /** The name by which Sentinels know the group of servers. */
  readonly sentinelMaster?: string;
  readonly sentinelPassword?: string;
  /**
   * An event is acknowledged only when so many replicas have it, default 0. With all replicas of a master, no failover of
   * one server loses an acknowledged event.
   */
  readonly waitReplicas?: number;
  /** Whether opening fails while Redis is away, default true. If not, it is connected to once it is there. */
  readonly requiredAtStart?: boolean;
  /** Before every key, default `nextitem:`; keeps several shops apart in one Redis. Without braces. */
  readonly keyPrefix?: string;
  /** How long to wait for an answer before `store_unavailable`, default 1,000. A caller waits for two of these at most. */
  readonly commandTimeoutMs?: number;
}

const DEFAULT_PORT = 6379;
const DEFAULT_SENTINEL_PORT = 26_379;
const DEFAULT_TIMEOUT_MS = 1000;
const LONGEST_RECONNECT_DELAY_MS = 1000;
/** How often a client asks a Cluster who serves what: after a failover nobody tells it. */
const SLOTS_REFRESH_MS = 1000;
/** A server that became a replica is left for its successor, but not more often than this if there is none. */
const READONLY_RECONNECT_MS = 1000;

/** A client that is not connected yet. */
export interface RedisClient {
  readonly client: Redis | Cluster;
  /** Where it leads, without secrets, for messages. */
  readonly address: string;
}

/** A client for the settings. Throws `invalid_config` for wrong ones. */
export function createClient(options: RedisStoreOptions): RedisClient {
  const { clusterNodes, sentinels, sentinelMaster, sentinelPassword } = options;
  if (clusterNodes !== undefined) {
    if (options.db !== undefined && options.db !== 0)
      throw new NextItemError('invalid_config', 'a Redis Cluster has only database 0', 'REDIS_DB');
    const nodes = endpoints(clusterNodes, DEFAULT_PORT, 'REDIS_CLUSTER_NODES');
    const { retryStrategy, enableOfflineQueue, enableAutoPipelining, lazyConnect, ...redisOptions } =
      connection(options);
    const client = new Cluster(nodes, {
      redisOptions,
      lazyConnect: lazyConnect!,
      enableAutoPipelining: enableAutoPipelining!,
      enableOfflineQueue: enableOfflineQueue!,
      clusterRetryStrategy: retryStrategy!,
      slotsRefreshInterval: SLOTS_REFRESH_MS,
      slotsRefreshTimeout: redisOptions.connectTimeout!,
      // What was perhaps done is not sent again: an event without an id would count twice.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      // Certificates name hosts, not the addresses they resolve to.
      ...(redisOptions.tls === undefined
        ? {}
        : { dnsLookup: (host: string, done: (error: null, host: string) => void) => done(null, host) }),
    });
    return { client, address: `Redis Cluster at ${clusterNodes.join(', ')}` };
  }
  if (sentinels !== undefined) {
    if (sentinelMaster === undefined)
      throw new NextItemError('invalid_config', 'the name of the master is missing', 'REDIS_SENTINEL_MASTER');
    const settings = connection(options);
    const client = new Redis({
      ...settings,
      db: options.db ?? 0,
      sentinels: endpoints(sentinels, DEFAULT_SENTINEL_PORT, 'REDIS_SENTINELS'),
      name: sentinelMaster,
      // A master that hung comes back as a master for some seconds, and a connection to it says nothing: the Sentinels do.
      failoverDetector: true,
      ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
      ...(settings.tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: settings.tls }),
    });
    return { client, address: `Redis master ${sentinelMaster} of the Sentinels at ${sentinels.join(', ')}` };
  }
  const target = options.url === undefined ? options : withUrl(options, options.url);
  const { host = 'localhost', port = DEFAULT_PORT, db = 0 } = target;
  return {
    client: new Redis({ ...connection(target), host, port, db }),
    address: `Redis at ${host}:${port}/${db}`,
  };
}

/** The options with what a URL says in their place; TLS options beside a rediss:// URL stay. */
function withUrl(options: RedisStoreOptions, text: string): RedisStoreOptions {
  const url = parseUrl(text);
  return { ...options, ...url, ...(typeof options.tls === 'object' && { tls: options.tls }) };
}

/** How long a command may take. */
export function commandTimeoutMs(options: RedisStoreOptions): number {
  return options.commandTimeoutMs ?? DEFAULT_TIMEOUT_MS;
}

/** What every connection has in common. */
function connection(options: RedisStoreOptions): RedisOptions {
  const { username, password, tls } = options;
  const timeoutMs = commandTimeoutMs(options);
  let leftReplicaMs = -Infinity;
  return {
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
    reconnectOnError(error) {
      const now = performance.now();
      if (!error.message.startsWith('READONLY') || now - leftReplicaMs < READONLY_RECONNECT_MS) return false;
      leftReplicaMs = now;
      return 1;
    },
  };
}

/** `host`, `host:port` or `[IPv6 address]:port` each. */
function endpoints(texts: readonly string[], defaultPort: number, where: string) {
  if (texts.length === 0) throw new NextItemError('invalid_config', 'no address is given', where);
  return texts.map((text) => {
    const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
    const host = bracketed ?? plain;
    if (host === undefined || Number(port ?? defaultPort) > 65_535)
      throw new NextItemError('invalid_config', `${JSON.stringify(text)} is not host:port`, where);
    return { host, port: Number(port ?? defaultPort) };
  });
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
