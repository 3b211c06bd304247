import { beforeAll, expect, it } from 'vitest';
import { ensureLightgbm } from '../../../src/ranking/lightgbm/install.js';
import { LightGbm } from '../../../src/ranking/lightgbm/library.js';
import { trainRanker } from '../../../src/ranking/lightgbm/train.js';
import { compareContributions } from '../../support/contributions.js';
import { FEATURE_NAMES, rankingData } from '../../support/ranking-data.js';

let library: LightGbm;

beforeAll(async () => {
  library = LightGbm.load(await ensureLightgbm());
}, 600_000);

it.each([
  ['lambdarank', 31, 5],
  ['binary', 31, 5],
  ['lambdarank', 200, 3],
] as const)(
  "gives the library's own contributions for a %s model of %i leaves",
  async (objective, leaves, minDataInLeaf) => {
    const { modelText } = await trainRanker({
      featureNames: FEATURE_NAMES,
      train: rankingData(1, 500),
      parameters: { objective, rounds: 40, leaves, minDataInLeaf, categoricalFeatures: ['category'] },
    });
    const { rows, worst, worstSum } = compareContributions(library, modelText, rankingData(2, 50).features);
    expect(rows).toBe(1000);
    expect(worst).toBeLessThan(1e-6);
    expect(worstSum).toBeLessThan(1e-6);
  },
);
