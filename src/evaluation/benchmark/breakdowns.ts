import { bootstrap, intervalOf, type MetricInterval } from '../../metrics/bootstrap.js';
import { type Breakdown } from '../../metrics/evaluation-report.js';
import { type EvaluationCase } from '../cases.js';
import { breakdownDimensions } from '../evaluate-task.js';
import { type BenchmarkTask, trainingPopularity } from './protocol.js';

/** One method's ranks; several seeds one after the other, each [cases] as in a measurement. */
export interface MethodRanks {
  readonly name: string;
  readonly ranks: readonly Uint8Array[];
}

/** Fewer resamples than for the main figures: there are many small parts. */
const RESAMPLES = 300;

/**
 * HR@20 and MRR@20 on parts of the questions: by events known, by the target's popularity, and for targets seen in the
 * session or new to it. Each with its bootstrap interval by session; buckets without a question are left out.
 */
export function benchmarkBreakdowns(
  task: BenchmarkTask,
  cases: readonly EvaluationCase[],
  methods: readonly MethodRanks[],
  seed: number,
): Breakdown[] {
  const dimensions = breakdownDimensions(
    { name: '', description: '', events: task.events, hideKnownItems: false, cases },
    trainingPopularity(task),
  );
  return dimensions.map(({ name, labels, bucketOf }) => {
    const members = new Map<string, number[]>(labels.map((label) => [label, []]));
    cases.forEach((question, n) => members.get(bucketOf(question))!.push(n));
    return {
      name,
      buckets: [...members].flatMap(([label, numbers]) =>
        numbers.length === 0
          ? []
          : [
              {
                label,
                prefixes: numbers.length,
                perMethod: Object.fromEntries(
                  methods.map((method) => [method.name, metricsOf(cases, numbers, method.ranks, seed)]),
                ),
              },
            ],
      ),
    };
  });
}

function metricsOf(
  cases: readonly EvaluationCase[],
  numbers: readonly number[],
  ranks: readonly Uint8Array[],
  seed: number,
): Record<string, MetricInterval> {
  const sessions: number[] = [];
  const prefixes: number[] = [];
  const sums: number[] = [];
  // Cases stand session by session.
  for (const n of numbers) {
    const { cluster } = cases[n]!;
    if (sessions.at(-1) !== cluster) {
      sessions.push(cluster);
      prefixes.push(0);
      sums.push(0, 0);
    }
    prefixes[prefixes.length - 1]!++;
    for (const run of ranks) {
      const rank = run[n]!;
      if (rank === 0) continue;
      sums[sums.length - 2]! += 1 / ranks.length;
      sums[sums.length - 1]! += 1 / rank / ranks.length;
    }
  }
  const boot = bootstrap(
    {
      columns: ['HR@20', 'MRR@20'],
      sessionNumbers: Uint32Array.from(sessions),
      prefixes: Uint32Array.from(prefixes),
      sums: Float64Array.from(sums),
    },
    { seed, resamples: RESAMPLES },
  );
  return { 'HR@20': intervalOf(boot, 'HR@20'), 'MRR@20': intervalOf(boot, 'MRR@20') };
}
