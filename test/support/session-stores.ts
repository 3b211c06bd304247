import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Redis } from 'ioredis';
import { openEmbeddedStore, type EmbeddedStore } from '../../src/sessions/embedded-store.js';
import { MemoryStore } from '../../src/sessions/memory-store.js';
import { openSessionStore } from '../../src/sessions/open-session-store.js';
import { type RedisStoreOptions } from '../../src/sessions/redis-options.js';
import { type SessionStore, type SessionStoreLimits } from '../../src/sessions/session-store.js';
import { startRedis, type RedisServer } from './redis.js';

export const LIMITS: SessionStoreLimits = { ttlMs: 60_000, maxEvents: 100 };
const START_MS = Date.UTC(2024, 4, 1);

/** A store under test, empty, with what a test needs beyond the contract. */
export interface StoreUnderTest {
  readonly store: SessionStore;
  /** Another instance on the same data, as another process would have it; the same one for memory. */
  readonly second: SessionStore;
  /** Lets time pass. */
  elapse(ms: number): Promise<void>;
  /** Records in the backend, whatever they are. */
  leftovers(): Promise<number>;
  close(): Promise<void>;
}

export interface Backend {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  open(limits?: Partial<SessionStoreLimits>): Promise<StoreUnderTest>;
}

export function backends(): Backend[] {
  return [memory(), embedded(), redis('redis', false), redis('redis cluster', true)];
}

function memory(): Backend {
  return {
    name: 'memory',
    start: async () => {},
    stop: async () => {},
    async open(limits) {
      let now = START_MS;
      const store = new MemoryStore({ ...LIMITS, ...limits }, () => now);
      const internals = store as unknown as Record<'sessions' | 'sessionsOfUser', Map<string, unknown>>;
      return {
        store,
        second: store,
        elapse: async (ms) => void (now += ms),
        leftovers: async () => internals.sessions.size + internals.sessionsOfUser.size,
        close: () => store.close(),
      };
    },
  };
}

function embedded(): Backend {
  return {
    name: 'embedded',
    start: async () => {},
    stop: async () => {},
    async open(limits) {
      let now = START_MS;
      const path = await mkdtemp(join(tmpdir(), 'nextitem-lmdb-'));
      const options = { path, limits: { ...LIMITS, ...limits }, clock: () => now };
      const store = await openEmbeddedStore(options);
      const second = await openEmbeddedStore(options);
      return {
        store,
        second,
        elapse: async (ms) => void (now += ms),
        leftovers: async () => recordsOf(store),
        async close() {
          await store.close();
          await second.close();
          await rm(path, { recursive: true, force: true });
        },
      };
    },
  };
}

/** Number of keys in an embedded store. */
export function recordsOf(store: EmbeddedStore): number {
  const { db } = store as unknown as { db: { resetReadTxn(): void; getKeys(): Iterable<Buffer> } };
  db.resetReadTxn();
  return [...db.getKeys()].length;
}

function redis(name: string, cluster: boolean): Backend {
  let server: RedisServer;
  return {
    name,
    async start() {
      server = await startRedis(
        cluster ? { extraArgs: ['--cluster-enabled=yes', '--cluster-announce-ip=127.0.0.1'] } : {},
      );
      if (!cluster) return;
      await server.client.cluster('ADDSLOTSRANGE', 0, 16383);
      while (!(await server.client.cluster('INFO')).includes('cluster_state:ok')) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    stop: () => server.stop(),
    async open(limits) {
      await server.client.flushall();
      const all = { ...LIMITS, ...limits };
      const openRedis = (options: RedisStoreOptions) =>
        openSessionStore({ kind: 'redis', redis: options, limits: all, clock: Date.now });
      const open = async (): Promise<SessionStore> =>
        cluster
          ? openRedis({ clusterNodes: [`127.0.0.1:${server.port}`] })
          : openRedis({ port: server.port });
      const [store, second] = [await open(), await open()];
      return {
        store,
        second,
        elapse: (ms) => elapse(server.client, ms),
        leftovers: () => server.client.dbsize(),
        async close() {
          await store.close();
          await second.close();
        },
      };
    },
  };
}

/**
 * Makes all keys older, which is the same as waiting, but exact and at once: their expiry comes nearer, and the
 * times kept inside move back.
 */
async function elapse(client: Redis, ms: number): Promise<void> {
  for (const key of await client.keys('*')) {
    const left = await client.pttl(key);
    if (left <= ms) {
      await client.del(key);
      continue;
    }
    await client.pexpire(key, left - ms);
    if (key.includes('user:{')) {
      for (const member of await client.zrange(key, 0, '-1')) await client.zincrby(key, -ms * 1000, member);
    } else if (key.endsWith(':session') && (await client.hexists(key, 'indexed'))) {
      await client.hincrby(key, 'indexed', -ms * 1000);
    }
  }
}
