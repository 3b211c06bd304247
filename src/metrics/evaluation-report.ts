import { type MethodMetrics } from './accumulator.js';
import { type MetricInterval, type PairedDifference } from './bootstrap.js';
import { type LatencySummary } from './percentiles.js';

/** Results of an evaluation as they are saved (JSON), printed and drawn. Everything in it survives JSON and back. */
export interface EvaluationReport {
  readonly title: string;
  readonly modelVersion: string;
  /** RFC 3339. */
  readonly trainedAt: string;
  readonly data: {
    readonly source: string;
    readonly sessions: number;
    readonly events: number;
    readonly items: number;
    readonly testSessions: number;
    readonly testPrefixes: number;
  };
  /** In a sentence or two: how the data was split and what counts as a target. */
  readonly protocol: string;
  /** List lengths, ascending. */
  readonly cutoffs: readonly number[];
  /** Share of the resamples inside the intervals, such as 0.95. */
  readonly confidence: number;
  /** In the order of the tables and plots: baselines first, what is proposed last. */
  readonly methods: readonly MethodReport[];
  readonly comparisons: readonly MethodComparison[];
  readonly breakdowns?: readonly Breakdown[];
  /** What was left out, what was assumed, what to read into the numbers. */
  readonly notes: readonly string[];
  /** The best that any method could reach, where the data's true distribution is known. Keys such as `HR@20`. */
  readonly reachableBest?: Readonly<Record<string, number>>;
  /** Milliseconds per recommendation, by method name. */
  readonly latency?: Readonly<Record<string, LatencySummary>>;
  /** The ranker's features by total gain, any order. */
  readonly featureImportance?: readonly FeatureImportance[];
  readonly learningCurve?: LearningCurve;
}

export interface MethodReport extends MethodMetrics {
  /** Stable key, such as `item_to_item`. */
  readonly name: string;
  /** For people, such as `Item-to-item`. */
  readonly label: string;
}

/** `method - against`, paired by session. */
export interface MethodComparison extends PairedDifference {
  /** Names of {@link EvaluationReport.methods}. */
  readonly method: string;
  readonly against: string;
  /** Such as `HR@20`. */
  readonly metric: string;
}

/** The same metrics on parts of the test prefixes, such as by session length. */
export interface Breakdown {
  /** What the buckets are buckets of, such as `items already in the session`. */
  readonly name: string;
  readonly buckets: readonly {
    readonly label: string;
    readonly prefixes: number;
    /** Method name -> metric such as `HR@20` -> value. A method may be missing. */
    readonly perMethod: Readonly<Record<string, Readonly<Record<string, MetricInterval>>>>;
  }[];
}

export interface FeatureImportance {
  readonly feature: string;
  readonly gain: number;
}

/** A metric on the validation block after each boosting round. */
export interface LearningCurve {
  readonly metric: string;
  readonly series: readonly { readonly label: string; readonly points: readonly LearningPoint[] }[];
  /** The round that was kept. */
  readonly bestRound?: number;
}

export interface LearningPoint {
  readonly round: number;
  readonly value: number;
}
