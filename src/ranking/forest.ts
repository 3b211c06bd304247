import { ForestKernel } from './forest-kernel.js';
import { parseForestModel, type TreeModel } from './forest-model.js';

/**
 * A trained ranker without native code: the trees of LightGBM's text model, scored in WebAssembly.
 *
 * Scores are equal to the bit to those of `LGBM_BoosterPredictForMat` with raw scores: the same decisions for NaN,
 * zeros, infinities and categories, and the leaf values added up in double precision tree by tree. How it is done stands
 * in {@link ForestKernel}; docs/performance.md has the numbers.
 */
export class Forest {
  readonly treeCount: number;
  private readonly kernel: ForestKernel;
  /** The first rows of arrays that were scored before, as the kernel copies them: a view is made once, not per call. */
  private readonly firstRows = new WeakMap<object, Float32Array | Float64Array>();

  private constructor(
    /** Names of the columns that {@link score} expects, in order. */
    readonly featureNames: readonly string[],
    trees: readonly TreeModel[],
  ) {
    this.treeCount = trees.length;
    this.kernel = new ForestKernel(featureNames.length, trees);
  }

  /**
   * Reads LightGBM's text model: one trained here, or elsewhere (Python, R, the command line).
   * @throws NextItemError `invalid_ranker` if it is damaged, hostile, or of a kind that is not supported
   */
  static parse(text: string): Forest {
    const model = parseForestModel(text);
    return new Forest(model.featureNames, model.trees);
  }

  /**
   * Raw scores of rows; higher is better. Allocates nothing for up to 256 rows of an array that was scored before.
   * @param values row-major [rows x features], columns in the order of {@link featureNames}; NaN means unknown
   * @param out [rows or more] receives the scores
   * @throws RangeError if an array is too short
   */
  score(values: Float32Array | Float64Array, rows: number, out: Float64Array): void {
    const features = this.featureNames.length;
    if (values.length < rows * features || out.length < rows)
      throw new RangeError(`arrays too short for ${rows} rows of ${features} features`);
    const { kernel } = this;
    for (let first = 0; first < rows; first += kernel.rows) {
      const count = Math.min(kernel.rows, rows - first);
      const block = this.block(values, first * features);
      if (block instanceof Float32Array) {
        kernel.floats.set(block);
        kernel.scoreFloat32(count);
      } else {
        kernel.doubles.set(block);
        kernel.scoreFloat64(count);
      }
      for (let row = 0; row < count; row++) out[first + row] = kernel.sums[row]!;
    }
  }

  /** As many values as the kernel takes, or all there are, from one on. */
  private block(values: Float32Array | Float64Array, from: number): Float32Array | Float64Array {
    if (from > 0) return values.subarray(from, from + this.kernel.floats.length);
    let block = this.firstRows.get(values);
    if (block === undefined) {
      block = values.subarray(0, this.kernel.floats.length);
      this.firstRows.set(values, block);
    }
    return block;
  }
}
