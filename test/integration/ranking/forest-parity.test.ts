import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/domain/random.js';
import { Forest } from '../../../src/ranking/forest.js';
import { ensureLightgbm } from '../../../src/ranking/lightgbm/install.js';
import { Booster, LightGbm } from '../../../src/ranking/lightgbm/library.js';
import { trainRanker } from '../../../src/ranking/lightgbm/train.js';
import { modelText, randomTrees, randomValue, roundedBesides } from '../../support/lightgbm-model.js';
import { FEATURE_NAMES, rankingData } from '../../support/ranking-data.js';

let library: LightGbm;

beforeAll(async () => {
  library = LightGbm.load(await ensureLightgbm());
}, 600_000);

/** Scores the same rows with both; every score must be the same to the bit. Returns how many rows were compared. */
function compare(text: string, values: Float32Array | Float64Array): number {
  const forest = Forest.parse(text);
  const columns = forest.featureNames.length;
  const rows = values.length / columns;
  const ours = new Float64Array(rows);
  const theirs = new Float64Array(rows);
  forest.score(values, rows, ours);
  const booster = Booster.load(library, text);
  try {
    booster.predictRaw({ values, rows, columns }, theirs);
  } finally {
    booster.free();
  }
  const bitsOf = (scores: Float64Array): BigInt64Array => new BigInt64Array(scores.buffer);
  const [ourBits, theirBits] = [bitsOf(ours), bitsOf(theirs)];
  const different = ourBits.findIndex((bits, row) => bits !== theirBits[row]);
  if (different >= 0) {
    const row = values.subarray(different * columns, (different + 1) * columns);
    expect.fail(
      `row ${different} (${row.join(', ')}): forest ${ours[different]}, library ${theirs[different]}`,
    );
  }
  return rows;
}

describe('the forest and the LightGBM library', () => {
  it.each(['lambdarank', 'binary'] as const)(
    'give equal scores for a trained %s model',
    async (objective) => {
      const { modelText: text } = await trainRanker({
        featureNames: FEATURE_NAMES,
        train: rankingData(1, 500),
        parameters: { objective, rounds: 60, minDataInLeaf: 5, categoricalFeatures: ['category'] },
      });
      expect(text).toMatch(/^num_cat=[1-9]/m);
      const values = rankingData(2, 600).features;
      expect(compare(text, values)).toBe(12_000);
      // The same rows with awkward values strewn in.
      const random = new Random(3);
      for (let i = 0; i < values.length; i++) if (random.below(3) === 0) values[i] = randomValue(random);
      expect(compare(text, values)).toBe(12_000);
    },
  );

  it('give equal scores for every kind of split there is', () => {
    const random = new Random(4);
    const columns = 5;
    let rows = 0;
    for (let model = 0; model < 20; model++) {
      const text = modelText(columns, randomTrees(random, 25, columns, 31));
      rows += compare(
        text,
        Float64Array.from({ length: 1001 * columns }, () => randomValue(random)),
      );
    }
    expect(rows).toBe(20_020);
  });

  it('give equal scores where a feature has more thresholds than a byte has codes, and a tree more leaves', async () => {
    const { modelText: text } = await trainRanker({
      featureNames: FEATURE_NAMES,
      train: rankingData(5, 3000),
      parameters: { rounds: 12, leaves: 500, minDataInLeaf: 3, maxBins: 20_000, featureFraction: 1 },
    });
    const leaves = [...text.matchAll(/^num_leaves=(\d+)$/gm)].map((match) => Number(match[1]));
    expect(Math.max(...leaves)).toBeGreaterThan(256);
    const thresholds = [...text.matchAll(/^threshold=(.*)$/gm)].flatMap((match) => match[1]!.split(' '));
    expect(new Set(thresholds).size).toBeGreaterThan(256 * FEATURE_NAMES.length);
    const values = rankingData(6, 300).features;
    expect(compare(text, values)).toBe(6000);
    expect(compare(text, Float32Array.from(values))).toBe(6000);
  });

  it('give equal scores for values in single precision on and beside the thresholds', () => {
    const random = new Random(7);
    const columns = 3;
    const trees = randomTrees(random, 40, columns, 63, () => random.normal());
    const thresholds = trees.flatMap(({ threshold }) => threshold.map(Number));
    const values = Float32Array.from({ length: 4000 * columns }, () =>
      random.below(20) === 0 ? NaN : roundedBesides(random, thresholds[random.below(thresholds.length)]!),
    );
    expect(compare(modelText(columns, trees), values)).toBe(4000);
  });

  it('give equal scores for random models of every size, in single and in double precision', () => {
    const random = new Random(8);
    for (let model = 0; model < 60; model++) {
      const columns = 1 + random.below(30);
      const leaves = [2, 31, 63, 256, 257, 600][random.below(6)]!;
      const anything = (): number =>
        random.below(4) === 0 ? randomValue(random) || 0 : 30 * random.normal();
      const text = modelText(columns, randomTrees(random, 1 + random.below(20), columns, leaves, anything));
      const rows = [1, 15, 16, 17, 64, 100, 150, 256, 257, 600][random.below(10)]!;
      const values = Float64Array.from({ length: rows * columns }, () =>
        random.below(3) === 0 ? randomValue(random) : 30 * random.normal(),
      );
      expect(compare(text, values)).toBe(rows);
      expect(compare(text, Float32Array.from(values))).toBe(rows);
    }
  });
});
