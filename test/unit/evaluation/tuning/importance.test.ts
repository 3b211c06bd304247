import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/domain/random.js';
import { settingImportance } from '../../../../src/evaluation/tuning/importance.js';
import { growTree, varianceShares } from '../../../../src/evaluation/tuning/regression-tree.js';
import { type SearchSpace } from '../../../../src/evaluation/tuning/search-space.js';

/** All four points of a 2 x 2 grid. */
const cells = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
].map((point) => Uint8Array.from(point));

function shares(values: number[], ordered = [true, true]): number[] {
  const data = { cells, values: Float64Array.from(values), cellCounts: [2, 2], ordered };
  const leaves = growTree(data, { sample: [0, 1, 2, 3], smallestLeaf: 1, random: null });
  return [...varianceShares(leaves, [2, 2])];
}

describe('varianceShares of a tree that knows every point', () => {
  // f = 2 x + y over {0,1}^2: mean 1.5, variance (1.5^2 + .5^2 + .5^2 + 1.5^2) / 4 = 1.25. The means over y are .5 and 2.5:
  // variance 1; over x 1 and 2: variance .25.
  it.each([
    ['numbers', [true, true]],
    ['choices', [false, false]],
  ])('adds up to 1 where settings act by themselves (%s)', (_, ordered) => {
    const [x, y] = shares([0, 1, 2, 3], ordered);
    expect(x).toBeCloseTo(1 / 1.25, 12);
    expect(y).toBeCloseTo(0.25 / 1.25, 12);
  });

  it('gives everything to the one that matters', () => {
    expect(shares([0, 0, 5, 5])).toEqual([1, 0]);
  });

  it('leaves what two settings only do together to neither', () => {
    // f = x and y: mean .25, variance 3/16; means over the other .0 and .5: variance 1/16 each, 1/16 together.
    const [x, y] = shares([0, 0, 0, 1]);
    expect(x).toBeCloseTo(1 / 3, 12);
    expect(y).toBeCloseTo(1 / 3, 12);
  });

  it('explains nothing where nothing varies', () => {
    expect(shares([2, 2, 2, 2])).toEqual([0, 0]);
  });
});

describe('growTree', () => {
  it('cuts in the middle of what it has not seen', () => {
    const data = {
      cells: [0, 1, 6, 7].map((cell) => Uint8Array.of(cell)),
      values: Float64Array.of(1, 1, 3, 3),
      cellCounts: [8],
      ordered: [true],
    };
    const leaves = growTree(data, { sample: [0, 1, 2, 3], smallestLeaf: 1, random: null });
    expect(leaves.map(({ value, region }) => [value, [...region[0]!].join('')])).toEqual([
      [1, '11110000'],
      [3, '00001111'],
    ]);
  });

  it('makes no leaf smaller than it may', () => {
    const data = {
      cells: [0, 1, 2, 3].map((cell) => Uint8Array.of(cell)),
      values: Float64Array.of(9, 0, 0, 0),
      cellCounts: [4],
      ordered: [true],
    };
    const leaves = growTree(data, { sample: [0, 1, 2, 3], smallestLeaf: 2, random: null });
    expect(leaves.map(({ value }) => value)).toEqual([4.5, 0]);
  });
});

describe('settingImportance', () => {
  const space: SearchSpace = {
    strong: { kind: 'real', low: 0.01, high: 100, log: true },
    weak: { kind: 'choice', values: ['a', 'b'] },
    idle: { kind: 'whole', low: 1, high: 50 },
  };
  const random = new Random(7);
  const observations = Array.from({ length: 80 }, () => {
    const settings = {
      strong: 10 ** (4 * random.next() - 2),
      weak: random.next() < 0.5 ? 'a' : 'b',
      idle: 1 + random.below(50),
    };
    return { settings, value: Math.log10(settings.strong) + (settings.weak === 'a' ? 0.8 : 0) };
  });

  it('finds what the objective is made of', () => {
    const [first, second, third] = settingImportance(space, observations, 1);
    expect([first!.setting, second!.setting, third!.setting]).toEqual(['strong', 'weak', 'idle']);
    // Variances: 16/12 of the uniform on [-2, 2], .16 of the choice.
    expect(first!.share).toBeGreaterThan(0.75);
    expect(second!.share).toBeGreaterThan(0.03);
    expect(first!.share).toBeGreaterThan(2 * first!.chance);
    expect(third!.share).toBeLessThan(third!.chance);
  });

  it('is the same for the same seed', () => {
    expect(settingImportance(space, observations, 1)).toEqual(settingImportance(space, observations, 1));
  });

  it('says nothing about too few trials, or where nothing mattered', () => {
    expect(settingImportance(space, observations.slice(0, 3), 1)).toEqual([]);
    expect(settingImportance({}, observations, 1)).toEqual([]);
    const equal = observations.map(({ settings }) => ({ settings, value: 1 }));
    expect(settingImportance(space, equal, 1)).toEqual([]);
  });

  it('leaves trials out that did not work', () => {
    const failed = { settings: { strong: 1, weak: 'a', idle: 1 }, value: -Infinity };
    expect(settingImportance(space, [...observations, failed], 1)).toEqual(
      settingImportance(space, observations, 1),
    );
  });
});
