import { createHash } from 'node:crypto';
import { categoryLabel } from '../data/item-names.js';
import { EvaluationAccumulator, metricIntervals, PREFIX_METRICS } from '../metrics/accumulator.js';
import { bootstrap, comparePaired } from '../metrics/bootstrap.js';
import { lorenzCurve, sharesByGroup } from '../metrics/coverage.js';
import {
  type Breakdown,
  type Exposure,
  type MethodComparison,
  type MethodReport,
} from '../metrics/evaluation-report.js';
import { type SessionScores, sessionScores } from '../metrics/session-scores.js';
import { SessionTable } from '../metrics/session-table.js';
import { type LatencySummary, latencySummary } from '../metrics/percentiles.js';
import { SessionQuery } from '../retrieval/session-query.js';
import { type EvaluationCase, type EvaluationTask } from './cases.js';
import { CloserLook, type CloserResult } from './closer-look.js';
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
  readonly exposure: Exposure;
  /** Of the last method; null: too many to keep. */
  readonly sessionScores: SessionScores | null;
  /** Of the last method, if it says where its answers come from. */
  readonly closer: CloserResult | null;
  /** Milliseconds per query by method name. */
  readonly latency: Readonly<Record<string, LatencySummary>>;
}

/** Metrics on which the last method is compared with the others. */
const COMPARED = ['HR@20', 'MRR@20', 'NDCG@10', 'MAP@20'];

/** Metrics that are kept session by session. */
const KEPT_BY_SESSION = ['HR@20', 'MRR@20'];

/** Resamples for the many small parts of a breakdown. */
const PART_RESAMPLES = 200;
/** Steps of a Lorenz curve. */
const LORENZ_STEPS = 50;

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
    buckets: new Map<string, SessionTable>(),
  }));
  const ours = runs.at(-1)!;
  const { columns, cutoffs } = ours.total;
  const longest = cutoffs.at(-1)!;
  // Parts are measured on the longest list, whose columns are the last ones.
  const partColumns = columns.slice(-PREFIX_METRICS.length);
  const partOffset = columns.length - partColumns.length;
  const dimensions = [...breakdownDimensions(task, popularity), ...categoryDimension(task)];
  const closer =
    ours.method.origin === undefined
      ? null
      : new CloserLook(task.events, ours.method.origin, longest, options.seed);
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
      run.total.addScored(question.cluster, items, scores, count, question.nextItem, question.remaining);
      for (const dimension of dimensions) {
        const key = `${dimension.name}\n${dimension.bucketOf(question)}`;
        let bucket = run.buckets.get(key);
        if (bucket === undefined) run.buckets.set(key, (bucket = new SessionTable(partColumns)));
        bucket.add(question.cluster, run.total.lastValues, partOffset);
      }
      if (run === ours) closer?.see(question, { items, scores, count }, run.total.lastList);
    }
    if (n % YIELD_EVERY === 0) {
      options.onProgress?.(n, task.cases.length);
      await new Promise(setImmediate);
      options.signal?.throwIfAborted();
    }
  }
  options.onProgress?.(task.cases.length, task.cases.length);

  const draws = { seed: options.seed, ...(options.resamples ? { resamples: options.resamples } : {}) };
  const boots = runs.map((run) => run.total.bootstrap(draws));
  return {
    methods: runs.map((run, m) => ({
      name: run.method.name,
      label: run.method.label,
      ...run.total.result(boots[m]!),
    })),
    comparisons: runs.slice(0, -1).flatMap((run, m) =>
      COMPARED.map((metric) => ({
        method: ours.method.name,
        against: run.method.name,
        metric,
        ...comparePaired(boots.at(-1)!, boots[m]!, metric),
      })),
    ),
    breakdowns: dimensions.map((dimension) => ({
      name: dimension.name,
      ...(dimension.named === true ? { named: true } : {}),
      buckets: dimension.labels.flatMap((label) => {
        const tables = runs.map((run) => run.buckets.get(`${dimension.name}\n${label}`));
        if (tables[0] === undefined) return [];
        return [
          {
            label,
            prefixes: tables[0].prefixes,
            perMethod: Object.fromEntries(
              runs.map((run, m) => [
                run.method.name,
                metricIntervals(bootstrap(tables[m]!.sessionSums(), { ...draws, resamples: PART_RESAMPLES })),
              ]),
            ),
          },
        ];
      }),
    })),
    exposure: exposureOf(
      task,
      popularity,
      longest,
      runs.map(({ method, total }) => ({ name: method.name, counts: total.shownCounts(longest) })),
    ),
    sessionScores: sessionScores(ours.total.sessionSums(), KEPT_BY_SESSION, digestOf(task)),
    closer: closer?.result() ?? null,
    latency: Object.fromEntries(runs.map((run) => [run.method.name, latencySummary(run.millis)])),
  };
}

/** SHA-256 of what is asked, by the items' own ids: two models number them in their own ways. */
function digestOf({ name, events, hideKnownItems, cases }: EvaluationTask): string {
  const hash = createHash('sha256').update(JSON.stringify([name, hideKnownItems]));
  for (const { start, end, nextItem } of cases)
    hash.update(
      JSON.stringify([end - start, events.items.at(events.itemIndex[end - 1]!), events.items.at(nextItem)]),
    );
  return hash.digest('hex');
}

/** A way to part the questions of a task. */
export interface Dimension {
  readonly name: string;
  readonly labels: readonly string[];
  /** The labels are names without an order between them. */
  readonly named?: boolean;
  readonly bucketOf: (question: EvaluationCase) => string;
}

/** Groups of items by their events in training. */
const TIERS = ['head: top 1%', 'middle: next 19%', 'tail: the rest'] as const;

/** Gives the number of an item's group among {@link TIERS}; items as popular as the first of a lower group belong to that. */
function tierOf(popularity: Float32Array): (item: number) => number {
  const sorted = popularity.slice().sort().reverse();
  const headLimit = sorted[Math.floor(sorted.length * 0.01)]!;
  const middleLimit = sorted[Math.floor(sorted.length * 0.2)]!;
  return (item) => (popularity[item]! > headLimit ? 0 : popularity[item]! > middleLimit ? 1 : 2);
}

/** By events known, by popularity of the next item, and (where known items may be answered) by whether it was seen before. */
export function breakdownDimensions(task: EvaluationTask, popularity: Float32Array): Dimension[] {
  const lengths = ['1', '2', '3', '4', '5-7', '8+'];
  const tier = tierOf(popularity);
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
      labels: TIERS,
      bucketOf: ({ nextItem }) => TIERS[tier(nextItem)]!,
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

/** So many categories get a part of their own; the others share one. */
const MOST_CATEGORIES = 12;

/**
 * By the category of the next item: those with most questions, most first, then all others, then items without one. None
 * where the catalogue has no categories or the questions are all of one.
 */
export function categoryDimension({ events, cases }: EvaluationTask): Dimension[] {
  const nameOf = ({ nextItem }: EvaluationCase) => categoryLabel(events.catalogue, nextItem);
  const counts = new Map<string, number>();
  for (const question of cases) {
    const name = nameOf(question);
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (counts.size < 2) return [];
  const largest = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, MOST_CATEGORIES);
  const own = new Set(largest.map(([name]) => name));
  const [others, none] = ['(all others)', '(no category)'];
  return [
    {
      name: 'category of the next item',
      named: true,
      labels: [...new Set([...own, others, none])],
      bucketOf: (question) => {
        const name = nameOf(question);
        return name === null ? none : own.has(name) ? name : others;
      },
    },
  ];
}

/** What each method shows, beside what there is and what was right. @param shown [methods] counts by item */
function exposureOf(
  { cases }: EvaluationTask,
  popularity: Float32Array,
  k: number,
  shown: readonly { readonly name: string; readonly counts: Readonly<Uint32Array> }[],
): Exposure {
  const tier = tierOf(popularity);
  const shares = (counts: ArrayLike<number>) => sharesByGroup(counts, tier, TIERS.length);
  const answers = new Uint32Array(popularity.length);
  for (const { nextItem } of cases) answers[nextItem]!++;
  return {
    k,
    tiers: TIERS,
    catalogue: shares(new Uint8Array(popularity.length).fill(1)),
    answers: shares(answers),
    methods: Object.fromEntries(
      shown.map(({ name, counts }) => [
        name,
        { tiers: shares(counts), lorenz: lorenzCurve(counts, LORENZ_STEPS) },
      ]),
    ),
  };
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
