import { Random } from '../../src/domain/random.js';
import { type RankerData } from '../../src/ranking/lightgbm/ranker-data.js';

export const FEATURE_NAMES = ['signal', 'noise', 'sparse', 'unknown_often', 'category', 'price'];

/**
 * Queries of 20 rows whose one relevant row is chosen with odds that rise with `signal` and with belonging to
 * categories 3, 5 and 40. The columns have zeros, NaN, negative values and category codes, as real features do.
 */
export function rankingData(seed: number, queries: number): RankerData & { features: Float64Array } {
  const random = new Random(seed);
  const width = FEATURE_NAMES.length;
  const rowsPerQuery = 20;
  const rows = queries * rowsPerQuery;
  const features = new Float64Array(rows * width);
  const labels = new Float32Array(rows);
  for (let query = 0; query < queries; query++) {
    let best = -Infinity;
    let relevant = 0;
    for (let row = query * rowsPerQuery; row < (query + 1) * rowsPerQuery; row++) {
      const signal = random.normal();
      const category = random.below(64);
      features.set(
        [
          signal,
          random.normal(),
          random.below(10) === 0 ? random.next() : 0,
          random.below(3) === 0 ? random.normal() : NaN,
          category,
          Math.exp(random.normal()),
        ],
        row * width,
      );
      const liking = signal + ([3, 5, 40].includes(category) ? 2 : 0) + random.normal();
      if (liking > best) {
        best = liking;
        relevant = row;
      }
    }
    labels[relevant] = 1;
  }
  return { features, rows, labels, groupSizes: new Int32Array(queries).fill(rowsPerQuery) };
}
