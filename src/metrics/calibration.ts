/** How far a recommendation's probability can be believed, on sessions the fit never saw. */
export interface Calibration {
  /** Items of each answer that were looked at, the best ones. */
  readonly listLength: number;
  /** What the isotonic fit learned from. */
  readonly fitted: CalibrationPart;
  /** What everything below was measured on. */
  readonly checked: CalibrationPart;
  /** The probabilities as they came. */
  readonly plain: Reliability;
  /** The same after the isotonic fit. */
  readonly isotonic: Reliability;
}

/** Sessions, questions, and pairs of a question and a shown item. */
export interface CalibrationPart {
  readonly sessions: number;
  readonly questions: number;
  readonly pairs: number;
}

/** Probabilities beside what came true. */
export interface Reliability {
  /** Bins with at least one pair, ascending. */
  readonly bins: readonly ReliabilityBin[];
  /** Hits per question that the probabilities add up to, and hits per question that there were. */
  readonly promised: number;
  readonly held: number;
  /** Expected calibration error: mean over pairs of |mean probability of the bin - share that came true| (Naeini et al., AAAI 2015). */
  readonly expectedError: number;
  /** Brier score: mean over pairs of (probability - outcome)^2. */
  readonly brier: number;
}

export interface ReliabilityBin {
  /** Probabilities in [from, to); the last bin holds 1 too. */
  readonly from: number;
  readonly to: number;
  readonly pairs: number;
  readonly meanProbability: number;
  /** Share of the pairs whose item was the right one, with its 95% interval by session. */
  readonly observed: number;
  readonly low: number;
  readonly high: number;
}

/** Bins are equally wide in the square root of the probability: most probabilities are small, and the large ones matter. */
const BINS = 12;
/** Half the width of a 95% interval in standard errors. */
const Z95 = 1.96;
/** Fewer right items than this in a half of the sessions say nothing about a curve. */
const FEWEST_HITS = 30;

/**
 * Collects the probabilities of the shown items, question by question, and says at the end how true they were. Every
 * second session is put aside: an isotonic regression learns there what the probabilities are worth, and the others show
 * how true they are before and after it. Memory: 4 bytes per shown item and 12 per question.
 */
export class CalibrationCollector {
  private probabilities = new Float32Array(1 << 14);
  private pairs = 0;
  /** Per question: session, place behind its last pair, place of the right item among all pairs (-1: not shown). */
  private readonly sessions: number[] = [];
  private readonly ends: number[] = [];
  private readonly rights: number[] = [];

  constructor(private readonly listLength: number) {}

  /**
   * Adds an answer. Questions of one session must follow each other.
   *
   * @param probabilities [count] of the shown items, in any order
   * @param right the place of the right item among them, or -1
   */
  add(session: number, probabilities: ArrayLike<number>, count: number, right: number): void {
    if (this.pairs + count > this.probabilities.length) {
      const grown = new Float32Array(Math.max(this.probabilities.length * 2, this.pairs + count));
      grown.set(this.probabilities);
      this.probabilities = grown;
    }
    this.sessions.push(session);
    this.rights.push(right < 0 ? -1 : this.pairs + right);
    for (let i = 0; i < count; i++) this.probabilities[this.pairs++] = probabilities[i]!;
    this.ends.push(this.pairs);
  }

  /** Null when fewer than `fewestHits` (at least 1) right items were shown in either half of the sessions. */
  result(fewestHits = FEWEST_HITS): Calibration | null {
    const [fitting, checking] = [this.half(0), this.half(1)];
    const hits = (questions: readonly number[]) => questions.filter((q) => this.rights[q]! >= 0).length;
    if (Math.min(hits(fitting), hits(checking)) < fewestHits) return null;
    const fit = this.fit(fitting);
    return {
      listLength: this.listLength,
      fitted: this.part(fitting),
      checked: this.part(checking),
      plain: this.reliability(checking, (p) => p),
      isotonic: this.reliability(checking, fit),
    };
  }

  /** The questions of every second session, in order. */
  private half(odd: 0 | 1): number[] {
    const questions: number[] = [];
    let session = -1;
    for (let q = 0; q < this.sessions.length; q++) {
      if (q === 0 || this.sessions[q] !== this.sessions[q - 1]) session++;
      if ((session & 1) === odd) questions.push(q);
    }
    return questions;
  }

  private startOf(question: number): number {
    return question === 0 ? 0 : this.ends[question - 1]!;
  }

  private part(questions: readonly number[]): CalibrationPart {
    return {
      sessions: new Set(questions.map((q) => this.sessions[q]!)).size,
      questions: questions.length,
      pairs: questions.reduce((sum, q) => sum + this.ends[q]! - this.startOf(q), 0),
    };
  }

  /** The isotonic regression of outcomes on probabilities as a step function. */
  private fit(questions: readonly number[]): (probability: number) => number {
    // Bits of floats from 0 up are in the floats' order; with the outcome as last bit one native sort orders the pairs.
    const keys = new Float64Array(this.part(questions).pairs);
    const bits = new Uint32Array(this.probabilities.buffer);
    let n = 0;
    for (const q of questions)
      for (let i = this.startOf(q); i < this.ends[q]!; i++)
        keys[n++] = bits[i]! * 2 + (i === this.rights[q] ? 1 : 0);
    keys.sort();
    const values: number[] = [];
    const weights: number[] = [];
    const starts: number[] = [];
    const [bit, float] = bitsAndFloat();
    let last = -1;
    for (const key of keys) {
      const value = Math.floor(key / 2);
      if (value !== last) {
        last = value;
        bit[0] = value;
        starts.push(float[0]!);
        values.push(0);
        weights.push(0);
      }
      values[values.length - 1]! += key % 2;
      weights[weights.length - 1]!++;
    }
    const levels = isotonicRegression(
      values.map((sum, i) => sum / weights[i]!),
      weights,
    );
    return (probability) => {
      // The level of the largest known probability at or below; the first level below all of them.
      let [low, high] = [0, starts.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle]! <= probability) low = middle;
        else high = middle - 1;
      }
      return levels[low]!;
    };
  }

  private reliability(questions: readonly number[], transform: (p: number) => number): Reliability {
    const bins = new ClusteredBins();
    let [promised, hits, squares, pairs] = [0, 0, 0, 0];
    for (const q of questions) {
      for (let i = this.startOf(q); i < this.ends[q]!; i++) {
        const probability = transform(this.probabilities[i]!);
        const outcome = i === this.rights[q] ? 1 : 0;
        promised += probability;
        hits += outcome;
        squares += (probability - outcome) ** 2;
        pairs++;
        bins.add(this.sessions[q]!, probability, outcome);
      }
    }
    const shown = bins.result();
    const gap = (bin: ReliabilityBin) => bin.pairs * Math.abs(bin.meanProbability - bin.observed);
    return {
      bins: shown,
      promised: promised / questions.length,
      held: hits / questions.length,
      expectedError: shown.reduce((sum, bin) => sum + gap(bin), 0) / pairs,
      brier: squares / pairs,
    };
  }
}

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955): the non-decreasing values nearest to `means` in
 * weighted squares.
 *
 * @param means [n] in the order of what they are to rise with
 * @param weights [n] above 0
 * @returns [n]
 */
export function isotonicRegression(means: readonly number[], weights: readonly number[]): number[] {
  const blocks: { mean: number; weight: number; length: number }[] = [];
  means.forEach((mean, i) => {
    let block = { mean, weight: weights[i]!, length: 1 };
    for (
      let before = blocks.at(-1);
      before !== undefined && before.mean >= block.mean;
      before = blocks.at(-1)
    ) {
      blocks.pop();
      const weight = before.weight + block.weight;
      block = {
        mean: (before.mean * before.weight + block.mean * block.weight) / weight,
        weight,
        length: before.length + block.length,
      };
    }
    blocks.push(block);
  });
  return blocks.flatMap(({ mean, length }) => new Array<number>(length).fill(mean));
}

/**
 * The softmax of scores: `exp(s_i - max) / sum_j exp(s_j - max)`.
 *
 * @param scores [count] of everything that could have been chosen
 * @returns gives the probability of a score
 */
export function softmax(scores: ArrayLike<number>, count: number): (score: number) => number {
  let highest = -Infinity;
  for (let i = 0; i < count; i++) highest = Math.max(highest, scores[i]!);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp(scores[i]! - highest);
  return (score) => Math.exp(score - highest) / sum;
}

/**
 * Shares by bin with intervals that know that pairs of one session are not independent: the standard error of the ratio
 * hits / pairs by linearisation over sessions, `sqrt(m / (m - 1) * sum_s (h_s - r n_s)^2) / n` for m sessions (Cochran,
 * Sampling Techniques, 1977, chapter 6). One session alone says nothing: its interval is 0 to 1. Where nothing came true,
 * or everything, that error is 0; the interval then ends at the exact limit for as many sessions (Clopper and Pearson 1934).
 */
class ClusteredBins {
  private readonly bins = Array.from({ length: BINS }, () => ({
    pairs: 0,
    hits: 0,
    probability: 0,
    sessions: 0,
    // Sums over finished sessions of h^2, h n and n^2; then the session that is being added to.
    hitsSquared: 0,
    hitsPairs: 0,
    pairsSquared: 0,
    session: -1,
    sessionHits: 0,
    sessionPairs: 0,
  }));

  add(session: number, probability: number, outcome: number): void {
    const bin = this.bins[Math.min(BINS - 1, Math.floor(Math.sqrt(probability) * BINS))]!;
    if (bin.session !== session) {
      this.finish(bin);
      bin.session = session;
    }
    bin.pairs++;
    bin.hits += outcome;
    bin.probability += probability;
    bin.sessionHits += outcome;
    bin.sessionPairs++;
  }

  result(): ReliabilityBin[] {
    return this.bins.flatMap((bin, i) => {
      this.finish(bin);
      const { pairs, hits, probability, sessions, hitsSquared, hitsPairs, pairsSquared } = bin;
      if (pairs === 0) return [];
      const observed = hits / pairs;
      const squares = hitsSquared - 2 * observed * hitsPairs + observed ** 2 * pairsSquared;
      const error =
        sessions > 1 ? Math.sqrt((sessions / (sessions - 1)) * Math.max(0, squares)) / pairs : Infinity;
      const reach = hits === 0 || hits === pairs ? 1 - 0.025 ** (1 / sessions) : 0;
      const margin = Math.max(reach, Z95 * error);
      return [
        {
          from: (i / BINS) ** 2,
          to: ((i + 1) / BINS) ** 2,
          pairs,
          meanProbability: probability / pairs,
          observed,
          low: Math.max(0, observed - margin),
          high: Math.min(1, observed + margin),
        },
      ];
    });
  }

  private finish(bin: (typeof this.bins)[number]): void {
    const { sessionHits, sessionPairs } = bin;
    if (sessionPairs === 0) return;
    bin.sessions++;
    bin.hitsSquared += sessionHits ** 2;
    bin.hitsPairs += sessionHits * sessionPairs;
    bin.pairsSquared += sessionPairs ** 2;
    bin.sessionHits = bin.sessionPairs = 0;
  }
}

/** One word of memory, read as bits and as a float. */
function bitsAndFloat(): [Uint32Array, Float32Array] {
  const bits = new Uint32Array(1);
  return [bits, new Float32Array(bits.buffer)];
}
