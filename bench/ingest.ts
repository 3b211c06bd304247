/**
 * How many events a second the service takes in, each acknowledged after it is durable: single posts over 64 connections that
 * stay open, and batches. Embedded store (log and store synced to disk) and Redis (a real server, appendfsync everysec).
 * The generator runs on the same machine, a request after the answer to the one before.
 *
 * Run: npm run bench -- ingest [--seconds 10] [--workers 2] [--batch 500] [--stores embedded,redis]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { startRedis } from '../test/support/redis.js';
import { closedLoop } from './support/closed-loop.js';
import { smallModel } from './support/demo-model.js';
import { startServerProcess } from './support/server-process.js';
import { jsonPost } from './support/wire-connection.js';

const GOALS: Readonly<Record<string, { single: number; batch: number }>> = {
  embedded: { single: 8000, batch: 60_000 },
  redis: { single: 8000, batch: 25_000 },
};
const SINGLE_CONNECTIONS = 64;
const BATCH_CONNECTIONS = 8;
const WARM_UP_SECONDS = 3;
/** At the same time; each is followed by another after so many events. */
const SHOPPERS = 20_000;
const EVENTS_OF_A_VISIT = 20;

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    workers: { type: 'string', default: '2' },
    batch: { type: 'string', default: '500' },
    stores: { type: 'string', default: 'embedded,redis' },
  },
});
const seconds = Number(flags.seconds);
const batch = Number(flags.batch);

let number = 0;
const event = () => {
  const shopper = number % SHOPPERS;
  // Not all visits end at the same time.
  const visit = Math.floor(
    (Math.floor(number / SHOPPERS) + (shopper % EVENTS_OF_A_VISIT)) / EVENTS_OF_A_VISIT,
  );
  return {
    session_id: `visit-${shopper}-${visit}`,
    item_id: `item-${number % 977}`,
    event_type: 'view',
    event_id: `${number++}`,
  };
};

const table = new Table({
  head: ['store', 'events/s', 'goal', 'not 200'],
  style: { head: [], border: [] },
});
const dir = await mkdtemp(join(tmpdir(), 'nextitem-bench-'));
try {
  const artifacts = await smallModel(dir);
  for (const store of flags.stores.split(',')) {
    const redis = store === 'redis' ? await startRedis({ appendonly: 'everysec' }) : null;
    const server = await startServerProcess({
      NODE_ENV: 'production',
      ARTIFACTS_PATH: artifacts,
      STATE_PATH: join(dir, `state-${store}`),
      WORKERS: flags.workers,
      ...(redis === null ? {} : { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) }),
    });
    const measure = async (what: string, connections: number, perRequest: number, goal: number) => {
      const request = () => ({
        kind: 'event',
        bytes:
          perRequest === 1
            ? jsonPost('/event', event())
            : jsonPost('/events', { events: Array.from({ length: perRequest }, event) }),
      });
      const options = { url: server.url, connections, request };
      await closedLoop({ ...options, seconds: WARM_UP_SECONDS });
      const { statuses } = await closedLoop({ ...options, seconds });
      const accepted = statuses.get('200') ?? 0;
      const others = [...statuses].filter(([status]) => status !== '200').map(([s, n]) => `${n} x ${s}`);
      table.push([
        `${store}, ${what}`,
        ((accepted * perRequest) / seconds).toFixed(0),
        `>= ${goal}`,
        others.join(', ') || 0,
      ]);
    };
    try {
      await measure('single', SINGLE_CONNECTIONS, 1, GOALS[store]!.single);
      await measure(`batches of ${batch}`, BATCH_CONNECTIONS, batch, GOALS[store]!.batch);
    } finally {
      await server.stop();
      await redis?.stop();
    }
  }
  console.log(table.toString());
} finally {
  await rm(dir, { recursive: true, force: true });
}
