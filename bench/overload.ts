/**
 * Three times what the server can do: it is asked as fast as it answers (its saturation), then for a while at three times
 * that rate whether it keeps up or not, then again at a quarter. What it accepts must stay quick, what it refuses must say
 * so with 503, memory must stay, and the quiet afterwards must be as before.
 *
 * One worker, so that the generator has a processor of its own on a machine with two.
 *
 * Run: npm run bench -- overload [--bundle FOLDER_OF_BUNDLES] [--seconds 20] [--times 3] [--workers 1]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { latencySummary } from '../src/metrics/percentiles.js';
import { closedLoop } from './support/closed-loop.js';
import { trainDemoModel } from './support/demo-model.js';
import { openLoop } from './support/open-loop.js';
import { startServerProcess } from './support/server-process.js';
import { shopLoad } from './support/shop-load.js';
import { sessionsToReplay, Shoppers } from './support/shoppers.js';

const GOAL_P99_MS = 50;
const SATURATION_SECONDS = 8;
const RECOVERY_SECONDS = 5;

const { values: flags } = parseArgs({
  options: {
    bundle: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    times: { type: 'string', default: '3' },
    workers: { type: 'string', default: '1' },
  },
});

const dir = await mkdtemp(join(tmpdir(), 'nextitem-bench-'));
try {
  const artifacts = flags.bundle ?? (await trainDemoModel(dir));
  const request = shopLoad(new Shoppers(await sessionsToReplay(artifacts), 2000));
  const server = await startServerProcess({
    NODE_ENV: 'production',
    ARTIFACTS_PATH: artifacts,
    STATE_PATH: join(dir, 'state'),
    WORKERS: flags.workers,
  });
  try {
    const { url } = server;
    await closedLoop({ url, connections: 8, seconds: 5, request });
    const { statuses } = await closedLoop({ url, connections: 8, seconds: SATURATION_SECONDS, request });
    const saturation = (statuses.get('200') ?? 0) / SATURATION_SECONDS;
    console.log(`saturation: ${saturation.toFixed(0)} requests/s, half events and half recommendations`);

    const table = new Table({
      head: [
        'requests/s',
        'accepted/s',
        'p50 ms',
        'p99 ms',
        'refused',
        'p99 of refusals',
        'failed',
        'memory MiB',
      ],
      style: { head: [], border: [] },
    });
    const phase = async (name: string, ratePerSecond: number, seconds: number) => {
      const { byKind } = await openLoop({ url, ratePerSecond, seconds, request, connections: 512 });
      const all = [...byKind.values()];
      const accepted = latencySummary(all.flatMap(({ answeredMs }) => answeredMs));
      const refused = latencySummary(all.flatMap(({ refusedMs }) => refusedMs));
      const failed = all.flatMap(({ failures }) => [...failures]).map(([how, count]) => `${count} x ${how}`);
      table.push([
        `${ratePerSecond.toFixed(0)} (${name})`,
        (accepted.count / seconds).toFixed(0),
        accepted.p50.toFixed(1),
        accepted.p99.toFixed(1),
        refused.count,
        refused.count === 0 ? '' : refused.p99.toFixed(1),
        failed.join(', ') || 0,
        server.memory().nowMib.toFixed(0),
      ]);
      return { p99: accepted.p99, failed: failed.length };
    };
    await phase('before', saturation / 4, RECOVERY_SECONDS);
    const under = await phase('overload', saturation * Number(flags.times), Number(flags.seconds));
    await phase('the seconds after', saturation / 4, RECOVERY_SECONDS);
    console.log(table.toString());
    const met = under.p99 <= GOAL_P99_MS && under.failed === 0;
    console.log(
      `p99 of what was accepted in overload: goal <= ${GOAL_P99_MS} ms and no failures: ${met ? 'met' : 'MISSED'}`,
    );
  } finally {
    await server.stop();
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
