import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/domain/random.js';
import { NextItemError } from '../../src/errors.js';
import { Forest } from '../../src/ranking/forest.js';
import { modelText, randomTrees, randomValue, type TreeText, ZERO } from '../support/lightgbm-model.js';

const FEATURES = 4;

/** LightGBM's walk written down plainly (include/LightGBM/tree.h): one row, one tree, one decision at a time. */
function scoreOf(trees: readonly TreeText[], row: Float64Array | Float32Array): number {
  const values = Float64Array.from(row, (value) => (Math.abs(value) <= ZERO ? 0 : value));
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

  it('decides like the plain walk for any number of rows, features, leaves and thresholds', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, single) => {
        const random = new Random(seed);
        const features = 1 + random.below(5);
        const anything = (): number =>
          random.below(5) === 0 ? randomValue(random) || 0 : 40 * random.normal();
        const leaves = [3, 63, 255, 256, 257, 400][random.below(6)]!;
        const trees = randomTrees(random, 1 + random.below(4), features, leaves, anything);
        const forest = Forest.parse(modelText(features, trees));
        const rows = 1 + random.below(300);
        // Some columns hardly change from row to row.
        const steady = Array.from({ length: features }, () => random.below(3) === 0);
        const values = new (single ? Float32Array : Float64Array)(rows * features);
        for (let at = 0; at < values.length; at++)
          values[at] = at >= features && steady[at % features] ? values[at - features]! : anything();
        if (random.below(2) === 0) values[random.below(values.length)] = NaN;
        const out = new Float64Array(rows);
        forest.score(values, rows, out);
        for (let row = 0; row < rows; row++)
          expect(out[row]).toBe(scoreOf(trees, values.subarray(row * features, (row + 1) * features)));
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
