import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { Forest } from '../../../src/ranking/forest.js';
import { modelText, type TreeText, ZERO } from '../../support/lightgbm-model.js';

const MISSING_ZERO = 1 << 2;
const MISSING_NAN = 2 << 2;
const DEFAULT_LEFT = 2;

/** One split of one feature: 1 is the score on the left, 2 on the right. */
function stump(decisionType: number, threshold: number | string, sets?: number[][]): Forest {
  const tree: TreeText = {
    splitFeature: [0],
    threshold: [threshold],
    decisionType: [decisionType],
    leftChild: [-1],
    rightChild: [-2],
    leafValue: [1, 2],
  };
  return Forest.parse(modelText(1, [sets === undefined ? tree : { ...tree, sets }]));
}

/** Which way each value goes. Five rows and more, so that both the walk of four rows and that of one are used. */
function sides(forest: Forest, values: readonly number[]): string {
  const padded = [...values, ...values, ...values, ...values, ...values];
  const out = new Float64Array(padded.length);
  forest.score(Float64Array.from(padded), padded.length, out);
  const letters = [...out].map((score) => (score === 1 ? 'L' : score === 2 ? 'R' : '?')).join('');
  const once = letters.slice(0, values.length);
  expect(letters).toBe(once.repeat(5));
  return once;
}

describe('Forest', () => {
  it('adds up the leaves of a model worked out by hand', () => {
    // Tree 0: f0 <= 0.5 ? (f1 <= 10 ? 1 : 2) : 4. Tree 1: one leaf of 100.
    const forest = Forest.parse(
      modelText(2, [
        {
          splitFeature: [0, 1],
          threshold: [0.5, 10],
          decisionType: [2, 2],
          leftChild: [1, -1],
          rightChild: [-3, -2],
          leafValue: [1, 2, 4],
        },
        {
          splitFeature: [],
          threshold: [],
          decisionType: [],
          leftChild: [],
          rightChild: [],
          leafValue: [100],
        },
      ]),
    );
    expect(forest.featureNames).toEqual(['f0', 'f1']);
    expect(forest.treeCount).toBe(2);
    const out = new Float64Array(5).fill(-1);
    forest.score(Float64Array.of(0.5, 10, 0.5, 10.5, 0.6, 0, -1, 11), 4, out);
    expect([...out]).toEqual([101, 102, 104, 102, -1]);
  });

  it('goes left up to the threshold and right above it', () => {
    expect(sides(stump(MISSING_NAN, 1.5), [1.5, 1.4999, 1.5000001, -Infinity, Infinity])).toBe('LLRLR');
    expect(sides(stump(MISSING_NAN | DEFAULT_LEFT, 1.5), [1.5, 1.4999, 1.5000001, -Infinity, Infinity])).toBe(
      'LLRLR',
    );
    expect(sides(stump(MISSING_NAN | DEFAULT_LEFT, -1.5), [-1.5, -1.4999, -1.5000001])).toBe('LRL');
  });

  it('sends NaN the default way where NaN was missing in training', () => {
    expect(sides(stump(MISSING_NAN, 1), [NaN, 0])).toBe('RL');
    expect(sides(stump(MISSING_NAN | DEFAULT_LEFT, -1), [NaN, 0])).toBe('LR');
  });

  it('takes NaN for zero where nothing was missing', () => {
    expect(sides(stump(0, 1), [NaN])).toBe('L');
    expect(sides(stump(DEFAULT_LEFT, -1), [NaN])).toBe('R');
    expect(sides(stump(0, 0), [NaN])).toBe('L');
  });

  it('sends zero, almost zero and NaN the default way where zero was missing', () => {
    const values = [0, -0, 1e-36, -ZERO, ZERO, NaN, 2e-35, -2e-35];
    expect(sides(stump(MISSING_ZERO, 1), values)).toBe('RRRRRRLL');
    expect(sides(stump(MISSING_ZERO | DEFAULT_LEFT, -1), values)).toBe('LLLLLLRR');
  });

  it('takes almost zero for zero also where a threshold lies between them', () => {
    expect(sides(stump(0, 1e-40), [1e-36, ZERO, 2e-35])).toBe('LLR');
    expect(sides(stump(MISSING_NAN | DEFAULT_LEFT, -1e-40), [-1e-36, -ZERO, -2e-35, 0])).toBe('RRLR');
  });

  it('knows thresholds of infinity, which part the known values from NaN', () => {
    expect(sides(stump(MISSING_NAN, 'inf'), [NaN, Infinity, -Infinity, 0])).toBe('RLLL');
    expect(sides(stump(MISSING_NAN | DEFAULT_LEFT, '-inf'), [NaN, Infinity, -Infinity, 0])).toBe('LRLR');
  });

  it('sends the categories of a set left, cut down to whole numbers', () => {
    const forest = stump(1, 1, [[7], [0, 3, 40]]);
    expect(sides(forest, [0, 3, 40, 3.99, -0.5])).toBe('LLLLL');
    expect(sides(forest, [1, 7, 41, 72, 1e9, 3e9, -1, NaN, Infinity, -Infinity])).toBe('RRRRRRRRRR');
  });

  it('scores more rows than it copies at once, and none', () => {
    const rows = 1001;
    const values = Float64Array.from({ length: rows }, (_, row) => row);
    const out = new Float64Array(rows);
    const forest = stump(MISSING_NAN, 499.5);
    forest.score(values, rows, out);
    expect(out.findIndex((score) => score === 2)).toBe(500);
    expect(out.filter((score) => score === 2)).toHaveLength(501);
    expect(() => forest.score(values, 0, out)).not.toThrow();
  });

  it('takes rows of so many features that only a few fit at once', () => {
    const features = 9000;
    const forest = Forest.parse(
      modelText(features, [
        {
          splitFeature: [features - 1],
          threshold: [0.5],
          decisionType: [MISSING_NAN],
          leftChild: [-1],
          rightChild: [-2],
          leafValue: [1, 2],
        },
      ]),
    );
    const rows = 40;
    const values = new Float32Array(rows * features);
    for (let row = 0; row < rows; row += 3) values[(row + 1) * features - 1] = 1;
    const out = new Float64Array(rows);
    forest.score(values, rows, out);
    expect([...out]).toEqual(Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? 2 : 1)));
  });

  it.each([256, 257, 300])('follows a chain of splits to the last of %d leaves', (leaves) => {
    const chain: TreeText = {
      splitFeature: Array.from({ length: leaves - 1 }, () => 0),
      threshold: Array.from({ length: leaves - 1 }, (_, node) => node + 0.5),
      decisionType: Array.from({ length: leaves - 1 }, () => MISSING_NAN),
      leftChild: Array.from({ length: leaves - 1 }, (_, node) => ~node),
      rightChild: Array.from({ length: leaves - 1 }, (_, node) =>
        node + 2 < leaves ? node + 1 : ~(leaves - 1),
      ),
      leafValue: Array.from({ length: leaves }, (_, leaf) => leaf),
    };
    const out = new Float64Array(leaves);
    Forest.parse(modelText(1, [chain])).score(
      Float32Array.from({ length: leaves }, (_, row) => row),
      leaves,
      out,
    );
    expect([...out]).toEqual(chain.leafValue);
  });

  it('scores what an array holds now, of one of several forests, in either precision', () => {
    const low = stump(MISSING_NAN, 1.5);
    const high = stump(MISSING_NAN, 7.5);
    const singles = new Float32Array(30);
    const out = new Float64Array(10);
    const letters = (forest: Forest, values: Float32Array | Float64Array): string => {
      forest.score(values, 2, out);
      return [...out.subarray(0, 2)].map((score) => (score === 1 ? 'L' : 'R')).join('');
    };
    singles.set([1, 2]);
    expect([letters(low, singles), letters(high, singles)]).toEqual(['LR', 'LL']);
    singles.set([8, 1]);
    expect([letters(low, singles), letters(high, singles)]).toEqual(['RL', 'RL']);
    expect([letters(low, Float64Array.of(1, 9)), letters(low, singles)]).toEqual(['LR', 'RL']);
    // A part of a larger array, behind the part that was scored before.
    expect(letters(low, singles.subarray(1, 4))).toBe('LL');
  });

  it('gives its memory back', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let collected = 0;
    const registry = new FinalizationRegistry(() => collected++);
    const values = new Float32Array(64);
    const forests = 30;
    (() => {
      for (let i = 0; i < forests; i++) {
        const forest = stump(MISSING_NAN, i);
        forest.score(values, 64, new Float64Array(64));
        registry.register(forest['kernel'].floats.buffer, i);
      }
    })();
    await vi.waitFor(
      () => {
        collect();
        expect(collected).toBeGreaterThanOrEqual(forests - 1);
      },
      { timeout: 60_000, interval: 20 },
    );
    expect(values).toHaveLength(64);
  });

  it('refuses arrays that are too short', () => {
    expect(() => stump(0, 1).score(new Float64Array(3), 4, new Float64Array(4))).toThrow(RangeError);
    expect(() => stump(0, 1).score(new Float64Array(4), 4, new Float64Array(3))).toThrow(RangeError);
  });
});
