import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/domain/random.js';
import { Forest } from '../../src/ranking/forest.js';
import { TreeShap } from '../../src/ranking/tree-shap.js';
import { modelText, randomTrees, randomValue, rowsAt, type TreeText } from '../support/lightgbm-model.js';

const FEATURES = 4;

/** The score of a tree when only some features are known: unknown ones are averaged over by training rows. */
function expectedScore(tree: TreeText, known: number, goesLeft: (node: number) => boolean, node = 0): number {
  if (tree.splitFeature.length === 0) return tree.leafValue[0]!;
  if (node < 0) return tree.leafValue[~node]!;
  const [left, right] = [tree.leftChild[node]!, tree.rightChild[node]!];
  if ((known >> tree.splitFeature[node]!) & 1)
    return expectedScore(tree, known, goesLeft, goesLeft(node) ? left : right);
  const all = rowsAt(tree, node);
  return [left, right].reduce(
    (sum, child) => sum + (rowsAt(tree, child) / all) * expectedScore(tree, known, goesLeft, child),
    0,
  );
}

/** Shapley values by their definition: every feature's mean effect over all orders in which features become known. */
function shapley(tree: TreeText, goesLeft: (node: number) => boolean): number[] {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  return Array.from({ length: FEATURES }, (_, feature) => {
    let sum = 0;
    for (let known = 0; known < 1 << FEATURES; known++) {
      if ((known >> feature) & 1) continue;
      const size = known.toString(2).replaceAll('0', '').length;
      const orders = (factorial(size) * factorial(FEATURES - size - 1)) / factorial(FEATURES);
      const gain =
        expectedScore(tree, known | (1 << feature), goesLeft) - expectedScore(tree, known, goesLeft);
      sum += orders * gain;
    }
    return sum;
  });
}

/** Where the forest goes at a node: learnt from a tree of that split alone. */
function decisions(tree: TreeText, row: Float64Array): (node: number) => boolean {
  const left = tree.splitFeature.map((_, node) => {
    const split = modelText(FEATURES, [
      {
        splitFeature: [tree.splitFeature[node]!],
        threshold: [tree.threshold[node]!],
        decisionType: [tree.decisionType[node]!],
        leftChild: [~0],
        rightChild: [~1],
        leafValue: [1, 0],
        sets: tree.sets ?? [],
      },
    ]);
    const out = new Float64Array(1);
    Forest.parse(split).score(row, 1, out);
    return out[0] === 1;
  });
  return (node) => left[node]!;
}

describe('TreeShap', () => {
  it('gives the Shapley values of every kind of split and value, by their definition', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed);
        const trees = randomTrees(random, 1 + random.below(3), FEATURES, 10);
        const shap = TreeShap.parse(modelText(FEATURES, trees));
        const rows = 3;
        const values = Float64Array.from({ length: rows * FEATURES }, () => randomValue(random));
        const out = new Float64Array(FEATURES);
        for (let row = 0; row < rows; row++) {
          const at = values.slice(row * FEATURES, (row + 1) * FEATURES);
          shap.explain(at, out);
          const expected = trees
            .map((tree) => shapley(tree, decisions(tree, at)))
            .reduce((sum, one) => sum.map((value, f) => value + one[f]!));
          for (let f = 0; f < FEATURES; f++) expect(out[f]).toBeCloseTo(expected[f]!, 9);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('adds up to the score', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed);
        const text = modelText(FEATURES, randomTrees(random, 1 + random.below(20), FEATURES, 40));
        const rows = 5;
        const values = Float64Array.from({ length: rows * FEATURES }, () => randomValue(random));
        const scores = new Float64Array(rows);
        Forest.parse(text).score(values, rows, scores);
        const shap = TreeShap.parse(text);
        const out = new Float64Array(FEATURES);
        for (let row = 0; row < rows; row++) {
          shap.explain(values.subarray(row * FEATURES, (row + 1) * FEATURES), out);
          const sum = out.reduce((all, value) => all + value, shap.expectedScore);
          expect(sum).toBeCloseTo(scores[row]!, 8);
        }
      }),
    );
  });

  it('refuses a model that does not say how many rows came to each node', () => {
    const tree: TreeText = {
      splitFeature: [0],
      threshold: [0.5],
      decisionType: [0],
      leftChild: [~0],
      rightChild: [~1],
      leafValue: [1, 2],
    };
    const text = modelText(1, [tree]);
    expect(() => TreeShap.parse(text.replace(/^leaf_count=.*\n/m, ''))).toThrow(/leaf_count is missing/);
    expect(() => TreeShap.parse(text.replace('leaf_count=1 2', 'leaf_count=1 0'))).toThrow(
      /node 0 has 3 rows/,
    );
  });
});
