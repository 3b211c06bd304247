/**
 * Ranking speed: the forest against the LightGBM library on one thread and against the walk in JavaScript that it
 * replaced, for one request's worth of rows, in turns in the same run. Scores must be equal to the bit.
 *
 * Two shapes: 100 rows x 300 trees x 63 leaves, and about what a shop's ranker is asked.
 *
 * Run: npm run bench -- forest
 *      [--bundle FOLDER_OF_BUNDLES]   for the second shape, its ranker and the candidates of its sessions, instead of
 *                                     a ranker and rows made up here
 */
import { parseArgs } from 'node:util';
import { Random } from '../src/domain/random.js';
import { Forest } from '../src/ranking/forest.js';
import { ensureLightgbm } from '../src/ranking/lightgbm/install.js';
import { Booster, LightGbm } from '../src/ranking/lightgbm/library.js';
import { trainRanker } from '../src/ranking/lightgbm/train.js';
import { requestsOf } from './support/bundle-requests.js';
import { ForestWalk } from './support/forest-walk.js';

/** At most this share of the library's time. */
const GOAL = 0.5;
const TRAIN_ROWS = 50_000;
const REQUESTS = 200;
const WARM_UP = 200;
const RUNS = 2000;

interface Request {
  /** Row-major [rows x features]. */
  readonly values: Float32Array;
  readonly rows: number;
}

interface Shape {
  readonly name: string;
  readonly modelText: string;
  readonly requests: readonly Request[];
}

const random = new Random(1);

/** Features as a ranker sees them: many zeros, some unknown, counts and shares, few distinct values in some columns. */
function makeRows(rows: number, features: number): Float32Array {
  return Float32Array.from({ length: rows * features }, (_, at) => {
    const feature = at % features;
    if (random.below(5) === 0) return feature % 3 === 0 ? NaN : 0;
    if (feature % 4 === 0) return random.below(20);
    return feature % 4 === 1 ? Math.exp(random.normal()) : random.normal();
  });
}

/** One relevant row in each query, by a few interacting features and noise. */
function label(values: Float32Array, rows: number, features: number, queryRows: number): Float32Array {
  const labels = new Float32Array(rows);
  for (let query = 0; query < rows; query += queryRows) {
    let best = -Infinity;
    let relevant = query;
    for (let row = query; row < query + queryRows; row++) {
      const value = (feature: number): number => values[row * features + feature]! || 0;
      const liking = value(2) * value(3) + Math.sin(value(6)) + value(4) / 10 + value(5) + random.normal();
      if (liking > best) [best, relevant] = [liking, row];
    }
    labels[relevant] = 1;
  }
  return labels;
}

async function madeUp(rows: number, trees: number, leaves: number, features: number): Promise<Shape> {
  const trainRows = TRAIN_ROWS - (TRAIN_ROWS % rows);
  const values = makeRows(trainRows, features);
  const { modelText } = await trainRanker({
    featureNames: Array.from({ length: features }, (_, feature) => `f${feature}`),
    train: {
      features: values,
      rows: trainRows,
      labels: label(values, trainRows, features, rows),
      groupSizes: new Int32Array(trainRows / rows).fill(rows),
    },
    parameters: { rounds: trees, leaves, minDataInLeaf: 20 },
  });
  const requests = Array.from({ length: REQUESTS }, () => ({ values: makeRows(rows, features), rows }));
  return { name: `${rows} rows x ${trees} trees x ${leaves} leaves`, modelText, requests };
}

const { values: flags } = parseArgs({ options: { bundle: { type: 'string' } } });
const library = LightGbm.load(await ensureLightgbm());
console.log(`one thread, node ${process.version}`);
compare(await madeUp(100, 300, 63, 40));
compare(
  flags.bundle === undefined
    ? await madeUp(150, 190, 31, 110)
    : { name: 'a real ranker and its candidates', ...(await requestsOf(flags.bundle, REQUESTS)) },
);

/** Prints one shape's table. */
function compare({ name, modelText, requests }: Shape): void {
  const start = performance.now();
  const forest = Forest.parse(modelText);
  const parseMs = performance.now() - start;
  const walk = ForestWalk.parse(modelText);
  const booster = Booster.load(library, modelText);
  const columns = forest.featureNames.length;
  const out = new Float64Array(Math.max(...requests.map(({ rows }) => rows)));
  const contestants = [
    {
      name: 'LightGBM library',
      timesMs: [] as number[],
      run: ({ values, rows }: Request) => booster.predictRaw({ values, rows, columns }, out),
    },
    {
      name: 'walk in JavaScript',
      timesMs: [] as number[],
      run: ({ values, rows }: Request) => walk.score(values, rows, out),
    },
    {
      name: 'forest',
      timesMs: [] as number[],
      run: ({ values, rows }: Request) => forest.score(values, rows, out),
    },
  ];

  let different = 0;
  for (const request of requests) {
    const [theirs, ...ours] = contestants.map(({ run }) => {
      run(request);
      return out.slice(0, request.rows);
    });
    for (const scores of ours)
      different += scores.filter((score, row) => !Object.is(score, theirs![row])).length;
  }

  for (let turn = 0; turn < WARM_UP + RUNS; turn++) {
    const request = requests[turn % requests.length]!;
    for (const { timesMs, run } of contestants) {
      const begin = performance.now();
      run(request);
      if (turn >= WARM_UP) timesMs.push(performance.now() - begin);
    }
  }
  booster.free();

  const rows = requests.reduce((sum, request) => sum + request.rows, 0);
  const leaves = [...modelText.matchAll(/^num_leaves=(\d+)$/gm)].map((match) => Number(match[1]));
  const meanLeaves = leaves.reduce((sum, count) => sum + count, 0) / leaves.length;
  console.log(
    `\n${name}: ${(rows / requests.length).toFixed(0)} rows x ${forest.treeCount} trees x ${meanLeaves.toFixed(1)} leaves on average, ${columns} features`,
  );
  console.log(
    `${'milliseconds'.padEnd(20)}${['least', 'p50', 'p95', 'p99'].map((title) => title.padStart(9)).join('')}${'p50, library = 100'.padStart(21)}`,
  );
  const medians = contestants.map(({ timesMs }) =>
    quantile(
      timesMs.sort((a, b) => a - b),
      0.5,
    ),
  );
  contestants.forEach(({ name: contestant, timesMs }, i) => {
    const figures = [0, 0.5, 0.95, 0.99].map((q) => quantile(timesMs, q).toFixed(3).padStart(9));
    const share = `${((100 * medians[i]!) / medians[0]!).toFixed(1)} %`.padStart(21);
    console.log(`${contestant.padEnd(20)}${figures.join('')}${share}`);
  });
  const share = medians[2]! / medians[0]!;
  console.log(
    `goal: at most ${100 * GOAL} % of the library's time: ${share <= GOAL ? 'reached' : 'MISSED'}; scores that differ from the library's: ${different}`,
  );
  console.log(`parse of ${(modelText.length / 1e6).toFixed(1)} MB of model text: ${parseMs.toFixed(0)} ms`);
  if (different > 0 || share > GOAL) process.exitCode = 1;
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}
