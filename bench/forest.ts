/**
 * Ranking speed: the typed-array forest against the LightGBM library on one thread, for one request's worth of rows,
 * in turns in the same run; and the largest difference between their scores over 10,000 rows.
 *
 * Run: npm run bench -- forest
 */
import { Random } from '../src/domain/random.js';
import { Forest } from '../src/ranking/forest.js';
import { ensureLightgbm } from '../src/ranking/lightgbm/install.js';
import { Booster, LightGbm } from '../src/ranking/lightgbm/library.js';
import { trainRanker } from '../src/ranking/lightgbm/train.js';

const ROWS = 100;
const TREES = 300;
const LEAVES = 63;
const FEATURES = 40;
const COMPARED_ROWS = 10_000;
const WARM_UP = 200;
const RUNS = 2000;

const random = new Random(1);

/** Features as a ranker sees them: many zeros, some unknown, counts and shares, few distinct values in some columns. */
function makeRows(rows: number): Float64Array {
  return Float64Array.from({ length: rows * FEATURES }, (_, at) => {
    const feature = at % FEATURES;
    if (random.below(5) === 0) return feature % 3 === 0 ? NaN : 0;
    if (feature % 4 === 0) return random.below(20);
    return feature % 4 === 1 ? Math.exp(random.normal()) : random.normal();
  });
}

/** One relevant row in each query of 100, by a few interacting features and noise. */
function label(features: Float64Array, rows: number): Float32Array {
  const labels = new Float32Array(rows);
  for (let query = 0; query < rows; query += ROWS) {
    let best = -Infinity;
    let relevant = query;
    for (let row = query; row < query + ROWS; row++) {
      const value = (feature: number): number => features[row * FEATURES + feature]! || 0;
      const liking = value(2) * value(3) + Math.sin(value(6)) + value(4) / 10 + value(5) + random.normal();
      if (liking > best) [best, relevant] = [liking, row];
    }
    labels[relevant] = 1;
  }
  return labels;
}

const library = LightGbm.load(await ensureLightgbm());
const trainRows = 50_000;
const features = makeRows(trainRows);
const { modelText } = await trainRanker({
  featureNames: Array.from({ length: FEATURES }, (_, feature) => `f${feature}`),
  train: {
    features,
    rows: trainRows,
    labels: label(features, trainRows),
    groupSizes: new Int32Array(trainRows / ROWS).fill(ROWS),
  },
  parameters: { rounds: TREES, leaves: LEAVES, minDataInLeaf: 20 },
});

const parseStart = performance.now();
const forest = Forest.parse(modelText);
const parseMs = performance.now() - parseStart;
const booster = Booster.load(library, modelText);

const values = makeRows(COMPARED_ROWS);
const ours = new Float64Array(COMPARED_ROWS);
const theirs = new Float64Array(COMPARED_ROWS);
forest.score(values, COMPARED_ROWS, ours);
booster.predictRaw({ values, rows: COMPARED_ROWS, columns: FEATURES }, theirs);
const largest = ours.reduce((most, score, row) => Math.max(most, Math.abs(score - theirs[row]!)), 0);

const out = new Float64Array(ROWS);
const requests = Array.from({ length: COMPARED_ROWS / ROWS }, (_, i) =>
  values.subarray(i * ROWS * FEATURES, (i + 1) * ROWS * FEATURES),
);
const contestants = [
  {
    name: 'forest (typed arrays)',
    timesMs: [] as number[],
    run: (rows: Float64Array) => forest.score(rows, ROWS, out),
  },
  {
    name: 'LightGBM library',
    timesMs: [] as number[],
    run: (rows: Float64Array) => booster.predictRaw({ values: rows, rows: ROWS, columns: FEATURES }, out),
  },
];
for (let turn = 0; turn < WARM_UP + RUNS; turn++) {
  for (const contestant of contestants) {
    const start = performance.now();
    contestant.run(requests[turn % requests.length]!);
    if (turn >= WARM_UP) contestant.timesMs.push(performance.now() - start);
  }
}
booster.free();

const leaves = modelText
  .match(/^num_leaves=\d+$/gm)!
  .reduce((sum, line) => sum + Number(line.slice('num_leaves='.length)), 0);
console.log(
  `${ROWS} rows x ${forest.treeCount} trees x ${(leaves / forest.treeCount).toFixed(1)} leaves, ${FEATURES} features, one thread, node ${process.version}`,
);
console.log(`${'milliseconds'.padEnd(24)}${['p50', 'p95', 'p99'].map((name) => name.padStart(9)).join('')}`);
for (const { name, timesMs } of contestants) {
  timesMs.sort((a, b) => a - b);
  const quantiles = [0.5, 0.95, 0.99].map((q) =>
    timesMs[Math.floor(q * timesMs.length)]!.toFixed(3).padStart(9),
  );
  console.log(`${name.padEnd(24)}${quantiles.join('')}`);
}
console.log(
  `parse of ${(modelText.length / 1e6).toFixed(1)} MB of model text (once, cold): ${parseMs.toFixed(1)} ms`,
);
console.log(`largest score difference over ${COMPARED_ROWS.toLocaleString('en')} rows: ${largest}`);
if (largest !== 0) process.exitCode = 1;
