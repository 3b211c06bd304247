import { join } from 'node:path';
import { type Config } from '../config/schema.js';
import { type Clock, SECOND_MS } from '../domain/time.js';
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
      tls: config.redisTls,
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

/** The parts of a text separated by commas. */
function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
