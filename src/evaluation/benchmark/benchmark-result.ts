import { type Target } from '../../data/target.js';
import { type PairedDifference } from '../../metrics/bootstrap.js';
import { type Breakdown } from '../../metrics/evaluation-report.js';
import { type ShownFigures } from './measure.js';
import { type Protocol } from './protocol.js';
import { type RecallCeilings } from '../../metrics/recall-ceilings.js';

/** Metrics in the result, lower case, each at every cutoff: `hr@20`. */
export const RESULT_METRICS = ['hr', 'mrr', 'ndcg', 'precision', 'recall', 'map'] as const;
export type ResultMetric = `${(typeof RESULT_METRICS)[number]}@${number}`;

/** What the paired comparisons are made on. */
export const COMPARED_METRICS = ['hr@20', 'mrr@20'] as const;
export type ComparedMetric = (typeof COMPARED_METRICS)[number];

/** A benchmark of one data set, as `--json` writes it. Fractions, not percent; survives JSON and back. */
export interface BenchmarkResult {
  readonly format: 1;
  /** RFC 3339: when this result was put together. */
  readonly createdAt: string;
  readonly nextitem: string;
  readonly data: {
    readonly source: string;
    readonly clock: 'real' | 'ordinal';
    readonly hash: string;
    readonly items: number;
    readonly events: number;
    readonly trainSessions: number;
    readonly testSessions: number;
    /** Questions that were asked, and the sessions they come from. */
    readonly askedSessions: number;
    readonly askedPrefixes: number;
  };
  readonly protocol: Protocol;
  /** What was asked. */
  readonly target: Target;
  /** The protocol in words. */
  readonly rules: string;
  readonly cutoffs: readonly number[];
  /** Share of the resamples inside an interval. */
  readonly confidence: number;
  readonly resamples: number;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  /** By name, in the order that was asked for. */
  readonly methods: Readonly<Record<string, BenchmarkMethod>>;
  /** Every pair of methods on every {@link COMPARED_METRICS}; the other direction is the same with the sign turned. */
  readonly comparisons: readonly BenchmarkComparison[];
  readonly breakdowns: readonly Breakdown[];
  readonly ceilings: RecallCeilings | null;
  readonly notes: readonly string[];
}

/** One method's figures; with several seeds their mean. */
export interface BenchmarkMethod {
  /** `hr@5` .. `map@20`: means over all questions. */
  readonly [metric: ResultMetric]: number;
  readonly label: string;
  readonly settingsFrom: 'defaults' | 'file';
  readonly settings: object;
  /** Empty for a method that draws nothing. */
  readonly seeds: readonly number[];
  /** Bootstrap intervals by session, of the mean over the seeds. */
  readonly intervals: Readonly<Record<ResultMetric, { readonly low: number; readonly high: number }>>;
  /** Only with several seeds: how far they lie apart. */
  readonly spread?: Readonly<Record<ResultMetric, Spread>>;
  readonly shown: ShownFigures;
  readonly trainSeconds: number;
  /** Microseconds per question, all seeds together. */
  readonly queryMicros: {
    readonly mean: number;
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
  };
  /** The largest of the seeds. */
  readonly peakMemoryBytes: number;
  readonly modelBytes: number;
  readonly modelBytesFrom: 'method' | 'heap';
  /** How many runs were allowed at the same time when the times were taken; they are only fair at 1. */
  readonly sideBySide: number;
  readonly notes: readonly string[];
}

/** Of one figure over the seeds. */
export interface Spread {
  readonly min: number;
  readonly max: number;
  /** Sample standard deviation. */
  readonly sd: number;
  /** In the order of the seeds. */
  readonly values: readonly number[];
}

/** `method - against`, paired by session. */
export interface BenchmarkComparison extends PairedDifference {
  readonly method: string;
  readonly against: string;
  readonly metric: ComparedMetric;
}
