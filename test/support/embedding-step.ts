import { DIMENSIONS as D } from '../../src/tables/embedding/kernels.js';

/** What a step of the embedding changes, in 64-bit floats. */
export interface BatchState {
  /** Row-major [items x 64]. */
  readonly vectors: Float64Array;
  /** [items] */
  readonly vectorSquares: Float64Array;
  /** Row-major [lags x 64]. */
  readonly gates: Float64Array;
  readonly gateSquares: Float64Array;
}

/** What a step is asked to learn. */
export interface Batch {
  /** Of each example the items before the target, the last event first. */
  readonly histories: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly weights: readonly number[];
  readonly negatives: readonly number[];
  /** [items] */
  readonly logExpected: readonly number[];
}

export interface BatchStep {
  readonly scale: number;
  readonly learningRate: number;
  readonly gateLearningRate: number;
}

const rowOf = (values: Float64Array, row: number) => values.subarray(row * D, (row + 1) * D);
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, k) => sum + value * b[k]!, 0);

/** [64] the gated sum of a history, not normalised. */
function sumOf({ vectors, gates }: BatchState, history: readonly number[]): Float64Array {
  const sum = new Float64Array(D);
  history.forEach((item, lag) => {
    const vector = rowOf(vectors, item);
    const gate = rowOf(gates, lag);
    for (let k = 0; k < D; k++) sum[k]! += vector[k]! * gate[k]!;
  });
  return sum;
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}

/** Of each example the probabilities of its target and of the negatives; a negative that is the target has none. */
function probabilities(state: BatchState, batch: Batch, scale: number) {
  return batch.targets.map((target, b) => {
    const session = unit(sumOf(state, batch.histories[b]!));
    const logit = (item: number) =>
      scale * dot(session, rowOf(state.vectors, item)) - batch.logExpected[item]!;
    const right = Math.exp(logit(target));
    const wrong = batch.negatives.map((item) => (item === target ? 0 : Math.exp(logit(item))));
    const total = wrong.reduce((sum, value) => sum + value, right);
    return { session, right: right / total, wrong: wrong.map((value) => value / total) };
  });
}

/** The weighted sum of the examples' losses, in nats. */
export function lossOf(state: BatchState, batch: Batch, scale: number): number {
  return probabilities(state, batch, scale).reduce(
    (sum, { right }, b) => sum - batch.weights[b]! * Math.log(right),
    0,
  );
}

/**
 * One step as the kernels define it, in plain JavaScript and 64-bit floats. The probabilities are those of the state
 * before the step; then examples are applied one after the other (the target, then its history), then the negatives in
 * the order they were drawn, then the gates. Vectors are read as they stand at that moment, except by the negatives.
 */
export function stepOf(
  before: BatchState,
  batch: Batch,
  { scale, learningRate, gateLearningRate }: BatchStep,
): { loss: number; after: BatchState } {
  const loss = lossOf(before, batch, scale);
  const examples = probabilities(before, batch, scale);
  const after: BatchState = {
    vectors: before.vectors.slice(),
    vectorSquares: before.vectorSquares.slice(),
    gates: before.gates.slice(),
    gateSquares: before.gateSquares.slice(),
  };
  const update = (item: number, gradient: Float64Array) => {
    const squares = (after.vectorSquares[item]! += dot(gradient, gradient) / D);
    const vector = rowOf(after.vectors, item);
    const moved = unit(vector.map((v, k) => v - (learningRate * gradient[k]!) / Math.sqrt(squares + 1e-10)));
    vector.set(moved);
  };
  const gateGradients = new Float64Array(before.gates.length);

  examples.forEach(({ session, right, wrong }, b) => {
    const slope = batch.weights[b]! * scale;
    const gradient = new Float64Array(D);
    wrong.forEach((p, j) => {
      const vector = rowOf(before.vectors, batch.negatives[j]!);
      for (let k = 0; k < D; k++) gradient[k]! += slope * p * vector[k]!;
    });
    const target = rowOf(after.vectors, batch.targets[b]!).slice();
    for (let k = 0; k < D; k++) gradient[k]! += slope * (right - 1) * target[k]!;
    update(
      batch.targets[b]!,
      session.map((value) => slope * (right - 1) * value),
    );
    const sum = sumOf(before, batch.histories[b]!);
    const along = dot(gradient, session);
    const across = gradient.map((g, k) => (g - along * session[k]!) / Math.sqrt(dot(sum, sum)));
    batch.histories[b]!.forEach((item, lag) => {
      const vector = rowOf(after.vectors, item).slice();
      const gate = rowOf(before.gates, lag);
      for (let k = 0; k < D; k++) gateGradients[lag * D + k]! += across[k]! * vector[k]!;
      update(
        item,
        across.map((g, k) => g * gate[k]!),
      );
    });
  });
  batch.negatives.forEach((item, j) => {
    const gradient = new Float64Array(D);
    examples.forEach(({ session, wrong }, b) => {
      for (let k = 0; k < D; k++) gradient[k]! += batch.weights[b]! * scale * wrong[j]! * session[k]!;
    });
    update(item, gradient);
  });
  gateGradients.forEach((g, at) => {
    const squares = (after.gateSquares[at]! += g * g);
    after.gates[at]! -= (gateLearningRate * g) / Math.sqrt(squares + 1e-8);
  });
  return { loss, after };
}
