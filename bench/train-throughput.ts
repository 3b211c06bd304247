/**
 * Throughput of training on a simulated shop: seconds and events a second of each stage for growing numbers of events, the
 * exponent of the growth of its time (1: twice the events take twice the time), the peak of memory and the bundle's size.
 * Each number of events is trained in a process of its own, on one core.
 *
 * Run: npm run bench -- train-throughput [--items 1000000] [--events 1000000,10000000] [--keep FOLDER]
 *      [--whole]    instead of stages: `nextitem train` as a whole, without evaluation, for the largest number of events
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { peakMibOf } from './support/process-memory.js';
import { type StageResult } from './support/stage-result.js';

const GOAL_MINUTES = 60;
const GOAL_MIB = 8 * 1024;
const GOAL_EVENTS = 50_000_000;
const GOAL_BUNDLE_BYTES = 2e9;
const MIB = 1024 ** 2;

const { values: flags } = parseArgs({
  options: {
    items: { type: 'string', default: '1000000' },
    events: { type: 'string', default: '1000000,10000000' },
    keep: { type: 'string' },
    whole: { type: 'boolean', default: false },
  },
});
const counts = flags.events.split(',').map(Number);

interface Run {
  readonly stages: StageResult[];
  readonly bundleMib: number;
}

async function train(events: number, keep: string | undefined): Promise<Run> {
  const script = fileURLToPath(new URL('./support/train-stages.js', import.meta.url));
  const args = [script, flags.items, String(events), ...(keep === undefined ? [] : [keep])];
  const child = spawn(process.execPath, ['--max-old-space-size=8192', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = () => void child.kill();
  process.once('exit', stop);
  const stages: StageResult[] = [];
  let bundleMib = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as StageResult | { bundleMib: number };
    if ('bundleMib' in said) bundleMib = said.bundleMib;
    else {
      stages.push(said);
      console.error(`  ${said.stage}: ${said.seconds.toFixed(1)} s, ${said.residentMib.toFixed(0)} MiB`);
    }
  }
  process.off('exit', stop);
  if (bundleMib === 0) throw new Error(`training on ${events} events ended too early`);
  return { stages, bundleMib };
}

const millions = (count: number) => `${count / 1e6}M`;

async function stages(): Promise<void> {
  const runs: Run[] = [];
  for (const count of counts) {
    console.error(`${millions(count)} events`);
    runs.push(await train(count, count === counts.at(-1) ? flags.keep : undefined));
  }
  console.log(
    `${Number(flags.items).toLocaleString('en-US')} items; ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, node ${process.version}; processor seconds, one core`,
  );
  const row = (cells: readonly string[]) =>
    cells[0]!.padEnd(24) +
    cells
      .slice(1)
      .map((c) => c.padStart(13))
      .join('');
  console.log(
    row(['stage', ...counts.flatMap((count) => [`${millions(count)}: s`, 'events/s']), 'exponent']),
  );
  for (const name of new Set(runs[0]!.stages.map(({ stage }) => stage))) {
    const seconds = runs.map((run) =>
      run.stages.reduce((sum, { stage, cpuSeconds }) => sum + (stage === name ? cpuSeconds : 0), 0),
    );
    const cells = seconds.flatMap((s, r) => [
      s.toFixed(1),
      Math.round(counts[r]! / Math.max(s, 0.001)).toLocaleString('en-US'),
    ]);
    const growth =
      counts.length < 2
        ? ''
        : (Math.log(seconds.at(-1)! / seconds[0]!) / Math.log(counts.at(-1)! / counts[0]!)).toFixed(2);
    console.log(row([name, ...cells, growth]));
  }
  for (const [r, { stages, bundleMib }] of runs.entries()) {
    const peak = stages.at(-1)!.peakMib;
    const total = stages.reduce(
      (sum, { stage, cpuSeconds }) => sum + (stage === 'simulate' ? 0 : cpuSeconds),
      0,
    );
    console.log(
      `${millions(counts[r]!)}: ${(total / 60).toFixed(1)} min without the simulation, peak ${peak.toFixed(0)} MiB, bundle ${bundleMib.toFixed(0)} MiB ` +
        `(goal for 1,000,000 items: 2 GB, ${bundleMib * MIB <= GOAL_BUNDLE_BYTES ? 'met' : 'MISSED'})`,
    );
  }
}

/** The time and the memory of the real command. */
async function whole(): Promise<void> {
  const events = Math.max(...counts);
  const folder = flags.keep ?? (await mkdtemp(join(tmpdir(), 'nextitem-bench-')));
  await mkdir(folder, { recursive: true });
  const started = performance.now();
  const args = [
    'train',
    '--simulate',
    '--sim-items',
    flags.items,
    '--sim-events',
    String(events),
    '--no-evaluate',
  ];
  const child = spawn(
    process.execPath,
    [
      join(process.cwd(), 'bin', 'nextitem.js'),
      ...args,
      '--artifacts',
      folder,
      '--work',
      join(folder, 'work'),
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const stop = () => void child.kill();
  process.once('exit', stop);
  let peakMib = 0;
  const look = setInterval(() => (peakMib = Math.max(peakMib, peakMibOf(child.pid!))), 500);
  const [status] = (await once(child, 'exit')) as [number | null];
  clearInterval(look);
  process.off('exit', stop);
  if (status !== 0) throw new Error(`training ended with ${status}`);
  const minutes = (performance.now() - started) / 60_000;
  console.log(
    `${Number(flags.items).toLocaleString('en-US')} items, ${millions(events)} events, as a whole with the simulation: ${minutes.toFixed(1)} min` +
      `, peak ${peakMib.toFixed(0)} MiB` +
      (events >= GOAL_EVENTS
        ? `; goal ${GOAL_MINUTES} min and ${GOAL_MIB} MiB: ${minutes <= GOAL_MINUTES && peakMib <= GOAL_MIB ? 'met' : 'MISSED'}`
        : ''),
  );
  if (flags.keep === undefined) await rm(folder, { recursive: true, force: true });
}

await (flags.whole ? whole() : stages());
