import { readFileSync } from 'node:fs';
import { NextItemError } from '../errors.js';
import { type ApiKey, parseApiKeys } from './api-keys.js';
import { listOf, originsProblem, proxiesProblem } from './lists.js';
import { type Config, type RawConfig, type Setting, type SettingName, SETTINGS } from './schema.js';

export interface ConfigSources {
  /** The process environment, a .env file already read into it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A JSON file with settings by their name in the schema. */
  readonly file?: string;
  /** What the command line says; wins over everything. */
  readonly flags?: Readonly<Partial<Record<SettingName, string | number | boolean>>>;
}

const NAMES = Object.keys(SETTINGS) as SettingName[];

/**
 * Puts the settings together: defaults < file < environment < flags. An empty environment variable counts as not set.
 *
 * Errors: `invalid_config` with all mistakes at once, each with where it was found; values of secrets are not repeated.
 */
export function loadConfig(sources: ConfigSources): Config {
  const mistakes: string[] = [];
  const file = sources.file === undefined ? {} : readFile(sources.file, mistakes);
  const values = Object.fromEntries(
    NAMES.map((name) => {
      const setting: Setting = SETTINGS[name];
      const given = find(name, setting, sources, file);
      if (given === null) return [name, setting.default];
      const { value, problem } = parse(setting, given.value);
      if (problem !== null)
        mistakes.push(
          `${given.where}: ${setting.secret ? 'the value' : JSON.stringify(given.value)} ${problem}`,
        );
      return [name, value];
    }),
  ) as unknown as RawConfig;
  const config = withDerived(values, mistakes);
  const { redisTlsCert, redisTlsKey } = values;
  if ((redisTlsCert === null) !== (redisTlsKey === null))
    mistakes.push('REDIS_TLS_CERT, REDIS_TLS_KEY: one needs the other');
  const tls = values.redisTls || values.redisUrl?.startsWith('rediss:') === true;
  if (!tls && [values.redisTlsCa, redisTlsCert, values.redisTlsServername].some((given) => given !== null))
    mistakes.push('REDIS_TLS_...: without TLS they do nothing; set REDIS_TLS=true or use rediss://');
  if (config.workers > 1 && config.sessionStore === 'memory') {
    mistakes.push('WORKERS: processes cannot share the memory store; use embedded or redis');
  }
  const redisPlaces = [
    values.redisUrl ?? values.redisHost,
    values.redisClusterNodes,
    values.redisSentinels,
  ].filter((place) => place !== null);
  if (redisPlaces.length > 1) {
    mistakes.push(
      'REDIS_URL or REDIS_HOST, REDIS_CLUSTER_NODES, REDIS_SENTINELS: only one of them can say where Redis is',
    );
  }
  if (mistakes.length > 0) throw new NextItemError('invalid_config', `\n- ${mistakes.join('\n- ')}`);
  return config;
}

function withDerived(values: RawConfig, mistakes: string[]): Config {
  const production = values.nodeEnv === 'production';
  const { redisUrl, redisHost, redisClusterNodes, redisSentinels } = values;
  const redis = [redisUrl, redisHost, redisClusterNodes, redisSentinels].some((place) => place !== null);
  const keys = apiKeys(values, mistakes);
  const corsOrigins = listOf(values.corsOrigins);
  const badOrigin = originsProblem(corsOrigins);
  if (badOrigin !== null) mistakes.push(`CORS_ORIGINS: ${badOrigin}`);
  const trustedProxies = listOf(values.trustProxy);
  const badProxy = proxiesProblem(trustedProxies);
  if (badProxy !== null) mistakes.push(`TRUST_PROXY: ${badProxy}`);
  return {
    ...values,
    production,
    keys,
    allowedOrigins: [...new Set([...corsOrigins, ...keys.flatMap(({ origins }) => origins)])],
    trustedProxies,
    debugEndpoints: values.debugEndpoints ?? !production,
    webPages: values.webPages ?? !production,
    sessionStore: values.sessionStore ?? (redis ? 'redis' : 'embedded'),
  };
}

/** The keys of the setting and of the file. */
function apiKeys({ apiKeys, apiKeysFile }: RawConfig, mistakes: string[]): ApiKey[] {
  let file = '';
  try {
    if (apiKeysFile !== null) file = readFileSync(apiKeysFile, 'utf8');
  } catch (error) {
    mistakes.push(`API_KEYS_FILE: ${(error as Error).message}`);
  }
  // The mistakes of one list at a time, so that it is clear which key is meant.
  const first = parseApiKeys(apiKeys ?? '');
  const both = parseApiKeys(`${apiKeys ?? ''}\n${file}`);
  mistakes.push(...first.problems.map((problem) => `API_KEYS: ${problem}`));
  if (first.problems.length === 0)
    mistakes.push(...both.problems.map((problem) => `API_KEYS_FILE: ${problem}`));
  // Someone who names a file of keys wants keys: an empty one must not open everything.
  if ((apiKeys !== null || apiKeysFile !== null) && both.keys.length === 0 && mistakes.length === 0)
    mistakes.push(`${apiKeysFile === null ? 'API_KEYS' : 'API_KEYS_FILE'}: there is no key in it`);
  return both.keys;
}

function find(
  name: SettingName,
  setting: Setting,
  { env, flags }: ConfigSources,
  file: Record<string, unknown>,
): { value: unknown; where: string } | null {
  const flag = flags?.[name];
  if (flag !== undefined) return { value: flag, where: `the flag for ${setting.env}` };
  for (const variable of [setting.env, ...(setting.aliases ?? [])]) {
    const value = env[variable];
    if (value !== undefined && value !== '') return { value, where: variable };
  }
  return Object.hasOwn(file, name) ? { value: file[name], where: `${name} in the config file` } : null;
}

/** A value from text or JSON, or what is wrong with it. */
function parse(setting: Setting, given: unknown): { value: unknown; problem: string | null } {
  const { type, min = -Infinity, max = Infinity } = setting;
  const bad = (problem: string) => ({ value: setting.default, problem });
  if (type === 'boolean') {
    const value =
      typeof given === 'boolean' ? given : BOOLEANS.get(typeof given === 'string' ? given.toLowerCase() : '');
    return value === undefined ? bad('is neither true nor false') : { value, problem: null };
  }
  if (type === 'integer' || type === 'number') {
    const value = asNumber(given);
    const whole = type === 'integer';
    if (!Number.isFinite(value) || (whole && !Number.isInteger(value)) || value < min || value > max) {
      return bad(`is not a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
    }
    return { value, problem: null };
  }
  if (typeof given !== 'string') return bad('is not a text');
  if (type === 'string') return { value: given, problem: null };
  return type.oneOf.includes(given)
    ? { value: given, problem: null }
    : bad(`is not one of ${type.oneOf.join(', ')}`);
}

/** Text or a number as a number; NaN for anything else, which `Number` alone would take `true`, `null` and `[5]` for. */
function asNumber(given: unknown): number {
  if (typeof given === 'number') return given;
  return typeof given === 'string' && given.trim() !== '' ? Number(given) : NaN;
}

const BOOLEANS = new Map([
  ['true', true],
  ['1', true],
  ['on', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['off', false],
  ['no', false],
]);

function readFile(path: string, mistakes: string[]): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new NextItemError(
      'invalid_config',
      `the config file cannot be read: ${(error as Error).message}`,
      path,
      { cause: error },
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new NextItemError('invalid_config', 'the config file is not a JSON object', path);
  }
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(SETTINGS, key)) continue;
    const near = nearest(key);
    mistakes.push(`${path}: there is no setting "${key}"${near === null ? '' : `; did you mean "${near}"?`}`);
  }
  return value as Record<string, unknown>;
}

/** The setting's name that is closest to a misspelt one, if any is close: also by its environment variable. */
function nearest(key: string): string | null {
  const plain = (text: string) => text.toLowerCase().replaceAll('_', '');
  let best: string | null = null;
  let least = 4;
  for (const name of NAMES) {
    const distance = Math.min(edits(plain(key), plain(name)), edits(plain(key), plain(SETTINGS[name].env)));
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}

/** Levenshtein's distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** The configuration for a log line: secrets are shown as set or not. */
export function describeConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    NAMES.map((name) => {
      const setting: Setting = SETTINGS[name];
      return [name, setting.secret && config[name] !== null ? '(set)' : config[name]];
    }),
  );
}

/** Everything in the settings that no log may show: secret values, passwords inside of addresses, hashes of keys. */
export function secretsOf(config: Config): string[] {
  const values = NAMES.filter((name) => (SETTINGS[name] as Setting).secret === true)
    .map((name) => config[name])
    .filter((value) => typeof value === 'string');
  const inUrls = [config.redisUrl, config.modelSource].flatMap((text) => {
    const password = /^\w+:\/\/[^/@]*?:([^/]*)@/.exec(text ?? '')?.[1];
    return password === undefined ? [] : [password, decoded(password)];
  });
  return [...new Set([...values, ...inUrls, ...config.keys.map(({ hash }) => hash)])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
