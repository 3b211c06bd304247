import { NextItemError } from '../errors.js';
import { parseForestModel, type TreeModel } from './forest-model.js';

/** What LightGBM takes for zero (kZeroThreshold in include/LightGBM/meta.h). */
const ZERO = Math.fround(1e-35);

/** Splits on a way from root to leaf: memory grows with their square, and no ranker has a tenth of it. */
const MOST_SPLITS = 1000;

// Bits of LightGBM's decision_type.
const CATEGORICAL = 1;
const DEFAULT_LEFT = 2;
const MISSING_ZERO = 1;
const MISSING_NAN = 2;

/**
 * Why a row has its score: what each feature adds to the expected score, by exact path-dependent TreeSHAP (Lundberg, Erion,
 * Lee: Consistent individualized feature attribution for tree ensembles, 2018, algorithm 2), with the training rows of each
 * node as weights, as LightGBM's own contributions have it. Contributions and the expected score add up to the raw score.
 *
 * Takes time in the number of leaves times the square of the depth: for looking at, not for serving.
 */
export class TreeShap {
  readonly featureNames: readonly string[];
  /** The mean raw score of the training rows. */
  readonly expectedScore: number;
  private readonly trees: readonly TreeModel[];
  private readonly path: Path;
  private values: ArrayLike<number> = [];
  private offset = 0;
  private out: Float64Array = new Float64Array(0);

  private constructor(featureNames: readonly string[], trees: readonly TreeModel[]) {
    this.featureNames = featureNames;
    this.trees = trees;
    this.expectedScore = trees.reduce((sum, tree) => sum + expectedValue(tree), 0);
    const depth = trees.reduce((deepest, tree) => Math.max(deepest, depthOf(tree)), 0);
    if (depth > MOST_SPLITS)
      throw new NextItemError('invalid_ranker', `a tree is ${depth} splits deep, more than ${MOST_SPLITS}`);
    this.path = new Path(depth + 2);
  }

  /**
   * Reads LightGBM's text model.
   * @throws NextItemError `invalid_ranker` if it is damaged, or does not say how many rows came to each node
   */
  static parse(text: string): TreeShap {
    const { featureNames, trees } = parseForestModel(text, { withCounts: true });
    return new TreeShap(featureNames, trees);
  }

  /**
   * The contributions of one row.
   * @param values row-major [rows x features], columns in the order of {@link featureNames}; NaN means unknown
   * @param out [features] receives them
   * @throws RangeError if an array is too short
   */
  contributions(values: Float32Array | Float64Array, row: number, out: Float64Array): void {
    const features = this.featureNames.length;
    if (values.length < (row + 1) * features || out.length < features)
      throw new RangeError(`arrays too short for row ${row} of ${features} features`);
    this.values = values;
    this.offset = row * features;
    this.out = out;
    out.fill(0, 0, features);
    for (const tree of this.trees) if (tree.leafValue.length > 1) this.descend(tree, 0, 0, 0, 1, 1, -1);
  }

  /**
   * One step down a tree: extends the path by the split that led here, undoes an earlier one by the same feature, and at a
   * leaf gives each feature of the path its share.
   *
   * @param from where the path above begins in {@link Path}
   * @param length of the path above
   * @param cold share of training rows that followed that split this way
   * @param hot 1 if this row follows it this way, else 0
   */
  private descend(
    tree: TreeModel,
    node: number,
    from: number,
    length: number,
    cold: number,
    hot: number,
    feature: number,
  ): void {
    const { path } = this;
    const at = from + length;
    path.copy(from, at, length);
    path.extend(at, length, cold, hot, feature);
    if (node < 0) {
      const value = tree.leafValue[~node]!;
      for (let i = 1; i <= length; i++) {
        const weight = path.weightWithout(at, length, i);
        this.out[path.feature[at + i]!]! += weight * (path.hot[at + i]! - path.cold[at + i]!) * value;
      }
      return;
    }
    const split = tree.splitFeature[node]!;
    let [last, coldBefore, hotBefore] = [length, 1, 1];
    for (let i = 1; i <= length; i++) {
      if (path.feature[at + i] !== split) continue;
      [coldBefore, hotBefore] = [path.cold[at + i]!, path.hot[at + i]!];
      path.remove(at, length, i);
      last--;
      break;
    }
    const left = tree.leftChild[node]!;
    const right = tree.rightChild[node]!;
    const goesLeft = decidesLeft(tree, node, this.values[this.offset + split]!);
    const rows = rowsOf(tree, node);
    const leftHot = goesLeft ? hotBefore : 0;
    const rightHot = goesLeft ? 0 : hotBefore;
    this.descend(tree, left, at, last + 1, (coldBefore * rowsOf(tree, left)) / rows, leftHot, split);
    this.descend(tree, right, at, last + 1, (coldBefore * rowsOf(tree, right)) / rows, rightHot, split);
  }
}

/** Paths of all depths one behind the other, so that a path can be changed without its parent's. */
class Path {
  /** Index of the feature, -1 for the root. */
  readonly feature: Int32Array;
  readonly cold: Float64Array;
  readonly hot: Float64Array;
  /** The share of orders in which as many features are known, [0..length]. */
  private readonly weight: Float64Array;

  /** @param most elements of the longest path */
  constructor(most: number) {
    const size = (most * (most + 1)) / 2 + most;
    this.feature = new Int32Array(size);
    this.cold = new Float64Array(size);
    this.hot = new Float64Array(size);
    this.weight = new Float64Array(size);
  }

  copy(from: number, to: number, length: number): void {
    for (const part of [this.feature, this.cold, this.hot, this.weight])
      part.copyWithin(to, from, from + length);
  }

  /** Adds an element behind the `length` first ones of the path at `at`. */
  extend(at: number, length: number, cold: number, hot: number, feature: number): void {
    const { weight } = this;
    this.feature[at + length] = feature;
    this.cold[at + length] = cold;
    this.hot[at + length] = hot;
    weight[at + length] = length === 0 ? 1 : 0;
    for (let i = length - 1; i >= 0; i--) {
      weight[at + i + 1]! += (hot * weight[at + i]! * (i + 1)) / (length + 1);
      weight[at + i] = (cold * weight[at + i]! * (length - i)) / (length + 1);
    }
  }

  /** Takes element `index` out of the path at `at`, whose last element is `last`. */
  remove(at: number, last: number, index: number): void {
    const { weight } = this;
    const [cold, hot] = [this.cold[at + index]!, this.hot[at + index]!];
    let next = weight[at + last]!;
    for (let i = last - 1; i >= 0; i--) {
      if (hot !== 0) {
        const before = weight[at + i]!;
        weight[at + i] = (next * (last + 1)) / ((i + 1) * hot);
        next = before - (weight[at + i]! * cold * (last - i)) / (last + 1);
      } else {
        weight[at + i] = (weight[at + i]! * (last + 1)) / (cold * (last - i));
      }
    }
    for (let i = index; i < last; i++) {
      this.feature[at + i] = this.feature[at + i + 1]!;
      this.cold[at + i] = this.cold[at + i + 1]!;
      this.hot[at + i] = this.hot[at + i + 1]!;
    }
  }

  /** The sum of the weights that {@link remove} would leave. */
  weightWithout(at: number, last: number, index: number): number {
    const { weight } = this;
    const [cold, hot] = [this.cold[at + index]!, this.hot[at + index]!];
    let next = weight[at + last]!;
    let sum = 0;
    for (let i = last - 1; i >= 0; i--) {
      if (hot !== 0) {
        const left = (next * (last + 1)) / ((i + 1) * hot);
        sum += left;
        next = weight[at + i]! - (left * cold * (last - i)) / (last + 1);
      } else {
        sum += (weight[at + i]! * (last + 1)) / (cold * (last - i));
      }
    }
    return sum;
  }
}

function rowsOf({ counts }: TreeModel, node: number): number {
  return node >= 0 ? counts!.inner[node]! : counts!.leaves[~node]!;
}

function expectedValue(tree: TreeModel): number {
  if (tree.leafValue.length === 1) return tree.leafValue[0]!;
  const all = rowsOf(tree, 0);
  return tree.leafValue.reduce((sum, value, leaf) => sum + (rowsOf(tree, ~leaf) / all) * value, 0);
}

/** Splits on the longest way from the root to a leaf. */
function depthOf({ leftChild, rightChild }: TreeModel): number {
  // A hostile model may be a chain of thousands of nodes, so without recursion: children have any order in the arrays.
  let deepest = 0;
  const pending: [node: number, depth: number][] = leftChild.length === 0 ? [] : [[0, 1]];
  while (pending.length > 0) {
    const [node, depth] = pending.pop()!;
    deepest = Math.max(deepest, depth);
    for (const child of [leftChild[node]!, rightChild[node]!])
      if (child >= 0) pending.push([child, depth + 1]);
  }
  return deepest;
}

/** LightGBM's decision (include/LightGBM/tree.h): NaN counts as zero unless the split knows missing values. */
function decidesLeft(tree: TreeModel, node: number, written: number): boolean {
  const decision = tree.decisionType[node]!;
  const threshold = tree.threshold[node]!;
  if ((decision & CATEGORICAL) !== 0) return hasCategory(tree, threshold, written);
  const missing = decision >> 2;
  const value = Number.isNaN(written) && missing !== MISSING_NAN ? 0 : written;
  const isMissing = missing === MISSING_ZERO ? Math.abs(value) <= ZERO : Number.isNaN(value);
  if (isMissing) return (decision & DEFAULT_LEFT) !== 0;
  return (Math.abs(value) <= ZERO ? 0 : value) <= threshold;
}

function hasCategory({ categoryBoundaries, categoryBits }: TreeModel, set: number, value: number): boolean {
  if (!(Number.isFinite(value) && value > -1)) return false;
  const category = Math.trunc(value);
  const word = categoryBoundaries[set]! + Math.floor(category / 32);
  return word < categoryBoundaries[set + 1]! && ((categoryBits[word]! >>> (category % 32)) & 1) === 1;
}
