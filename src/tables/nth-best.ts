import { TopN } from './top-n.js';

/** Bits of a 32-bit float that are left out of its bucket: 8 buckets for each power of two remain. */
const FLOAT_BITS = 20;
const BUCKETS = 2 ** (31 - FLOAT_BITS);

/**
 * Finds where the n best of a list end, in the order of {@link TopN}: score descending, equal scores by id ascending. A
 * histogram tells which scores are certainly among them and which are certainly not; only those between take part in a
 * heap. Many times as fast as a heap of n where n is in the hundreds, and the list stays in the order it has.
 */
export class NthBest {
  /** The n-th best of the last list: what {@link includes} compares with. */
  private score = 0;
  private id = 0;
  private readonly buckets: Uint16Array;
  private readonly histogram = new Uint32Array(BUCKETS);
  private readonly border: TopN;
  private readonly float = new Float32Array(1);
  private readonly bits = new Int32Array(this.float.buffer);

  /**
   * @param capacity length of the longest list
   * @param most the largest n that will be asked for
   */
  constructor(capacity: number, most: number) {
    this.buckets = new Uint16Array(capacity);
    this.border = new TopN(most);
  }

  /**
   * @param ids [count] no number twice
   * @param scores [count] 0 or more
   * @param n 1 to count
   */
  find(ids: Uint32Array, scores: Float64Array, count: number, n: number): void {
    const { buckets, histogram, border, float, bits } = this;
    histogram.fill(0);
    let bucket = 0;
    for (let i = 0; i < count; i++) {
      // Bits of positive floats are in the order of the floats.
      float[0] = scores[i]!;
      const of = bits[0]! >> FLOAT_BITS;
      buckets[i] = of;
      histogram[of]!++;
      if (of > bucket) bucket = of;
    }
    let places = n;
    while (histogram[bucket]! < places) places -= histogram[bucket--]!;
    border.reset(places);
    for (let i = 0; i < count; i++) if (buckets[i] === bucket) border.push(ids[i]!, scores[i]!);
    this.score = border.scores[0]!;
    this.id = border.ids[0]!;
  }

  /** Whether an entry of the list is among its n best. */
  includes(id: number, score: number): boolean {
    return score > this.score || (score === this.score && id <= this.id);
  }
}
