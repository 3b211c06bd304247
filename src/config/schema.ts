import { type ApiKey } from './api-keys.js';

/** How a setting's text is read. */
export type SettingType = 'string' | 'integer' | 'number' | 'boolean' | { readonly oneOf: readonly string[] };

export interface Setting {
  /** The environment variable. */
  readonly env: string;
  /** Further names it is known by, tried in order after `env`. */
  readonly aliases?: readonly string[];
  readonly type: SettingType;
  /** null: not set. */
  readonly default: string | number | boolean | null;
  readonly min?: number;
  readonly max?: number;
  /** Never shown, logged or repeated in an error. */
  readonly secret?: boolean;
  readonly group: string;
  readonly description: string;
}

/**
 * Every setting, written once. Defaults, validation, `.env.example` and docs/configuration.md all come from here. The key
 * is the name in a config file.
 */
export const SETTINGS = {
  apiHost: {
    env: 'API_HOST',
    type: 'string',
    default: '0.0.0.0',
    group: 'Server',
    description: 'Address to listen on.',
  },
  apiPort: {
    env: 'API_PORT',
    aliases: ['PORT'],
    type: 'integer',
    default: 8000,
    min: 0,
    max: 65535,
    group: 'Server',
    description: 'Port to listen on; 0 takes a free one. PORT is honoured where API_PORT is not set.',
  },
  workers: {
    env: 'WORKERS',
    type: 'integer',
    default: 1,
    min: 1,
    max: 128,
    group: 'Server',
    description: 'Server processes. More than one need a store that processes can share: embedded or redis.',
  },
  nodeEnv: {
    env: 'NODE_ENV',
    type: 'string',
    default: 'development',
    group: 'Server',
    description: 'production closes the admin routes unless there are API keys, and logs JSON.',
  },
  logLevel: {
    env: 'LOG_LEVEL',
    type: { oneOf: ['trace', 'debug', 'info', 'warn', 'error', 'silent'] },
    default: 'info',
    group: 'Server',
    description: 'What is logged. Requests are logged at debug.',
  },
  debugEndpoints: {
    env: 'DEBUG_ENDPOINTS',
    type: 'boolean',
    default: null,
    group: 'Server',
    description:
      'Whether admin routes (sessions, erasure, metrics, /docs) answer while no API keys are set, and /docs without a key. Default: yes, but no in production.',
  },
  webPages: {
    env: 'WEB_PAGES',
    type: 'boolean',
    default: null,
    group: 'Server',
    description:
      'Whether / is a shop to try and /console the pages that look behind it. Default: yes, but no in production.',
  },
  bodyLimitBytes: {
    env: 'BODY_LIMIT_BYTES',
    type: 'integer',
    default: 1_048_576,
    min: 1024,
    max: 67_108_864,
    group: 'Server',
    description: 'Largest request body in bytes (1 MiB).',
  },
  requestTimeoutMs: {
    env: 'REQUEST_TIMEOUT_MS',
    type: 'integer',
    default: 10_000,
    min: 100,
    max: 600_000,
    group: 'Server',
    description: 'A client that has not sent its request within this many milliseconds is cut off.',
  },
  shutdownTimeoutMs: {
    env: 'SHUTDOWN_TIMEOUT_MS',
    type: 'integer',
    default: 10_000,
    min: 0,
    max: 600_000,
    group: 'Server',
    description: 'Milliseconds a shutdown waits for accepted requests.',
  },
  recommendBudgetMs: {
    env: 'RECOMMEND_BUDGET_MS',
    type: 'integer',
    default: 50,
    min: 1,
    max: 10_000,
    group: 'Server',
    description:
      'Milliseconds in which POST /recommend answers: what does not fit (a slow store, the ranker) is left out, and the answer says so. A request may say otherwise with the header x-request-budget-ms.',
  },
  apiKeys: {
    env: 'API_KEYS',
    type: 'string',
    default: null,
    secret: true,
    group: 'Access',
    description:
      'Keys as "nextitem key" writes them, name:scope+scope:hash, separated by commas (docs/security.md). Without any, events and recommendations are open to everybody who reaches the port.',
  },
  apiKeysFile: {
    env: 'API_KEYS_FILE',
    type: 'string',
    default: null,
    group: 'Access',
    description: 'File with more keys, one a line; from # on a line is a remark. Read once, at the start.',
  },
  openMetrics: {
    env: 'OPEN_METRICS',
    type: 'boolean',
    default: null,
    group: 'Access',
    description:
      'Whether GET /metrics answers without a key. Default: no; while no API keys are set, as DEBUG_ENDPOINTS.',
  },
  corsOrigins: {
    env: 'CORS_ORIGINS',
    type: 'string',
    default: null,
    group: 'Access',
    description:
      'Web pages whose scripts may read answers, such as https://shop.example, separated by commas, or * for all. Those that keys are bound to are always among them. Default: none.',
  },
  trustProxy: {
    env: 'TRUST_PROXY',
    type: 'string',
    default: null,
    group: 'Access',
    description:
      'Proxies whose X-Forwarded-For is believed: addresses, ranges such as 10.0.0.0/8, loopback, linklocal or uniquelocal, separated by commas. Default: none.',
  },
  addressRateLimit: {
    env: 'ADDRESS_RATE_LIMIT',
    type: 'number',
    default: null,
    min: 0.001,
    max: 1_000_000,
    group: 'Access',
    description:
      'Requests a second that one address (of IPv6: one /64 network) may send to one worker. Default: no limit.',
  },
  keyRateLimit: {
    env: 'KEY_RATE_LIMIT',
    type: 'number',
    default: null,
    min: 0.001,
    max: 1_000_000,
    group: 'Access',
    description: 'Requests a second that may be sent with one key to one worker. Default: no limit.',
  },
  rateLimitBurstSeconds: {
    env: 'RATE_LIMIT_BURST_SECONDS',
    type: 'number',
    default: 2,
    min: 0.1,
    max: 3600,
    group: 'Access',
    description: 'How many seconds of its rate someone who was quiet may use at once.',
  },
  maxQueueMs: {
    env: 'MAX_QUEUE_MS',
    type: 'integer',
    default: 10,
    min: 0,
    max: 60_000,
    group: 'Overload',
    description:
      'While there is more to do than a worker can, requests that waited longer than this many milliseconds for others are refused with 503, so that the others are answered in time. 0: never.',
  },
  maxConcurrentRequests: {
    env: 'MAX_CONCURRENT_REQUESTS',
    type: 'integer',
    default: 1000,
    min: 1,
    max: 1_000_000,
    group: 'Overload',
    description: 'Requests that a worker has in hand at the same time; further ones are refused with 503.',
  },
  maxConnections: {
    env: 'MAX_CONNECTIONS',
    type: 'integer',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    group: 'Overload',
    description: 'Open connections of a worker; further ones are closed at once.',
  },
  artifactsPath: {
    env: 'ARTIFACTS_PATH',
    type: 'string',
    default: 'artifacts',
    group: 'Model',
    description: 'Folder of model bundles.',
  },
  modelVersion: {
    env: 'MODEL_VERSION',
    type: 'string',
    default: 'latest',
    group: 'Model',
    description: 'The bundle to serve: a version such as 20260131-120000, or latest.',
  },
  modelSource: {
    env: 'MODEL_SOURCE',
    type: 'string',
    default: null,
    group: 'Model',
    description:
      'Where a bundle that is not there is fetched from: a folder, an https:// address, or s3://bucket/prefix.',
  },
  modelSourceInsecure: {
    env: 'MODEL_SOURCE_INSECURE',
    type: 'boolean',
    default: false,
    group: 'Model',
    description: 'Allow http:// for a model source that is not this machine.',
  },
  modelPollSeconds: {
    env: 'MODEL_POLL_SECONDS',
    type: 'integer',
    default: 60,
    min: 0,
    max: 86_400,
    group: 'Model',
    description:
      'How often the server looks whether there is another model to serve, in ARTIFACTS_PATH or at MODEL_SOURCE, and takes it into service. 0: only on SIGHUP and POST /model/reload.',
  },
  modelMapped: {
    env: 'MODEL_MAPPED',
    type: 'boolean',
    default: true,
    group: 'Model',
    description:
      "Whether the bundle's tables are mapped from their file, so that workers share one copy of them. With no, each process reads its own: for folders that may go away while they are in use, such as network shares.",
  },
  includeViewed: {
    env: 'INCLUDE_VIEWED',
    type: 'boolean',
    default: true,
    group: 'Model',
    description:
      'Whether items viewed in the session may be recommended again. A request may say otherwise with include_viewed.',
  },
  sessionStore: {
    env: 'SESSION_STORE',
    type: { oneOf: ['embedded', 'redis', 'memory'] },
    default: null,
    group: 'Sessions',
    description: 'Where sessions live. Default: redis if it is said where Redis is, else embedded.',
  },
  statePath: {
    env: 'STATE_PATH',
    type: 'string',
    default: 'state',
    group: 'Sessions',
    description: 'Folder of the embedded store and the event log. On a local disk.',
  },
  sessionTtlSeconds: {
    env: 'SESSION_TTL_SECONDS',
    type: 'integer',
    default: 86_400,
    min: 1,
    max: 31_536_000,
    group: 'Sessions',
    description: 'A session without an event for this long is gone (24 hours).',
  },
  sessionMaxEvents: {
    env: 'SESSION_MAX_EVENTS',
    type: 'integer',
    default: 200,
    min: 1,
    max: 10_000,
    group: 'Sessions',
    description: 'Most recent events kept of a session.',
  },
  maxEventAgeDays: {
    env: 'MAX_EVENT_AGE_DAYS',
    type: 'number',
    default: 365,
    min: 0.001,
    max: 36_500,
    group: 'Sessions',
    description: 'Events with an older timestamp are refused.',
  },
  maxFutureSeconds: {
    env: 'MAX_FUTURE_SECONDS',
    type: 'integer',
    default: 300,
    min: 0,
    max: 86_400,
    group: 'Sessions',
    description: 'Events with a timestamp further in the future are refused; allows for clocks that differ.',
  },
  recentSessionsMib: {
    env: 'RECENT_SESSIONS_MIB',
    type: 'integer',
    default: 16,
    min: 0,
    max: 4096,
    group: 'Sessions',
    description:
      'Memory of each worker (MiB, estimated) for the sessions it saw last; recommendations are made from them while the session store is away. 0: none.',
  },
  recentSessionsSeconds: {
    env: 'RECENT_SESSIONS_SECONDS',
    type: 'integer',
    default: 1800,
    min: 1,
    max: 86_400,
    group: 'Sessions',
    description:
      'How long a worker remembers a session it saw (30 minutes). Also how long, at most, one that was erased through another worker.',
  },
  redisUrl: {
    env: 'REDIS_URL',
    type: 'string',
    default: null,
    secret: true,
    group: 'Redis',
    description:
      'redis://[user[:password]@]host[:port][/db], or rediss:// for TLS. Wins over the settings below.',
  },
  redisHost: {
    env: 'REDIS_HOST',
    type: 'string',
    default: null,
    group: 'Redis',
    description: 'Host, instead of REDIS_URL.',
  },
  redisPort: {
    env: 'REDIS_PORT',
    type: 'integer',
    default: 6379,
    min: 1,
    max: 65535,
    group: 'Redis',
    description: 'Port.',
  },
  redisDb: {
    env: 'REDIS_DB',
    type: 'integer',
    default: 0,
    min: 0,
    max: 65535,
    group: 'Redis',
    description: 'Database number.',
  },
  redisUsername: {
    env: 'REDIS_USERNAME',
    type: 'string',
    default: null,
    group: 'Redis',
    description: 'User name.',
  },
  redisPassword: {
    env: 'REDIS_PASSWORD',
    type: 'string',
    default: null,
    secret: true,
    group: 'Redis',
    description: 'Password.',
  },
  redisTls: {
    env: 'REDIS_TLS',
    type: 'boolean',
    default: false,
    group: 'Redis',
    description: 'Whether to use TLS.',
  },
  redisTlsCa: {
    env: 'REDIS_TLS_CA',
    type: 'string',
    default: null,
    group: 'Redis',
    description:
      'File with the certificates (PEM) that may sign those of Redis, instead of the public authorities. Needs TLS, by REDIS_TLS or rediss://, like the settings below.',
  },
  redisTlsCert: {
    env: 'REDIS_TLS_CERT',
    type: 'string',
    default: null,
    group: 'Redis',
    description: 'File with our own certificate (PEM), for a Redis that asks its clients for one.',
  },
  redisTlsKey: {
    env: 'REDIS_TLS_KEY',
    type: 'string',
    default: null,
    group: 'Redis',
    description: 'File with the private key (PEM) of REDIS_TLS_CERT.',
  },
  redisTlsServername: {
    env: 'REDIS_TLS_SERVERNAME',
    type: 'string',
    default: null,
    group: 'Redis',
    description: 'The name that the certificate of Redis must have, if it is not the host.',
  },
  redisClusterNodes: {
    env: 'REDIS_CLUSTER_NODES',
    type: 'string',
    default: null,
    group: 'Redis',
    description: 'Some nodes of a Redis Cluster, host:port separated by commas, instead of REDIS_URL.',
  },
  redisSentinels: {
    env: 'REDIS_SENTINELS',
    type: 'string',
    default: null,
    group: 'Redis',
    description: 'Redis Sentinels, host:port separated by commas, instead of REDIS_URL.',
  },
  redisSentinelMaster: {
    env: 'REDIS_SENTINEL_MASTER',
    type: 'string',
    default: 'mymaster',
    group: 'Redis',
    description: 'The name by which the Sentinels know the master.',
  },
  redisSentinelPassword: {
    env: 'REDIS_SENTINEL_PASSWORD',
    type: 'string',
    default: null,
    secret: true,
    group: 'Redis',
    description: "The Sentinels' own password.",
  },
  redisWaitReplicas: {
    env: 'REDIS_WAIT_REPLICAS',
    type: 'integer',
    default: 0,
    min: 0,
    max: 100,
    group: 'Redis',
    description:
      'Replicas that must have an event before it is acknowledged; 0: the master alone, and a failover may lose the last ones.',
  },
  redisRequiredAtStart: {
    env: 'REDIS_REQUIRED_AT_START',
    type: 'boolean',
    default: true,
    group: 'Redis',
    description:
      'Whether the server refuses to start while Redis is away. If not, it starts with popular items and connects later.',
  },
  redisKeyPrefix: {
    env: 'REDIS_KEY_PREFIX',
    type: 'string',
    default: 'nextitem:',
    group: 'Redis',
    description: 'Before every key; keeps several shops apart in one Redis.',
  },
  redisTimeoutMs: {
    env: 'REDIS_TIMEOUT_MS',
    type: 'integer',
    default: 1000,
    min: 1,
    max: 60_000,
    group: 'Redis',
    description: 'Milliseconds to wait for an answer.',
  },
  eventLog: {
    env: 'EVENT_LOG',
    type: 'boolean',
    default: true,
    group: 'Logs of events',
    description:
      'Whether every accepted event is also appended to the event log, which "nextitem train --from-log" reads.',
  },
  eventLogRetentionDays: {
    env: 'EVENT_LOG_RETENTION_DAYS',
    type: 'number',
    default: null,
    min: 0.001,
    max: 36_500,
    group: 'Logs of events',
    description: 'Days the event log is kept. Default: for ever.',
  },
  featureLog: {
    env: 'FEATURE_LOG',
    type: 'boolean',
    default: false,
    group: 'Logs of events',
    description:
      'Whether each recommendation is logged with the features it was made from (docs/feature-log.md).',
  },
  featureLogRetentionDays: {
    env: 'FEATURE_LOG_RETENTION_DAYS',
    type: 'number',
    default: 7,
    min: 0.001,
    max: 36_500,
    group: 'Logs of events',
    description: 'Days the feature log is kept.',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

type ValueOf<S extends Setting> = S['type'] extends 'integer' | 'number'
  ? number
  : S['type'] extends 'boolean'
    ? boolean
    : S['type'] extends { readonly oneOf: readonly (infer T)[] }
      ? T
      : string;

type Nullable<S extends Setting> = S['default'] extends null ? null : never;

/** All settings as written; null where none was given and there is no default. */
export type RawConfig = {
  readonly [K in SettingName]: ValueOf<(typeof SETTINGS)[K]> | Nullable<(typeof SETTINGS)[K]>;
};

/** The settings of a process, defaults that depend on others worked out. */
export interface Config extends RawConfig {
  readonly debugEndpoints: boolean;
  readonly webPages: boolean;
  readonly sessionStore: 'embedded' | 'redis' | 'memory';
  readonly production: boolean;
  /** Of API_KEYS and API_KEYS_FILE. Empty: there is no check of keys. */
  readonly keys: readonly ApiKey[];
  /** Origins of CORS_ORIGINS and of the keys; `*` for all. */
  readonly allowedOrigins: readonly string[];
  /** Addresses and ranges of the proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
}
