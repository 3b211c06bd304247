import { availableParallelism, cpus } from 'node:os';
import { sweepTemporaries } from '../../bundle/durable-files.js';
import { type EventTable, sessionCount } from '../../data/event-table.js';
import { type Target } from '../../data/target.js';
import { type BenchmarkResult } from '../../evaluation/benchmark/benchmark-result.js';
import { benchmarkCases, benchmarkTask, type Protocol } from '../../evaluation/benchmark/protocol.js';
import { runKey, type RunResult, type RunSpec, RunStore } from '../../evaluation/benchmark/run-store.js';
import { summarise } from '../../evaluation/benchmark/summarise.js';
import { DEFAULT_TRAINING_SETTINGS } from '../settings.js';
import { splitByTime } from '../split.js';
import { isOurs, isSeeded, settingsOf, type SettingsFile } from './method-catalogue.js';
import { type PoolRun, runAll } from './run-pool.js';
import { type RunFailure } from './run-messages.js';

export interface BenchmarkOptions {
  readonly protocol: Protocol;
  /** What is asked, and what our ranker learns. */
  readonly target: Target;
  /** Names of the method catalogue, in the order to show. */
  readonly methods: readonly string[];
  /** Trainings of every method that draws random numbers, with the seeds 1 .. seeds. */
  readonly seeds: number;
  /** Where finished runs are kept and found again. */
  readonly folder: string;
  readonly settings: SettingsFile;
  /** Share of the latest sessions that is test, where the data brings no split. */
  readonly testShare: number;
  /** Ask at most so many test sessions; null all. */
  readonly limitTest: number | null;
  /** Processes at the same time; null one per core, but our own training, which uses all of them, alone. */
  readonly jobs: number | null;
  /** Measure again what was measured before. */
  readonly fresh: boolean;
  readonly resamples: number;
  /** The version of nextitem, of which finished runs are taken. */
  readonly version: string;
}

export interface BenchmarkHooks {
  readonly signal?: AbortSignal;
  /** The runs begin: so many are to be done, so many were found finished. */
  readonly onPlan?: (toDo: number, found: number) => void;
  /** @param share of all runs to do, 0..1 */
  readonly onProgress?: (share: number, note: string) => void;
  readonly onFailure?: (method: string, failure: RunFailure) => void;
}

/** What a benchmark came to. */
export interface BenchmarkOutcome {
  /** null when every run failed. */
  readonly result: BenchmarkResult | null;
  /** Methods without a result, each with its reason. */
  readonly failures: ReadonlyMap<string, RunFailure>;
}

/** Of the bootstrap: the same for all methods, so that they meet the same resamples. */
const BOOTSTRAP_SEED = 1;

/**
 * Measures methods on a data set, each run in a process of its own. Finished runs are kept in the folder, so an
 * interrupted benchmark goes on where it stopped, and another one on the same data shares what they have in common.
 *
 * Errors: `invalid_option`, `too_little_data` (protocol and data do not fit), `interrupted`.
 */
export async function runBenchmark(
  source: EventTable,
  options: BenchmarkOptions,
  hooks: BenchmarkHooks = {},
): Promise<BenchmarkOutcome> {
  const { folder, methods, version } = options;
  const { signal } = hooks;
  const store = new RunStore(folder);
  const task = benchmarkTask(
    source,
    options.protocol,
    (events) => splitByTime(events, { ...DEFAULT_TRAINING_SETTINGS, testShare: options.testShare }).testStart,
    options.target,
  );
  const dataHash = await store.saveTask(task, signal);

  // A limit that is not reached is none: the runs are the same.
  const testSessions = sessionCount(task.events) - task.testStart;
  const limitTest = options.limitTest !== null && options.limitTest < testSessions ? options.limitTest : null;
  const plan = methods
    .flatMap((method) => specsOf(method, { ...options, limitTest }))
    .map((spec) => ({
      spec,
      key: runKey(dataHash, spec, version),
    }));
  const results = new Map<string, RunResult>();
  if (!options.fresh) {
    for (const { key } of plan) {
      const found = await store.loadRun(key);
      if (found !== null) results.set(key, found);
    }
  }
  const found = results.size;
  const missing = plan.filter(({ key }) => !results.has(key));
  hooks.onPlan?.(missing.length, found);

  const jobs = options.jobs ?? availableParallelism();
  const runs: PoolRun[] = missing.map(({ spec, key }) => {
    const alone = options.jobs === null && isSeeded(spec.method);
    return { task: { folder, dataHash, key, spec, sideBySide: alone ? 1 : jobs }, alone };
  });
  const failures = new Map<string, RunFailure>();
  try {
    await runMissing(runs, jobs, failures, hooks);
  } finally {
    // What ended processes left unfinished.
    await sweepTemporaries(store.runsFolder).catch(() => []);
  }
  for (const { key, spec } of missing) {
    // With --fresh there may be an older result.
    if (failures.has(spec.method)) continue;
    const result = await store.loadRun(key);
    if (result !== null) results.set(key, result);
  }

  const finished = new Map(
    methods.flatMap((method) => {
      const own = plan.filter(({ spec }) => spec.method === method).map(({ key }) => results.get(key));
      return own.every((run) => run !== undefined) ? [[method, own] as const] : [];
    }),
  );
  if (finished.size === 0) return { result: null, failures };
  const notes = [
    ...(limitTest === null
      ? []
      : [
          `Only ${limitTest.toLocaleString('en-US')} test sessions were asked, evenly spread (--limit-test).`,
        ]),
    ...(found === 0
      ? []
      : [`${found} of ${plan.length} runs were found finished from an earlier benchmark.`]),
    ...[...failures].map(([method, { detail }]) => `${method} failed: ${detail}`),
  ];
  const result = summarise(task, benchmarkCases(task, limitTest), finished, {
    dataHash,
    resamples: options.resamples,
    seed: BOOTSTRAP_SEED,
    createdAtMs: Date.now(),
    version,
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      node: process.versions.node,
    },
    notes,
  });
  return { result, failures };
}

async function runMissing(
  runs: readonly PoolRun[],
  jobs: number,
  failures: Map<string, RunFailure>,
  { signal, onProgress, onFailure }: BenchmarkHooks,
): Promise<void> {
  const shares = new Float64Array(runs.length);
  const active = new Map<number, string>();
  const tell = () =>
    onProgress?.(
      shares.reduce((sum, share) => sum + share, 0) / runs.length,
      [...active.values()].join(', '),
    );
  await runAll(runs, {
    jobs,
    ...(signal === undefined ? {} : { signal }),
    onProgress(run, activity, share) {
      // Some steps of a training begin anew; the bar does not go back.
      shares[run] = Math.max(shares[run]!, share);
      active.set(run, `${nameOf(runs[run]!.task.spec)}: ${activity}`);
      tell();
    },
    onEnd(run, failure) {
      shares[run] = 1;
      active.delete(run);
      const { method } = runs[run]!.task.spec;
      if (failure !== null && !failures.has(method)) {
        failures.set(method, failure);
        onFailure?.(method, failure);
      }
      tell();
    },
  });
}

/** One run, or one per seed; the recall ceilings with the first of them, because they hardly differ by seed. */
function specsOf(method: string, { seeds, settings, limitTest, target }: BenchmarkOptions): RunSpec[] {
  const given = settings[method];
  const count = isSeeded(method) ? seeds : 1;
  return Array.from({ length: count }, (_, n) => ({
    method,
    seed: isSeeded(method) ? n + 1 : null,
    settings: { ...settingsOf(method, given), ...(isOurs(method) ? { target } : {}) },
    settingsFrom: given === undefined ? 'defaults' : 'file',
    limitTest,
    ceilings: isSeeded(method) && n === 0,
  }));
}

function nameOf({ method, seed }: RunSpec): string {
  return seed === null ? method : `${method} seed ${seed}`;
}
