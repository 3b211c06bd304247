/**
 * The nearest-rank percentile: the smallest value that at least p percent of the values do not exceed,
 * `sorted[ceil(p/100 * n) - 1]`. Always one of the measured values, so P99 of 50 values is their maximum.
 *
 * @param sorted ascending; empty gives NaN
 * @param p in (0, 100]; 0 gives the minimum
 */
export function nearestRankPercentile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return NaN;
  // (p * n) / 100 and not p/100 * n: 0.07 * 100 is 7.000000000000001, whose ceiling is one rank too far.
  const rank = Math.ceil((p * sorted.length) / 100);
  return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1]!;
}

/**
 * The quantile with linear interpolation between the two nearest order statistics (type 7 of Hyndman and Fan, 1996;
 * the default of NumPy and R).
 *
 * @param sorted ascending; empty gives NaN
 * @param q in [0, 1]
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return NaN;
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}

/** Milliseconds (or whatever unit went in). */
export interface LatencySummary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Nearest-rank percentiles of measured durations, in the unit they came in.
 *
 * @param durations any order, not changed; an empty list gives count 0 and NaN elsewhere
 */
export function latencySummary(durations: ArrayLike<number>): LatencySummary {
  const sorted = Float64Array.from(durations).sort();
  const at = (p: number): number => nearestRankPercentile(sorted, p);
  return {
    count: sorted.length,
    mean: sorted.length === 0 ? NaN : sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p50: at(50),
    p75: at(75),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    max: at(100),
  };
}
