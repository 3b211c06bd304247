import { NextItemError } from '../errors.js';
import { Random } from '../domain/random.js';
import { quantile } from './percentiles.js';

/**
 * Sums per session: all that a bootstrap by session needs, because the mean over the prefixes of a resample is
 * `sum of sums / sum of prefixes` over its sessions. Prefixes of one session are not independent, sessions are; so
 * sessions are what is resampled.
 */
export interface SessionSums {
  /** Name of each column, such as `HR@20`. */
  readonly columns: readonly string[];
  /** [sessions] strictly ascending. */
  readonly sessionNumbers: Uint32Array;
  /** [sessions] evaluated prefixes of each session, at least 1. */
  readonly prefixes: Uint32Array;
  /** Row-major [sessions x columns] sum of the metric over the session's prefixes. */
  readonly sums: Float64Array;
}

export interface BootstrapOptions {
  /** 1,000 by default: the ends of a 95% interval then move by about 2% of its width from seed to seed. */
  readonly resamples?: number;
  /** Share of the resamples inside the interval, 0.95 by default. */
  readonly confidence?: number;
  /** The same seed draws the same sessions, which is what pairs two methods. 1 by default. */
  readonly seed?: number;
}

/** A mean over prefixes with its bootstrap interval. */
export interface MetricInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The difference of two methods on the same sessions, `method - against`. */
export interface PairedDifference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** `difference / mean of against`, with its interval; null when that mean is 0, in the data or in a resample. */
  readonly relative: { readonly mean: number; readonly low: number; readonly high: number } | null;
  /** `(1 + resamples with difference <= 0) / (1 + resamples)` (Davison and Hinkley 1997, eq. 4.11): small means better. */
  readonly pNotBetter: number;
}

/** A method's means in every resample. Make it with {@link bootstrap}; read it with {@link intervalOf} and {@link comparePaired}. */
export interface Bootstrapped {
  readonly sums: SessionSums;
  readonly seed: number;
  readonly resamples: number;
  readonly confidence: number;
  /** [columns] means over all prefixes. */
  readonly means: Float64Array;
  /** Column-major [columns x resamples] means over the prefixes of each resample. */
  readonly replicates: Float64Array;
}

/**
 * Resamples sessions with replacement, as many as there are (Efron 1979), and takes every column's mean over prefixes.
 * Cost: `resamples * sessions * (1 + columns)`; nothing is allocated per resample. The draws depend on the seed, the
 * number of sessions and the resample alone, so two methods evaluated on the same sessions meet the same resamples.
 *
 * @throws NextItemError `too_little_data` when there is no session
 */
export function bootstrap(sums: SessionSums, options: BootstrapOptions = {}): Bootstrapped {
  const { resamples = 1000, confidence = 0.95, seed = 1 } = options;
  const sessions = sums.sessionNumbers.length;
  const columns = sums.columns.length;
  if (sessions === 0) throw new NextItemError('too_little_data', 'no session was evaluated');

  const means = new Float64Array(columns);
  const everySessionOnce = new Uint32Array(sessions).fill(1);
  meansOfResample(sums, everySessionOnce, means);

  const random = new Random(seed);
  const counts = new Uint32Array(sessions);
  const row = new Float64Array(columns);
  const replicates = new Float64Array(columns * resamples);
  for (let resample = 0; resample < resamples; resample++) {
    counts.fill(0);
    for (let i = 0; i < sessions; i++) counts[random.below(sessions)]!++;
    meansOfResample(sums, counts, row);
    for (let c = 0; c < columns; c++) replicates[c * resamples + resample] = row[c]!;
  }
  return { sums, seed, resamples, confidence, means, replicates };
}

function meansOfResample(table: SessionSums, counts: Uint32Array, out: Float64Array): void {
  const { sums, prefixes } = table;
  const columns = out.length;
  out.fill(0);
  let total = 0;
  for (let session = 0; session < counts.length; session++) {
    const count = counts[session]!;
    if (count === 0) continue;
    total += count * prefixes[session]!;
    const start = session * columns;
    for (let c = 0; c < columns; c++) out[c]! += count * sums[start + c]!;
  }
  for (let c = 0; c < columns; c++) out[c]! /= total;
}

/**
 * The percentile interval: the `(1 - confidence)/2` and `(1 + confidence)/2` quantiles of the resampled means. One session
 * alone gives an interval of width 0, which says nothing about the error.
 *
 * @throws RangeError for an unknown column
 */
export function intervalOf(boot: Bootstrapped, column: string): MetricInterval {
  const c = columnIndex(boot, column);
  return { mean: boot.means[c]!, ...percentileInterval(replicatesOf(boot, c), boot.confidence) };
}

/**
 * Paired bootstrap by session of the difference of two methods: both are measured on the very same resamples, so what
 * makes a session easy for both cancels out.
 *
 * @throws NextItemError `too_little_data` when the two were not evaluated on the same prefixes of the same sessions
 * @throws RangeError when seed or resamples differ, or the column is unknown
 */
export function comparePaired(method: Bootstrapped, against: Bootstrapped, column: string): PairedDifference {
  if (method.seed !== against.seed || method.resamples !== against.resamples)
    throw new RangeError('a paired comparison needs the same seed and number of resamples');
  if (
    !sameNumbers(method.sums.sessionNumbers, against.sums.sessionNumbers) ||
    !sameNumbers(method.sums.prefixes, against.sums.prefixes)
  )
    throw new NextItemError('too_little_data', 'the two methods were not evaluated on the same sessions');

  const [m, a] = [columnIndex(method, column), columnIndex(against, column)];
  const [ours, theirs] = [replicatesOf(method, m), replicatesOf(against, a)];
  const differences = new Float64Array(method.resamples);
  const ratios = new Float64Array(method.resamples);
  let notBetter = 0;
  for (let i = 0; i < differences.length; i++) {
    differences[i] = ours[i]! - theirs[i]!;
    ratios[i] = differences[i]! / theirs[i]!;
    if (differences[i]! <= 0) notBetter++;
  }
  const difference = method.means[m]! - against.means[a]!;
  const base = against.means[a]!;
  const defined = base !== 0 && theirs.every((value) => value !== 0);
  return {
    difference,
    ...percentileInterval(differences, method.confidence),
    relative: defined ? { mean: difference / base, ...percentileInterval(ratios, method.confidence) } : null,
    pNotBetter: (1 + notBetter) / (1 + method.resamples),
  };
}

function percentileInterval(values: Float64Array, confidence: number): { low: number; high: number } {
  const sorted = values.slice().sort();
  return { low: quantile(sorted, (1 - confidence) / 2), high: quantile(sorted, (1 + confidence) / 2) };
}

function replicatesOf(boot: Bootstrapped, column: number): Float64Array {
  return boot.replicates.subarray(column * boot.resamples, (column + 1) * boot.resamples);
}

function columnIndex(boot: Bootstrapped, column: string): number {
  const index = boot.sums.columns.indexOf(column);
  if (index < 0) throw new RangeError(`no column ${column}; there are ${boot.sums.columns.join(', ')}`);
  return index;
}

function sameNumbers(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
