import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NextItemError } from '../../src/errors.js';
import { openSessionStore } from '../../src/sessions/open-session-store.js';
import { type RedisStoreOptions } from '../../src/sessions/redis-options.js';
import { startRedis, type RedisServer } from '../support/redis.js';

const limits = { ttlMs: 60_000, maxEvents: 100 };
const PASSWORD = 'p@ss:w%rd/sécret';
const event = {
  sessionId: 's',
  itemId: 'secret-item',
  eventType: 'view',
  timestampMs: 1,
  userId: 'u',
} as const;

const open = (redis: RedisStoreOptions) =>
  openSessionStore({ kind: 'redis', redis, limits, clock: Date.now });

async function failure(promise: Promise<unknown>): Promise<NextItemError> {
  return promise.then(
    () => {
      throw new Error('it should have failed');
    },
    (error: NextItemError) => error,
  );
}

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

describe('keys', () => {
  it('are one group per session, all of them expiring', async () => {
    const store = await open({ port: server.port, keyPrefix: 'shop:' });
    await store.append({ ...event, sessionId: 'a}b{', eventId: 'e' });
    const keys = (await server.client.keys('*')).sort();
    expect(keys).toEqual([
      'shop:user:{"u"}',
      'shop:{"a\\u007db\\u007b"}:events',
      'shop:{"a\\u007db\\u007b"}:ids',
      'shop:{"a\\u007db\\u007b"}:session',
    ]);
    for (const key of keys) expect(await server.client.pttl(key)).toBeGreaterThan(0);
    expect(await server.client.type(keys[1]!)).toBe('zset');
    expect(await server.client.zrange(keys[1]!, 0, '-1', 'WITHSCORES')).toEqual([
      '0000000001["secret-item",0,"e"]',
      '1',
    ]);
    expect(await server.client.hgetall(keys[3]!)).toMatchObject({
      event_count: '1',
      'type:0': '1',
      user: '"u"',
    });
    await store.delete('a}b{');
    expect(await server.client.dbsize()).toBe(0);
    await store.close();
  });

  it('keep shops with different prefixes apart', async () => {
    const [one, two] = [
      await open({ port: server.port, keyPrefix: 'one:' }),
      await open({ port: server.port, keyPrefix: 'two:' }),
    ];
    await one.append(event);
    expect(await two.read('s')).toBeNull();
    expect(await two.deleteUser('u')).toEqual([]);
    expect(await one.deleteUser('u')).toEqual(['s']);
    await one.close();
    await two.close();
  });

  it('of a user lose sessions that are long gone', async () => {
    const store = await open({ port: server.port });
    await store.append({ ...event, sessionId: 'old' });
    await server.client.zincrby('nextitem:user:{"u"}', -1000 * 3 * limits.ttlMs - 1, '"old"');
    await store.append({ ...event, sessionId: 'new' });
    expect(await server.client.zrange('nextitem:user:{"u"}', 0, '-1')).toEqual(['"new"']);
    await server.client.flushall();
    await store.close();
  });
});

describe('one round trip', () => {
  it('is enough for a read, an append and a batch', async () => {
    const store = await open({ port: server.port });
    await store.append(event);
    await store.read('s');
    const reads = async () =>
      Number(/total_reads_processed:(\d+)/.exec(await server.client.info('stats'))![1]);
    for (const call of [
      () => store.read('s'),
      () => store.append(event),
      () => store.appendBatch(Array.from({ length: 20 }, (_, i) => ({ ...event, sessionId: `s${i}` }))),
    ]) {
      const before = await reads();
      await call();
      expect((await reads()) - before).toBe(2); // the call and our own INFO
    }
    await store.close();
  });

  it('survives a restart or flush of the script cache', async () => {
    const store = await open({ port: server.port });
    await store.append(event);
    await server.client.script('FLUSH');
    await store.append(event);
    await server.client.script('FLUSH');
    expect((await store.appendBatch([event, event])).every((result) => !(result instanceof Error))).toBe(
      true,
    );
    expect((await store.read('s'))!.eventCount).toBeGreaterThanOrEqual(4);
    await store.close();
    await server.client.flushall();
  });
});

describe('addresses', () => {
  it('may be a URL or its parts, with user, password and database', async () => {
    const own = await startRedis({ extraArgs: [`--requirepass=${PASSWORD}`] });
    try {
      await own.client.acl('SETUSER', 'shop', 'on', `>${PASSWORD}`, '~*', '+@all');
      const password = encodeURIComponent(PASSWORD);
      for (const [db, redis] of [
        { url: `redis://:${password}@127.0.0.1:${own.port}` },
        { url: `redis://shop:${password}@127.0.0.1:${own.port}/1` },
        { host: '127.0.0.1', port: own.port, username: 'shop', password: PASSWORD, db: 2 },
      ].entries()) {
        const store = await open(redis);
        await store.append(event);
        await own.client.select(db);
        expect(await own.client.dbsize()).toBeGreaterThan(0);
        await store.close();
      }
      for (const wrong of ['guess-me-not', '']) {
        const error = await failure(open({ url: `redis://shop:${wrong}@127.0.0.1:${own.port}` }));
        expect(error.code).toBe('store_unavailable');
        expect(error.message).toMatch(/WRONGPASS|NOAUTH/);
        expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/guess-me-not/);
      }
    } finally {
      await own.stop();
    }
  });

  it.each([
    ['http://localhost:1', /redis:\/\//],
    ['localhost:6379', /redis:\/\//],
    ['redis://:top-secret@host:port', /malformed/],
    ['redis://:top-secret@localhost/zero', /database/],
    ['redis://:%zz-top-secret@localhost', /percent/],
    ['redis://', /host/],
  ])('that are wrong are refused without quoting them: %s', async (url, reason) => {
    const error = await failure(open({ url }));
    expect(error.code).toBe('invalid_config');
    expect(error.detail).toMatch(reason);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/top-secret/);
  });

  it('where nobody answers are an error at once', async () => {
    const gone = await startRedis();
    await gone.stop();
    const error = await failure(open({ port: gone.port, password: 'top-secret' }));
    expect(error).toMatchObject({ code: 'store_unavailable' });
    expect(error.message).toMatch(/ECONNREFUSED/);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/top-secret/);
  });
});

describe('failures', () => {
  it('of a server that hangs end in an error, without commands piling up, and it recovers', async () => {
    const own = await startRedis();
    const store = await open({ port: own.port, commandTimeoutMs: 200 });
    try {
      await store.append(event);
      process.kill(own.pid, 'SIGSTOP');
      const results = await Promise.all(Array.from({ length: 50 }, () => failure(store.append(event))));
      for (const error of results) expect(error.code).toBe('store_unavailable');
      process.kill(own.pid, 'SIGCONT');
      await expect
        .poll(
          () =>
            store.ping().then(
              () => 'back',
              () => 'away',
            ),
          { timeout: 20_000 },
        )
        .toBe('back');
      const count = (await store.read('s'))!.eventCount;
      expect((await store.append(event)).eventCount).toBe(count + 1);
    } finally {
      process.kill(own.pid, 'SIGCONT');
      await store.close();
      await own.stop();
    }
  }, 60_000);

  it('of a full Redis refuse the event, keep what is there and do not show shoppers’ data', async () => {
    const own = await startRedis({ extraArgs: ['--maxmemory-policy=noeviction'] });
    const store = await open({ port: own.port });
    try {
      await store.append(event);
      await own.client.config('SET', 'maxmemory', '1');
      const error = await failure(store.append({ ...event, eventId: 'e' }));
      expect(error).toMatchObject({ code: 'store_unavailable' });
      expect(error.message).toMatch(/OOM/);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/secret-item/);
      expect((await store.read('s'))!.eventCount).toBe(1);
      await own.client.config('SET', 'maxmemory', '0');
      expect(await store.append({ ...event, eventId: 'e' })).toEqual({ eventCount: 2, duplicate: false });
    } finally {
      await store.close();
      await own.stop();
    }
  });

  it('of the client library, which gives up now and then, do not end the store', async () => {
    const own = await startRedis();
    const store = await open({ port: own.port });
    try {
      (store as unknown as { client: { disconnect(): void } }).client.disconnect();
      await expect
        .poll(
          () =>
            store.append(event).then(
              ({ eventCount }) => eventCount,
              () => 0,
            ),
          { timeout: 20_000 },
        )
        .toBe(1);
    } finally {
      await store.close();
      await own.stop();
    }
  });

  it('close ends the connection, also while Redis is away', async () => {
    const own = await startRedis();
    const store = await open({ port: own.port });
    await own.kill9();
    await store.close();
    await own.restart();
    const clients = async () => ((await own.client.client('LIST')) as string).trim().split('\n').length;
    expect(await clients()).toBe(1);
    const other = await open({ port: own.port });
    expect(await clients()).toBe(2);
    await other.close();
    await expect.poll(clients).toBe(1);
    await own.stop();
  });
});
