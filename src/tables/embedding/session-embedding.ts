import { DIMENSIONS } from './kernels.js';

/**
 * Items as unit vectors, and how a session becomes one: `normalised sum over its last events of gate[lag] * vector`,
 * element by element, the last event having lag 0. The dot product of a session and an item says how likely the item
 * comes next. Items are clustered, so the best ones are found without looking at the whole catalogue.
 */
export interface SessionEmbedding {
  /** Row-major [places x 64], unit length. Items stand cluster by cluster, inside one by index. */
  readonly vectors: Float32Array;
  /** [places] item at each place. Items without events before the cut have no place. */
  readonly itemAt: Uint32Array;
  /** [items] its place, or -1. */
  readonly placeOf: Int32Array;
  /** Row-major [lags x 64]. */
  readonly gates: Float32Array;
  /** Row-major [clusters x 64], unit length. */
  readonly centroids: Float32Array;
  /** [clusters + 1] where each cluster's places start. */
  readonly clusterOffsets: Uint32Array;
}

/** Names of the parts, as they are stored. */
export const EMBEDDING_PARTS = [
  'vectors',
  'itemAt',
  'placeOf',
  'gates',
  'centroids',
  'clusterOffsets',
] as const satisfies readonly (keyof SessionEmbedding)[];

/** The dot product of the vectors that start at `from` in a and at `other` in b. */
export function dotAt(a: Float32Array, from: number, b: Float32Array, other: number): number {
  let even = 0;
  let odd = 0;
  for (let k = 0; k < DIMENSIONS; k += 4) {
    even += a[from + k]! * b[other + k]! + a[from + k + 2]! * b[other + k + 2]!;
    odd += a[from + k + 1]! * b[other + k + 1]! + a[from + k + 3]! * b[other + k + 3]!;
  }
  return even + odd;
}
