import { type EvaluationReport, type MethodReport } from '../metrics/evaluation-report.js';
import { type MetricInterval } from '../metrics/bootstrap.js';

/** The metrics of the tables in their order, each at every cutoff. */
export const TABLE_METRICS = ['HR', 'MRR', 'NDCG', 'Precision', 'Recall', 'MAP'] as const;

/** What each metric asks, for captions. */
export const METRIC_QUESTIONS: Readonly<Record<string, (k: number) => string>> = {
  HR: (k) => `How often is the next item among the first ${k}?`,
  MRR: (k) => `How high does the next item stand among the first ${k}?`,
  NDCG: (k) => `How well is the next item ranked among the first ${k}?`,
  Precision: (k) => `What share of the ${k} shown does the session still take?`,
  Recall: (k) => `What share of the session's rest is among the first ${k}?`,
  MAP: (k) => `How well is the session's rest ranked among the first ${k}?`,
};

/** A fraction with four digits; a dash for what is missing or not a number. */
export function fraction(value: number | null | undefined): string {
  return isNumber(value) ? value.toFixed(4) : '–';
}

/** `.371–.402`, short enough for a narrow column. */
export function interval(
  value: { readonly low: number; readonly high: number } | undefined,
  digits = 3,
): string {
  if (value === undefined || !isNumber(value.low) || !isNumber(value.high)) return '';
  const short = (end: number): string => end.toFixed(digits).replace(/^0\./, '.');
  return `${short(value.low)}–${short(value.high)}`;
}

/** A share as a percentage: one digit behind the point, two below 1%. */
export function percentage(value: number | null | undefined): string {
  if (!isNumber(value)) return '–';
  return `${(value * 100).toFixed(value !== 0 && Math.abs(value) < 0.01 ? 2 : 1)}%`;
}

/** With a sign, because it is a difference. */
export function signed(text: string, value: number): string {
  return value > 0 ? `+${text}` : text;
}

/** 1,234,567. */
export function whole(value: number): string {
  return isNumber(value) ? value.toLocaleString('en-US') : '–';
}

/** Milliseconds with two digits behind the point below 10, one below 100. */
export function milliseconds(value: number): string {
  if (!isNumber(value)) return '–';
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** The label of a method by its name; the name itself if the report has no such method. */
export function labelOf(report: EvaluationReport, name: string): string {
  return report.methods.find((method) => method.name === name)?.label ?? name;
}

/**
 * The names of the methods with the best mean of a metric, several when they print the same; none when only one method
 * has a value, for then there is nothing to win.
 */
export function bestMethods(
  methods: readonly MethodReport[],
  valueOf: (method: MethodReport) => MetricInterval | undefined,
): ReadonlySet<string> {
  const values = methods.map((method) => ({ name: method.name, text: fraction(valueOf(method)?.mean) }));
  const known = values.filter(({ text }) => text !== '–');
  if (known.length < 2) return new Set();
  const best = known.reduce((most, { text }) => (Number(text) > Number(most) ? text : most), known[0]!.text);
  return new Set(known.filter(({ text }) => text === best).map(({ name }) => name));
}

/** In a sentence: is the method better, worse, or can the data not tell? Judged by whether the interval excludes 0. */
export function verdict(difference: {
  readonly low: number;
  readonly high: number;
}): 'better' | 'worse' | 'not told apart' {
  if (difference.low > 0) return 'better';
  if (difference.high < 0) return 'worse';
  return 'not told apart';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
