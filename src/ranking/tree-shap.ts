import { parseForestModel, type TreeCounts, type TreeModel } from './forest-model.js';
import { goesLeft } from './split-decision.js';

/**
 * What each feature adds to a row's raw score: exact, path-dependent TreeSHAP (Lundberg, Erion, Lee, "Consistent
 * individualized feature attribution for tree ensembles", 2018), as LightGBM's `pred_contrib` computes it. The
 * contributions and {@link expectedScore} sum to the score.
 *
 * A feature's contribution is its Shapley value in a game where a set of features is known: known ones go down the tree
 * as the row does; at a split on an unknown one both ways are taken, each by its share of the training rows.
 *
 * Algorithm 2 of the paper keeps, on the way down, one weight for every number of known features on the path. This is
 * the same sum, leaf by leaf. Let the path to a leaf with value v have D features; feature i keeps a share z_i of the rows
 * when unknown, and when known keeps the row (hot) or loses it (cold). Any known cold feature loses the row, so that only
 * sets S of hot ones count, and of them only their size: with P(t) = Π over hot j of (z_j + t), whose coefficient of t^s
 * sums up all sets of size s, C = Π over cold j of z_j, and w(s) = s! (D - 1 - s)! / D!,
 *
 * - each cold feature adds `-v C Σ_s w(s) [t^s] P(t)`, the same for all of them;
 * - a hot feature i adds `v (1 - z_i) C Σ_s w(s) [t^s] P(t) / (z_i + t)`.
 *
 * Few features of a path are hot but for the leaf that the row reaches, so this is much less work than the paper's
 * D² per leaf. Dividing from the highest power on is stable, since no z exceeds 1; and a leaf that no training row
 * reached divides by nothing.
 */
export class TreeShap {
  /** The mean raw score of the training rows: what is said of a row of which nothing is known. */
  readonly expectedScore: number;

  /** [splits of all trees] 1 where the running row goes left. */
  private readonly left: Uint8Array;

  // Every node but the roots, tree by tree, parents before their children and these one after the other: walking the
  // arrays from front to back is walking the trees depth first.
  /** [nodes] depth, 1 below the root. */
  private readonly depths: Int32Array;
  /** [nodes] the split above. */
  private readonly parents: Int32Array;
  /** [nodes] 1 for a left child. */
  private readonly sides: Uint8Array;
  /** [nodes] the feature of the split above. */
  private readonly columns: Int32Array;
  /** [nodes] share of the parent's rows that came here. */
  private readonly shares: Float64Array;
  /** [nodes] value of a leaf; NaN for nodes that split. */
  private readonly values: Float64Array;

  // The path to the running node. Its features, each once:
  private readonly featureOf: Int32Array;
  private readonly zero: Float64Array;
  private readonly hot: Uint8Array;
  /** [features] position on the path, -1 for features that are not on it. */
  private readonly placeOf: Int32Array;
  // [depth + 1] How to take the path's last steps back.
  private readonly stepPlace: Int32Array;
  private readonly zeroBefore: Float64Array;
  private readonly hotBefore: Uint8Array;

  /** [hot + 1] coefficients of P. */
  private readonly coefficients: Float64Array;
  /** By D, then by s: w(s). Made when first needed. */
  private readonly weights: Float64Array[] = [];

  private constructor(
    /** Names of the columns of a row, in order. */
    readonly featureNames: readonly string[],
    private readonly trees: readonly CountedTree[],
  ) {
    const splits = trees.reduce((sum, { splitFeature }) => sum + splitFeature.length, 0);
    const nodes = 2 * splits;
    this.left = new Uint8Array(splits);
    this.depths = new Int32Array(nodes);
    this.parents = new Int32Array(nodes);
    this.sides = new Uint8Array(nodes);
    this.columns = new Int32Array(nodes);
    this.shares = new Float64Array(nodes);
    this.values = new Float64Array(nodes);
    let [firstSplit, firstNode, expected] = [0, 0, 0];
    for (const tree of trees) {
      expected += expectedScoreOf(tree);
      this.addTree(tree, firstSplit, firstNode);
      firstSplit += tree.splitFeature.length;
      firstNode += 2 * tree.splitFeature.length;
    }
    this.expectedScore = expected;

    const deepest = this.depths.reduce((most, depth) => Math.max(most, depth), 0);
    const longest = Math.min(deepest, featureNames.length);
    this.featureOf = new Int32Array(longest);
    this.zero = new Float64Array(longest);
    this.hot = new Uint8Array(longest);
    this.placeOf = new Int32Array(featureNames.length).fill(-1);
    this.stepPlace = new Int32Array(deepest + 1);
    this.zeroBefore = new Float64Array(deepest + 1);
    this.hotBefore = new Uint8Array(deepest + 1);
    this.coefficients = new Float64Array(longest + 1);
  }

  /**
   * Reads LightGBM's text model with its counts of training rows, which a forest that only scores does not need.
   *
   * @throws NextItemError `invalid_ranker`, also if the text does not tell how many rows went through each node
   */
  static parse(text: string): TreeShap {
    const { featureNames, trees } = parseForestModel(text, { withCounts: true });
    return new TreeShap(featureNames, trees as readonly CountedTree[]);
  }

  /**
   * The contributions of one row. Allocates nothing after the first few.
   *
   * @param row [features] in the order of {@link featureNames}; NaN means unknown
   * @param out [features] receives them; with {@link expectedScore} they sum to the raw score
   * @throws RangeError if an array is too short
   */
  explain(row: Float32Array | Float64Array, out: Float64Array): void {
    const features = this.featureNames.length;
    if (row.length < features || out.length < features)
      throw new RangeError(`arrays too short for ${features} features`);
    this.decide(row);
    out.fill(0, 0, features);
    const { depths, parents, sides, columns, shares, values, left } = this;
    const { featureOf, zero, hot, placeOf, stepPlace, zeroBefore, hotBefore } = this;
    let depth = 0;
    let length = 0;
    for (let n = 0; n < depths.length; n++) {
      for (; depth >= depths[n]!; depth--) {
        const place = stepPlace[depth]!;
        zero[place] = zeroBefore[depth]!;
        hot[place] = hotBefore[depth]!;
        if (zeroBefore[depth] !== NEW) continue;
        placeOf[featureOf[place]!] = -1;
        length--;
      }
      depth++;
      const feature = columns[n]!;
      const follows = left[parents[n]!] === sides[n] ? 1 : 0;
      let place = placeOf[feature]!;
      if (place < 0) {
        place = length++;
        placeOf[feature] = place;
        featureOf[place] = feature;
        zeroBefore[depth] = NEW;
        zero[place] = shares[n]!;
        hot[place] = follows;
      } else {
        zeroBefore[depth] = zero[place]!;
        hotBefore[depth] = hot[place]!;
        zero[place]! *= shares[n]!;
        hot[place]! &= follows;
      }
      stepPlace[depth] = place;
      const value = values[n]!;
      if (!Number.isNaN(value)) this.addLeaf(value, length, out);
    }
    for (let place = 0; place < length; place++) placeOf[featureOf[place]!] = -1;
  }

  private decide(row: Float32Array | Float64Array): void {
    const { trees, left } = this;
    let split = 0;
    for (const tree of trees) {
      const { splitFeature } = tree;
      for (let node = 0; node < splitFeature.length; node++, split++)
        left[split] = goesLeft(tree, node, row[splitFeature[node]!]!) ? 1 : 0;
    }
  }

  /** Adds what a leaf gives to the features of the path, `length` of them. */
  private addLeaf(value: number, length: number, out: Float64Array): void {
    const { featureOf, zero, hot, coefficients } = this;
    let scale = value;
    let known = 0; // hot features so far
    coefficients[0] = 1;
    for (let place = 0; place < length; place++) {
      const z = zero[place]!;
      if (hot[place] === 0) {
        scale *= z;
        continue;
      }
      coefficients[known + 1] = coefficients[known]!;
      for (let s = known; s > 0; s--) coefficients[s] = coefficients[s - 1]! + z * coefficients[s]!;
      coefficients[0]! *= z;
      known++;
    }
    if (scale === 0) return;
    const weights = (this.weights[length] ??= weightsOf(length));
    let cold = 0;
    if (known < length) {
      for (let s = 0; s <= known; s++) cold += weights[s]! * coefficients[s]!;
      cold *= scale;
    }
    for (let place = 0; place < length; place++) {
      if (hot[place] === 0) {
        out[featureOf[place]!]! -= cold;
        continue;
      }
      const z = zero[place]!;
      let quotient = 0;
      let sum = 0;
      for (let s = known - 1; s >= 0; s--) {
        quotient = coefficients[s + 1]! - z * quotient;
        sum += weights[s]! * quotient;
      }
      out[featureOf[place]!]! += scale * (1 - z) * sum;
    }
  }

  private addTree(tree: CountedTree, firstSplit: number, firstNode: number): void {
    if (tree.splitFeature.length === 0) return;
    const { leftChild, rightChild, counts, leafValue } = tree;
    const countOf = (child: number): number => (child < 0 ? counts.leaves[~child]! : counts.inner[child]!);
    const pending: { child: number; parent: number; depth: number }[] = [];
    const open = (parent: number, depth: number): void => {
      // The last one in is the next one out: the left child.
      for (const child of [rightChild[parent]!, leftChild[parent]!]) pending.push({ child, parent, depth });
    };
    open(0, 1);
    for (let n = firstNode; pending.length > 0; n++) {
      const { child, parent, depth } = pending.pop()!;
      this.depths[n] = depth;
      this.parents[n] = firstSplit + parent;
      this.sides[n] = child === leftChild[parent] ? 1 : 0;
      this.columns[n] = tree.splitFeature[parent]!;
      this.shares[n] = countOf(child) / counts.inner[parent]!;
      this.values[n] = child < 0 ? leafValue[~child]! : NaN;
      if (child >= 0) open(child, depth + 1);
    }
  }
}

type CountedTree = TreeModel & { readonly counts: TreeCounts };

/** Stands for "before this step the feature was not on the path": no share is negative. */
const NEW = -1;

function expectedScoreOf({ leafValue, counts }: CountedTree): number {
  if (leafValue.length === 1) return leafValue[0]!;
  return leafValue.reduce((sum, value, leaf) => sum + (counts.leaves[leaf]! / counts.inner[0]!) * value, 0);
}

/** w(s) for s in [0, features). */
function weightsOf(features: number): Float64Array {
  const weights = new Float64Array(features);
  weights[0] = 1 / features;
  for (let s = 1; s < features; s++) weights[s] = (weights[s - 1]! * s) / (features - s);
  return weights;
}
