import { type TreeModel } from './forest-model.js';
import { CATEGORICAL, DEFAULT_LEFT, MISSING_NONE, MISSING_ZERO, ZERO } from './split-decision.js';

const float64 = new Float64Array(1);
const bits64 = new BigInt64Array(float64.buffer);
const float32 = new Float32Array(1);
const bits32 = new Int32Array(float32.buffer);

/** As many thresholds as codes of one byte can tell apart: a value has 0 to 255 of them below it. */
const MOST_THRESHOLDS = 255;
/** A code above the rank of every threshold. */
const ALWAYS_RIGHT = 255;

/** Codes that a {@link Search} writes: all the same but for rows whose value is missing. */
export interface Column {
  readonly index: number;
  /** 0..255, for a missing value. */
  readonly missingCode: number;
}

/** One look-up per row: how many of these thresholds are below the row's value? That is the row's code. */
export interface Search {
  readonly feature: number;
  /** Whether values close to zero count as missing too; NaN always does. */
  readonly zeroMissing: boolean;
  /** Ascending, distinct, at most 255. */
  readonly thresholds: Float64Array;
  readonly columns: readonly Column[];
}

/** A column of codes for categorical splits: 0 for values in the set, 1 for others. */
export interface CategorySet {
  readonly feature: number;
  /** Where its bits start in {@link ForestLayout.setWords}, and how many words of 32 categories they are. */
  readonly firstWord: number;
  readonly wordCount: number;
  readonly column: number;
}

/**
 * A forest whose values are codes of one byte. A tree only ever asks whether `x <= threshold`, so of a value nothing
 * counts but which of the model's thresholds for that feature are below it: their number is the code, and a split
 * compares it with the rank of its own threshold. NaN and LightGBM's three ways to treat what is missing become codes as
 * well, and so do categories, so that all splits are alike.
 */
export interface ForestLayout {
  readonly searches: readonly Search[];
  readonly sets: readonly CategorySet[];
  /** The bits of all sets. */
  readonly setWords: Uint32Array;
  /** Columns of codes that the searches and sets write. */
  readonly columnCount: number;
  /** [inner nodes of all trees] the column that a split looks at; rows whose code exceeds its rank go right. */
  readonly columns: Int32Array;
  readonly ranks: Uint8Array;
}

/** Numeric splits of one feature that agree on whether zero is missing. */
interface Group {
  readonly feature: number;
  readonly zeroMissing: boolean;
  thresholds: Float64Array;
  readonly written: number[];
  /** By chunk of {@link MOST_THRESHOLDS} thresholds; in each, one for every missing code that a split asks for. */
  readonly columns: Column[][];
}

export function layOutForest(trees: readonly TreeModel[]): ForestLayout {
  const groups: Group[] = []; // with holes, by groupKey
  for (const tree of trees) collectThresholds(tree, groups);
  groups.forEach((group) => (group.thresholds = distinct(group.written)));
  const sets: CategorySet[] = [];
  const setWords = new Uint32Array(trees.reduce((sum, tree) => sum + tree.categoryBits.length, 0));
  let usedWords = 0;
  let columnCount = 0;
  const nodes = trees.reduce((sum, tree) => sum + tree.splitFeature.length, 0);
  const columns = new Int32Array(nodes);
  const ranks = new Uint8Array(nodes);
  let at = 0;
  for (const tree of trees) {
    const setColumns = new Map<string, number>();
    const firstWord = usedWords;
    setWords.set(tree.categoryBits, firstWord);
    usedWords += tree.categoryBits.length;
    for (let node = 0; node < tree.splitFeature.length; node++, at++) {
      const feature = tree.splitFeature[node]!;
      const decision = tree.decisionType[node]!;
      const written = tree.threshold[node]!;
      if ((decision & CATEGORICAL) !== 0) {
        const key = `${feature}:${written}`;
        let column = setColumns.get(key);
        if (column === undefined) {
          setColumns.set(key, (column = columnCount++));
          const start = tree.categoryBoundaries[written]!;
          const wordCount = tree.categoryBoundaries[written + 1]! - start;
          sets.push({ feature, firstWord: firstWord + start, wordCount, column });
        }
        columns[at] = column;
        continue;
      }
      const group = groups[groupKey(feature, decision)]!;
      const place = rankOf(group.thresholds, effectiveThreshold(written));
      const chunk = Math.floor(place / MOST_THRESHOLDS);
      const missingCode = missingCodeOf(decision, group.thresholds, chunk);
      const alike = (group.columns[chunk] ??= []);
      let column = alike.find((other) => other.missingCode === missingCode);
      if (column === undefined) alike.push((column = { index: columnCount++, missingCode }));
      columns[at] = column.index;
      ranks[at] = place % MOST_THRESHOLDS;
    }
  }
  const searches: Search[] = [];
  // In the order of features: neighbours share lines of the cache.
  groups.forEach(({ feature, zeroMissing, thresholds, columns: chunks }) =>
    chunks.forEach((alike, chunk) =>
      searches.push({
        feature,
        zeroMissing,
        thresholds: thresholds.subarray(chunk * MOST_THRESHOLDS, (chunk + 1) * MOST_THRESHOLDS),
        columns: alike,
      }),
    ),
  );
  return { searches, sets, setWords, columnCount, columns, ranks };
}

function collectThresholds(tree: TreeModel, groups: Group[]): void {
  for (let node = 0; node < tree.splitFeature.length; node++) {
    const decision = tree.decisionType[node]!;
    if ((decision & CATEGORICAL) !== 0) continue;
    const feature = tree.splitFeature[node]!;
    const group = (groups[groupKey(feature, decision)] ??= {
      feature,
      zeroMissing: decision >> 2 === MISSING_ZERO,
      thresholds: new Float64Array(0),
      written: [],
      columns: [],
    });
    group.written.push(effectiveThreshold(tree.threshold[node]!));
  }
}

function groupKey(feature: number, decision: number): number {
  return 2 * feature + (decision >> 2 === MISSING_ZERO ? 1 : 0);
}

/**
 * The library turns values within {@link ZERO} of zero into zero before it walks. Thresholds in that range are moved to
 * its ends instead, which decides the same for every value and costs nothing per row.
 */
function effectiveThreshold(written: number): number {
  const nearZero = written >= -ZERO && written < ZERO;
  return !nearZero ? written : written >= 0 ? ZERO : -nextUp(ZERO);
}

function missingCodeOf(decision: number, thresholds: Float64Array, chunk: number): number {
  if (decision >> 2 !== MISSING_NONE) return (decision & DEFAULT_LEFT) !== 0 ? 0 : ALWAYS_RIGHT;
  // Where nothing was missing in training, the library takes NaN for zero.
  return Math.max(0, Math.min(MOST_THRESHOLDS, rankOf(thresholds, 0) - chunk * MOST_THRESHOLDS));
}

/** Ascending, each once. */
function distinct(written: readonly number[]): Float64Array {
  const sorted = new Float64Array(written).sort();
  let count = 1;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[count - 1]) sorted[count++] = sorted[i]!;
  return sorted.slice(0, count);
}

/** How many of ascending thresholds are below x. */
function rankOf(thresholds: Float64Array, x: number): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholds[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The least double greater than a positive, finite `x`. */
function nextUp(x: number): number {
  float64[0] = x;
  bits64[0] = bits64[0]! + 1n;
  return float64[0];
}

/** The greatest 32-bit float up to `x`: every 32-bit float is `<= x` exactly when it is `<=` this one. */
export function floatUpTo(x: number): number {
  const nearest = Math.fround(x);
  if (nearest <= x) return nearest;
  float32[0] = nearest;
  // Above 0 the bits rise with the value, below they fall; the float below 0 is the smallest negative one.
  bits32[0] = nearest === 0 ? -0x7fffffff : bits32[0]! + (nearest > 0 ? -1 : 1);
  return float32[0];
}
