/**
 * A long time under steady load: a real server, recommendations and as many events at a fixed rate, sessions that expire
 * soon. Nothing may grow: memory that is kept after a collection, file handles, what the store holds. Expired sessions must
 * go. Pauses for garbage collection are counted.
 *
 * Run: npm run bench -- soak [--minutes 30] [--rate 500] [--store embedded|redis] [--workers 2] [--ttl 60]
 *      [--bundle FOLDER_OF_BUNDLES]   default: the demo model, trained first
 *      Ends with code 1 if something grew or failed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { latencySummary } from '../src/metrics/percentiles.js';
import { startRedis } from '../test/support/redis.js';
import { trainDemoModel } from './support/demo-model.js';
import { openLoop } from './support/open-loop.js';
import { startServerProcess } from './support/server-process.js';
import { shopLoad } from './support/shop-load.js';
import { Shoppers, sessionsToReplay } from './support/shoppers.js';
import { liveSessions } from './support/live-sessions.js';

const WINDOW_SECONDS = 20;
/** Until caches, heaps and the memory of recent sessions have their size: a share of the time, and until sessions expire. */
const SETTLED_SHARE = 0.2;
const SWEPT_AFTER_SECONDS = 90;
/** Of what there was when it had settled: how much more there may be at the end, beside this. */
const MAX_GROWTH = 0.1;
const SLACK = { keptMib: 15, handles: 10, sessions: 500 };

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '500' },
    store: { type: 'string', default: 'embedded' },
    workers: { type: 'string', default: '2' },
    ttl: { type: 'string', default: '60' },
    bundle: { type: 'string' },
  },
});
const rate = Number(flags.rate);
const windows = Math.round((Number(flags.minutes) * 60) / WINDOW_SECONDS);
const settledFrom = Math.ceil(
  Math.max(SETTLED_SHARE * windows, (Number(flags.ttl) + SWEPT_AFTER_SECONDS) / WINDOW_SECONDS),
);
if (windows - settledFrom < 5)
  throw new Error('sessions would hardly begin to expire: take more --minutes, or a shorter --ttl');

/** The windows after which the server collects all its garbage and tells what it keeps; in between nobody meddles. */
const LOOKS = 7;
const lookedAt = new Set(
  Array.from({ length: LOOKS }, (_, i) =>
    Math.round(settledFrom + (i / (LOOKS - 1)) * (windows - 1 - settledFrom)),
  ),
);

interface Sample {
  readonly minute: number;
  /** Of no file, before a collection. */
  readonly memoryMib: number;
  /** Of no file, after a collection; null for a window that is not looked at. */
  readonly keptMib: number | null;
  readonly handles: number;
  readonly sessions: number;
  readonly p50: number;
  readonly p99: number;
  readonly refused: number;
  readonly failed: number;
  readonly gcSeconds: number;
  readonly gcPauses: number;
}

const dir = await mkdtemp(join(tmpdir(), 'nextitem-bench-'));
const redis = flags.store === 'redis' ? await startRedis({ appendonly: 'everysec' }) : null;
try {
  const artifacts = flags.bundle ?? (await trainDemoModel(dir));
  const statePath = join(dir, 'state');
  const env = {
    NODE_ENV: 'production',
    OPEN_METRICS: 'true',
    ARTIFACTS_PATH: artifacts,
    STATE_PATH: statePath,
    WORKERS: flags.workers,
    SESSION_TTL_SECONDS: flags.ttl,
    ...(redis === null ? {} : { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) }),
  };
  const server = await startServerProcess(env, { collects: true });
  try {
    const request = shopLoad(new Shoppers(await sessionsToReplay(artifacts), 2000));
    const samples: Sample[] = [];
    let pauses = await garbageCollection(server.url);
    for (let window = 0; window < windows; window++) {
      const { byKind } = await openLoop({
        url: server.url,
        ratePerSecond: 2 * rate,
        seconds: WINDOW_SECONDS,
        request,
      });
      const after = await garbageCollection(server.url);
      const all = [...byKind.values()];
      const { p50, p99 } = latencySummary(byKind.get('recommend')?.answeredMs ?? []);
      const sample: Sample = {
        minute: ((window + 1) * WINDOW_SECONDS) / 60,
        memoryMib: server.memory().anonymousMib,
        keptMib: lookedAt.has(window) ? await server.keptMib() : null,
        handles: server.handles(),
        sessions: redis === null ? liveSessions(join(statePath, 'sessions')) : await redis.client.dbsize(),
        p50,
        p99,
        refused: all.reduce((sum, { refusedMs }) => sum + refusedMs.length, 0),
        failed: all.reduce((sum, { failures }) => sum + [...failures.values()].reduce((a, b) => a + b, 0), 0),
        gcSeconds: after.seconds - pauses.seconds,
        gcPauses: after.pauses - pauses.pauses,
      };
      pauses = await garbageCollection(server.url);
      samples.push(sample);
      if (window % 6 === 0 || window === windows - 1) console.error(progress(sample));
    }
    process.exitCode = report(samples) ? 0 : 1;
  } finally {
    await server.stop();
  }
} finally {
  await redis?.stop();
  await rm(dir, { recursive: true, force: true });
}

function progress({ minute, memoryMib, handles, sessions, p99 }: Sample): string {
  return `  ${minute.toFixed(0)} min: ${memoryMib.toFixed(0)} MiB, ${handles} handles, ${sessions} in the store, p99 ${p99.toFixed(1)} ms`;
}

/** Seconds and number of all pauses of all workers so far. */
async function garbageCollection(url: string): Promise<{ seconds: number; pauses: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const sumOf = (name: string) =>
    [
      ...text.matchAll(
        new RegExp(`^nextitem_nodejs_gc_duration_seconds_${name}\\{[^}]*\\} ([\\d.e+-]+)$`, 'gm'),
      ),
    ].reduce((sum, [, value]) => sum + Number(value), 0);
  return { seconds: sumOf('sum'), pauses: sumOf('count') };
}

function report(samples: readonly Sample[]): boolean {
  const settled = samples.slice(settledFrom);
  const looks = settled.flatMap((sample) =>
    sample.keptMib === null ? [] : [{ ...sample, keptMib: sample.keptMib }],
  );
  const table = new Table({
    head: ['minute', 'MiB', 'kept MiB', 'handles', 'in the store', 'p50 ms', 'p99 ms', 'GC ms/s', 'pauses/s'],
    style: { head: [], border: [] },
  });
  for (const each of looks)
    table.push([
      each.minute.toFixed(1),
      each.memoryMib.toFixed(0),
      each.keptMib.toFixed(0),
      each.handles,
      each.sessions,
      each.p50.toFixed(2),
      each.p99.toFixed(1),
      ((1000 * each.gcSeconds) / WINDOW_SECONDS).toFixed(1),
      (each.gcPauses / WINDOW_SECONDS).toFixed(1),
    ]);
  console.log(
    `${flags.store}, ${flags.workers} workers, ${rate} recommendations and ${rate} events a second, sessions live ${flags.ttl} s`,
  );
  console.log(table.toString());
  console.log(
    `memory before collections, from the first minute to the last: ${sparkline(samples.map(({ memoryMib }) => memoryMib))}`,
  );

  const refused = samples.reduce((sum, sample) => sum + sample.refused, 0);
  const failed = samples.reduce((sum, sample) => sum + sample.failed, 0);
  const grew = (of: 'keptMib' | 'handles' | 'sessions') => {
    const third = Math.ceil(looks.length / 3);
    const [early, late] = [looks.slice(0, third), looks.slice(-third)].map((part) =>
      medianOf(part.map((look) => look[of])),
    );
    return { early: early!, late: late!, holds: late! <= early! * (1 + MAX_GROWTH) + SLACK[of] };
  };
  const verdicts = (['keptMib', 'handles', 'sessions'] as const).map((of) => ({ of, ...grew(of) }));
  for (const { of, early, late, holds } of verdicts)
    console.log(
      `${holds ? 'does not grow' : 'GROWS'}: ${of}, ${early.toFixed(0)} early, ${late.toFixed(0)} late`,
    );
  console.log(
    `slope of what is kept: ${(60 * slope(looks.map(({ minute, keptMib }) => [minute, keptMib]))).toFixed(1)} MiB an hour; ${refused} refused, ${failed} failed`,
  );
  return failed === 0 && verdicts.every(({ holds }) => holds);
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Least squares. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const variance = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}

function sparkline(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const bars = '▁▂▃▄▅▆▇█';
  const step = Math.max(1, Math.floor(values.length / 60));
  return values
    .filter((_, i) => i % step === 0)
    .map(
      (value) =>
        bars[most === least ? 0 : Math.round(((bars.length - 1) * (value - least)) / (most - least))],
    )
    .join('');
}
