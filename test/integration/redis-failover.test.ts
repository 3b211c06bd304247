import { once } from 'node:events';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { keySlot } from '../../src/sessions/key-slot.js';
import { openSessionStore } from '../../src/sessions/open-session-store.js';
import { type RedisStoreOptions } from '../../src/sessions/redis-options.js';
import { Replication } from '../../src/sessions/redis-replication.js';
import { type SessionStore } from '../../src/sessions/session-store.js';
import { lostAndDoubled } from '../support/event-flood.js';
import { type FailoverLoad, startLoad, storedEventIds, untilWritable } from '../support/failover-load.js';
import {
  cutReplicasOff,
  type RedisGroup,
  mastersOf,
  startCluster,
  startSentinelGroup,
} from '../support/redis-topology.js';
import { startRedis } from '../support/redis.js';
import { until } from '../support/served.js';

// Real servers: a Cluster of three masters and three replicas, a master with two replicas and three sentinels.
// bench/failover.ts counts the same with more load.

const LIMITS = { ttlMs: 600_000, maxEvents: 10_000 };
const WRITERS = 8;
const ACKNOWLEDGED = 400;

let group: RedisGroup | null = null;
let store: SessionStore | null = null;
afterEach(async () => {
  await store?.close();
  await group?.stop();
  store = group = null;
});

const open = async (redis: RedisStoreOptions): Promise<SessionStore> =>
  (store = await openSessionStore({
    kind: 'redis',
    redis: { commandTimeoutMs: 500, ...redis },
    limits: LIMITS,
    clock: Date.now,
  }));

async function clusterStore(options: RedisStoreOptions = {}): Promise<SessionStore> {
  group = await startCluster();
  return open({ clusterNodes: group.servers.slice(0, 4).map(({ port }) => `127.0.0.1:${port}`), ...options });
}

async function sentinelStore(options: RedisStoreOptions = {}): Promise<SessionStore> {
  const started = await startSentinelGroup();
  group = started;
  return open({ sentinels: started.sentinels, sentinelMaster: started.masterName, ...options });
}

/** Writes, lets the break happen in the middle, writes on; what was acknowledged, refused, lost and doubled. */
async function throughBreak(target: SessionStore, breakIt: (load: FailoverLoad) => Promise<unknown>) {
  const load = startLoad(target, WRITERS);
  try {
    await until(() => load.acknowledged.size >= ACKNOWLEDGED);
    const before = new Set(load.acknowledged);
    await breakIt(load);
    await untilWritable(target);
    const after = load.acknowledged.size + ACKNOWLEDGED;
    await until(() => load.acknowledged.size >= after);
    await load.stop();
    const stored = await storedEventIds(target);
    const found = stored.filter((id) => id !== 'probe');
    return { ...lostAndDoubled(load.acknowledged, found), refused: load.refused(), before };
  } finally {
    await load.stop();
  }
}

const killMaster = async (): Promise<void> => (await mastersOf(group!.servers))[0]!.kill9();

describe('slots', () => {
  it('are those of Redis', async () => {
    await clusterStore();
    const { client } = group!.servers[0]!;
    for (const key of [
      '',
      'a',
      'foo{}{bar}',
      'shop:{"a b"}:events',
      'foo{{bar}}zap',
      '{é😀}x',
      'x'.repeat(300),
    ])
      expect(keySlot(key), key).toBe(await client.cluster('KEYSLOT', key));
  });
});

describe('a write that replicas are to confirm', () => {
  it('is not confirmed over another connection, which may lead to a server that never had it', async () => {
    const server = await startRedis();
    const client = new Redis(server.port, { retryStrategy: () => 1 });
    try {
      const replication = new Replication(client, 0, 100);
      const before = replication.of('key');
      await client.set('key', 'value');
      await expect(before()).resolves.toBeUndefined();
      const ended = once(client, 'close');
      await server.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await ended;
      await once(client, 'ready');
      await expect(before()).rejects.toThrow('connection ended');
      await expect(replication.of('key')()).resolves.toBeUndefined();
    } finally {
      client.disconnect();
      await server.stop();
    }
  });
});

describe('a Redis Cluster', () => {
  it('keeps sessions on all masters, and a user’s sessions can be erased across them', async () => {
    const cluster = await clusterStore();
    const event = { itemId: 'tea', eventType: 'view', timestampMs: 1, userId: 'u' } as const;
    for (let s = 0; s < 30; s++) await cluster.append({ ...event, sessionId: `s${s}` });
    for (const { client } of await mastersOf(group!.servers))
      expect(await client.dbsize()).toBeGreaterThan(0);
    expect(await cluster.deleteUser('u')).toHaveLength(30);
    for (const { client } of await mastersOf(group!.servers)) expect(await client.dbsize()).toBe(0);
  });

  it('goes on by itself after a master is killed under load; nothing counts twice', async () => {
    const { lost, doubled, refused, before } = await throughBreak(await clusterStore(), killMaster);
    expect(refused).toBeGreaterThan(0);
    expect(doubled).toBe(0);
    // The bound is what one master had not sent yet: here far less than a second of events.
    expect(lost).toBeLessThan(before.size);
  });

  it('loses nothing acknowledged if a replica had to confirm it', async () => {
    const { lost, doubled } = await throughBreak(await clusterStore({ waitReplicas: 1 }), async () => {
      const [master] = await mastersOf(group!.servers);
      await master!.kill9();
      await until(async () => (await mastersOf(group!.servers)).length === 3);
      // The new master has no replica of its own until the old one is back, and refuses events.
      await master!.restart();
    });
    expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
  });

  it('that is nowhere is an error that says why', async () => {
    group = await startCluster();
    const addresses = group.servers.map(({ port }) => `127.0.0.1:${port}`);
    await group.stop();
    await expect(open({ clusterNodes: addresses })).rejects.toMatchObject({
      code: 'store_unavailable',
      detail: expect.stringContaining(addresses[0]!) as string,
    });
  });
});

describe('Redis Sentinel', () => {
  it('leads to the new master after the old one is killed under load; nothing counts twice', async () => {
    const { lost, doubled, refused, before } = await throughBreak(await sentinelStore(), killMaster);
    expect(refused).toBeGreaterThan(0);
    expect(doubled).toBe(0);
    expect(lost).toBeLessThan(before.size);
  });

  it('loses nothing acknowledged if a replica had to confirm it', async () => {
    const { lost, doubled } = await throughBreak(await sentinelStore({ waitReplicas: 1 }), killMaster);
    expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
  });

  it.each([
    [0, 'what it takes is lost with it'],
    [1, 'it takes nothing more if a replica has to confirm it'],
  ])('of a master whose replicas are cut off, %i to confirm: %s', async (waitReplicas) => {
    const sentinel = await sentinelStore({ waitReplicas });
    const [master] = await mastersOf(group!.servers);
    const { lost, doubled } = await throughBreak(sentinel, async (load) => {
      await cutReplicasOff(master!);
      const refusedBefore = load.refused();
      const enough = load.acknowledged.size + ACKNOWLEDGED;
      await until(() =>
        waitReplicas === 0 ? load.acknowledged.size >= enough : load.refused() > refusedBefore + WRITERS,
      );
      await master!.kill9();
    });
    if (waitReplicas === 0) expect(lost).toBeGreaterThan(ACKNOWLEDGED / 2);
    else expect(lost).toBe(0);
    expect(doubled).toBe(0);
  });

  it('leads away from a master that hangs, and from one that became a replica', async () => {
    const sentinel = await sentinelStore({ waitReplicas: 1 });
    const [hung] = await mastersOf(group!.servers);
    const { lost, doubled } = await throughBreak(sentinel, async () => {
      process.kill(hung!.pid, 'SIGSTOP');
      await until(async () => {
        const others = group!.servers.filter((server) => server !== hung);
        const masters = await mastersOf(others);
        if (masters.length !== 1) return false;
        // A replica that has not been told of the new master would go on confirming what the old one takes.
        const [follower] = others.filter((server) => server !== masters[0]);
        return (await follower!.client.info('replication')).includes(`master_port:${masters[0]!.port}`);
      });
      process.kill(hung!.pid, 'SIGCONT');
    });
    expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
    await until(async () => (await hung!.client.info('replication')).includes('role:slave'));
  });

  it('that nobody answers for is an error that says why', async () => {
    const started = await startSentinelGroup();
    group = started;
    await expect(open({ sentinels: started.sentinels, sentinelMaster: 'another' })).rejects.toMatchObject({
      code: 'store_unavailable',
      detail: expect.stringContaining('another') as string,
    });
  });
});

describe('replicas that must confirm', () => {
  it('refuse events while there are none, and the event sent again counts once', async () => {
    const started = await startSentinelGroup();
    group = started;
    const [master, ...replicas] = started.servers;
    const target = await open({ port: master!.port, waitReplicas: 2 });
    const event = { sessionId: 's', itemId: 'tea', eventType: 'view', timestampMs: 1, eventId: 'e' } as const;
    await target.append({ ...event, eventId: 'first' });
    for (const { pid } of replicas) process.kill(pid, 'SIGSTOP');
    await expect(target.append(event)).rejects.toMatchObject({
      code: 'store_unavailable',
      detail: expect.stringContaining('0 of 2 replicas') as string,
    });
    // Reads do not wait for replicas.
    expect((await target.read('s'))!.eventCount).toBe(2);
    for (const { pid } of replicas) process.kill(pid, 'SIGCONT');
    await until(async () =>
      target.append(event).then(
        ({ eventCount, duplicate }) => eventCount === 2 && duplicate,
        () => false,
      ),
    );
  });
});

describe('settings that are wrong', () => {
  it.each<[RedisStoreOptions, RegExp]>([
    [{ clusterNodes: ['host:99999'] }, /not host:port/],
    [{ clusterNodes: [] }, /no address/],
    [{ clusterNodes: ['a:1'], db: 2 }, /database 0/],
    [{ sentinels: ['a b'], sentinelMaster: 'm' }, /not host:port/],
    [{ sentinels: ['a:1'] }, /name of the master/],
  ])('are refused: %j', async (options, reason) => {
    await expect(open(options)).rejects.toMatchObject({
      code: 'invalid_config',
      detail: expect.stringMatching(reason) as string,
    });
  });
});
