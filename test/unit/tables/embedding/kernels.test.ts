import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/domain/random.js';
import { DIMENSIONS, KernelMemory } from '../../../../src/tables/embedding/kernels.js';
import {
  type Batch,
  type BatchState,
  type BatchStep,
  lossOf,
  stepOf,
} from '../../../support/embedding-step.js';

const D = DIMENSIONS;
const STEP: BatchStep = { scale: 12, learningRate: 0.1, gateLearningRate: 0.05 };

/** Items as random unit vectors, gates and sums of squares that are not at their start. */
function randomState(items: number, lags: number, random: Random): BatchState {
  const vectors = Float32Array.from({ length: items * D }, () => random.normal());
  for (let i = 0; i < items; i++) {
    const row = vectors.subarray(i * D, (i + 1) * D);
    const length = Math.hypot(...row);
    row.forEach((value, k) => (row[k] = value / length));
  }
  const numbers = (length: number, make: () => number) =>
    Float64Array.from(Float32Array.from({ length }, make));
  return {
    vectors: Float64Array.from(vectors),
    vectorSquares: numbers(items, () => random.next() * 0.1),
    gates: numbers(lags * D, () => 0.3 + 0.7 * random.next()),
    gateSquares: numbers(lags * D, () => random.next() * 0.1),
  };
}

/** One step of the kernels from a state; the state afterwards, and the loss before the step. */
function kernelStep(before: BatchState, batch: Batch, step: BatchStep, times = 1) {
  const items = before.vectorSquares.length;
  const lags = before.gates.length / D;
  const size = batch.targets.length;
  const negatives = batch.negatives.length;
  const memory = new KernelMemory();
  const vectors = memory.vectors(items);
  const vectorSquares = memory.floats(items);
  const gates = memory.vectors(lags);
  const gateSquares = memory.vectors(lags);
  const histories = memory.integers(size * lags);
  const targets = memory.integers(size);
  const weights = memory.floats(size);
  const drawn = memory.integers(negatives);
  const logExpected = memory.floats(items);
  const scratch = [
    memory.vectors(size),
    memory.vectors(size),
    memory.vectors(size),
    memory.vectors(negatives),
    memory.vectors(negatives),
    memory.floats(size * negatives),
    memory.floats(size),
    memory.vectors(lags),
    memory.vectors(1),
  ];
  const kernels = memory.start();
  const owned = [vectors, vectorSquares, gates, gateSquares, histories, targets, weights, drawn, logExpected];
  kernels.configure(...owned.map(({ at }) => at), ...scratch.map(({ at }) => at));
  vectors.array.set(before.vectors);
  vectorSquares.array.set(before.vectorSquares);
  gates.array.set(before.gates);
  gateSquares.array.set(before.gateSquares);
  // A history ends at the first -1; what stands behind it is of an earlier batch and must not count.
  histories.array.fill(items - 1);
  batch.histories.forEach((history, b) => {
    histories.array.set(history, b * lags);
    if (history.length < lags) histories.array[b * lags + history.length] = -1;
  });
  targets.array.set(batch.targets);
  weights.array.set(batch.weights);
  drawn.array.set(batch.negatives);
  logExpected.array.set(batch.logExpected);
  const losses = Array.from({ length: times }, () =>
    kernels.trainBatch(size, lags, negatives, step.scale, step.learningRate, step.gateLearningRate),
  );
  const after: BatchState = {
    vectors: Float64Array.from(vectors.array),
    vectorSquares: Float64Array.from(vectorSquares.array),
    gates: Float64Array.from(gates.array),
    gateSquares: Float64Array.from(gateSquares.array),
  };
  return { losses, after };
}

function furthest(a: Float64Array, b: Float64Array): number {
  expect(a).toHaveLength(b.length);
  // NaN is further than any tolerance.
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
}

function expectNear(actual: BatchState, expected: BatchState): void {
  expect(furthest(actual.vectors, expected.vectors)).toBeLessThan(3e-6);
  expect(furthest(actual.vectorSquares, expected.vectorSquares)).toBeLessThan(1e-5);
  expect(furthest(actual.gates, expected.gates)).toBeLessThan(1e-5);
  expect(furthest(actual.gateSquares, expected.gateSquares)).toBeLessThan(1e-4);
}

/** Two examples in which no item comes twice: one short history, one full one. */
const APART: Batch = {
  histories: [
    [0, 1],
    [2, 3, 4],
  ],
  targets: [5, 6],
  weights: [1, 0.5],
  negatives: [7, 8, 9, 10],
  logExpected: Array.from({ length: 16 }, (_, i) => -0.3 * i),
};

/** Every overlap there can be. Items 4, 13 and 15 are nowhere. */
const TANGLED: Batch = {
  histories: [[0, 0, 1], [1], [5, 2, 0], [3, 14], [0, 1, 2], [9, 9, 9]],
  // Item 1 is a target and a history, 5 a target twice; 7 is a negative of its own example.
  targets: [1, 7, 5, 5, 8, 6],
  weights: [1, 0.9, 0.5, 0.25, 0.1, 1],
  // 7 and 8 are targets too, and 8 is drawn twice.
  negatives: [7, 8, 8, 0, 10, 11, 12, 5],
  logExpected: Array.from({ length: 16 }, (_, i) => Math.log(0.02 * (i + 1))),
};

describe('kernels', () => {
  it('start on memory that is zero, however little is asked for', () => {
    const memory = new KernelMemory();
    const arrays = [memory.vectors(1), memory.floats(5), memory.integers(3), memory.vectors(40)];
    memory.start();
    for (const { at, array } of arrays) {
      expect(array.every((value) => value === 0)).toBe(true);
      expect(array.byteOffset).toBe(at);
      expect(at % 64).toBe(0);
    }
    const ends = arrays.map(({ at, array }) => at + array.byteLength);
    arrays.slice(1).forEach(({ at }, n) => expect(at).toBeGreaterThanOrEqual(ends[n]!));
  });

  it('multiply all pairs of vectors', () => {
    const random = new Random(2);
    const [rows, columns] = [6, 8];
    const memory = new KernelMemory();
    const a = memory.vectors(rows);
    const x = memory.vectors(columns);
    const out = memory.floats(rows * columns);
    const kernels = memory.start();
    for (const { array } of [a, x]) array.forEach((_, k) => (array[k] = random.normal()));
    kernels.dots(a.at, x.at, out.at, rows, columns, 2.5);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let dot = 0;
        for (let k = 0; k < D; k++) dot += a.array[i * D + k]! * x.array[j * D + k]!;
        expect(Math.abs(out.array[i * columns + j]! - 2.5 * dot)).toBeLessThan(1e-4);
      }
    }
  });

  it('step down the gradient of the loss, as finite differences find it', () => {
    const before = randomState(16, 3, new Random(3));
    const { losses, after } = kernelStep(before, APART, STEP);
    const loss = lossOf(before, APART, STEP.scale);
    expect(losses[0]! / loss).toBeCloseTo(1, 5);

    const gradientAt = (array: Float64Array, at: number): number => {
      const value = array[at]!;
      array[at] = value + 1e-5;
      const above = lossOf(before, APART, STEP.scale);
      array[at] = value - 1e-5;
      const below = lossOf(before, APART, STEP.scale);
      array[at] = value;
      return (above - below) / 2e-5;
    };
    const expected: BatchState = {
      vectors: before.vectors.slice(),
      vectorSquares: before.vectorSquares.slice(),
      gates: before.gates.slice(),
      gateSquares: before.gateSquares.slice(),
    };
    for (let item = 0; item < 11; item++) {
      const gradient = Float64Array.from({ length: D }, (_, k) => gradientAt(before.vectors, item * D + k));
      const squares = (expected.vectorSquares[item]! += gradient.reduce((s, g) => s + g * g, 0) / D);
      const row = expected.vectors.subarray(item * D, (item + 1) * D);
      gradient.forEach((g, k) => (row[k]! -= (STEP.learningRate * g) / Math.sqrt(squares)));
      const length = Math.hypot(...row);
      row.forEach((value, k) => (row[k] = value / length));
    }
    for (let at = 0; at < before.gates.length; at++) {
      const gradient = gradientAt(before.gates, at);
      const squares = (expected.gateSquares[at]! += gradient * gradient);
      expected.gates[at]! -= (STEP.gateLearningRate * gradient) / Math.sqrt(squares);
    }
    expectNear(after, expected);
  });

  it('do the same with items that come again: in a history, as targets, as negatives, as all of them', () => {
    const before = randomState(16, 3, new Random(4));
    const { losses, after } = kernelStep(before, TANGLED, STEP);
    const expected = stepOf(before, TANGLED, STEP);
    expect(losses[0]! / lossOf(before, TANGLED, STEP.scale)).toBeCloseTo(1, 5);
    expect(losses[0]! / expected.loss).toBeCloseTo(1, 5);
    expectNear(after, expected.after);
    // What is in no history, no target and no negative stays as it was.
    expect(after.vectors.slice(15 * D)).toEqual(before.vectors.slice(15 * D));
    expect(after.vectors.slice(13 * D, 14 * D)).toEqual(before.vectors.slice(13 * D, 14 * D));
  });

  it('leave an example nothing to learn from whose negatives are all its target', () => {
    const before = randomState(4, 1, new Random(5));
    const batch: Batch = {
      histories: [[0], [1]],
      targets: [2, 2],
      weights: [1, 1],
      negatives: [2, 2, 2, 2],
      logExpected: [0, 0, 0, 0],
    };
    const { losses, after } = kernelStep(before, batch, STEP);
    expect(losses[0]!).toBeCloseTo(0, 6);
    expect(furthest(after.vectors, before.vectors)).toBeLessThan(1e-6);
  });

  it('lower the loss of a batch that is learned again and again, with vectors of unit length', () => {
    const { losses, after } = kernelStep(randomState(16, 3, new Random(6)), APART, STEP, 200);
    for (let n = 20; n < losses.length; n += 20) expect(losses[n]!).toBeLessThan(losses[n - 20]!);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 10);
    for (let item = 0; item < 16; item++) {
      expect(Math.hypot(...after.vectors.subarray(item * D, (item + 1) * D))).toBeCloseTo(1, 5);
    }
  });
});
