import { EvaluationAccumulator } from '../metrics/accumulator.js';
import { comparePaired } from '../metrics/bootstrap.js';
import { type Breakdown, type MethodComparison, type MethodReport } from '../metrics/evaluation-report.js';
import { type LatencySummary, latencySummary } from '../metrics/percentiles.js';
import { SessionQuery } from '../retrieval/session-query.js';
import { type EvaluationCase, type EvaluationTask } from './cases.js';
import { type RankedItems, type RankingMethod } from './methods.js';

export interface EvaluateOptions {
  readonly itemCount: number;
  /** [items] events in training: for popularity bias and the breakdown by target popularity. */
  readonly popularity: Float32Array;
  readonly seed: number;
  readonly resamples?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface TaskResult {
  readonly methods: readonly MethodReport[];
  /** The last method against each of the others. */
  readonly comparisons: readonly MethodComparison[];
  readonly breakdowns: readonly Breakdown[];
  /** Milliseconds per query by method name. */
  readonly latency: Readonly<Record<string, LatencySummary>>;
}

/** Metrics on which the last method is compared with the others. */
const COMPARED = ['HR@20', 'MRR@20', 'NDCG@10', 'MAP@20'];

/** Lets the event loop run after this many cases, so that progress shows and Ctrl-C works. */
const YIELD_EVERY = 256;

/**
 * Puts every case of a task to every method. Ranks are conservative: at equal scores the right item stands last.
 *
 * Errors: `too_little_data` when the task has no case, `interrupted` is the caller's to throw after `signal` stops it.
 */
export async function evaluateTask(
  task: EvaluationTask,
  methods: readonly RankingMethod[],
  options: EvaluateOptions,
): Promise<TaskResult> {
  const { itemCount, popularity } = options;
  const runs = methods.map((method) => ({
    method,
    total: new EvaluationAccumulator({ itemCount, popularity }),
    millis: new Float64Array(task.cases.length),
    buckets: new Map<string, EvaluationAccumulator>(),
  }));
  const dimensions = breakdownDimensions(task, popularity);
  const query = new SessionQuery();
  const visible = new VisibleItems(itemCount);

  for (let n = 0; n < task.cases.length; n++) {
    const question = task.cases[n]!;
    query.fromTable(task.events, question.start, question.end);
    if (task.hideKnownItems) visible.hide(task.events.itemIndex.subarray(question.start, question.end));
    for (const run of runs) {
      const started = performance.now();
      const ranked = run.method.rank(query);
      run.millis[n] = performance.now() - started;
      const { items, scores, count } = task.hideKnownItems ? visible.of(ranked) : ranked;
      const add = (accumulator: EvaluationAccumulator) =>
        accumulator.addScored(question.cluster, items, scores, count, question.nextItem, question.remaining);
      add(run.total);
      for (const dimension of dimensions) {
        const key = `${dimension.name}\n${dimension.bucketOf(question)}`;
        let bucket = run.buckets.get(key);
        if (bucket === undefined)
          run.buckets.set(key, (bucket = new EvaluationAccumulator({ itemCount, cutoffs: [20] })));
        add(bucket);
      }
    }
    if (n % YIELD_EVERY === 0) {
      options.onProgress?.(n, task.cases.length);
      await new Promise(setImmediate);
      options.signal?.throwIfAborted();
    }
  }
  options.onProgress?.(task.cases.length, task.cases.length);

  const bootstrap = { seed: options.seed, ...(options.resamples ? { resamples: options.resamples } : {}) };
  const boots = runs.map((run) => run.total.bootstrap(bootstrap));
  const ours = runs.length - 1;
  return {
    methods: runs.map((run, m) => ({
      name: run.method.name,
      label: run.method.label,
      ...run.total.result(boots[m]!),
    })),
    comparisons: runs.slice(0, -1).flatMap((run, m) =>
      COMPARED.map((metric) => ({
        method: runs[ours]!.method.name,
        against: run.method.name,
        metric,
        ...comparePaired(boots[ours]!, boots[m]!, metric),
      })),
    ),
    breakdowns: dimensions.map((dimension) => ({
      name: dimension.name,
      buckets: dimension.labels.flatMap((label) => {
        const accumulators = runs.map((run) => run.buckets.get(`${dimension.name}\n${label}`));
        if (accumulators[0] === undefined) return [];
        return [
          {
            label,
            prefixes: accumulators[0].prefixes,
            perMethod: Object.fromEntries(
              runs.map((run, m) => [
                run.method.name,
                accumulators[m]!.result(accumulators[m]!.bootstrap({ ...bootstrap, resamples: 200 })).metrics,
              ]),
            ),
          },
        ];
      }),
    })),
    latency: Object.fromEntries(runs.map((run) => [run.method.name, latencySummary(run.millis)])),
  };
}

/** A way to part the questions of a task. */
export interface Dimension {
  readonly name: string;
  readonly labels: readonly string[];
  readonly bucketOf: (question: EvaluationCase) => string;
}

/** By events known, by popularity of the next item, and (where known items may be answered) by whether it was seen before. */
export function breakdownDimensions(task: EvaluationTask, popularity: Float32Array): Dimension[] {
  const lengths = ['1', '2', '3', '4', '5-7', '8+'];
  const tiers = ['head: top 1%', 'middle: next 19%', 'tail: the rest'];
  const sorted = popularity.slice().sort().reverse();
  const headLimit = sorted[Math.floor(sorted.length * 0.01)]!;
  const middleLimit = sorted[Math.floor(sorted.length * 0.2)]!;
  const dimensions: Dimension[] = [
    {
      name: 'events known',
      labels: lengths,
      bucketOf: ({ start, end }) => {
        const length = end - start;
        return length >= 8 ? '8+' : length >= 5 ? '5-7' : String(length);
      },
    },
    {
      name: 'popularity of the next item',
      labels: tiers,
      bucketOf: ({ nextItem }) =>
        tiers[popularity[nextItem]! > headLimit ? 0 : popularity[nextItem]! > middleLimit ? 1 : 2]!,
    },
  ];
  if (!task.hideKnownItems) {
    const labels = ['seen in the session', 'new to the session'];
    dimensions.push({
      name: 'next item',
      labels,
      bucketOf: ({ start, end, nextItem }) =>
        labels[task.events.itemIndex.subarray(start, end).includes(nextItem) ? 0 : 1]!,
    });
  }
  return dimensions;
}

/** A ranked list without the items of the session: all of them, also those before the query's window. */
class VisibleItems {
  private items = new Uint32Array(1024);
  private scores = new Float64Array(1024);
  /** [items] number of the last question that hides the item. */
  private readonly hiddenIn: Uint32Array;
  private question = 0;

  constructor(private readonly itemCount: number) {
    this.hiddenIn = new Uint32Array(itemCount);
  }

  /** From now on these items are hidden, and no others. */
  hide(items: Uint32Array): void {
    this.question++;
    for (const item of items) this.hiddenIn[item] = this.question;
  }

  of(ranked: RankedItems): RankedItems {
    if (ranked.count > this.items.length) {
      this.items = new Uint32Array(Math.min(this.itemCount, ranked.count * 2));
      this.scores = new Float64Array(this.items.length);
    }
    let count = 0;
    for (let i = 0; i < ranked.count; i++) {
      if (this.hiddenIn[ranked.items[i]!] === this.question) continue;
      this.items[count] = ranked.items[i]!;
      this.scores[count++] = ranked.scores[i]!;
    }
    return { count, items: this.items, scores: this.scores };
  }
}
