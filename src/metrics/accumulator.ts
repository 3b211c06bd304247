import {
  type BootstrapOptions,
  type MetricInterval,
  type SessionSums,
  bootstrap,
  intervalOf,
  type Bootstrapped,
} from './bootstrap.js';
import { catalogueCoverage, giniIndex, meanOverShown, popularityPercentiles } from './coverage.js';
import { SessionTable } from './session-table.js';

/**
 * What is measured at every prefix, in column order. HR, MRR, NDCG look at the next item; Precision, Recall, MAP at all
 * remaining items; FullList is 1 when the list has k items, so its mean is the session coverage.
 */
export const PREFIX_METRICS = ['HR', 'MRR', 'NDCG', 'Precision', 'Recall', 'MAP', 'FullList'] as const;
export type PrefixMetric = (typeof PREFIX_METRICS)[number];

/** List lengths that are reported. */
export const DEFAULT_CUTOFFS = [5, 10, 20] as const;

export interface AccumulatorOptions {
  /** Size of the catalogue: every item index is below it. */
  readonly itemCount: number;
  /** Ascending; [5, 10, 20] by default. */
  readonly cutoffs?: readonly number[];
  /** [items] training popularity, for the popularity bias; without it that is reported as null. */
  readonly popularity?: ArrayLike<number>;
}

/** One method's results. Keys of the records are cutoffs as strings; of `metrics`, `HR@20` and so on. */
export interface MethodMetrics {
  readonly sessions: number;
  readonly prefixes: number;
  readonly metrics: Readonly<Record<string, MetricInterval>>;
  /** By cutoff: share of the catalogue that was shown at least once. */
  readonly catalogueCoverage: Readonly<Record<string, number>>;
  /** By cutoff: share of the prefixes that got a full list. */
  readonly sessionCoverage: Readonly<Record<string, MetricInterval>>;
  /** By cutoff: mean popularity percentile of the shown items, 0.5 is chance; null without popularity. */
  readonly popularityPercentile: Readonly<Record<string, number>> | null;
  /** By cutoff: mean training popularity of the shown items (ARP); null without popularity. */
  readonly averagePopularity: Readonly<Record<string, number>> | null;
  /** By cutoff: inequality of exposure over the catalogue, 0 even .. 1 everything to one item. */
  readonly gini: Readonly<Record<string, number>>;
}

/**
 * Measures a method prefix by prefix and keeps sums per session, which is enough for means and for a bootstrap by
 * session. Breakdowns (by session length, say) are one {@link SessionTable} per bucket, which takes {@link lastValues}.
 * Memory: 8 bytes per session, metric and cutoff, and 4 bytes per item and cutoff. `add` allocates nothing except when
 * the tables grow.
 */
export class EvaluationAccumulator {
  readonly cutoffs: readonly number[];
  /** What is measured, such as `HR@20`: cutoff by cutoff, in the order of {@link PREFIX_METRICS}. */
  readonly columns: readonly string[];
  /** [columns] what was measured at the last prefix. Valid until the next. */
  readonly lastValues: Float64Array;
  private readonly longest: number;
  private readonly table: SessionTable;
  private totalPrefixes = 0;

  /** [cutoffs][items] how often each item was shown among the first k. */
  private readonly shown: readonly Uint32Array[];
  /** [items] number of the prefix for which the item is relevant and not yet found. */
  private readonly relevantIn: Float64Array;
  private readonly popularity: ArrayLike<number> | null;

  private readonly topItems: Uint32Array;
  private readonly topScores: Float64Array;
  private readonly topTies: Uint8Array;
  private topLength = 0;

  constructor(options: AccumulatorOptions) {
    this.cutoffs = options.cutoffs ?? DEFAULT_CUTOFFS;
    if (this.cutoffs.length === 0 || this.cutoffs.some((k, i) => !(k > (this.cutoffs[i - 1] ?? 0))))
      throw new RangeError('cutoffs must be positive and ascending');
    this.columns = this.cutoffs.flatMap((k) => PREFIX_METRICS.map((metric) => `${metric}@${k}`));
    this.longest = this.cutoffs.at(-1)!;
    this.lastValues = new Float64Array(this.columns.length);
    this.table = new SessionTable(this.columns);
    this.shown = this.cutoffs.map(() => new Uint32Array(options.itemCount));
    this.relevantIn = new Float64Array(options.itemCount);
    this.popularity = options.popularity ?? null;
    this.topItems = new Uint32Array(this.longest);
    this.topScores = new Float64Array(this.longest);
    this.topTies = new Uint8Array(this.longest);
  }

  /** Prefixes added so far. */
  get prefixes(): number {
    return this.totalPrefixes;
  }

  /** Sessions seen so far. */
  get sessions(): number {
    return this.table.sessions;
  }

  /**
   * The list of the last {@link addScored}, best first, as long as the longest cutoff at most. Valid until the next.
   */
  get lastList(): {
    readonly count: number;
    readonly items: Readonly<Uint32Array>;
    readonly scores: Readonly<Float64Array>;
  } {
    return { count: this.topLength, items: this.topItems, scores: this.topScores };
  }

  /** [items] how often each item was shown among the first k so far. @param k one of the cutoffs */
  shownCounts(k: number): Readonly<Uint32Array> {
    const at = this.cutoffs.indexOf(k);
    if (at < 0) throw new RangeError(`${k} is none of the cutoffs`);
    return this.shown[at]!;
  }

  /**
   * Measures one prefix from its finished list.
   *
   * @param sessionNumber which session the prefix belongs to
   * @param recommended item indices, best first; what stands beyond the longest cutoff is not looked at. The order is
   *   taken as it is: use {@link addScored} where equal scores must be broken against the method.
   * @param nextItem the item that came next
   * @param remaining all items that came after the prefix, repetitions allowed; `nextItem` counts as one of them even
   *   when it is left out, so an empty list means that the next item is the only target
   * @throws RangeError for an index outside the catalogue (the protocols drop such items beforehand); what was
   *   accumulated is then not to be used
   */
  add(
    sessionNumber: number,
    recommended: ArrayLike<number>,
    nextItem: number,
    remaining: ArrayLike<number>,
  ): void {
    this.measure(
      sessionNumber,
      recommended,
      recommended.length,
      nextItem,
      this.markRelevant(nextItem, remaining),
    );
  }

  /**
   * Measures one prefix from scored candidates: takes the best ones, and where scores are equal puts irrelevant items
   * first, then other remaining items, and the next item last. The next item's rank is then its conservative rank.
   *
   * @param items [candidateCount] item indices, all different
   * @param scores [candidateCount] higher is better; NaN counts as -Infinity
   */
  addScored(
    sessionNumber: number,
    items: ArrayLike<number>,
    scores: ArrayLike<number>,
    candidateCount: number,
    nextItem: number,
    remaining: ArrayLike<number>,
  ): void {
    const relevant = this.markRelevant(nextItem, remaining);
    const { topItems, topScores, topTies, longest } = this;
    let length = 0;
    for (let i = 0; i < candidateCount; i++) {
      const item = items[i]!;
      const raw = scores[i]!;
      const score = Number.isNaN(raw) ? -Infinity : raw;
      const tie = item === nextItem ? 2 : this.relevantIn[item] === this.totalPrefixes ? 1 : 0;
      if (length === longest && !ahead(score, tie, topScores[length - 1]!, topTies[length - 1]!)) continue;
      let place = length < longest ? length++ : length - 1;
      for (; place > 0 && ahead(score, tie, topScores[place - 1]!, topTies[place - 1]!); place--) {
        topItems[place] = topItems[place - 1]!;
        topScores[place] = topScores[place - 1]!;
        topTies[place] = topTies[place - 1]!;
      }
      topItems[place] = item;
      topScores[place] = score;
      topTies[place] = tie;
    }
    this.topLength = length;
    this.measure(sessionNumber, topItems, length, nextItem, relevant);
  }

  /** Marks the distinct targets of the prefix that begins here and returns how many they are. */
  private markRelevant(nextItem: number, remaining: ArrayLike<number>): number {
    const prefix = ++this.totalPrefixes;
    this.checkItem(nextItem);
    this.relevantIn[nextItem] = prefix;
    let relevant = 1;
    for (let i = 0; i < remaining.length; i++) {
      const item = remaining[i]!;
      this.checkItem(item);
      if (this.relevantIn[item] === prefix) continue;
      this.relevantIn[item] = prefix;
      relevant++;
    }
    return relevant;
  }

  private measure(
    sessionNumber: number,
    list: ArrayLike<number>,
    listLength: number,
    nextItem: number,
    relevant: number,
  ): void {
    const { relevantIn, totalPrefixes, cutoffs, lastValues: values } = this;
    let column = 0;
    let nextRank = 0;
    let hits = 0;
    let precisionSum = 0;
    for (let c = 0, i = 0; c < cutoffs.length; c++) {
      const k = cutoffs[c]!;
      for (; i < k && i < listLength; i++) {
        const item = list[i]!;
        this.checkItem(item);
        for (let wider = c; wider < cutoffs.length; wider++) this.shown[wider]![item]!++;
        if (relevantIn[item] !== totalPrefixes) continue;
        relevantIn[item] = 0; // found: a second occurrence in the list does not count
        precisionSum += ++hits / (i + 1);
        if (item === nextItem) nextRank = i + 1;
      }
      // The formulas of single-target.ts and multi-target.ts, in one pass over the list.
      values[column] = nextRank > 0 ? 1 : 0;
      values[column + 1] = nextRank > 0 ? 1 / nextRank : 0;
      values[column + 2] = nextRank > 0 ? 1 / Math.log2(1 + nextRank) : 0;
      values[column + 3] = hits / k;
      values[column + 4] = hits / relevant;
      values[column + 5] = precisionSum / Math.min(k, relevant);
      values[column + 6] = listLength >= k ? 1 : 0;
      column += PREFIX_METRICS.length;
    }
    this.table.add(sessionNumber, values);
  }

  private checkItem(item: number): void {
    if (!(item >= 0 && item < this.relevantIn.length))
      throw new RangeError(`item ${item} is not in the catalogue`);
  }

  /** See {@link SessionTable.sessionSums}. */
  sessionSums(): SessionSums {
    return this.table.sessionSums();
  }

  /** The bootstrap of everything measured so far, for {@link result} and for paired comparisons. */
  bootstrap(options?: BootstrapOptions): Bootstrapped {
    return bootstrap(this.sessionSums(), options);
  }

  /**
   * Means with intervals, and what was shown.
   *
   * @param boot from {@link bootstrap}, when it is needed for comparisons anyway
   * @throws NextItemError `too_little_data` when no prefix was added
   */
  result(boot: Bootstrapped = this.bootstrap()): MethodMetrics {
    const byCutoff = <T>(value: (k: number, shown: Uint32Array) => T): Record<string, T> =>
      Object.fromEntries(this.cutoffs.map((k, i) => [String(k), value(k, this.shown[i]!)]));
    const { popularity } = this;
    const percentiles = popularity === null ? null : popularityPercentiles(popularity);
    return {
      sessions: this.sessions,
      prefixes: this.prefixes,
      metrics: metricIntervals(boot),
      catalogueCoverage: byCutoff((_, shown) => catalogueCoverage(shown)),
      sessionCoverage: byCutoff((k) => intervalOf(boot, `FullList@${k}`)),
      popularityPercentile: percentiles && byCutoff((_, shown) => meanOverShown(shown, percentiles)),
      averagePopularity: popularity && byCutoff((_, shown) => meanOverShown(shown, popularity)),
      gini: byCutoff((_, shown) => giniIndex(shown)),
    };
  }
}

/** Whether a candidate stands before another one: by score, and at equal score the less relevant first. */
function ahead(score: number, tie: number, otherScore: number, otherTie: number): boolean {
  return score > otherScore || (score === otherScore && tie < otherTie);
}

/** Means with intervals of every metric that a bootstrap holds; how many lists were full is no metric. */
export function metricIntervals(boot: Bootstrapped): Record<string, MetricInterval> {
  return Object.fromEntries(
    boot.sums.columns
      .filter((column) => !column.startsWith('FullList@'))
      .map((column) => [column, intervalOf(boot, column)]),
  );
}
