import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { SessionVector } from '../retrieval/session-vector.js';
import { DIMENSIONS } from '../tables/embedding/kernels.js';
import { dotAt, type SessionEmbedding } from '../tables/embedding/session-embedding.js';
import { type FeatureGroup } from './feature-group.js';

/** What a cosine of 1 is worth in nats: about what the embedding is trained with. */
const SOFTMAX_SCALE = 12;
const NEAR = 0.1;

/** How near the candidate's vector is to the session's and to its last items'. NaN where one of them has no vector. */
export class EmbeddingFeatures implements FeatureGroup {
  readonly name = 'embedding';
  readonly features = [
    { name: 'embedding_cosine', meaning: "cosine of the candidate's vector and the session's" },
    { name: 'embedding_gap', meaning: 'its cosine minus the best cosine among the candidates' },
    { name: 'embedding_cosine_last', meaning: "cosine with the last item's vector" },
    { name: 'embedding_cosine_second_last', meaning: "cosine with the second last distinct item's vector" },
    { name: 'embedding_cosine_max', meaning: 'highest cosine with one of the last five distinct items' },
    { name: 'embedding_cosine_mean', meaning: 'mean cosine with the last five distinct items' },
    {
      name: 'embedding_probability',
      meaning: 'softmax of the cosines over the candidates: how sure the embedding is of this one',
    },
    { name: 'embedding_best', meaning: 'the best cosine among the candidates' },
    { name: 'embedding_near', meaning: 'candidates whose cosine is less than 0.1 below the best' },
  ];
  private readonly session: SessionVector | null;

  constructor(private readonly embedding: SessionEmbedding | null) {
    this.session = embedding === null ? null : new SessionVector(embedding);
  }

  fill(query: SessionQuery, candidates: CandidateSet, out: Float32Array, width: number, first: number): void {
    const { embedding, session } = this;
    const encoded = session !== null && session.encode(query);
    if (embedding === null || !encoded) {
      for (let c = 0; c < candidates.count; c++) out.fill(NaN, c * width + first, c * width + first + 9);
      return;
    }
    const { vectors, placeOf } = embedding;
    let best = -1;
    for (let c = 0; c < candidates.count; c++) {
      const at = c * width + first;
      const place = placeOf[candidates.items[c]!]!;
      if (place < 0) {
        out.fill(NaN, at, at + 9);
        continue;
      }
      const vector = place * DIMENSIONS;
      const cosine = dotAt(session.values, 0, vectors, vector);
      if (cosine > best) best = cosine;
      out[at] = cosine;
      this.compareWithItems(query, vector, out, at + 2);
    }
    compareCandidates(out, width, first, candidates.count, best);
  }

  /** Writes the four cosines with single items of the session. */
  private compareWithItems(query: SessionQuery, vector: number, out: Float32Array, at: number): void {
    const { vectors, placeOf } = this.embedding!;
    out[at] = NaN;
    out[at + 1] = NaN;
    let max = -1;
    let sum = 0;
    let compared = 0;
    for (let d = 0; d < query.distinctCount && d < 5; d++) {
      const place = placeOf[query.distinctItems[d]!]!;
      if (place < 0) continue;
      const cosine = dotAt(vectors, place * DIMENSIONS, vectors, vector);
      if (d < 2) out[at + d] = cosine;
      if (cosine > max) max = cosine;
      sum += cosine;
      compared++;
    }
    out[at + 2] = compared > 0 ? max : NaN;
    out[at + 3] = compared > 0 ? sum / compared : NaN;
  }
}

/** Writes what a candidate's cosine is beside those of the others, where it has one. */
function compareCandidates(out: Float32Array, width: number, first: number, count: number, best: number) {
  let near = 0;
  let sum = 0;
  for (let c = 0; c < count; c++) {
    const gap = out[c * width + first]! - best;
    if (Number.isNaN(gap)) continue;
    if (gap > -NEAR) near++;
    sum += Math.exp(SOFTMAX_SCALE * gap);
  }
  for (let c = 0; c < count; c++) {
    const at = c * width + first;
    const gap = out[at]! - best;
    if (Number.isNaN(gap)) continue;
    out[at + 1] = gap;
    out[at + 6] = Math.exp(SOFTMAX_SCALE * gap) / sum;
    out[at + 7] = best;
    out[at + 8] = near;
  }
}
