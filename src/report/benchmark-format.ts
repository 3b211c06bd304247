import {
  type BenchmarkComparison,
  type BenchmarkResult,
  type ComparedMetric,
} from '../evaluation/benchmark/benchmark-result.js';

/** Whether a method is ours rather than the literature's, for what stands out. */
export function isOurs(name: string): boolean {
  return name === 'nextitem';
}

/** What was asked, where it is not the next item: to stand behind the protocol's name. */
export function askedIn({ target }: BenchmarkResult): string {
  return target === 'item' ? '' : `, next ${target}`;
}

/** Megabytes (10^6) with one digit behind the point below 100. */
export function bytes(value: number): string {
  const mega = value / 1e6;
  return mega < 100 ? mega.toFixed(1) : mega.toFixed(0);
}

/** Microseconds with one digit behind the point below 100. */
export function micros(value: number): string {
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}

/** Seconds with two digits behind the point below 10, one below 100. */
export function seconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** `method - against` on a metric, whichever way round the result has it; null for a method against itself. */
export function comparison(
  { comparisons }: BenchmarkResult,
  method: string,
  against: string,
  metric: ComparedMetric,
): Pick<BenchmarkComparison, 'difference' | 'low' | 'high' | 'relative'> | null {
  const is = (a: string, b: string) => (one: BenchmarkComparison) =>
    one.method === a && one.against === b && one.metric === metric;
  const straight = comparisons.find(is(method, against));
  if (straight !== undefined) return straight;
  const turned = comparisons.find(is(against, method));
  if (turned === undefined) return null;
  const { difference, low, high, relative } = turned;
  return {
    difference: -difference,
    low: -high,
    high: -low,
    relative: relative === null ? null : invert(relative),
  };
}

/** `(a - b) / b` from `(b - a) / a`. */
function invert({ mean, low, high }: { mean: number; low: number; high: number }) {
  const turn = (value: number) => 1 / (1 + value) - 1;
  const [a, b] = [turn(high), turn(low)];
  return Number.isFinite(turn(mean)) ? { mean: turn(mean), low: a, high: b } : null;
}

/** Which methods had company while their times were taken; null when none had. */
export function companyNote({ methods }: BenchmarkResult): string | null {
  const labels = Object.values(methods).flatMap(({ label, sideBySide }) => (sideBySide > 1 ? label : []));
  if (labels.length === 0) return null;
  return `Times of ${labels.join(', ')} were taken with other runs beside them; --jobs 1 takes times that can be compared.`;
}
