import { eventCount, itemCount, sessionCount } from '../../data/event-table.js';
import { bootstrap, type Bootstrapped, comparePaired, intervalOf } from '../../metrics/bootstrap.js';
import { latencySummary } from '../../metrics/percentiles.js';
import { type EvaluationCase } from '../cases.js';
import {
  type BenchmarkComparison,
  type BenchmarkMethod,
  type BenchmarkResult,
  COMPARED_METRICS,
  type ComparedMetric,
  RESULT_METRICS,
  type ResultMetric,
} from './benchmark-result.js';
import { benchmarkBreakdowns } from './breakdowns.js';
import { CUTOFFS, type ShownFigures } from './measure.js';
import { type BenchmarkTask, protocolRules } from './protocol.js';
import { type RunResult } from './run-store.js';
import { meanOf, meanOfRecords, meanOfSums, spreadOf } from './seeds.js';

export interface SummariseOptions {
  readonly dataHash: string;
  readonly resamples: number;
  /** Of the bootstrap. */
  readonly seed: number;
  readonly createdAtMs: number;
  readonly version: string;
  readonly machine: BenchmarkResult['machine'];
  readonly notes: readonly string[];
}

/** The figures of {@link PREFIX_METRICS} under the names of the result. */
const COLUMN_OF: Readonly<Record<(typeof RESULT_METRICS)[number], string>> = {
  hr: 'HR',
  mrr: 'MRR',
  ndcg: 'NDCG',
  precision: 'Precision',
  recall: 'Recall',
  map: 'MAP',
};

const KEYS = CUTOFFS.flatMap((k) =>
  RESULT_METRICS.map((metric) => ({
    key: `${metric}@${k}` as ResultMetric,
    column: `${COLUMN_OF[metric]}@${k}`,
  })),
);

/**
 * Puts the runs of a benchmark together.
 *
 * @param methods in the order to show; each with its finished runs, one per seed, all on `cases`
 */
export function summarise(
  task: BenchmarkTask,
  cases: readonly EvaluationCase[],
  methods: ReadonlyMap<string, readonly RunResult[]>,
  options: SummariseOptions,
): BenchmarkResult {
  const { events, testStart } = task;
  const sessions = sessionCount(events);
  const boots = new Map<string, Bootstrapped>();
  for (const [name, runs] of methods)
    boots.set(
      name,
      bootstrap(meanOfSums(runs.map(({ sums }) => sums)), {
        seed: options.seed,
        resamples: options.resamples,
      }),
    );
  return {
    format: 1,
    createdAt: new Date(options.createdAtMs).toISOString(),
    nextitem: options.version,
    data: {
      source: events.source,
      clock: events.clock,
      hash: options.dataHash,
      items: itemCount(events),
      events: eventCount(events),
      trainSessions: testStart,
      testSessions: sessions - testStart,
      askedSessions: new Set(cases.map(({ cluster }) => cluster)).size,
      askedPrefixes: cases.length,
    },
    protocol: task.protocol,
    target: task.target,
    rules: protocolRules(task.protocol, task.target),
    cutoffs: CUTOFFS,
    confidence: 0.95,
    resamples: options.resamples,
    machine: options.machine,
    methods: Object.fromEntries(
      [...methods].map(([name, runs]) => [name, methodFigures(runs, boots.get(name)!)]),
    ),
    comparisons: compareAll(boots),
    breakdowns: benchmarkBreakdowns(
      task,
      cases,
      [...methods].map(([name, runs]) => ({ name, ranks: runs.map(({ ranks }) => ranks) })),
      options.seed,
    ),
    ceilings: [...methods.values()].flat().find(({ ceilings }) => ceilings !== null)?.ceilings ?? null,
    notes: [...task.notes, ...options.notes],
  };
}

function methodFigures(runs: readonly RunResult[], boot: Bootstrapped): BenchmarkMethod {
  const [first] = runs;
  const seeds = runs.flatMap(({ spec }) => (spec.seed === null ? [] : [spec.seed]));
  const perSeed = runs.length === 1 ? null : runs.map(({ sums }) => bootstrap(sums, { resamples: 1 }));
  const micros = new Float64Array(runs.reduce((sum, { queryMs }) => sum + queryMs.length, 0));
  let at = 0;
  for (const { queryMs } of runs) for (const ms of queryMs) micros[at++] = ms * 1000;
  const { mean, p50, p95, p99 } = latencySummary(micros);
  const byKey = <T>(value: (column: string) => T) =>
    Object.fromEntries(KEYS.map(({ key, column }) => [key, value(column)])) as Record<ResultMetric, T>;
  const shown = (part: keyof ShownFigures) => meanOfRecords(runs.map((run) => run.shown[part]));
  return {
    label: first!.label,
    ...byKey((column) => intervalOf(boot, column).mean),
    seeds,
    settingsFrom: first!.spec.settingsFrom,
    settings: first!.spec.settings,
    intervals: byKey((column) => {
      const { low, high } = intervalOf(boot, column);
      return { low, high };
    }),
    ...(perSeed === null
      ? {}
      : { spread: byKey((column) => spreadOf(perSeed.map((one) => intervalOf(one, column).mean))) }),
    shown: {
      catalogueCoverage: shown('catalogueCoverage'),
      popularityPercentile: shown('popularityPercentile'),
      averagePopularity: shown('averagePopularity'),
      gini: shown('gini'),
    },
    trainSeconds: meanOf(runs.map(({ trainMs }) => trainMs)) / 1000,
    queryMicros: { mean, p50, p95, p99 },
    peakMemoryBytes: Math.max(...runs.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    modelBytes: Math.round(meanOf(runs.map(({ modelBytes }) => modelBytes))),
    modelBytesFrom: first!.modelBytesFrom,
    sideBySide: Math.max(...runs.map(({ sideBySide }) => sideBySide)),
    notes: [...new Set(runs.flatMap(({ notes }) => notes))],
  };
}

/** Each method against each one after it. */
function compareAll(boots: ReadonlyMap<string, Bootstrapped>): BenchmarkComparison[] {
  const names = [...boots.keys()];
  return names.flatMap((method, m) =>
    names.slice(m + 1).flatMap((against) =>
      COMPARED_METRICS.map((metric) => ({
        method,
        against,
        metric,
        ...comparePaired(boots.get(method)!, boots.get(against)!, columnOf(metric)),
      })),
    ),
  );
}

function columnOf(metric: ComparedMetric): string {
  return KEYS.find(({ key }) => key === metric)!.column;
}
