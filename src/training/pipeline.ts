import { writeBundle } from '../bundle/write-bundle.js';
import { type EventTable, eventCount, itemCount, sessionCount } from '../data/event-table.js';
import { NextItemError } from '../errors.js';
import { type EvaluationReport } from '../metrics/evaluation-report.js';
import { type TrainedRanker } from '../ranking/lightgbm/train.js';
import { modelContent } from '../recommend/model.js';
import { type TableSet } from '../tables/table-set.js';
import { saveBaselines, writeBaselines } from './baselines.js';
import { type Dataset, saveDataset, type SourceInfo, summarise } from './dataset.js';
import { buildDatasetAndTables } from './dataset-and-tables.js';
import { evaluateDataset } from './evaluation.js';
import { type TrainingHooks } from './hooks.js';
import { tablesUntil } from './tables-until.js';
import { saveRanker, trainRanker } from './ranker.js';
import { type TrainingSettings } from './settings.js';
import { type Workspace } from './workspace.js';

export interface PipelineOptions {
  readonly settings: TrainingSettings;
  readonly artifactsDir: string;
  /** Where the steps leave their results; null keeps nothing but the bundle. */
  readonly workspace: Workspace | null;
  readonly modelVersion: string;
  readonly trainedAtMs: number;
  readonly source: SourceInfo;
  /** `all`: what is served knows every event. `train`: it stays blind to the test period. */
  readonly serveTables: 'all' | 'train';
  /** false: no ranker, item-to-item only. */
  readonly withRanker: boolean;
  readonly evaluate: boolean;
}

export interface PipelineHooks extends TrainingHooks {
  /** A step begins. */
  readonly onStep?: (name: string) => void;
  /** Something the user should know, and the run goes on. */
  readonly onWarning?: (message: string) => void;
}

export interface PipelineResult {
  readonly bundleDir: string;
  readonly dataset: Dataset;
  readonly ranker: TrainedRanker | null;
  readonly reports: readonly EvaluationReport[];
}

/** The steps of {@link runPipeline}, for a progress display. */
export const PIPELINE_STEPS = [
  'build-dataset, train-baselines',
  'train-ranker',
  'evaluate',
  'write bundle',
] as const;

/**
 * From events to a bundle: dataset, baselines, ranker, evaluation, and tables over everything for serving. Without
 * LightGBM or with too little data the bundle has no ranker, and a warning says so.
 */
export async function runPipeline(
  events: EventTable,
  options: PipelineOptions,
  hooks: PipelineHooks = {},
): Promise<PipelineResult> {
  const { settings, workspace, modelVersion, trainedAtMs } = options;
  hooks.onStep?.('build-dataset, train-baselines');
  // Tables that end before the test are built for what is measured with them; a third of the time without them.
  const know = options.evaluate || options.serveTables === 'train' ? 'train' : 'all';
  const { dataset, tables } = await buildDatasetAndTables(events, settings, hooks, know);
  if (workspace !== null) {
    await saveDataset(workspace, dataset, options.source);
    // No step that measures may find tables that know the test.
    await (know === 'train' ? saveBaselines(workspace, tables) : writeBaselines(workspace, tables));
  }

  hooks.onStep?.('train-ranker');
  const ranker = options.withRanker ? await rankerOrWarning(dataset, hooks) : null;
  if (workspace !== null && ranker !== null) await saveRanker(workspace, ranker);

  hooks.onStep?.('evaluate');
  const reports = options.evaluate
    ? await evaluateDataset(
        dataset,
        tables,
        ranker,
        { source: options.source, modelVersion, trainedAtMs },
        hooks,
      )
    : [];

  warnOfWeakRanker(reports, hooks);

  hooks.onStep?.('write bundle');
  const served = know === 'all' ? tables : await servedTables(dataset, tables, options.serveTables, hooks);
  const bundleDir = await exportBundle(dataset, served, ranker, reports, options, hooks);
  return { bundleDir, dataset, ranker, reports };
}

/** The tables that serve: those of training, or new ones that know the test as well. */
export async function servedTables(
  { events, split, settings }: Dataset,
  trainTables: TableSet,
  serveTables: PipelineOptions['serveTables'],
  hooks: TrainingHooks = {},
): Promise<TableSet> {
  const everything = sessionCount(events);
  if (serveTables === 'train' || split.testStart === everything) return trainTables;
  return tablesUntil(events, everything, split, settings, hooks);
}

/** Writes the bundle. @param tables those that serve */
export async function exportBundle(
  dataset: Dataset,
  tables: TableSet,
  ranker: TrainedRanker | null,
  reports: readonly EvaluationReport[],
  options: Pick<PipelineOptions, 'artifactsDir' | 'modelVersion' | 'trainedAtMs' | 'serveTables'>,
  hooks: TrainingHooks = {},
): Promise<string> {
  const { events, settings } = dataset;
  const content = modelContent({
    modelVersion: options.modelVersion,
    trainedAtMs: options.trainedAtMs,
    source: { ...summarise(dataset), servedTables: options.serveTables },
    counts: { sessions: sessionCount(events), events: eventCount(events), items: itemCount(events) },
    tables,
    retrieval: settings.retrieval,
    settings,
    rankerText: ranker?.modelText ?? null,
    files: {
      'metrics.json': json(reports.map(publicFigures)),
      'session-scores.json': json(
        reports.flatMap(({ title, sessionScores }) =>
          sessionScores === undefined ? [] : [{ title, ...sessionScores }],
        ),
      ),
      ...(ranker === null
        ? {}
        : {
            'importance.json': json(ranker.importance),
            'learning-curve.json': json({ bestIteration: ranker.bestIteration, history: ranker.history }),
          }),
    },
  });
  return writeBundle(options.artifactsDir, content, { signal: hooks.signal });
}

/** A ranker that cannot be trained for want of a library or of data is no reason to have no recommendations. */
async function rankerOrWarning(dataset: Dataset, hooks: PipelineHooks): Promise<TrainedRanker | null> {
  try {
    return await trainRanker(dataset, hooks);
  } catch (error) {
    const bearable = ['lightgbm_missing', 'too_little_data'];
    if (!(error instanceof NextItemError) || !bearable.includes(error.code)) throw error;
    hooks.onWarning?.(`No ranker, item-to-item only. ${error.message}. ${error.fix}`);
    return null;
  }
}

/** A ranker that learned next to nothing is written all the same, but not without a word. */
function warnOfWeakRanker(reports: readonly EvaluationReport[], hooks: PipelineHooks): void {
  for (const { title, comparisons } of reports) {
    const weaker = comparisons.find(
      ({ method, against, metric, high }) =>
        method === 'ranker' && against === 'item_to_item' && metric === 'HR@20' && high < 0,
    );
    if (weaker === undefined) continue;
    hooks.onWarning?.(
      `On the task "${title}" the ranker finds less than item-to-item alone: HR@20 differs by ` +
        `${weaker.difference.toFixed(3)} (${weaker.low.toFixed(3)} to ${weaker.high.toFixed(3)}). ` +
        'Train on more sessions, or serve item-to-item: --no-ranker.',
    );
  }
}

/**
 * What of a report goes into a bundle, whose figures anybody may see who is shown its models. Without latencies, which
 * are of this run and this machine; without examples, which are sessions of shoppers; without the learning curve and what each
 * session scored, which have files of their own.
 */
function publicFigures({
  sessionScores: _scores,
  latency: _latency,
  learningCurve: _curve,
  outcomes,
  ...report
}: EvaluationReport): EvaluationReport {
  if (outcomes === undefined) return report;
  return { ...report, outcomes: outcomes.map((outcome) => ({ ...outcome, examples: [] })) };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
