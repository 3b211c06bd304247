/**
 * What a failover loses: a master is killed while events are appended to a Redis Cluster (three masters, three replicas) and
 * to a master with two replicas behind three Sentinels; the acknowledged events that the new master does not have are
 * counted (`lost`), those it has twice (`doubled`, goal 0), and the longest time in which no event was taken (`pauseMs`; the
 * servers take a master for dead after 1 to 1.5 seconds here). `cut off`: its replicas got nothing in its last second. With REDIS_WAIT_REPLICAS=1 the goal for `lost` is 0.
 *
 * Run: npm run bench -- failover [--rounds 3] [--writers 32]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openSessionStore } from '../src/sessions/open-session-store.js';
import { type RedisStoreOptions } from '../src/sessions/redis-options.js';
import { lostAndDoubled } from '../test/support/event-flood.js';
import { startLoad, storedEventIds, untilWritable } from '../test/support/failover-load.js';
import {
  cutReplicasOff,
  mastersOf,
  type RedisGroup,
  startCluster,
  startSentinelGroup,
} from '../test/support/redis-topology.js';

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, writers: { type: 'string', default: '32' } },
});
const rounds = Number(flags.rounds);
const writers = Number(flags.writers);
const LOAD_MS = 2000;
const CUT_OFF_MS = 1000;

async function measure(group: RedisGroup, redis: RedisStoreOptions, cutOff = false) {
  const store = await openSessionStore({
    kind: 'redis',
    redis: { commandTimeoutMs: 500, ...redis },
    limits: { ttlMs: 600_000, maxEvents: 1_000_000 },
    clock: Date.now,
  });
  const load = startLoad(store, writers);
  try {
    await sleep(LOAD_MS);
    const masters = await mastersOf(group.servers);
    const [victim] = masters;
    const before = load.acknowledged.size;
    if (cutOff) {
      await cutReplicasOff(victim!);
      await sleep(CUT_OFF_MS);
    }
    await victim!.kill9();
    // A new master without a replica takes nothing that a replica must confirm: the old one comes back.
    while ((await mastersOf(group.servers)).length < masters.length) await sleep(50);
    await victim!.restart();
    await untilWritable(store);
    await sleep(LOAD_MS);
    await load.stop();
    const found = (await storedEventIds(store)).filter((id) => id !== 'probe');
    const { lost, doubled } = lostAndDoubled(load.acknowledged, found);
    return {
      beforeKill: before,
      acknowledged: load.acknowledged.size,
      refused: load.refused(),
      lost,
      doubled,
      pauseMs: Math.round(load.longestPauseMs()),
    };
  } finally {
    await load.stop();
    await store.close();
  }
}

const rows: Record<string, Awaited<ReturnType<typeof measure>>> = {};
for (const waitReplicas of [0, 1]) {
  for (let round = 1; round <= rounds; round++) {
    const cluster = await startCluster();
    try {
      const clusterNodes = cluster.servers.map(({ port }) => `127.0.0.1:${port}`);
      rows[`cluster, wait ${waitReplicas}, round ${round}`] = await measure(cluster, {
        clusterNodes,
        waitReplicas,
      });
    } finally {
      await cluster.stop();
    }
    for (const cutOff of [false, true]) {
      const group = await startSentinelGroup();
      try {
        const { sentinels, masterName: sentinelMaster } = group;
        const name = `sentinel${cutOff ? ', cut off' : ''}, wait ${waitReplicas}, round ${round}`;
        rows[name] = await measure(group, { sentinels, sentinelMaster, waitReplicas }, cutOff);
      } finally {
        await group.stop();
      }
    }
  }
}
console.table(rows);
