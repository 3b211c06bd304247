/**
 * Latency under a fixed load: a real server in a process of its own, asked over HTTP at a fixed rate whether it keeps up
 * or not (open loop). Latency counts from the moment a request was due, so a server that falls behind, or this client, is
 * charged for the wait.
 *
 * A shopper's page sends an event, and 20 ms later asks for recommendations; if the event is not acknowledged by then, the
 * question waits for it and its latency runs already.
 *
 * Run: npm run bench -- serving [--rate 200] [--seconds 60] [--store embedded|redis] [--workers 1] [--sessions 500]
 *      [--bundle FOLDER_OF_BUNDLES]     default: the demo model, trained first
 *      [--feature-log]                  also logs the features of every answer, and replays the log at the end
 */
import { Agent } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { latencySummary } from '../src/metrics/percentiles.js';
import { post } from '../test/support/event-flood.js';
import { startRedis } from '../test/support/redis.js';
import { trainDemoModel } from './support/demo-model.js';
import { runNextitem, type ServerProcess, startServerProcess } from './support/server-process.js';
import { sessionsToReplay, Shoppers } from './support/shoppers.js';

const GOAL_P95_MS = 10;
const CLAIMED_P95_MS = 48;
const WARM_UP_SECONDS = 5;
const PAGE_DELAY_MS = 20;
const CONNECTIONS = 64;
/** After the last request is due, answers may take so much longer. */
const GRACE_MS = 30_000;

const { values: flags } = parseArgs({
  options: {
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    store: { type: 'string', default: 'embedded' },
    workers: { type: 'string', default: '1' },
    sessions: { type: 'string', default: '500' },
    bundle: { type: 'string' },
    'feature-log': { type: 'boolean', default: false },
  },
});
const rate = Number(flags.rate);
const seconds = Number(flags.seconds);
const concurrent = Number(flags.sessions);
if (!(rate > 0 && rate <= 20_000 && seconds >= 1 && seconds <= 3600 && concurrent >= 1))
  throw new Error('--rate goes to 20000, --seconds from 1 to 3600, --sessions from 1');
if (flags.store !== 'embedded' && flags.store !== 'redis') throw new Error('--store is embedded or redis');

interface Measured {
  readonly event: number[];
  readonly recommend: number[];
  /** How late this client was with its requests. */
  readonly clientLag: number[];
  readonly errors: Map<string, number>;
}

async function load(
  url: string,
  shoppers: Shoppers,
  firstTurn: number,
  forSeconds: number,
): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const measured: Measured = { event: [], recommend: [], clientLag: [], errors: new Map() };
  const fail = (what: string) => void measured.errors.set(what, (measured.errors.get(what) ?? 0) + 1);
  const total = Math.round(rate * forSeconds);
  const pending = new Set<Promise<void>>();
  const start = performance.now() + 50;

  async function pair(turn: number, due: number): Promise<void> {
    const { id, item, type } = shoppers.step(turn);
    measured.clientLag.push(performance.now() - due);
    const event = { session_id: id, item_id: item, event_type: type, event_id: `${turn}` };
    const stored = await post(agent, `${url}/event`, event).catch((error: Error) => ({
      status: 0,
      text: error.message,
    }));
    if (stored.status === 200) measured.event.push(performance.now() - due);
    else fail(`event ${stored.status} ${stored.text.slice(0, 120)}`);

    const asked = due + PAGE_DELAY_MS;
    const wait = asked - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const answer = await post(agent, `${url}/recommend`, { session_id: id, k: 20 }).catch((error: Error) => ({
      status: 0,
      text: error.message,
    }));
    if (answer.status !== 200) fail(`recommend ${answer.status} ${answer.text.slice(0, 120)}`);
    else if ((JSON.parse(answer.text) as { recommendations: unknown[] }).recommendations.length === 0)
      fail('empty list');
    else measured.recommend.push(performance.now() - asked);
  }

  for (let n = 0; n < total;) {
    const now = performance.now();
    for (; n < total && start + (n * 1000) / rate <= now; n++) {
      const one: Promise<void> = pair(firstTurn + n, start + (n * 1000) / rate).finally(() =>
        pending.delete(one),
      );
      pending.add(one);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), GRACE_MS).unref());
  if ((await Promise.race([Promise.all(pending), late])) === 'late') fail(`${pending.size} never answered`);
  agent.destroy();
  return measured;
}

const COLUMNS = ['count', 'p50', 'p75', 'p90', 'p95', 'p99', 'max'] as const;

function row(name: string, values: number[]): string {
  const summary = latencySummary(values);
  const cells = COLUMNS.map((column) => (column === 'count' ? summary.count : summary[column].toFixed(2)));
  return name.padEnd(26) + cells.map((cell) => String(cell).padStart(9)).join('');
}

/**
 * Processor time so far, milliseconds over all processors: a busy machine shows in the latencies. The system samples the
 * totals, so what is left for others is right to a few percent only.
 */
function processorTimes(server: ServerProcess) {
  const all = cpus().map(({ times }) => times);
  const sum = (of: (times: (typeof all)[number]) => number) =>
    all.reduce((total, times) => total + of(times), 0);
  const total = sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq);
  const idle = sum((times) => times.idle);
  const { user, system } = process.cpuUsage();
  const client = (user + system) / 1000;
  const served = server.processorMs();
  return { all: total, idle, client, server: served, others: total - idle - client - served };
}

const dir = await mkdtemp(join(tmpdir(), 'nextitem-bench-'));
const redis = flags.store === 'redis' ? await startRedis({ appendonly: 'everysec' }) : null;
try {
  const artifacts = flags.bundle ?? (await trainDemoModel(dir));
  const shoppers = new Shoppers(await sessionsToReplay(artifacts), concurrent);
  const server = await startServerProcess({
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    ARTIFACTS_PATH: artifacts,
    STATE_PATH: join(dir, 'state'),
    WORKERS: flags.workers,
    FEATURE_LOG: String(flags['feature-log']),
    ...(redis === null ? {} : { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) }),
  });
  try {
    const { model_version: model, features_count: features } = (await (
      await fetch(`${server.url}/version`)
    ).json()) as {
      model_version: string;
      features_count: number;
    };
    const idle = server.memory();
    await load(server.url, shoppers, 0, WARM_UP_SECONDS);
    const before = processorTimes(server);
    const measured = await load(server.url, shoppers, rate * WARM_UP_SECONDS, seconds);
    const busy = server.memory();
    const after = processorTimes(server);
    const share = (part: keyof typeof after) =>
      `${Math.max(0, (100 * (after[part] - before[part])) / (after.all - before.all)).toFixed(0)}%`;
    console.log(
      `${rate} event + recommend pairs a second for ${seconds} s, open loop, after ${WARM_UP_SECONDS} s of warming up; ` +
        `${flags.store} store${redis === null ? '' : ' (appendfsync everysec)'}, ${flags.workers} worker(s), event log on, ` +
        `${concurrent} shoppers at a time; model ${model} with ${features} features; ` +
        `client and server on ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, node ${process.version}`,
    );
    console.log('milliseconds'.padEnd(26) + COLUMNS.map((name) => name.padStart(9)).join(''));
    console.log(row('POST /recommend', measured.recommend));
    console.log(row('POST /event', measured.event));
    console.log(row('  of which client too late', measured.clientLag));
    const { p95 } = latencySummary(measured.recommend);
    console.log(
      `p95 of /recommend: ${p95.toFixed(2)} ms; goal below ${GOAL_P95_MS} ms: ${p95 < GOAL_P95_MS ? 'met' : 'MISSED'}; the seed claims ${CLAIMED_P95_MS} ms`,
    );
    console.log(
      `memory of the server: ${idle.nowMib.toFixed(0)} MiB after its start, ${busy.nowMib.toFixed(0)} MiB at the end, ${busy.peakMib.toFixed(0)} MiB at most`,
    );
    console.log(
      `processors, about: ${share('server')} server, ${share('client')} this client, ${share('others')} everything else, ${share('idle')} idle`,
    );
    const errors = [...measured.errors].map(([what, count]) => `${count} x ${what}`);
    console.log(`errors: ${errors.length === 0 ? 'none' : errors.join('; ')}`);
    if (errors.length > 0 || p95 >= GOAL_P95_MS) process.exitCode = 1;
  } finally {
    await server.stop();
  }
  if (flags['feature-log'])
    await runNextitem(['replay', '--features', join(dir, 'state', 'features'), '--artifacts', artifacts]);
} finally {
  await redis?.stop();
  await rm(dir, { recursive: true, force: true });
}
