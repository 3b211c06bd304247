import { type TreeModel } from './forest-model.js';

/** LightGBM takes values this small for zero: `kZeroThreshold`, 1e-35 in single precision (include/LightGBM/meta.h). */
export const ZERO = Math.fround(1e-35);

// Bits of LightGBM's decision_type; what is missing stands in the bits above them.
export const CATEGORICAL = 1;
export const DEFAULT_LEFT = 2;
export const MISSING_NONE = 0;
export const MISSING_ZERO = 1;
export const MISSING_NAN = 2;

/**
 * Where one split of a tree sends a value, decided as the library does (include/LightGBM/tree.h, `Decision`). For one
 * row at a time: whole requests are decided by the forest's kernel, which a test holds against the same rules.
 *
 * @param value any number; NaN means unknown
 */
export function goesLeft(tree: TreeModel, node: number, value: number): boolean {
  const decision = tree.decisionType[node]!;
  const threshold = tree.threshold[node]!;
  if ((decision & CATEGORICAL) !== 0) return isInSet(tree, threshold, value);
  const missing = decision >> 2;
  let tested = value;
  if (Number.isNaN(value)) {
    if (missing === MISSING_NAN) return (decision & DEFAULT_LEFT) !== 0;
    tested = 0;
  } else if (value >= -ZERO && value <= ZERO) {
    tested = 0;
  }
  if (missing === MISSING_ZERO && tested === 0) return (decision & DEFAULT_LEFT) !== 0;
  return tested <= threshold;
}

/** The library cuts values down to 32-bit integers; NaN, negative and larger ones are in no set. */
function isInSet(tree: TreeModel, set: number, value: number): boolean {
  if (!(value > -1 && value < 0x80000000)) return false;
  const category = Math.trunc(value);
  const word = tree.categoryBoundaries[set]! + (category >>> 5);
  if (word >= tree.categoryBoundaries[set + 1]!) return false;
  return ((tree.categoryBits[word]! >>> (category & 31)) & 1) === 1;
}
