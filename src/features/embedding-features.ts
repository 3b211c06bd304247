import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { SessionVector } from '../retrieval/session-vector.js';
import { type SessionEmbedding } from '../tables/embedding/session-embedding.js';
import { type VectorIndex } from '../tables/embedding/vector-index.js';
import { type FeatureGroup } from './feature-group.js';

/** What a cosine of 1 is worth in nats: about what the embedding is trained with. */
const SOFTMAX_SCALE = 12;
const NEAR = 0.1;
/** The last items of the session that the candidate is compared with one by one. */
const COMPARED_ITEMS = 5;

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
  /** [candidates or more] places of the running query's candidates, and their cosines with one item of the session. */
  private places = new Int32Array(256);
  private cosines = new Float32Array(256);

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
    const { count, items } = candidates;
    if (this.places.length < count) {
      this.places = new Int32Array(2 * count);
      this.cosines = new Float32Array(2 * count);
    }
    for (let c = 0; c < count; c++) {
      this.places[c] = embedding.placeOf[items[c]!]!;
      out.fill(NaN, c * width + first + 1, c * width + first + 9);
    }
    session.index.cosinesWith(-1, this.places, count, out, width, first);
    this.compareWithItems(query, embedding, session.index, count, out, width, first);
    compareCandidates(out, width, first, count);
  }

  /** Writes the four columns of cosines with single items of the session. */
  private compareWithItems(
    query: SessionQuery,
    { placeOf }: SessionEmbedding,
    index: VectorIndex,
    count: number,
    out: Float32Array,
    width: number,
    first: number,
  ): void {
    const { places, cosines } = this;
    let compared = 0;
    for (let d = 0; d < query.distinctCount && d < COMPARED_ITEMS; d++) {
      const place = placeOf[query.distinctItems[d]!]!;
      if (place < 0) continue;
      index.cosinesWith(place, places, count, cosines, 1, 0);
      compared++;
      for (let c = 0, at = first; c < count; c++, at += width) {
        const cosine = cosines[c]!;
        if (d < 2) out[at + 2 + d] = cosine;
        out[at + 4] = compared === 1 ? cosine : Math.max(out[at + 4]!, cosine);
        out[at + 5] = compared === 1 ? cosine : out[at + 5]! + cosine;
      }
    }
    for (let c = 0; c < count; c++) out[c * width + first + 5]! /= compared;
  }
}

/** Writes what a candidate's cosine is beside those of the others, where it has one. */
function compareCandidates(out: Float32Array, width: number, first: number, count: number) {
  let best = -1;
  for (let c = 0; c < count; c++) if (out[c * width + first]! > best) best = out[c * width + first]!;
  let near = 0;
  let sum = 0;
  for (let c = 0; c < count; c++) {
    const at = c * width + first;
    const gap = out[at]! - best;
    if (Number.isNaN(gap)) continue;
    if (gap > -NEAR) near++;
    const likelihood = Math.exp(SOFTMAX_SCALE * gap);
    sum += likelihood;
    out[at + 6] = likelihood;
  }
  for (let c = 0; c < count; c++) {
    const at = c * width + first;
    const gap = out[at]! - best;
    if (Number.isNaN(gap)) continue;
    out[at + 1] = gap;
    out[at + 6]! /= sum;
    out[at + 7] = best;
    out[at + 8] = near;
  }
}
