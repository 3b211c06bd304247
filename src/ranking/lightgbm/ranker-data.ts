import { NextItemError } from '../../errors.js';

/** Rows to learn from or to validate on, those of one query next to each other. */
export interface RankerData {
  /** Row-major [rows x features]. NaN means unknown. */
  readonly features: Float64Array | Float32Array;
  readonly rows: number;
  /** [rows] relevance: whole numbers 0..30, for the binary objective 0 or 1. */
  readonly labels: Float32Array;
  /** [queries] rows of each query, in row order; they sum to `rows`. LightGBM takes at most 10,000 rows per query. */
  readonly groupSizes: Int32Array;
  /** [rows] weights, 0 or more; all 1 if left out. */
  readonly weights?: Float32Array | undefined;
}

/**
 * Refuses data that does not fit together. The native library would read beyond the arrays' ends or, given a label
 * that is no number, index with garbage.
 *
 * @param name `train` or `validation`, for the message
 * @throws NextItemError `lightgbm_failed`
 */
export function checkRankerData(name: string, data: RankerData, featureCount: number): void {
  const refuse = (what: string): never => {
    throw new NextItemError('lightgbm_failed', what, name);
  };
  const { rows, features, labels, groupSizes, weights } = data;
  if (!Number.isInteger(rows) || rows < 1 || rows > 0x7fffffff) refuse(`it has ${rows} rows`);
  if (features.length !== rows * featureCount) {
    refuse(`${features.length} feature values are not ${rows} rows of ${featureCount} features`);
  }
  if (labels.length !== rows) refuse(`${labels.length} labels for ${rows} rows`);
  for (let row = 0; row < rows; row++) {
    const label = labels[row]!;
    if (!(label >= 0 && label <= 30 && Number.isInteger(label)))
      refuse(`label ${label} of row ${row} is not in 0..30`);
  }
  let grouped = 0;
  for (const size of groupSizes) {
    if (size < 1) refuse(`a query has ${size} rows`);
    grouped += size;
  }
  if (grouped !== rows) refuse(`the queries have ${grouped} rows together, the data has ${rows}`);
  if (weights === undefined) return;
  if (weights.length !== rows) refuse(`${weights.length} weights for ${rows} rows`);
  for (let row = 0; row < rows; row++) {
    const weight = weights[row]!;
    if (!(weight >= 0 && weight < Infinity))
      refuse(`weight ${weight} of row ${row} is not a number of 0 or more`);
  }
}
