import { Random } from '../../domain/random.js';
import { type KnownEvents } from '../known-events.js';
import { type EmbeddingSettings } from '../settings.js';
import { clusterItems } from './cluster-items.js';
import { DIMENSIONS, KernelMemory } from './kernels.js';
import { type SessionEmbedding } from './session-embedding.js';

export interface TrainEmbeddingOptions {
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Examples learned from, of all in all epochs. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Sessions learned from at once; the negatives are shared by them. */
const BATCH = 128;

/** What the learning rate has lost at the end. */
const LEARNING_RATE_DROP = 0.95;

/** Draws of negatives by popularity go through a table of this size. */
const DRAW_TABLE = 1 << 20;

/** Lets the event loop run after this many batches. */
const YIELD_EVERY = 64;

/**
 * Learns a {@link SessionEmbedding} from every prefix whose next item is new to the session's window (repeats are easy and
 * belong to the ranker). Loss: softmax of `scale * cosine` over the right item and negatives drawn in proportion to
 * `events^negativePower`, shared by a batch and corrected by the log of how often they are expected (logQ: Bengio and
 * Senecal 2008; Yi et al., RecSys 2019). Optimiser: Adagrad (Duchi et al. 2011) with one sum of squares per vector,
 * vectors kept at unit length. The gates per lag are learned along.
 *
 * The same events, settings and seed give the same bits on every machine.
 *
 * @returns null when no prefix teaches anything
 */
export async function trainEmbedding(
  known: KnownEvents,
  settings: EmbeddingSettings,
  options: TrainEmbeddingOptions,
): Promise<SessionEmbedding | null> {
  const { events, items, postingOffsets, sessionOf, ageDays } = known;
  const { itemIndex, sessionOffsets } = events;
  const { lags, negatives, epochs } = settings;
  const examples = teachingEvents(known, settings);
  if (examples.length === 0 || settings.epochs === 0) return null;
  const random = new Random(options.seed);

  const memory = new KernelMemory();
  const vectors = memory.vectors(items);
  const vectorSquares = memory.floats(items);
  const gates = memory.vectors(lags);
  const gateSquares = memory.vectors(lags);
  const histories = memory.integers(BATCH * lags);
  const targets = memory.integers(BATCH);
  const weights = memory.floats(BATCH);
  const drawn = memory.integers(negatives);
  const logExpected = memory.floats(items);
  const scratch = [
    memory.vectors(BATCH),
    memory.vectors(BATCH),
    memory.vectors(BATCH),
    memory.vectors(negatives),
    memory.vectors(negatives),
    memory.floats(BATCH * negatives),
    memory.floats(BATCH),
    memory.vectors(lags),
    memory.vectors(1),
  ];
  const kernels = memory.start();
  kernels.configure(
    ...[vectors, vectorSquares, gates, gateSquares, histories, targets, weights, drawn, logExpected].map(
      ({ at }) => at,
    ),
    ...scratch.map(({ at }) => at),
  );

  randomUnitVectors(vectors.array, random);
  for (let lag = 0; lag < lags; lag++)
    gates.array.fill(FIRST_GATE_DECAY ** lag, lag * DIMENSIONS, (lag + 1) * DIMENSIONS);
  const frequency = Float64Array.from({ length: items }, (_, i) => {
    const count = postingOffsets[i + 1]! - postingOffsets[i]!;
    return count === 0 ? 0 : count ** settings.negativePower;
  });
  const drawTable = cumulativeTable(frequency);
  const total = frequency.reduce((sum, f) => sum + f, 0);
  frequency.forEach((f, i) => (logExpected.array[i] = Math.log(Math.max(1e-9, (negatives * f) / total))));

  const batches = Math.ceil(examples.length / BATCH);
  for (let epoch = 0; epoch < epochs; epoch++) {
    random.shuffle(examples);
    for (let batch = 0; batch < batches; batch++) {
      for (let b = 0; b < BATCH; b++) {
        // The last batch is filled up from the start: every batch has one size, every example is seen.
        const e = examples[(batch * BATCH + b) % examples.length]!;
        const session = sessionOf[e]!;
        targets.array[b] = itemIndex[e]!;
        weights.array[b] = 2 ** (-ageDays[session]! / settings.halfLifeDays);
        const first = sessionOffsets[session]!;
        for (let lag = 0; lag < lags; lag++) {
          const at = e - 1 - lag;
          histories.array[b * lags + lag] = at < first ? -1 : itemIndex[at]!;
          if (at < first) break;
        }
      }
      for (let n = 0; n < negatives; n++) drawn.array[n] = drawTable[random.uint32() & (DRAW_TABLE - 1)]!;
      kernels.trainBatch(
        BATCH,
        lags,
        negatives,
        settings.scale,
        settings.learningRate * (1 - LEARNING_RATE_DROP * ((epoch * batches + batch) / (epochs * batches))),
        settings.gateLearningRate,
      );
      if (batch % YIELD_EVERY === 0) {
        options.onProgress?.(epoch * batches + batch, epochs * batches);
        await new Promise(setImmediate);
        options.signal?.throwIfAborted();
      }
    }
  }
  options.onProgress?.(epochs * batches, epochs * batches);
  const seen = Uint32Array.from({ length: items }, (_, i) => i).filter(
    (i) => postingOffsets[i + 1]! > postingOffsets[i]!,
  );
  return { ...clusterItems(vectors.array, seen, random), gates: gates.array.slice() };
}

/** Gates start as a decay by lag and are learned from there. */
const FIRST_GATE_DECAY = 0.7;

/** The most recent events that have one before them and were not in the session's window already. */
function teachingEvents(known: KnownEvents, { lags, maxExamples }: EmbeddingSettings): Uint32Array {
  const { itemIndex, sessionOffsets } = known.events;
  const found = new Uint32Array(known.eventsEnd);
  let at = found.length;
  for (let s = known.sessionsEnd - 1; s >= 0 && found.length - at < maxExamples; s--) {
    const first = sessionOffsets[s]!;
    for (let e = sessionOffsets[s + 1]! - 1; e > first; e--) {
      let repeated = false;
      for (let p = Math.max(first, e - lags); p < e && !repeated; p++)
        repeated = itemIndex[p] === itemIndex[e];
      if (!repeated) found[--at] = e;
    }
  }
  return found.slice(at);
}

function randomUnitVectors(vectors: Float32Array, random: Random): void {
  for (let from = 0; from < vectors.length; from += DIMENSIONS) {
    let squares = 0;
    for (let k = from; k < from + DIMENSIONS; k++) {
      const value = random.normal();
      vectors[k] = value;
      squares += value * value;
    }
    const factor = 1 / Math.sqrt(squares);
    for (let k = from; k < from + DIMENSIONS; k++) vectors[k]! *= factor;
  }
}

/** Item by a uniform place in the table, in proportion to frequency as far as the table's size allows. */
function cumulativeTable(frequency: Float64Array): Uint32Array {
  const total = frequency.reduce((sum, f) => sum + f, 0);
  const table = new Uint32Array(DRAW_TABLE);
  let item = 0;
  let reached = frequency[0]!;
  for (let t = 0; t < DRAW_TABLE; t++) {
    const share = ((t + 0.5) / DRAW_TABLE) * total;
    while (reached <= share && item + 1 < frequency.length) reached += frequency[++item]!;
    table[t] = item;
  }
  return table;
}
