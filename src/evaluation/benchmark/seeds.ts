import { type SessionSums } from '../../metrics/bootstrap.js';
import { type Spread } from './benchmark-result.js';

/**
 * The mean over several runs on the same questions, session by session. Its bootstrap is that of the mean over the
 * seeds: sessions are drawn, seeds are not.
 */
export function meanOfSums(runs: readonly SessionSums[]): SessionSums {
  const [first] = runs;
  const sums = new Float64Array(first!.sums.length);
  for (const run of runs) for (let i = 0; i < sums.length; i++) sums[i]! += run.sums[i]! / runs.length;
  return { ...first!, sums };
}

/** How far values lie apart. One value has spread 0. */
export function spreadOf(values: readonly number[]): Spread {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    min: Math.min(...values),
    max: Math.max(...values),
    sd: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)),
    values,
  };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean of several records of numbers, key by key. */
export function meanOfRecords(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  return Object.fromEntries(
    Object.keys(records[0]!).map((key) => [key, meanOf(records.map((record) => record[key]!))]),
  );
}
