import { type MethodMetrics } from './accumulator.js';
import { type MetricInterval, type PairedDifference } from './bootstrap.js';
import { type Calibration } from './calibration.js';
import { type LatencySummary } from './percentiles.js';
import { type SessionScores } from './session-scores.js';
import { type RecallCeilings } from './recall-ceilings.js';

/** Results of one task of an evaluation as they are saved (JSON), printed and drawn. Everything in it survives JSON and back. */
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
  /** What the sources of the last method found, where it has any. */
  readonly ceilings?: RecallCeilings;
  /** How true the last method's scores are as probabilities; null where there was too little to tell. */
  readonly calibration?: Calibration | null;
  readonly exposure?: Exposure;
  /** Every way in which the last method's answer can go out, with some questions of each. */
  readonly outcomes?: readonly Outcome[];
  /** What the last method scored in each test session; left out for very many. */
  readonly sessionScores?: SessionScores;
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
  /** The buckets are names without an order between them, such as categories. */
  readonly named?: boolean;
  readonly buckets: readonly {
    readonly label: string;
    readonly prefixes: number;
    /** Method name -> metric such as `HR@20` -> value. A method may be missing. */
    readonly perMethod: Readonly<Record<string, Readonly<Record<string, MetricInterval>>>>;
  }[];
}

/** Which items are shown, and how evenly. */
export interface Exposure {
  /** Length of the lists looked at. */
  readonly k: number;
  /** Groups of items by their events in training, the most popular first. */
  readonly tiers: readonly string[];
  /** [tiers] each group's share of the catalogue, and of the right answers. */
  readonly catalogue: readonly number[];
  readonly answers: readonly number[];
  /** By method name. */
  readonly methods: Readonly<
    Record<
      string,
      {
        /** [tiers] each group's share of what was shown. */
        readonly tiers: readonly number[];
        /** See metrics/coverage.ts: in equal steps from 0 to 1. */
        readonly lorenz: readonly number[];
      }
    >
  >;
}

/** How an answer went: the right item is shown, was a candidate but not shown, or was no candidate at all. */
export const OUTCOMES = ['shown', 'ranked too low', 'not found'] as const;

export interface Outcome {
  readonly outcome: (typeof OUTCOMES)[number];
  /** Share of the questions. */
  readonly share: number;
  /** A few of these questions, drawn at random. */
  readonly examples: readonly SessionExample[];
}

/** A question with its answer, in words. */
export interface SessionExample {
  /** The last events that were known, oldest first. */
  readonly known: readonly NamedItem[];
  /** Known events before those. */
  readonly earlier: number;
  /** What came. */
  readonly right: NamedItem;
  /** The first few of the answer, best first. */
  readonly answered: readonly NamedItem[];
  /** Rank of the right item among the candidates, ties against it; null when it is none of them. */
  readonly rank: number | null;
  readonly candidates: number;
  /** The sources that found the right item, with its rank in each; the best first. */
  readonly sources: readonly { readonly source: string; readonly rank: number }[];
}

/** An item as people read it. */
export interface NamedItem {
  readonly name: string;
  readonly category: string | null;
  /** What was done with it; left out for what was only shown. */
  readonly event?: string;
  /** In a list of answers: this is the right one. */
  readonly isRight?: boolean;
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
