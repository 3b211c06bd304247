import { COSINE_UNIT, type SessionEmbedding } from '../tables/embedding/session-embedding.js';
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
  /** Of the running query, by looked at place: its item and the session's dot product with it. */
  private readonly items: Uint32Array;
  private readonly dots: Int32Array;
  /** [BUCKETS] how many of the dot products fall into each. */
  private readonly histogram = new Uint32Array(BUCKETS);

  /** @param limit items it gives at most */
  constructor(
    private readonly embedding: SessionEmbedding | null,
    private readonly settings: RetrievalSettings['embedding'],
    limit: number,
  ) {
    this.session = embedding === null ? null : new SessionVector(embedding);
    this.nearestClusters = new TopN(settings.clusters);
    this.nearest = new TopN(limit);
    const most = embedding === null ? 0 : largestSum(embedding.clusterOffsets, settings.clusters);
    this.items = new Uint32Array(most);
    this.dots = new Int32Array(most);
  }

  retrieve(query: SessionQuery, out: CandidateSet): void {
    const { embedding, session, nearest, nearestClusters } = this;
    if (embedding === null || session === null || !session.encode(query)) return;
    const { itemAt, clusterOffsets } = embedding;
    const { index } = session;
    const toCentroids = index.dotsWithCentroids();
    nearestClusters.reset();
    for (let c = 0, n = clusterOffsets.length - 1; c < n; c++) nearestClusters.push(c, toCentroids[c]!);
    const { items, dots, histogram } = this;
    histogram.fill(0);
    let looked = 0;
    for (let n = 0; n < nearestClusters.count; n++) {
      const cluster = nearestClusters.ids[n]!;
      const toItems = index.dotsWithCluster(cluster);
      const from = clusterOffsets[cluster]!;
      for (let place = from, end = clusterOffsets[cluster + 1]!; place < end; place++, looked++) {
        const dot = toItems[place - from]!;
        items[looked] = itemAt[place]!;
        dots[looked] = dot;
        histogram[bucketOf(dot)]!++;
      }
    }
    // Most of the thousands cannot be among the best: a heap is only asked about those that can.
    let floor = BUCKETS;
    for (let above = 0; above < nearest.capacity && floor > 0;) above += histogram[--floor]!;
    nearest.reset();
    for (let n = 0; n < looked; n++) if (bucketOf(dots[n]!) >= floor) nearest.push(items[n]!, dots[n]!);
    for (let n = 0; n < nearest.count; n++) {
      const item = nearest.ids[n]!;
      const cosine = nearest.scores[n]! * COSINE_UNIT;
      if (query.distinctOf(item) < 0) out.add(item, Math.exp(this.settings.scale * (cosine - 1)));
    }
  }
}

/** A dot product of unit vectors lies between -2^28 and 2^28, give or take a rounding. */
const BUCKETS = 2050;
function bucketOf(dot: number): number {
  return 1 + ((dot + (1 << 28)) >> 18);
}

/** How many places the n largest clusters have. */
function largestSum(clusterOffsets: Uint32Array, n: number): number {
  const sizes = clusterOffsets.slice(1).map((end, c) => end - clusterOffsets[c]!);
  return sizes
    .sort((a, b) => b - a)
    .subarray(0, n)
    .reduce((sum, size) => sum + size, 0);
}
