import { DIMENSIONS } from '../tables/embedding/kernels.js';
import { ONE, type SessionEmbedding } from '../tables/embedding/session-embedding.js';
import { VectorIndex } from '../tables/embedding/vector-index.js';
import { type SessionQuery } from './session-query.js';

/** Makes sessions into unit vectors, as the embedding was trained on them. Holds one result at a time. */
export class SessionVector {
  readonly index: VectorIndex;
  private readonly sums = new Float64Array(DIMENSIONS);
  private readonly lags: number;

  constructor(private readonly embedding: SessionEmbedding) {
    this.index = VectorIndex.of(embedding);
    this.lags = embedding.gates.length / DIMENSIONS;
  }

  /**
   * Makes the query's vector that of the session in {@link index}.
   * @returns false when no event of the window has an item with a vector
   */
  encode(query: SessionQuery): boolean {
    const { sums, embedding, index } = this;
    const { vectors, placeOf, gates } = embedding;
    sums.fill(0);
    for (let lag = 0, p = query.length - 1; lag < this.lags && p >= 0; lag++, p--) {
      const item = query.items[p]!;
      const place = item < 0 ? -1 : placeOf[item]!;
      if (place < 0) continue;
      const from = place * DIMENSIONS;
      const gate = lag * DIMENSIONS;
      for (let k = 0; k < DIMENSIONS; k++) sums[k]! += vectors[from + k]! * gates[gate + k]!;
    }
    let squares = 0;
    for (let k = 0; k < DIMENSIONS; k++) squares += sums[k]! * sums[k]!;
    if (squares === 0) return false;
    const factor = ONE / Math.sqrt(squares);
    for (let k = 0; k < DIMENSIONS; k++) index.session[k] = Math.round(sums[k]! * factor);
    return true;
  }
}
