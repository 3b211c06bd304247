import { parseForestModel, type TreeModel } from '../../src/ranking/forest-model.js';

const float = new Float64Array(1);
const integer = new BigInt64Array(float.buffer);

/** LightGBM takes values this small for zero: `kZeroThreshold`, 1e-35 in single precision (include/LightGBM/meta.h). */
const ZERO = Math.fround(1e-35);
const BELOW_ZERO = -nextUp(ZERO);

// Bits of LightGBM's decision_type.
const CATEGORICAL = 1;
const DEFAULT_LEFT = 2;
const MISSING_NONE = 0;
const MISSING_ZERO = 1;

/** How a node tests its value `x`; a failed test goes to the first child, a passed one to the second. */
const LESS = 0; // x <= threshold
const LESS_NOT_ZERO = 1; // the same, and x is not zero
const IN_SET = 2; // x is a category of the set that begins at setBits[threshold]

/** Rows copied at once into {@link ForestWalk.rows}: few enough to stay in the second-level cache, a multiple of 4. */
const BLOCK_ROWS = 128;
const BLOCK_VALUES = 1 << 16;

/**
 * What `Forest` was before it was WebAssembly, kept to be compared with: a walk from node to node in JavaScript.
 *
 * Branches that cannot be foretold are what tree walks spend their time on, so the walk has none: every test becomes
 * an index, a leaf is its own child, and four rows go down a tree together. To make one comparison do for NaN as well, a
 * row is kept twice, as `x` and `-x`: comparisons with NaN fail, and where NaN belongs with the smaller values, `x > t`
 * is tested, written as `-x <= -nextUp(t)`.
 */
export class ForestWalk {
  /** [trees + 1] where each tree's nodes start: its inner nodes with the root first, then its leaves. */
  private readonly starts: Int32Array;
  /** [trees] where each tree's leaves start. */
  private readonly leafStarts: Int32Array;
  /** [trees] 1 where all tests are {@link LESS}. */
  private readonly plain: Uint8Array;
  /** [nodes] index into a row of {@link rows}. */
  private readonly columns: Int32Array;
  private readonly thresholds: Float64Array;
  /** [nodes x 2] next node after a failed and after a passed test; a leaf is its own child. */
  private readonly children: Int32Array;
  private readonly tests: Uint8Array;
  /** [nodes] 0 for inner nodes. */
  private readonly leafValues: Float64Array;
  /** Category sets of all trees, each its number of words and then its bits. */
  private readonly setBits: Uint32Array;
  /** Row-major [block x (2 * features)]: the values of a row, and their negatives. */
  private readonly rows: Float64Array;
  private readonly blockRows: number;

  private constructor(
    /** Names of the columns that {@link score} expects, in order. */
    readonly featureNames: readonly string[],
    trees: readonly TreeModel[],
  ) {
    const nodes = trees.reduce((sum, tree) => sum + 2 * tree.leafValue.length - 1, 0);
    const words = trees.reduce(
      (sum, tree) => sum + tree.categoryBits.length + tree.categoryBoundaries.length,
      0,
    );
    this.starts = new Int32Array(trees.length + 1);
    this.leafStarts = new Int32Array(trees.length);
    this.plain = new Uint8Array(trees.length).fill(1);
    this.columns = new Int32Array(nodes);
    this.thresholds = new Float64Array(nodes);
    this.children = new Int32Array(2 * nodes);
    this.tests = new Uint8Array(nodes);
    this.leafValues = new Float64Array(nodes);
    this.setBits = new Uint32Array(words);
    let usedWords = 0;
    trees.forEach((tree, index) => {
      this.addTree(index, tree, usedWords);
      usedWords += addSets(tree, this.setBits, usedWords);
    });
    const width = 2 * featureNames.length;
    this.blockRows = Math.max(4, Math.min(BLOCK_ROWS, (BLOCK_VALUES / width) & ~3));
    this.rows = new Float64Array(this.blockRows * width);
  }

  /**
   * Reads LightGBM's text model: one trained here, or elsewhere (Python, R, the command line).
   * @throws NextItemError `invalid_ranker` if it is damaged, hostile, or of a kind that is not supported
   */
  static parse(text: string): ForestWalk {
    const model = parseForestModel(text);
    return new ForestWalk(model.featureNames, model.trees);
  }

  get treeCount(): number {
    return this.leafStarts.length;
  }

  /**
   * Raw scores of rows; higher is better. Allocates nothing.
   * @param values row-major [rows x features], columns in the order of {@link featureNames}; NaN means unknown
   * @param out [rows or more] receives the scores
   * @throws RangeError if an array is too short
   */
  score(values: Float32Array | Float64Array, rows: number, out: Float64Array): void {
    const features = this.featureNames.length;
    if (values.length < rows * features || out.length < rows)
      throw new RangeError(`arrays too short for ${rows} rows of ${features} features`);
    out.fill(0, 0, rows);
    for (let first = 0; first < rows; first += this.blockRows) {
      const count = Math.min(this.blockRows, rows - first);
      this.copyRows(values, first, count);
      // Tree by tree, so that a tree stays in the first-level cache for all rows; each row's sum is in tree order.
      for (let tree = 0; tree < this.leafStarts.length; tree++) {
        if (this.plain[tree] === 1) this.walkPlain(tree, first, count, out);
        else this.walk(tree, first, count, out);
      }
    }
  }

  private copyRows(values: Float32Array | Float64Array, first: number, count: number): void {
    const features = this.featureNames.length;
    const { rows } = this;
    for (let row = 0, from = first * features, to = 0; row < count; row++, to += features) {
      for (let feature = 0; feature < features; feature++, from++, to++) {
        const value = values[from]!;
        rows[to] = value;
        rows[to + features] = -value;
      }
    }
  }

  private walkPlain(tree: number, first: number, count: number, out: Float64Array): void {
    const { columns, thresholds, children, leafValues, rows } = this;
    const root = this.starts[tree]!;
    const leaves = this.leafStarts[tree]!;
    const width = 2 * this.featureNames.length;
    let row = 0;
    for (; row + 4 <= count; row += 4) {
      const rowA = row * width;
      const rowB = rowA + width;
      const rowC = rowB + width;
      const rowD = rowC + width;
      let a = root;
      let b = root;
      let c = root;
      let d = root;
      while (a < leaves || b < leaves || c < leaves || d < leaves) {
        a = children[2 * a + bit(rows[rowA + columns[a]!]! <= thresholds[a]!)]!;
        b = children[2 * b + bit(rows[rowB + columns[b]!]! <= thresholds[b]!)]!;
        c = children[2 * c + bit(rows[rowC + columns[c]!]! <= thresholds[c]!)]!;
        d = children[2 * d + bit(rows[rowD + columns[d]!]! <= thresholds[d]!)]!;
      }
      const at = first + row;
      out[at] = out[at]! + leafValues[a]!;
      out[at + 1] = out[at + 1]! + leafValues[b]!;
      out[at + 2] = out[at + 2]! + leafValues[c]!;
      out[at + 3] = out[at + 3]! + leafValues[d]!;
    }
    for (; row < count; row++) {
      let node = root;
      while (node < leaves)
        node = children[2 * node + bit(rows[row * width + columns[node]!]! <= thresholds[node]!)]!;
      out[first + row] = out[first + row]! + leafValues[node]!;
    }
  }

  private walk(tree: number, first: number, count: number, out: Float64Array): void {
    const { columns, children, leafValues, rows } = this;
    const leaves = this.leafStarts[tree]!;
    const width = 2 * this.featureNames.length;
    for (let row = 0; row < count; row++) {
      let node = this.starts[tree]!;
      while (node < leaves)
        node = children[2 * node + bit(this.passes(node, rows[row * width + columns[node]!]!))]!;
      out[first + row] = out[first + row]! + leafValues[node]!;
    }
  }

  private passes(node: number, value: number): boolean {
    const threshold = this.thresholds[node]!;
    switch (this.tests[node]) {
      case LESS:
        return value <= threshold;
      case LESS_NOT_ZERO:
        return value <= threshold && !(value >= -ZERO && value <= ZERO);
      default: {
        // The library cuts the value down to a 32-bit integer; NaN, negative and larger values are in no set.
        if (!(value > -1 && value < 0x80000000)) return false;
        const category = Math.trunc(value);
        const word = category >>> 5;
        return (
          word < this.setBits[threshold]! &&
          ((this.setBits[threshold + 1 + word]! >>> (category & 31)) & 1) === 1
        );
      }
    }
  }

  private addTree(index: number, tree: TreeModel, firstWord: number): void {
    const inner = tree.splitFeature.length;
    const start = this.starts[index]!;
    const leafStart = start + inner;
    const place = (child: number): number => (child < 0 ? leafStart + ~child : start + child);
    for (let i = 0; i < inner; i++) {
      const passedIsLeft = this.addTest(start + i, tree, i, firstWord);
      if (this.tests[start + i] !== LESS) this.plain[index] = 0;
      const left = place(tree.leftChild[i]!);
      const right = place(tree.rightChild[i]!);
      this.children[2 * (start + i)] = passedIsLeft ? right : left;
      this.children[2 * (start + i) + 1] = passedIsLeft ? left : right;
    }
    for (let leaf = 0; leaf <= inner; leaf++) {
      this.children.fill(leafStart + leaf, 2 * (leafStart + leaf), 2 * (leafStart + leaf + 1));
      this.leafValues[leafStart + leaf] = tree.leafValue[leaf]!;
    }
    this.leafStarts[index] = leafStart;
    this.starts[index + 1] = leafStart + inner + 1;
  }

  /** Translates one split; returns whether a passed test goes left. */
  private addTest(node: number, tree: TreeModel, i: number, firstWord: number): boolean {
    const decision = tree.decisionType[i]!;
    const feature = tree.splitFeature[i]!;
    const written = tree.threshold[i]!;
    if ((decision & CATEGORICAL) !== 0) {
      this.tests[node] = IN_SET;
      this.columns[node] = feature;
      this.thresholds[node] = firstWord + tree.categoryBoundaries[written]! + written;
      return true;
    }
    // The library turns values within ZERO of zero into zero before it walks. Thresholds in that range are moved to
    // its ends instead, which decides the same for every value and costs nothing per row.
    const nearZero = written >= -ZERO && written < ZERO;
    const threshold = !nearZero ? written : written >= 0 ? ZERO : BELOW_ZERO;
    const missing = decision >> 2;
    // Where nothing was missing in training, the library takes NaN for zero.
    const nanLeft = missing === MISSING_NONE ? written >= 0 : (decision & DEFAULT_LEFT) !== 0;
    this.tests[node] = missing === MISSING_ZERO ? LESS_NOT_ZERO : LESS;
    this.columns[node] = nanLeft ? this.featureNames.length + feature : feature;
    this.thresholds[node] = nanLeft ? -nextUp(threshold) : threshold;
    return !nanLeft;
  }
}

/** Appends a tree's category sets, each behind its number of words; returns how many words that took. */
function addSets(tree: TreeModel, bits: Uint32Array, at: number): number {
  const { categoryBoundaries: boundaries, categoryBits } = tree;
  let used = 0;
  for (let set = 0; set + 1 < boundaries.length; set++) {
    const words = categoryBits.subarray(boundaries[set], boundaries[set + 1]);
    bits[at + used] = words.length;
    bits.set(words, at + used + 1);
    used += words.length + 1;
  }
  return used;
}

/** V8 compiles this to the comparison's flag; a conditional expression would become a branch. */
function bit(condition: boolean): number {
  return (condition as unknown as number) | 0;
}

/** The least number greater than `x`; NaN after infinity, since nothing is greater. */
function nextUp(x: number): number {
  if (x === Infinity) return NaN;
  if (x === 0) return Number.MIN_VALUE;
  float[0] = x;
  integer[0] = integer[0]! + (x > 0 ? 1n : -1n);
  return float[0];
}
