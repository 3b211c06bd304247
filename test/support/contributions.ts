import { Booster, type LightGbm } from '../../src/ranking/lightgbm/library.js';
import { TreeShap } from '../../src/ranking/tree-shap.js';

/**
 * The largest difference between our contributions and the library's, and between their sum and the library's raw score.
 *
 * @param values row-major [rows x features]
 */
export function compareContributions(
  library: LightGbm,
  modelText: string,
  values: Float32Array | Float64Array,
): { rows: number; worst: number; worstSum: number } {
  const shap = TreeShap.parse(modelText);
  const columns = shap.featureNames.length;
  const rows = values.length / columns;
  const theirs = new Float64Array(rows * (columns + 1));
  const scores = new Float64Array(rows);
  const booster = Booster.load(library, modelText);
  try {
    booster.predictContributions({ values, rows, columns }, theirs);
    booster.predictRaw({ values, rows, columns }, scores);
  } finally {
    booster.free();
  }
  const ours = new Float64Array(columns);
  let [worst, worstSum] = [0, 0];
  for (let row = 0; row < rows; row++) {
    shap.explain(values.subarray(row * columns, (row + 1) * columns), ours);
    const from = row * (columns + 1);
    for (let column = 0; column < columns; column++)
      worst = Math.max(worst, Math.abs(ours[column]! - theirs[from + column]!));
    worst = Math.max(worst, Math.abs(shap.expectedScore - theirs[from + columns]!));
    const sum = ours.reduce((all, value) => all + value, shap.expectedScore);
    worstSum = Math.max(worstSum, Math.abs(sum - scores[row]!));
  }
  return { rows, worst, worstSum };
}
