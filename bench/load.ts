/**
 * The service under load: a real server with its workers, asked at a fixed rate whether it keeps up or not; as many events
 * as recommendations, real test sessions replayed, latency from the time a request was due. Then the rate is raised until
 * requests wait, are refused or fail: the last rate before that is the saturation. Embedded store and Redis.
 *
 * The generator runs on the same machine; how late it was itself is printed.
 *
 * Run: npm run bench -- load [--bundle FOLDER_OF_BUNDLES] [--data FOLDER_OR_FILE] [--rate 1000] [--seconds 30]
 *      [--workers 2] [--stores embedded,redis] [--most 4000] [--shoppers 2000]
 *      default: the demo model, trained first
 */
import { cpus, tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { latencySummary } from '../src/metrics/percentiles.js';
import { startRedis } from '../test/support/redis.js';
import { trainDemoModel } from './support/demo-model.js';
import { openLoop, type OpenLoopResult } from './support/open-loop.js';
import { startServerProcess } from './support/server-process.js';
import { shopLoad } from './support/shop-load.js';
import { Shoppers, sessionsToReplay } from './support/shoppers.js';

const GOALS = { p50: 1.5, p95: 5, p99: 10, saturation: 2000 };
const WARM_UP_SECONDS = 10;
const STEP_SECONDS = 8;
const STEP = 250;
/** A rate is too high when the slowest hundredth waits longer than this, or more than one in a thousand is refused. */
const TOO_SLOW_MS = 50;
const TOO_MANY_REFUSED = 0.001;

const { values: flags } = parseArgs({
  options: {
    bundle: { type: 'string' },
    data: { type: 'string' },
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '30' },
    workers: { type: 'string', default: '2' },
    stores: { type: 'string', default: 'embedded,redis' },
    most: { type: 'string', default: '4000' },
    shoppers: { type: 'string', default: '2000' },
  },
});
const rate = Number(flags.rate);

const dir = await mkdtemp(join(tmpdir(), 'nextitem-bench-'));
try {
  const artifacts = flags.bundle ?? (await trainDemoModel(dir));
  const sessions = await sessionsToReplay(artifacts, flags.data);
  console.log(
    `${flags.workers} workers, generator on the same ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, node ${process.version}`,
  );
  for (const store of flags.stores.split(',')) await measure(store, artifacts, sessions);
} finally {
  await rm(dir, { recursive: true, force: true });
}

async function measure(
  store: string,
  artifacts: string,
  sessions: Awaited<ReturnType<typeof sessionsToReplay>>,
): Promise<void> {
  const redis = store === 'redis' ? await startRedis({ appendonly: 'everysec' }) : null;
  const server = await startServerProcess({
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    ARTIFACTS_PATH: artifacts,
    STATE_PATH: join(dir, `state-${store}`),
    WORKERS: flags.workers,
    ...(redis === null ? {} : { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) }),
  });
  try {
    const request = shopLoad(new Shoppers(sessions, Number(flags.shoppers)));
    const ask = (recommendations: number, seconds: number) =>
      openLoop({ url: server.url, ratePerSecond: 2 * recommendations, seconds, request });
    await ask(rate / 4, WARM_UP_SECONDS);
    const before = server.processorMs();
    const usedBefore = process.cpuUsage();
    const result = await ask(rate, Number(flags.seconds));
    const perRequest = (server.processorMs() - before) / (2 * rate * Number(flags.seconds));
    const used = process.cpuUsage(usedBefore);
    print(store, result);
    console.log(
      `processor time of the server per request: ${perRequest.toFixed(3)} ms; the generator used ${((used.user + used.system) / 1e4 / Number(flags.seconds)).toFixed(0)}% of a core`,
    );

    let saturation = 0;
    for (let step = rate; step <= Number(flags.most); step += STEP) {
      const { p99, refused } = summary(await ask(step, STEP_SECONDS));
      const holds = p99 <= TOO_SLOW_MS && refused <= TOO_MANY_REFUSED;
      console.log(
        `  ${step}/s: p99 ${p99.toFixed(1)} ms, ${(100 * refused).toFixed(2)}% refused or failed${holds ? '' : ': too much'}`,
      );
      if (!holds) break;
      saturation = step;
    }
    console.log(
      `${store}: saturation ${saturation} recommendations/s (and as many events); goal >= ${GOALS.saturation}\n`,
    );
  } finally {
    await server.stop();
    await redis?.stop();
  }
}

function summary({ byKind }: OpenLoopResult): { p99: number; refused: number } {
  let [lost, all] = [0, 0];
  for (const { answeredMs, refusedMs, failures } of byKind.values()) {
    const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
    lost += refusedMs.length + failed;
    all += answeredMs.length + refusedMs.length + failed;
  }
  return { p99: latencySummary(byKind.get('recommend')?.answeredMs ?? []).p99, refused: lost / all };
}

function print(store: string, { byKind, lateMs }: OpenLoopResult): void {
  const table = new Table({
    head: [`${store}, ${rate}/s each, ms`, 'answered', 'p50', 'p95', 'p99', 'max', 'refused', 'failed'],
    style: { head: [], border: [] },
  });
  for (const [kind, { answeredMs, refusedMs, failures }] of byKind) {
    const { p50, p95, p99, max } = latencySummary(answeredMs);
    const failed = [...failures].map(([how, count]) => `${count} x ${how}`).join(', ');
    table.push([kind, answeredMs.length, p50.toFixed(2), p95.toFixed(2), p99.toFixed(2), max.toFixed(1), refusedMs.length, failed || 0]); // prettier-ignore
  }
  table.push(['goal for recommend', '', `<= ${GOALS.p50}`, `<= ${GOALS.p95}`, `<= ${GOALS.p99}`, '', 0, 0]);
  const late = latencySummary(lateMs);
  table.push(['of which this generator was late', '', late.p50.toFixed(2), late.p95.toFixed(2), late.p99.toFixed(2), late.max.toFixed(1), '', '']); // prettier-ignore
  console.log(table.toString());
}
