import { setImmediate as nextTurn } from 'node:timers/promises';
import { NextItemError } from '../../errors.js';
import { ensureLightgbm } from './install.js';
import { Booster, Dataset, LightGbm } from './library.js';
import {
  DEFAULT_RANKER_PARAMETERS,
  metricName,
  toLightgbmParameters,
  type RankerParameters,
} from './parameters.js';
import { checkRankerData, type RankerData } from './ranker-data.js';

export interface TrainRankerInput {
  readonly featureNames: readonly string[];
  readonly train: RankerData;
  /** Later data that decides when to stop; without it all rounds are trained and kept. */
  readonly validation?: RankerData | undefined;
  /** What differs from {@link DEFAULT_RANKER_PARAMETERS}. */
  readonly parameters?: Partial<RankerParameters> | undefined;
  /**
   * A metric of one's own over the validation rows, higher is better; it decides when to stop and appears in the
   * history as `custom`. Scores are in row order: raw ones for lambdarank, probabilities for binary.
   */
  readonly evaluateCustom?: ((scores: Float64Array) => number) | undefined;
  /** Called after each round with its 1-based number, the most rounds there can be, and the validation metrics. */
  readonly onIteration?: ((iteration: number, total: number, metrics: Metrics) => void) | undefined;
}

export interface TrainRankerOptions {
  /** Ends training between two rounds with the error `interrupted`; nothing is left behind. */
  readonly signal?: AbortSignal | undefined;
  /** Path of lib_lightgbm; by default the one of {@link ensureLightgbm}, built if need be. */
  readonly libraryPath?: string | undefined;
}

/** By name: `ndcg@20`, `custom`. Empty without validation data. */
export type Metrics = Readonly<Record<string, number>>;

export interface TrainedRanker {
  /** LightGBM's text model, cut at the best iteration. */
  readonly modelText: string;
  /** Trees in the model. */
  readonly bestIteration: number;
  /** One entry per round trained, those after the best one included. */
  readonly history: readonly { readonly iteration: number; readonly metrics: Metrics }[];
  /** Every feature, by falling gain: summed gain of its splits, and their number. */
  readonly importance: readonly {
    readonly feature: string;
    readonly gain: number;
    readonly splits: number;
  }[];
}

/** Smaller gains of the metric are rounding, which depends on the number of threads that summed it. */
const LEAST_IMPROVEMENT = 1e-9;

/**
 * Trains LightGBM. The same data, parameters and library give the same text to the byte, on any number of threads.
 * Between rounds the event loop turns, so progress is drawn and Ctrl-C is heard.
 *
 * @throws NextItemError `lightgbm_failed` (data that does not fit together, or the library's own refusal),
 *   `too_little_data` (no feature splits the rows), `interrupted`, and those of {@link ensureLightgbm}
 */
export async function trainRanker(
  input: TrainRankerInput,
  options: TrainRankerOptions = {},
): Promise<TrainedRanker> {
  const { featureNames, validation } = input;
  const { signal } = options;
  const parameters: RankerParameters = { ...DEFAULT_RANKER_PARAMETERS, ...input.parameters };
  checkFeatureNames(featureNames, parameters);
  checkRankerData('train', input.train, featureNames.length);
  if (validation !== undefined) checkRankerData('validation', validation, featureNames.length);

  const library = LightGbm.load(options.libraryPath ?? (await ensureLightgbm({ signal })));
  const text = toLightgbmParameters(parameters, featureNames);
  const owned: { free(): void }[] = [];
  const own = <T extends { free(): void }>(thing: T): T => {
    owned.push(thing);
    return thing;
  };
  try {
    const toDataset = (data: RankerData, reference?: Dataset): Dataset => {
      const matrix = { values: data.features, rows: data.rows, columns: featureNames.length };
      const dataset = own(Dataset.create(library, matrix, text, reference));
      dataset.setField('label', data.labels);
      dataset.setField('group', data.groupSizes);
      if (data.weights !== undefined) dataset.setField('weight', data.weights);
      if (reference === undefined) dataset.setFeatureNames(featureNames);
      return dataset;
    };
    throwIfAborted(signal);
    const train = toDataset(input.train);
    await nextTurn();
    throwIfAborted(signal);
    const held = validation === undefined ? null : toDataset(validation, train);
    const booster = own(Booster.create(library, train, text));
    if (held !== null) booster.addValidation(held);
    return await grow(booster, input, parameters, signal);
  } finally {
    // Last made, first freed: the booster points into its datasets.
    for (const thing of owned.reverse()) thing.free();
  }
}

/** Trains round by round until the last one, the patience's end, or trees that cannot split any more. */
async function grow(
  booster: Booster,
  input: TrainRankerInput,
  parameters: RankerParameters,
  signal: AbortSignal | undefined,
): Promise<TrainedRanker> {
  const watched = input.evaluateCustom === undefined ? metricName(parameters) : 'custom';
  const history: { iteration: number; metrics: Metrics }[] = [];
  let bestIteration = 0;
  let bestValue = -Infinity;
  for (let iteration = 1; iteration <= parameters.rounds; iteration++) {
    await nextTurn();
    throwIfAborted(signal);
    if (!booster.update()) break;
    const metrics: Record<string, number> = {};
    if (input.validation === undefined) {
      bestIteration = iteration;
    } else {
      metrics[metricName(parameters)] = booster.evaluateValidation()[0]!;
      if (input.evaluateCustom !== undefined)
        metrics['custom'] = input.evaluateCustom(booster.validationScores());
      if (metrics[watched]! > bestValue + LEAST_IMPROVEMENT) {
        bestValue = metrics[watched]!;
        bestIteration = iteration;
      }
    }
    history.push({ iteration, metrics });
    input.onIteration?.(iteration, parameters.rounds, metrics);
    if (parameters.earlyStoppingRounds > 0 && iteration - bestIteration >= parameters.earlyStoppingRounds)
      break;
  }
  if (parameters.earlyStoppingRounds === 0) bestIteration = history.length;
  if (bestIteration === 0) {
    throw new NextItemError(
      'too_little_data',
      history.length === 0
        ? `no feature splits the ${input.train.rows} training rows into leaves of ${parameters.minDataInLeaf} or more`
        : `the validation metric ${watched} was never a number`,
      'ranker',
    );
  }
  const { gain, splits } = booster.importance(bestIteration);
  const importance = input.featureNames
    .map((feature, index) => ({ feature, gain: gain[index]!, splits: splits[index]! }))
    .sort((a, b) => b.gain - a.gain);
  return { modelText: withoutThreads(booster.toText(bestIteration)), bestIteration, history, importance };
}

/** The model's text records the parameters; how many threads ran is the one that says nothing about the trees. */
function withoutThreads(modelText: string): string {
  return modelText.replace(/^\[num_threads: .*\]\n/m, '');
}

function checkFeatureNames(featureNames: readonly string[], parameters: RankerParameters): void {
  const refuse = (what: string): never => {
    throw new NextItemError('lightgbm_failed', what, 'featureNames');
  };
  if (featureNames.length === 0) refuse('there are no features');
  // LightGBM would silently turn white space into underscores.
  for (const name of featureNames)
    if (!/^\S+$/.test(name)) refuse(`the feature name "${name}" is empty or has white space`);
  for (const name of parameters.categoricalFeatures) {
    if (!featureNames.includes(name)) refuse(`the categorical feature "${name}" is not among the features`);
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new NextItemError('interrupted', 'the training of the ranker was stopped');
}
