import { DIMENSIONS } from '../tables/embedding/kernels.js';
import { dotAt, type SessionEmbedding } from '../tables/embedding/session-embedding.js';
import { TopN } from '../tables/top-n.js';
import { type CandidateSet } from './candidate-set.js';
import { type Retriever } from './retriever.js';
import { type SessionQuery } from './session-query.js';
import { SessionVector } from './session-vector.js';
import { type RetrievalSettings } from './settings.js';

/**
 * The items whose vectors are nearest to the session's, out of the clusters nearest to it: `score = exp(scale * (cosine -
 * 1))`. Looks at `clusters + their items`, never at the whole catalogue. The session's own items are left to revisits.
 */
export class EmbeddingRetriever implements Retriever {
  readonly name = 'embedding';
  private readonly session: SessionVector | null;
  private readonly nearestClusters: TopN;
  private readonly nearest: TopN;

  /** @param limit items it gives at most */
  constructor(
    private readonly embedding: SessionEmbedding | null,
    private readonly settings: RetrievalSettings['embedding'],
    limit: number,
  ) {
    this.session = embedding === null ? null : new SessionVector(embedding);
    this.nearestClusters = new TopN(settings.clusters);
    this.nearest = new TopN(limit);
  }

  retrieve(query: SessionQuery, out: CandidateSet): void {
    const { embedding, session, nearest, nearestClusters } = this;
    if (embedding === null || session === null || !session.encode(query)) return;
    const { vectors, itemAt, centroids, clusterOffsets } = embedding;
    nearestClusters.reset();
    for (let c = 0, n = clusterOffsets.length - 1; c < n; c++)
      nearestClusters.push(c, dotAt(session.values, 0, centroids, c * DIMENSIONS));
    nearest.reset();
    for (let n = 0; n < nearestClusters.count; n++) {
      const cluster = nearestClusters.ids[n]!;
      for (let place = clusterOffsets[cluster]!; place < clusterOffsets[cluster + 1]!; place++)
        nearest.push(itemAt[place]!, dotAt(session.values, 0, vectors, place * DIMENSIONS));
    }
    for (let n = 0; n < nearest.count; n++) {
      const item = nearest.ids[n]!;
      if (query.distinctOf(item) < 0) out.add(item, Math.exp(this.settings.scale * (nearest.scores[n]! - 1)));
    }
  }
}
