import { NextItemError } from '../errors.js';
import { type LearningCurve } from '../metrics/evaluation-report.js';
import { type RankerData } from '../ranking/lightgbm/ranker-data.js';
import { type TrainedRanker, trainRanker as trainWithLightgbm } from '../ranking/lightgbm/train.js';
import { type Dataset, needExamples } from './dataset.js';
import { type ExampleSet } from './examples.js';
import { type TrainingHooks } from './hooks.js';
import { type Workspace } from './workspace.js';

const STAGE = 'ranker';

/**
 * Trains the ranker: LightGBM's lambdarank, stopped by NDCG on later questions.
 * For a target other than the next item there may be next-item questions among both, see examples.ts.
 *
 * Errors: `too_little_data`, `lightgbm_missing`, `lightgbm_failed`.
 */
export async function trainRanker(dataset: Dataset, hooks: TrainingHooks = {}): Promise<TrainedRanker> {
  const { train, validation } = needExamples(dataset);
  return trainWithLightgbm(
    {
      featureNames: train.featureNames,
      train: rankingData(train),
      validation: rankingData(validation),
      parameters: { seed: dataset.settings.seed, minDataInLeaf: leafSize(train), ...dataset.settings.ranker },
      onIteration: (round, total) => hooks.onProgress?.('ranker: boosting rounds', round, total),
    },
    { signal: hooks.signal },
  );
}

/** A leaf needs enough rows to hold: three hundred where there are plenty, fewer for a small shop. */
function leafSize({ groupSizes }: ExampleSet): number {
  return Math.min(300, Math.max(10, Math.round(groupSizes.length / 50)));
}

/** A single question of a rare target counts for so many of the others at most. */
const MOST_WEIGHT = 20;

/** The examples, with weights where next-item questions joined those of the target: then both kinds count the same in all. */
function rankingData({ features, rows, labels, groupSizes, targetGroups }: ExampleSet): RankerData {
  const others = groupSizes.length - targetGroups;
  if (others === 0) return { features, rows, labels, groupSizes };
  const weight = Math.min(MOST_WEIGHT, Math.max(1, others / Math.max(1, targetGroups)));
  const weights = new Float32Array(rows).fill(1);
  weights.fill(
    weight,
    0,
    groupSizes.subarray(0, targetGroups).reduce((sum, size) => sum + size, 0),
  );
  return { features, rows, labels, groupSizes, weights };
}

/** The stopping metric on the validation block after each tree; null for a ranker that was not watched. */
export function learningCurveOf({
  history,
  bestIteration,
}: Pick<TrainedRanker, 'history' | 'bestIteration'>): LearningCurve | null {
  const metric = Object.keys(history[0]?.metrics ?? {})[0];
  if (metric === undefined) return null;
  const points = history.map(({ iteration, metrics }) => ({ round: iteration, value: metrics[metric]! }));
  return { metric, bestRound: bestIteration, series: [{ label: 'validation', points }] };
}

/** Writes the ranker for the next steps; importance and learning curve also as files for people. */
export async function saveRanker(workspace: Workspace, ranker: TrainedRanker): Promise<void> {
  const { modelText, ...rest } = ranker;
  await workspace.save(STAGE, { sections: {}, json: rest, files: { 'ranker.txt': modelText } });
  await workspace.writeText('ranker.txt', modelText);
  await workspace.writeJson('feature_importance.json', ranker.importance);
  await workspace.writeJson('learning_curve.json', {
    bestIteration: ranker.bestIteration,
    history: ranker.history,
  });
}

export async function loadRanker(workspace: Workspace): Promise<TrainedRanker> {
  const { json, files } = await workspace.load(STAGE, 'train-ranker');
  return { ...(json as Omit<TrainedRanker, 'modelText'>), modelText: files['ranker.txt']! };
}

/** {@link loadRanker}, or null if train-ranker has not run there. */
export async function loadRankerIfAny(workspace: Workspace): Promise<TrainedRanker | null> {
  return loadRanker(workspace).catch((error: unknown) => {
    if (error instanceof NextItemError && error.code === 'stage_missing') return null;
    throw error;
  });
}
