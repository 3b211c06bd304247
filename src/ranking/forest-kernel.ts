import { compileWasm, type Placed, WasmMemory, type WasmModule } from '../domain/wasm-memory.js';
import { floatUpTo, type ForestLayout, layOutForest, type Search } from './forest-layout.js';
import { type TreeModel } from './forest-model.js';
import { FOREST_WASM } from './forest-wasm.js';

/** Rows that the compiled code takes at once, and bytes from one column of codes to the next. */
const MOST_ROWS = 256;
/** Values copied at once, so that a model of very many features asks for no more memory than it must. */
const MOST_VALUES = 1 << 16;
/** The compiled code keeps no constants. */
const FIRST_ADDRESS = 64;

/** Leaves of a tree that fit into one byte; larger trees are walked. */
const MOST_NUMBERED_LEAVES = 256;
/** What the compiled code subtracts from codes and ranks: the processor compares signed bytes. */
const LOWEST = -128;

// Words of 32 bits of the records that the compiled code reads.
const SEARCH_WORDS = 7; // feature, zeroMissing, float table, wide, double table, step, columns
const COLUMN_WORDS = 2; // address, missing code
const SET_WORDS = 4; // feature, address of the codes, address of the bits, categories
const TREE_WORDS = 4; // nodes, their end, leaves, walked
const NODE_WORDS = 2; // column and rank, numbers of the first leaves on the left and on the right
const WALKED_NODE_WORDS = 3; // column and rank, left child, right child

/** What assembly/forest.ts exports. */
interface ForestExports {
  configure(...addresses: number[]): void;
  scoreFloat32(rows: number): void;
  scoreFloat64(rows: number): void;
}

let compiled: WasmModule | undefined;

/**
 * A forest in memory of its own, laid out for assembly/forest.ts, which scores {@link rows} rows at once.
 *
 * 1. Every value becomes its code (see {@link ForestLayout}), column by column. Thresholds are compared sixteen at a
 *    time: 16 of up to 16, or every 16th and then the 16 that follow.
 * 2. Tree by tree, *all* splits are decided for all rows, 16 rows by one instruction: no branch that the processor could
 *    foretell wrongly, no address that depends on a value. Leaves are numbered from left to right and a row starts at leaf
 *    0. Splits follow, parents first; where a row goes right, and has not been led away from the split before, its leaf
 *    becomes the first one on the right. "Not led away" needs one comparison: the row's leaf is still the first one under
 *    the split, because who went left above it is at a smaller leaf and who went right is beyond.
 * 3. Each row's leaf value is added to its sum in double precision, tree by tree, as the library does.
 */
export class ForestKernel {
  /** Most rows at once. */
  readonly rows: number;
  /** Row-major [rows x features]: where {@link scoreFloat32} and {@link scoreFloat64} expect values. */
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
  /** [rows] the scores of the last call. */
  readonly sums: Float64Array;
  private readonly exports: ForestExports;

  constructor(features: number, trees: readonly TreeModel[]) {
    const layout = layOutForest(trees);
    this.rows = Math.max(16, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / features) & ~15));

    const memory = new WasmMemory(FIRST_ADDRESS);
    const codes = memory.bytes(layout.columnCount * MOST_ROWS);
    const values = memory.doubles(MOST_ROWS);
    const ranks = memory.bytes(MOST_ROWS);
    const missing = memory.bytes(MOST_ROWS);
    const leafNumbers = memory.bytes(MOST_ROWS);
    const sums = memory.doubles(MOST_ROWS);
    const searches = placeSearches(memory, layout, codes);
    const sets = placeSets(memory, layout, codes);
    const forest = placeTrees(memory, layout, trees);
    const input = memory.doubles(this.rows * features);

    compiled ??= compileWasm(FOREST_WASM);
    this.exports = memory.start(compiled) as ForestExports;
    for (const placed of [searches, sets, forest]) placed.fill();
    this.exports.configure(
      ...[features, input.at, searches.at, searches.end, sets.at, sets.end, forest.at, forest.end],
      ...[codes.at, values.at, ranks.at, missing.at, leafNumbers.at, sums.at],
    );
    this.doubles = input.array;
    this.floats = new Float32Array(input.array.buffer, input.at, this.rows * features);
    this.sums = sums.array;
  }

  /** Scores the first rows of {@link floats} into {@link sums}. */
  scoreFloat32(rows: number): void {
    this.exports.scoreFloat32(rows);
  }

  /** Scores the first rows of {@link doubles} into {@link sums}. */
  scoreFloat64(rows: number): void {
    this.exports.scoreFloat64(rows);
  }
}

/** Records in memory that is reserved, and how to fill them once it is there. */
interface Records {
  readonly at: number;
  /** The first address behind them. */
  readonly end: number;
  fill(): void;
}

function records(placed: Placed<Int32Array>, words: number, fill: () => void): Records {
  return { at: placed.at, end: placed.at + 4 * words, fill };
}

function placeSearches(memory: WasmMemory, layout: ForestLayout, codes: Placed<Uint8Array>): Records {
  const { searches } = layout;
  const tables = searches.map(({ thresholds }) => ({
    // Two levels need one table of every 16th threshold and one for each part between them.
    floats: memory.floats(16 * (isWide(thresholds) ? 2 + Math.floor(thresholds.length / 16) : 1)),
    doubles: memory.doubles(2 ** Math.ceil(Math.log2(thresholds.length + 1)) - 1),
  }));
  const words = searches.reduce((sum, { columns }) => sum + SEARCH_WORDS + COLUMN_WORDS * columns.length, 0);
  const placed = memory.integers(words);
  return records(placed, words, () => {
    let at = 0;
    searches.forEach(({ feature, zeroMissing, thresholds, columns }, index) => {
      const { floats, doubles } = tables[index]!;
      fillTable(floats.array, thresholds);
      doubles.array.fill(NaN).set(thresholds); // nothing exceeds NaN
      placed.array.set(
        [
          ...[feature, Number(zeroMissing), floats.at, Number(isWide(thresholds))],
          ...[doubles.at, 4 * (doubles.array.length + 1), columns.length],
          ...columns.flatMap(({ index, missingCode }) => [
            codes.at + index * MOST_ROWS,
            missingCode + LOWEST,
          ]),
        ],
        at,
      );
      at += SEARCH_WORDS + COLUMN_WORDS * columns.length;
    });
  });
}

function isWide(thresholds: Search['thresholds']): boolean {
  return thresholds.length > 16;
}

function fillTable(table: Float32Array, thresholds: Float64Array): void {
  table.fill(NaN);
  const parts = isWide(thresholds) ? 16 : 0;
  thresholds.forEach((threshold, i) => {
    const rounded = floatUpTo(threshold);
    table[parts + i] = rounded;
    if (parts > 0 && i % 16 === 15) table[i >> 4] = rounded;
  });
}

function placeSets(memory: WasmMemory, layout: ForestLayout, codes: Placed<Uint8Array>): Records {
  const bits = memory.integers(layout.setWords.length);
  const words = SET_WORDS * layout.sets.length;
  const placed = memory.integers(words);
  return records(placed, words, () => {
    bits.array.set(layout.setWords);
    layout.sets.forEach(({ feature, column, firstWord, wordCount }, index) => {
      // The library cuts values down to 32-bit integers: none is in a category beyond those.
      const categories = Math.min(32 * wordCount, 0x7fffffff);
      placed.array.set(
        [feature, codes.at + column * MOST_ROWS, bits.at + 4 * firstWord, categories],
        SET_WORDS * index,
      );
    });
  });
}

function placeTrees(memory: WasmMemory, layout: ForestLayout, trees: readonly TreeModel[]): Records {
  const isWalked = (tree: TreeModel): boolean => tree.leafValue.length > MOST_NUMBERED_LEAVES;
  const nodeWords = (tree: TreeModel): number =>
    tree.splitFeature.length * (isWalked(tree) ? WALKED_NODE_WORDS : NODE_WORDS);
  const nodes = memory.integers(trees.reduce((sum, tree) => sum + nodeWords(tree), 0));
  const leaves = memory.doubles(trees.reduce((sum, tree) => sum + tree.leafValue.length, 0));
  const words = TREE_WORDS * trees.length;
  const placed = memory.integers(words);
  return records(placed, words, () => {
    let [split, node, leaf] = [0, 0, 0];
    trees.forEach((tree, index) => {
      const nodesAt = nodes.at + 4 * node;
      placed.array.set(
        [nodesAt, nodesAt + 4 * nodeWords(tree), leaves.at + 8 * leaf, Number(isWalked(tree))],
        TREE_WORDS * index,
      );
      const ownNodes = nodes.array.subarray(node, (node += nodeWords(tree)));
      const ownLeaves = leaves.array.subarray(leaf, (leaf += tree.leafValue.length));
      (isWalked(tree) ? fillWalked : fillNumbered)(tree, layout, split, ownNodes, ownLeaves);
      split += tree.splitFeature.length;
    });
  });
}

/** Columns are 256 bytes apart, so the column's offset and the rank share a word. */
function testWord({ columns, ranks }: ForestLayout, split: number): number {
  return columns[split]! * MOST_ROWS + ((ranks[split]! + LOWEST) & 0xff);
}

/** Writes a tree as it is. Its splits are those of the layout from `split` on. */
function fillWalked(
  tree: TreeModel,
  layout: ForestLayout,
  split: number,
  nodes: Int32Array,
  leaves: Float64Array,
): void {
  for (let node = 0, at = 0; node < tree.splitFeature.length; node++, at += WALKED_NODE_WORDS) {
    nodes[at] = testWord(layout, split + node);
    nodes[at + 1] = tree.leftChild[node]!;
    nodes[at + 2] = tree.rightChild[node]!;
  }
  leaves.set(tree.leafValue);
}

/** Numbers a tree's leaves from left to right and writes its splits, parents before their children. */
function fillNumbered(
  tree: TreeModel,
  layout: ForestLayout,
  split: number,
  nodes: Int32Array,
  leaves: Float64Array,
): void {
  const { leftChild, rightChild, leafValue } = tree;
  if (leafValue.length === 1) leaves[0] = leafValue[0]!;
  const inner = leftChild.length;
  const order = new Int32Array(inner);
  for (let i = 0, found = 1; i < inner; i++) {
    const left = leftChild[order[i]!]!;
    const right = rightChild[order[i]!]!;
    if (left >= 0) order[found++] = left;
    if (right >= 0) order[found++] = right;
  }
  const leavesUnder = new Int32Array(inner);
  const under = (child: number): number => (child < 0 ? 1 : leavesUnder[child]!);
  for (let i = inner - 1; i >= 0; i--)
    leavesUnder[order[i]!] = under(leftChild[order[i]!]!) + under(rightChild[order[i]!]!);
  const firstLeaf = new Int32Array(inner);
  const place = (child: number, first: number): void => {
    if (child < 0) leaves[first] = leafValue[~child]!;
    else firstLeaf[child] = first;
  };
  for (let i = 0; i < inner; i++) {
    const node = order[i]!;
    const first = firstLeaf[node]!;
    const second = first + under(leftChild[node]!);
    nodes[NODE_WORDS * i] = testWord(layout, split + node);
    nodes[NODE_WORDS * i + 1] = first | (second << 8);
    place(leftChild[node]!, first);
    place(rightChild[node]!, second);
  }
}
