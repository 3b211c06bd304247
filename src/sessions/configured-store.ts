import { join } from 'node:path';
import { type Config } from '../config/schema.js';
import { type Clock, SECOND_MS } from '../domain/time.js';
import { type SessionStoreOptions } from './open-session-store.js';

/** The session store that the settings name. */
export function configuredStore(
  config: Config,
  clock: Clock,
): SessionStoreOptions & { readonly path: string } {
  const { redisUrl, redisHost, redisUsername, redisPassword } = config;
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
      keyPrefix: config.redisKeyPrefix,
      commandTimeoutMs: config.redisTimeoutMs,
    },
    limits: { ttlMs: config.sessionTtlSeconds * SECOND_MS, maxEvents: config.sessionMaxEvents },
    clock,
  };
}
