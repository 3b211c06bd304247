import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listOf } from '../config/lists.js';
import { type Config } from '../config/schema.js';
import { type ConnectionOptions } from 'node:tls';
import { type Clock, SECOND_MS } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { type SessionStoreOptions } from './open-session-store.js';

/** The session store that the settings name. */
export function configuredStore(
  config: Config,
  clock: Clock,
): SessionStoreOptions & { readonly path: string } {
  const { redisUrl, redisHost, redisUsername, redisPassword, redisSentinelPassword } = config;
  const { redisClusterNodes, redisSentinels } = config;
  return {
    kind: config.sessionStore,
    path: join(config.statePath, 'sessions'),
    redis: {
      ...(redisUrl === null ? {} : { url: redisUrl }),
      ...(redisHost === null ? {} : { host: redisHost }),
      port: config.redisPort,
      db: config.redisDb,
      ...(redisUsername === null ? {} : { username: redisUsername }),
      ...(redisPassword === null ? {} : { password: redisPassword }),
      tls: tlsOptions(config),
      ...(redisClusterNodes === null ? {} : { clusterNodes: listOf(redisClusterNodes) }),
      ...(redisSentinels === null ? {} : { sentinels: listOf(redisSentinels) }),
      sentinelMaster: config.redisSentinelMaster,
      ...(redisSentinelPassword === null ? {} : { sentinelPassword: redisSentinelPassword }),
      waitReplicas: config.redisWaitReplicas,
      requiredAtStart: config.redisRequiredAtStart,
      keyPrefix: config.redisKeyPrefix,
      commandTimeoutMs: config.redisTimeoutMs,
    },
    limits: { ttlMs: config.sessionTtlSeconds * SECOND_MS, maxEvents: config.sessionMaxEvents },
    clock,
  };
}

/** How to speak TLS with Redis; without files of its own a URL with rediss:// says enough. */
function tlsOptions(config: Config): boolean | ConnectionOptions {
  const { redisTlsCa, redisTlsCert, redisTlsKey, redisTlsServername } = config;
  const options: ConnectionOptions = {
    ...(redisTlsCa === null ? {} : { ca: pem(redisTlsCa, 'REDIS_TLS_CA') }),
    ...(redisTlsCert === null ? {} : { cert: pem(redisTlsCert, 'REDIS_TLS_CERT') }),
    ...(redisTlsKey === null ? {} : { key: pem(redisTlsKey, 'REDIS_TLS_KEY') }),
    ...(redisTlsServername === null ? {} : { servername: redisTlsServername }),
  };
  return Object.keys(options).length === 0 ? config.redisTls : options;
}

function pem(path: string, setting: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new NextItemError('invalid_config', (error as Error).message, setting, { cause: error });
  }
}
