/**
 * Learning speed of the session embedding: one step of the WebAssembly kernels against the same step's three matrix
 * products alone in plain JavaScript (32-bit float arrays, unrolled), in turns in the same run, at the sizes that
 * training uses; and the first of the products alone, as the kernels and as plain JavaScript compute it.
 *
 * Run: npm run bench -- embedding
 */
import { Random } from '../src/domain/random.js';
import { DIMENSIONS, KernelMemory } from '../src/tables/embedding/kernels.js';
import { DEFAULT_TABLE_SETTINGS } from '../src/tables/settings.js';

const BATCH = 128;
const ITEMS = 20_000;
const TURNS = 120;
const WARM_UP = 20;
const { lags, negatives, scale, learningRate, gateLearningRate } = DEFAULT_TABLE_SETTINGS.embedding;

const random = new Random(1);
const memory = new KernelMemory();
const vectors = memory.vectors(ITEMS);
const vectorSquares = memory.floats(ITEMS);
const gates = memory.vectors(lags);
const gateSquares = memory.vectors(lags);
const histories = memory.integers(BATCH * lags);
const targets = memory.integers(BATCH);
const weights = memory.floats(BATCH);
const drawn = memory.integers(negatives);
const logExpected = memory.floats(ITEMS);
const sums = memory.vectors(BATCH);
const sessions = memory.vectors(BATCH);
const sessionGradients = memory.vectors(BATCH);
const negativeVectors = memory.vectors(negatives);
const negativeGradients = memory.vectors(negatives);
const logits = memory.floats(BATCH * negatives);
const targetGradients = memory.floats(BATCH);
const gateGradients = memory.vectors(lags);
const scratch = memory.vectors(1);
const out = memory.floats(BATCH * negatives);
const kernels = memory.start();
kernels.configure(
  ...[
    vectors,
    vectorSquares,
    gates,
    gateSquares,
    histories,
    targets,
    weights,
    drawn,
    logExpected,
    sums,
    sessions,
    sessionGradients,
    negativeVectors,
    negativeGradients,
    logits,
    targetGradients,
    gateGradients,
    scratch,
  ].map(({ at }) => at),
);
for (let item = 0; item < ITEMS; item++) {
  const row = vectors.array.subarray(item * DIMENSIONS, (item + 1) * DIMENSIONS);
  row.forEach((_, k) => (row[k] = random.normal()));
  const length = Math.hypot(...row);
  row.forEach((value, k) => (row[k] = value / length));
}
gates.array.fill(0.7);
weights.array.fill(1);

/** Another batch: sessions of one to twelve events. */
function fill(): void {
  for (let b = 0; b < BATCH; b++) {
    const length = 1 + random.below(lags);
    for (let lag = 0; lag < lags; lag++)
      histories.array[b * lags + lag] = lag < length ? random.below(ITEMS) : -1;
    targets.array[b] = random.below(ITEMS);
  }
  drawn.array.forEach((_, n) => (drawn.array[n] = random.below(ITEMS)));
}

/** out[i, j] = a[i] . x[j], two by two: the fastest of the plain forms that were tried. */
function plainDots(
  a: Float32Array,
  x: Float32Array,
  rows: number,
  columns: number,
  into: Float32Array,
): void {
  for (let i = 0; i < rows; i += 2) {
    for (let j = 0; j < columns; j += 2) {
      let c00 = 0;
      let c01 = 0;
      let c10 = 0;
      let c11 = 0;
      const a0 = i * DIMENSIONS;
      const x0 = j * DIMENSIONS;
      for (let k = 0; k < DIMENSIONS; k++) {
        const u = a[a0 + k]!;
        const w = a[a0 + DIMENSIONS + k]!;
        const y = x[x0 + k]!;
        const z = x[x0 + DIMENSIONS + k]!;
        c00 += u * y;
        c01 += u * z;
        c10 += w * y;
        c11 += w * z;
      }
      const at = i * columns + j;
      into[at] = c00;
      into[at + 1] = c01;
      into[at + columns] = c10;
      into[at + columns + 1] = c11;
    }
  }
}

/** c[i] = sum over j of p[i, j] x[j], with p's strides in elements; two by two. */
function plainMix(
  p: Float32Array,
  rowStride: number,
  columnStride: number,
  x: Float32Array,
  rows: number,
  columns: number,
  c: Float32Array,
): void {
  for (let i = 0; i < rows; i += 2) {
    for (let k = 0; k < DIMENSIONS; k += 2) {
      let c00 = 0;
      let c01 = 0;
      let c10 = 0;
      let c11 = 0;
      let weight = i * rowStride;
      let from = k;
      for (let j = 0; j < columns; j++) {
        const u = p[weight]!;
        const w = p[weight + rowStride]!;
        const y = x[from]!;
        const z = x[from + 1]!;
        c00 += u * y;
        c01 += u * z;
        c10 += w * y;
        c11 += w * z;
        weight += columnStride;
        from += DIMENSIONS;
      }
      const at = i * DIMENSIONS + k;
      c[at] = c00;
      c[at + 1] = c01;
      c[at + DIMENSIONS] = c10;
      c[at + DIMENSIONS + 1] = c11;
    }
  }
}

const plain = {
  logits: new Float32Array(BATCH * negatives),
  sessionGradients: new Float32Array(BATCH * DIMENSIONS),
  negativeGradients: new Float32Array(negatives * DIMENSIONS),
};
const contestants = [
  {
    name: 'kernels: whole step',
    timesMs: [] as number[],
    run: () => kernels.trainBatch(BATCH, lags, negatives, scale, learningRate, gateLearningRate),
  },
  {
    name: 'plain JavaScript: its three products',
    timesMs: [] as number[],
    run: () => {
      plainDots(sessions.array, negativeVectors.array, BATCH, negatives, plain.logits);
      plainMix(plain.logits, negatives, 1, negativeVectors.array, BATCH, negatives, plain.sessionGradients);
      plainMix(plain.logits, 1, negatives, sessions.array, negatives, BATCH, plain.negativeGradients);
    },
  },
  {
    name: 'kernels: dots',
    timesMs: [] as number[],
    run: () => kernels.dots(sessions.at, negativeVectors.at, out.at, BATCH, negatives, 1),
  },
  {
    name: 'plain JavaScript: dots',
    timesMs: [] as number[],
    run: () => plainDots(sessions.array, negativeVectors.array, BATCH, negatives, plain.logits),
  },
];
for (let turn = 0; turn < WARM_UP + TURNS; turn++) {
  fill();
  for (const contestant of contestants) {
    const start = performance.now();
    contestant.run();
    if (turn >= WARM_UP) contestant.timesMs.push(performance.now() - start);
  }
}

console.log(
  `${BATCH} sessions x ${negatives} negatives x ${DIMENSIONS} dimensions, up to ${lags} events each, ` +
    `${ITEMS.toLocaleString('en')} items, one thread, node ${process.version}`,
);
console.log(`${'milliseconds'.padEnd(40)}${['p50', 'p95'].map((name) => name.padStart(9)).join('')}`);
const medians = contestants.map(({ name, timesMs }) => {
  timesMs.sort((a, b) => a - b);
  const [p50, p95] = [0.5, 0.95].map((q) => timesMs[Math.floor(q * timesMs.length)]!);
  console.log(`${name.padEnd(40)}${p50!.toFixed(2).padStart(9)}${p95!.toFixed(2).padStart(9)}`);
  return p50!;
});
console.log(
  `the kernels are ${(medians[1]! / medians[0]!).toFixed(1)} times as fast at least, dots alone ` +
    `${(medians[3]! / medians[2]!).toFixed(1)} times`,
);
const largest = plain.logits.reduce((most, dot, n) => Math.max(most, Math.abs(dot - out.array[n]!)), 0);
console.log(`largest difference between their dots: ${largest.toExponential(1)}`);
if (!(largest < 1e-5)) process.exitCode = 1;
