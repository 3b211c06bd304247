import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/domain/random.js';
import { NextItemError } from '../../src/errors.js';
import { Forest } from '../../src/ranking/forest.js';
import { modelText, randomTrees, randomValue, type TreeText, ZERO } from '../support/lightgbm-model.js';

const FEATURES = 4;

/** LightGBM's walk written down plainly (include/LightGBM/tree.h): one row, one tree, one decision at a time. */
function scoreOf(trees: readonly TreeText[], row: Float64Array): number {
  const values = row.map((value) => (Math.abs(value) <= ZERO ? 0 : value));
  let score = 0;
  for (const tree of trees) {
    let node = tree.splitFeature.length === 0 ? ~0 : 0;
    while (node >= 0)
      node = (goesLeft(tree, node, values[tree.splitFeature[node]!]!) ? tree.leftChild : tree.rightChild)[
        node
      ]!;
    score += tree.leafValue[~node]!;
  }
  return score;
}

function goesLeft(tree: TreeText, node: number, written: number): boolean {
  const decision = tree.decisionType[node]!;
  const threshold = Number(tree.threshold[node]);
  if ((decision & 1) !== 0)
    return Number.isFinite(written) && written > -1 && tree.sets![threshold]!.includes(Math.trunc(written));
  const missing = decision >> 2;
  const value = Number.isNaN(written) && missing !== 2 ? 0 : written;
  if ((missing === 1 && value === 0) || Number.isNaN(value)) return (decision & 2) !== 0;
  return value <= threshold;
}

describe('Forest', () => {
  it('decides like the plain walk for every kind of split and value', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed);
        const trees = randomTrees(random, 1 + random.below(6), FEATURES, 12);
        const forest = Forest.parse(modelText(FEATURES, trees));
        const rows = 23;
        const values = Float64Array.from({ length: rows * FEATURES }, () => randomValue(random));
        const out = new Float64Array(rows);
        forest.score(values, rows, out);
        for (let row = 0; row < rows; row++) {
          expect(out[row]).toBe(scoreOf(trees, values.subarray(row * FEATURES, (row + 1) * FEATURES)));
        }
      }),
    );
  });

  it('meets damaged text with a refusal or a forest that ends, never with anything else', () => {
    const text = modelText(FEATURES, randomTrees(new Random(5), 3, FEATURES, 8));
    const piece = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('-1', '0', '1e308', '\n', ' ', '=', 'Tree=1', '99999999999'),
    );
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(12), piece, (at, removed, put) => {
        try {
          const forest = Forest.parse(text.slice(0, at) + put + text.slice(at + removed));
          const out = new Float64Array(5);
          forest.score(new Float64Array(5 * forest.featureNames.length), 5, out);
        } catch (error) {
          expect(error).toBeInstanceOf(NextItemError);
          expect((error as NextItemError).code).toBe('invalid_ranker');
        }
      }),
      { numRuns: 500 },
    );
  });
});
