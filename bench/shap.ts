/**
 * Contributions of features to scores: ours beside LightGBM's own, over the same rows of a trained ranker.
 *
 * Run: npm run bench -- shap [--rows 1000] [--bundle FOLDER_OF_BUNDLES]   default: a ranker trained on made-up rows
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RANKER_FILE } from '../src/bundle/manifest.js';
import { resolveVersion } from '../src/bundle/versions.js';
import { Random } from '../src/domain/random.js';
import { ensureLightgbm } from '../src/ranking/lightgbm/install.js';
import { LightGbm } from '../src/ranking/lightgbm/library.js';
import { trainRanker } from '../src/ranking/lightgbm/train.js';
import { TreeShap } from '../src/ranking/tree-shap.js';
import { compareContributions } from '../test/support/contributions.js';
import { FEATURE_NAMES, rankingData } from '../test/support/ranking-data.js';

const GOAL = 1e-6;

const { values: flags } = parseArgs({
  options: { rows: { type: 'string', default: '1000' }, bundle: { type: 'string' } },
});
const rows = Number(flags.rows);
const library = LightGbm.load(await ensureLightgbm());
const modelText =
  flags.bundle === undefined
    ? (await trainRanker({ featureNames: FEATURE_NAMES, train: rankingData(1, 500), parameters: { rounds: 200 } })).modelText // prettier-ignore
    : await readFile(join((await resolveVersion(flags.bundle, 'latest')).dir, RANKER_FILE), 'utf8');
const shap = TreeShap.parse(modelText);
const features = shap.featureNames.length;
const random = new Random(1);
// Shares, counts and ranks, some of them unknown: what features are like.
const values = Float32Array.from({ length: rows * features }, () =>
  random.below(8) === 0 ? NaN : random.below(3) === 0 ? random.below(50) : random.next(),
);
const { worst, worstSum } = compareContributions(library, modelText, values);
const out = new Float64Array(features);
const started = performance.now();
for (let row = 0; row < rows; row++) shap.explain(values.subarray(row * features, (row + 1) * features), out);
const micros = (1000 * (performance.now() - started)) / rows;

const verdict = (value: number) => (value <= GOAL ? 'reached' : 'MISSED');
console.log(`${rows} rows of ${features} features, node ${process.version}`);
console.log(
  `largest difference from the library's contributions: ${worst.toExponential(2)}; goal ${GOAL}: ${verdict(worst)}`,
);
console.log(
  `largest difference of their sum from the library's score: ${worstSum.toExponential(2)}; goal ${GOAL}: ${verdict(worstSum)}`,
);
console.log(`${micros.toFixed(0)} µs a row, one thread`);
