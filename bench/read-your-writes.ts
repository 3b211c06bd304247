/**
 * Read your writes: pairs of an event and the recommendation after it, started at a fixed rate. Every event is a purchase, and
 * what was bought is never shown again: an answer that still shows it did not know the event that was acknowledged
 * before it was asked for. Goal: 0 stale reads of 10,000 at 500 pairs a second, and none degraded on
 * a machine that is not overloaded.
 *
 * Two server processes on one Redis, event to the one and question to the other; two workers on the embedded store, a
 * connection for each request, so that the workers take turns.
 *
 * Run: npm run bench -- read-your-writes [--pairs 10000] [--rate 500] [--budget-ms 50]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readYourWrites } from '../test/support/read-your-writes.js';
import { startRedis } from '../test/support/redis.js';
import { writeTestBundle } from '../test/support/served.js';
import { startServerProcess } from './support/server-process.js';

const { values: flags } = parseArgs({
  options: {
    pairs: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '500' },
    'budget-ms': { type: 'string', default: '50' },
  },
});
const pairs = Number(flags.pairs);
const ratePerSecond = Number(flags.rate);

const dir = await mkdtemp(join(tmpdir(), 'nextitem-read-your-writes-'));
const artifacts = join(dir, 'artifacts');
await writeTestBundle(artifacts);
const start = (name: string, env: Record<string, string>) =>
  startServerProcess({
    ARTIFACTS_PATH: artifacts,
    STATE_PATH: join(dir, name),
    RECOMMEND_BUDGET_MS: flags['budget-ms'],
    ...env,
  });

const redis = await startRedis();
try {
  const REDIS_URL = `redis://127.0.0.1:${redis.port}`;
  const two = [await start('a', { REDIS_URL }), await start('b', { REDIS_URL })];
  const onRedis = await readYourWrites([two[0]!.url, two[1]!.url], pairs, { ratePerSecond });
  for (const { url } of two) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    console.log(
      metrics.match(/^nextitem_degraded_recommendations_total\{.*$/gm)?.join('\n') ?? 'nothing was degraded',
    );
  }
  for (const server of two) await server.stop();
  const workers = await start('c', { WORKERS: '2' });
  const embedded = await readYourWrites([workers.url], pairs, { ratePerSecond });
  await workers.stop();
  console.log(`${pairs} pairs at ${ratePerSecond} a second`);
  console.table({ 'two servers, one Redis': onRedis, 'two workers, embedded store': embedded });
  process.exitCode = onRedis.stale + embedded.stale + onRedis.failed + embedded.failed === 0 ? 0 : 1;
} finally {
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
}
