import { DIMENSIONS } from '../tables/embedding/kernels.js';
import { type SessionEmbedding } from '../tables/embedding/session-embedding.js';
import { type SessionQuery } from './session-query.js';

/** Makes sessions into unit vectors, as the embedding was trained on them. Holds one result at a time. */
export class SessionVector {
  /** [64] of the last session, unit length. */
  readonly values = new Float32Array(DIMENSIONS);
  private readonly lags: number;

  constructor(private readonly embedding: SessionEmbedding) {
    this.lags = embedding.gates.length / DIMENSIONS;
  }

  /** @returns false when no event of the window has an item with a vector */
  encode(query: SessionQuery): boolean {
    const { values, embedding } = this;
    const { vectors, placeOf, gates } = embedding;
    values.fill(0);
    for (let lag = 0, p = query.length - 1; lag < this.lags && p >= 0; lag++, p--) {
      const item = query.items[p]!;
      const place = item < 0 ? -1 : placeOf[item]!;
      if (place < 0) continue;
      const from = place * DIMENSIONS;
      const gate = lag * DIMENSIONS;
      for (let k = 0; k < DIMENSIONS; k++) values[k]! += vectors[from + k]! * gates[gate + k]!;
    }
    let squares = 0;
    for (let k = 0; k < DIMENSIONS; k++) squares += values[k]! * values[k]!;
    if (squares === 0) return false;
    const factor = 1 / Math.sqrt(squares);
    for (let k = 0; k < DIMENSIONS; k++) values[k]! *= factor;
    return true;
  }
}
