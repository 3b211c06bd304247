import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/domain/random.js';
import { Forest } from '../../../src/ranking/forest.js';
import { ensureLightgbm } from '../../../src/ranking/lightgbm/install.js';
import { Booster, LightGbm } from '../../../src/ranking/lightgbm/library.js';
import { trainRanker } from '../../../src/ranking/lightgbm/train.js';
import { modelText, randomTrees, randomValue } from '../../support/lightgbm-model.js';
import { FEATURE_NAMES, rankingData } from '../../support/ranking-data.js';

let library: LightGbm;

beforeAll(async () => {
  library = LightGbm.load(await ensureLightgbm());
}, 600_000);

/** Scores the same rows with both; every score must be the same to the bit. Returns how many rows were compared. */
function compare(text: string, values: Float64Array): number {
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
});
