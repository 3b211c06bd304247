import { type Placed } from '../../domain/wasm-memory.js';
import { type KernelExports, KernelMemory } from './kernels.js';
import { COSINE_UNIT, type SessionEmbedding } from './session-embedding.js';

/** Places looked up in one call of the kernels, at most. */
const CHUNK = 1024;

/**
 * An embedding's vectors in the memory of the WebAssembly kernels, which multiply one of them with many. One per
 * embedding and thread, shared by all that ask it; what it gives is valid until the next call.
 */
export class VectorIndex {
  private static readonly all = new WeakMap<SessionEmbedding, VectorIndex>();

  /** [64] in units of 1/16384: the vector that {@link cosinesWith} and the others take for the session's. */
  readonly session: Int16Array;
  private readonly sessionAt: number;
  private readonly vectors: Placed<Int16Array>;
  private readonly centroids: Placed<Int16Array>;
  private readonly places: Placed<Int32Array>;
  private readonly dots: Placed<Int32Array>;
  private readonly kernels: KernelExports;

  private constructor(private readonly embedding: SessionEmbedding) {
    const { itemAt, clusterOffsets } = embedding;
    const clusters = clusterOffsets.length - 1;
    let longest = Math.max(CHUNK, clusters);
    for (let c = 0; c < clusters; c++)
      longest = Math.max(longest, clusterOffsets[c + 1]! - clusterOffsets[c]!);
    const memory = new KernelMemory();
    const session = memory.shortVectors(1);
    this.vectors = memory.shortVectors(itemAt.length);
    this.centroids = memory.shortVectors(clusters);
    this.places = memory.integers(CHUNK);
    this.dots = memory.integers(longest);
    this.kernels = memory.start();
    this.session = session.array;
    this.sessionAt = session.at;
    this.vectors.array.set(embedding.vectors);
    this.centroids.array.set(embedding.centroids);
  }

  static of(embedding: SessionEmbedding): VectorIndex {
    let index = this.all.get(embedding);
    if (index === undefined) this.all.set(embedding, (index = new VectorIndex(embedding)));
    return index;
  }

  /** [clusters] the session's dot products with all centroids, in units of {@link COSINE_UNIT}. */
  dotsWithCentroids(): Int32Array {
    const { kernels, sessionAt, centroids, dots, embedding } = this;
    kernels.shortDots(sessionAt, centroids.at, dots.at, embedding.clusterOffsets.length - 1);
    return dots.array;
  }

  /** [places of the cluster] the session's dot products with a cluster's items, in units of {@link COSINE_UNIT}. */
  dotsWithCluster(cluster: number): Int32Array {
    const { kernels, sessionAt, vectors, dots, embedding } = this;
    const from = embedding.clusterOffsets[cluster]!;
    const count = embedding.clusterOffsets[cluster + 1]! - from;
    kernels.shortDots(sessionAt, vectors.at + from * VECTOR_BYTES, dots.at, count);
    return dots.array;
  }

  /**
   * Cosines of one vector with several.
   *
   * @param place of the one; -1 is the session
   * @param places [count or more] of the others; -1 has no vector
   * @param out receives them at `first`, `first + stride` and so on: NaN where there is no vector
   */
  cosinesWith(
    place: number,
    places: Int32Array,
    count: number,
    out: Float32Array,
    stride: number,
    first: number,
  ): void {
    const { kernels, sessionAt, vectors, dots } = this;
    const rows = this.places.array;
    const one = place < 0 ? sessionAt : vectors.at + place * VECTOR_BYTES;
    for (let from = 0; from < count; from += CHUNK) {
      const length = Math.min(CHUNK, count - from);
      for (let n = 0; n < length; n++) rows[n] = Math.max(0, places[from + n]!);
      kernels.shortDotsAt(one, vectors.at, this.places.at, dots.at, length);
      for (let n = 0; n < length; n++)
        out[first + (from + n) * stride] = places[from + n]! < 0 ? NaN : dots.array[n]! * COSINE_UNIT;
    }
  }
}

const VECTOR_BYTES = 128;
