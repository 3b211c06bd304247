/**
 * Start and memory of the server, as processes of their own:
 * - the time from spawning `nextitem serve` until the first recommendation is answered over HTTP, with 1 and 2 workers, and
 *   where it goes;
 * - the memory of each process once it has answered some hundred requests: private (its own), shared, resident;
 * - what the bundle is made of.
 *
 * Run: npm run bench -- start [--bundle FOLDER_OF_BUNDLES] [--runs 5] [--requests 500]
 *      default: the demo model, trained first
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openBundle } from '../src/bundle/open-bundle.js';
import { resolveVersion } from '../src/bundle/versions.js';
import { openModel } from '../src/recommend/model.js';
import { trainDemoModel } from './support/demo-model.js';
import { childrenOf, processMemory } from './support/process-memory.js';
import { spawnServer } from './support/server-process.js';

/** From here on a catalogue counts as large. */
const LARGE_ITEMS = 500_000;
const START_GOAL_MS = 500;
const LARGE_START_GOAL_MS = 3000;
const PRIVATE_GOAL_MIB = 250;
const BUNDLE_GOAL_BYTES = 2e9;
const GIVE_UP_MS = 120_000;
const SECTIONS_SHOWN = 12;

const { values: flags } = parseArgs({
  options: {
    bundle: { type: 'string' },
    runs: { type: 'string', default: '5' },
    requests: { type: 'string', default: '500' },
  },
});

interface Started {
  readonly firstAnswerMs: number;
  /** Processor time of all its processes until then. */
  readonly processorMs: number;
  readonly processes: { readonly role: string; readonly pid: number }[];
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/** A bare connection: asking over HTTP all the time would take much of what the server needs. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

function recommend(port: number, items: readonly string[]): Promise<string> {
  const events = items.map((item_id) => ({ item_id, event_type: 'view' }));
  const body = JSON.stringify({ session_id: 'first', k: 20, events });
  return new Promise((resolve, reject) => {
    const ask = request(
      {
        port,
        host: '127.0.0.1',
        path: '/recommend',
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve(text) : reject(new Error(`${answer.statusCode} ${text}`)),
        );
      },
    );
    ask.on('error', reject);
    ask.end(body);
  });
}

async function start(artifacts: string, state: string, workers: number, items: string[]): Promise<Started> {
  const port = await freePort();
  const begun = performance.now();
  const server = spawnServer({
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    API_PORT: String(port),
    ARTIFACTS_PATH: artifacts,
    STATE_PATH: state,
    WORKERS: String(workers),
    // A busy machine may make the first answers slow; none of them is to be refused for that.
    MAX_QUEUE_MS: '0',
  });
  while (!(await listens(port))) {
    if (performance.now() - begun > GIVE_UP_MS) throw new Error('the server does not answer');
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  const { recommendations } = JSON.parse(await recommend(port, items)) as { recommendations: unknown[] };
  if (recommendations.length === 0) throw new Error('the first answer is empty');
  const firstAnswerMs = performance.now() - begun;
  const processorMs = server.processorMs();
  // The others may still be on their way.
  while (workers > 1 && childrenOf(server.pid).length < workers)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const requests = Number(flags.requests);
  for (let n = 0; n < requests; n += 8)
    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        recommend(port, [items[(n + i) % items.length]!, items[n % items.length]!]),
      ),
    );
  const children = childrenOf(server.pid);
  const processes =
    workers === 1
      ? [{ role: 'server', pid: server.pid }]
      : [
          { role: 'primary', pid: server.pid },
          ...children.map((pid, w) => ({ role: `worker ${w + 1}`, pid })),
        ];
  return { firstAnswerMs, processorMs, processes, stop: () => server.stop() };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const mib = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);

/** The sections of a bundle, parts of one table together. */
async function printBundle(dir: string): Promise<number> {
  const { manifest } = await openBundle(dir);
  const tables = new Map<string, number>();
  for (const { name, byteLength } of manifest.sections) {
    const table = name.slice(0, name.lastIndexOf('/') < 0 ? undefined : name.lastIndexOf('/'));
    tables.set(table, (tables.get(table) ?? 0) + byteLength);
  }
  const total =
    manifest.sections.reduce((sum, { byteLength }) => sum + byteLength, 0) +
    manifest.files.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const bySize = [...tables].sort((a, b) => b[1] - a[1]);
  console.log(`bundle ${manifest.modelVersion}: ${mib(total)} MiB; goal for 1,000,000 items: 2 GB`);
  for (const [table, bytes] of bySize.slice(0, SECTIONS_SHOWN))
    console.log(`  ${table.padEnd(36)}${mib(bytes).padStart(9)} MiB`);
  const rest = bySize.slice(SECTIONS_SHOWN).reduce((sum, [, bytes]) => sum + bytes, 0);
  console.log(`  ${'everything else'.padEnd(36)}${mib(rest).padStart(9)} MiB`);
  return total;
}

/** Where the time of a start goes: each phase timed in a fresh process, as the server goes through them. */
function printPhases(dir: string): void {
  const script = fileURLToPath(new URL('./support/start-phases.js', import.meta.url));
  const rows = new Map<string, [number, number][]>();
  for (let run = 0; run < Number(flags.runs); run++) {
    const { stdout, status, stderr } = spawnSync(process.execPath, [script, dir], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    for (const [phase, ...ms] of JSON.parse(stdout) as [string, number, number][])
      rows.set(phase, [...(rows.get(phase) ?? []), ms]);
  }
  console.log(
    `${'where the time goes, one process'.padEnd(38)}${'median ms'.padStart(11)}${'processor'.padStart(11)}`,
  );
  const totals = [0, 0];
  for (const [phase, values] of rows) {
    const medians = [0, 1].map((part) => median(values.map((pair) => pair[part]!)));
    medians.forEach((value, part) => (totals[part]! += value));
    console.log(`  ${phase.padEnd(36)}${medians.map((value) => value.toFixed(0).padStart(11)).join('')}`);
  }
  console.log(`  ${'all'.padEnd(36)}${totals.map((value) => value.toFixed(0).padStart(11)).join('')}`);
}

const temporary = await mkdtemp(join(tmpdir(), 'nextitem-bench-'));
try {
  const artifacts = flags.bundle ?? (await trainDemoModel(temporary));
  const { dir } = await resolveVersion(artifacts, 'latest');
  const bundle = await openBundle(dir);
  const model = openModel(bundle);
  const items = model.popular(50)!.map(({ itemId }) => itemId);
  const large = model.itemsCount >= LARGE_ITEMS;
  console.log(
    `${model.itemsCount} items; ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, node ${process.version}, median of ${flags.runs} starts`,
  );
  const bytes = await printBundle(dir);
  printPhases(dir);

  const goal = large ? LARGE_START_GOAL_MS : START_GOAL_MS;
  let missed = bytes > BUNDLE_GOAL_BYTES;
  for (const workers of [1, 2]) {
    const times: number[] = [];
    const processor: number[] = [];
    let last: Started | null = null;
    for (let run = 0; run < Number(flags.runs); run++) {
      await last?.stop();
      last = await start(artifacts, join(temporary, `state-${workers}-${run}`), workers, items);
      times.push(last.firstAnswerMs);
      processor.push(last.processorMs);
    }
    const verdict = median(times) <= goal ? 'met' : 'MISSED';
    missed ||= median(times) > goal;
    console.log(
      `${workers} worker(s): first recommendation after ${median(times).toFixed(0)} ms (${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)}), ${median(processor).toFixed(0)} ms of processors; goal ${goal} ms: ${verdict}`,
    );
    console.log(
      `  ${'MiB'.padEnd(12)}${['private', 'of it anonymous', 'shared', 'resident'].map((c) => c.padStart(17)).join('')}`,
    );
    for (const { role, pid } of last!.processes) {
      const memory = processMemory(pid);
      if (memory === null) continue;
      const { privateMib, anonymousMib, sharedMib, residentMib } = memory;
      console.log(
        `  ${role.padEnd(12)}${[privateMib, anonymousMib, sharedMib, residentMib].map((v) => v.toFixed(0).padStart(17)).join('')}`,
      );
      if (workers === 2 && role !== 'primary' && privateMib > PRIVATE_GOAL_MIB) missed = true;
    }
    if (workers === 2) console.log(`  goal: private memory of a worker at most ${PRIVATE_GOAL_MIB} MiB`);
    await last!.stop();
  }
  if (missed) process.exitCode = 1;
} finally {
  agent.destroy();
  await rm(temporary, { recursive: true, force: true });
}
