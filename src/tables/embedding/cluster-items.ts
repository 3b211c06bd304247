import { type Random } from '../../domain/random.js';
import { DIMENSIONS, KernelMemory } from './kernels.js';
import { quantised, type SessionEmbedding } from './session-embedding.js';

/** Rounds of k-means; more moves hardly an item. */
const ROUNDS = 6;

/** Items per cluster on average, for small catalogues; large ones get about the square root of their size in clusters. */
const SMALLEST_CLUSTER = 32;

/** Vectors that are assigned at once. */
const CHUNK = 512;

/**
 * Spherical k-means (Dhillon and Modha 2001) over unit vectors: each item joins the centroid with the highest cosine
 * (ties: the lower number), and a centroid is the normalised sum of its items. An empty cluster keeps its centroid.
 *
 * @param vectors row-major [items x 64], unit length
 * @param seen ascending item indices to be clustered, at least one
 */
export function clusterItems(
  vectors: Float32Array,
  seen: Uint32Array,
  random: Random,
): Omit<SessionEmbedding, 'gates'> {
  const clusters = Math.max(
    1,
    Math.min(Math.round(Math.sqrt(seen.length)), Math.floor(seen.length / SMALLEST_CLUSTER)),
  );
  const columns = Math.ceil(clusters / 4) * 4;
  const memory = new KernelMemory();
  const centroids = memory.vectors(columns);
  const chunk = memory.vectors(CHUNK);
  const cosines = memory.floats(CHUNK * columns);
  const kernels = memory.start();

  const starts = random.shuffle(seen.slice()).subarray(0, clusters);
  starts.forEach((item, c) => centroids.array.set(vectorOf(vectors, item), c * DIMENSIONS));
  const clusterOf = new Uint32Array(seen.length);
  for (let round = 0; round <= ROUNDS; round++) {
    const sums = new Float64Array(clusters * DIMENSIONS);
    for (let from = 0; from < seen.length; from += CHUNK) {
      const count = Math.min(CHUNK, seen.length - from);
      for (let n = 0; n < count; n++) chunk.array.set(vectorOf(vectors, seen[from + n]!), n * DIMENSIONS);
      kernels.dots(chunk.at, centroids.at, cosines.at, CHUNK, columns, 1);
      for (let n = 0; n < count; n++) {
        let best = 0;
        for (let c = 1; c < clusters; c++)
          if (cosines.array[n * columns + c]! > cosines.array[n * columns + best]!) best = c;
        clusterOf[from + n] = best;
        for (let k = 0; k < DIMENSIONS; k++) sums[best * DIMENSIONS + k]! += chunk.array[n * DIMENSIONS + k]!;
      }
    }
    // The last round only assigns: centroids and clusters then belong together.
    if (round === ROUNDS) break;
    for (let c = 0; c < clusters; c++) {
      const sum = sums.subarray(c * DIMENSIONS, (c + 1) * DIMENSIONS);
      const length = Math.sqrt(sum.reduce((squares, value) => squares + value * value, 0));
      if (length > 0)
        for (let k = 0; k < DIMENSIONS; k++) centroids.array[c * DIMENSIONS + k] = sum[k]! / length;
    }
  }

  const clusterOffsets = new Uint32Array(clusters + 1);
  for (const c of clusterOf) clusterOffsets[c + 1]!++;
  for (let c = 0; c < clusters; c++) clusterOffsets[c + 1]! += clusterOffsets[c]!;
  const cursor = clusterOffsets.slice(0, clusters);
  const itemAt = new Uint32Array(seen.length);
  const placeOf = new Int32Array(vectors.length / DIMENSIONS).fill(-1);
  const placed = new Float32Array(seen.length * DIMENSIONS);
  seen.forEach((item, n) => {
    const place = cursor[clusterOf[n]!]!++;
    itemAt[place] = item;
    placeOf[item] = place;
    placed.set(vectorOf(vectors, item), place * DIMENSIONS);
  });
  return {
    vectors: quantised(placed),
    itemAt,
    placeOf,
    centroids: quantised(centroids.array.subarray(0, clusters * DIMENSIONS)),
    clusterOffsets,
  };
}

function vectorOf(vectors: Float32Array, item: number): Float32Array {
  return vectors.subarray(item * DIMENSIONS, (item + 1) * DIMENSIONS);
}
