import { type SessionSums } from './bootstrap.js';

/** What a method scored in each test session, small enough to be kept with its model. JSON. */
export interface SessionScores {
  /** Equal for two evaluations that asked the same, in the same order. */
  readonly questions: string;
  /** Such as `HR@20`. */
  readonly columns: readonly string[];
  /** [sessions] questions of each: little-endian 32-bit integers in base64. */
  readonly prefixes: string;
  /** Row-major [sessions x columns] sums over a session's questions: little-endian 32-bit floats in base64. */
  readonly sums: string;
}

/** The difference of two models over the same test sessions, `other - base`. */
export interface PairedScore {
  readonly metric: string;
  readonly base: number;
  readonly other: number;
  readonly difference: number;
  /** Ends of the 95% interval of the difference. */
  readonly low: number;
  readonly high: number;
}

/** Above this they would make the model's folder noticeably larger: 12 bytes a session. */
const MAX_SESSIONS = 200_000;
/** Below this an interval from a normal distribution promises too much. */
const MIN_SESSIONS = 30;
const Z_95 = 1.959964;

/** @param questions a digest of what was asked. null: too many sessions to keep */
export function sessionScores(
  { columns, prefixes, sums }: SessionSums,
  kept: readonly string[],
  questions: string,
): SessionScores | null {
  if (prefixes.length > MAX_SESSIONS) return null;
  const places = kept.map((column) => columns.indexOf(column));
  const values = new Float32Array(prefixes.length * kept.length);
  for (let session = 0, n = 0; session < prefixes.length; session++)
    for (const place of places) values[n++] = sums[session * columns.length + place]!;
  return { questions, columns: kept, prefixes: base64(prefixes), sums: base64(values) };
}

/**
 * Compares two models session by session, so that what makes a session easy or hard for both falls out. The interval is that
 * of a ratio of sums over sessions by linearization (Cochran 1977, section 6.4): with `d` a session's difference less the mean
 * difference times its questions, the variance is `s / (s - 1) * sum(d^2) / questions^2`. On thousands of sessions it is the
 * bootstrap's, without its thousand passes.
 *
 * Null if they were not asked the same, by fewer than 30 sessions, or if one of them cannot be read.
 */
export function comparePairedScores(base: SessionScores, other: SessionScores): PairedScore[] | null {
  if (base.questions !== other.questions || base.prefixes !== other.prefixes) return null;
  const prefixes = numbers(base.prefixes, Uint32Array);
  const sessions = prefixes.length;
  const [ours, theirs] = [numbers(base.sums, Float32Array), numbers(other.sums, Float32Array)];
  const isWhole = ({ columns }: SessionScores, values: Float32Array) =>
    values.length === sessions * columns.length;
  if (sessions < MIN_SESSIONS || !isWhole(base, ours) || !isWhole(other, theirs)) return null;
  let questions = 0;
  for (const count of prefixes) questions += count;
  return base.columns.flatMap((metric, column) => {
    const place = other.columns.indexOf(metric);
    if (place < 0) return [];
    const mine = (session: number) => ours[session * base.columns.length + column]!;
    const its = (session: number) => theirs[session * other.columns.length + place]!;
    let [mySum, itsSum] = [0, 0];
    for (let session = 0; session < sessions; session++) {
      mySum += mine(session);
      itsSum += its(session);
    }
    const difference = (itsSum - mySum) / questions;
    let squares = 0;
    for (let session = 0; session < sessions; session++)
      squares += (its(session) - mine(session) - difference * prefixes[session]!) ** 2;
    const margin = (Z_95 * Math.sqrt((sessions / (sessions - 1)) * squares)) / questions;
    return [
      {
        metric,
        base: mySum / questions,
        other: itsSum / questions,
        difference,
        low: difference - margin,
        high: difference + margin,
      },
    ];
  });
}

function base64(values: Uint32Array | Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function numbers<Numbers>(text: string, Type: new (buffer: ArrayBuffer) => Numbers): Numbers {
  const bytes = Buffer.from(text, 'base64');
  // A copy of its own: a pooled buffer may begin anywhere.
  return new Type(Uint8Array.from(bytes.subarray(0, bytes.length - (bytes.length % 4))).buffer);
}
