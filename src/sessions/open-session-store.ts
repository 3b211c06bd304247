import { type Clock } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { MemoryStore } from './memory-store.js';
import { type RedisStoreOptions } from './redis-options.js';
import { type SessionStore, type SessionStoreLimits } from './session-store.js';

export interface SessionStoreOptions {
  readonly kind: SessionStore['kind'];
  /** Folder of the embedded store; needed for that kind. */
  readonly path?: string;
  /** Where Redis is; without it localhost:6379/0. */
  readonly redis?: RedisStoreOptions;
  readonly limits: SessionStoreLimits;
  /** When sessions expire; Redis goes by its own clock. */
  readonly clock: Clock;
}

/**
 * Opens a session store, and loads its client: a start waits for the one it needs only. Throws `store_unavailable` if it cannot be reached, `invalid_config`
 * for wrong settings.
 */
export async function openSessionStore(options: SessionStoreOptions): Promise<SessionStore> {
  const { kind, path, redis = {}, limits, clock } = options;
  for (const [name, value] of Object.entries(limits)) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw new NextItemError('invalid_config', `${value} is not a whole number above 0`, name);
    }
  }
  switch (kind) {
    case 'memory':
      return new MemoryStore(limits, clock);
    case 'embedded':
      if (path === undefined) {
        throw new NextItemError('invalid_config', 'the embedded store needs a folder', 'path');
      }
      return (await import('./embedded-store.js')).openEmbeddedStore({ path, limits, clock });
    case 'redis':
      return (await import('./redis-store.js')).openRedisStore(redis, limits);
  }
}
