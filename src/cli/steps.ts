import { type Command } from 'commander';
import { loadBaselines, saveBaselines, trainBaselines } from '../training/baselines.js';
import { buildDataset, loadDataset, saveDataset, summarise } from '../training/dataset.js';
import { loadRankerIfAny, saveRanker, trainRanker } from '../training/ranker.js';
import { exportBundle, servedTables } from '../training/pipeline.js';
import { loadReports, Workspace } from '../training/workspace.js';
import { versionOf } from '../domain/time.js';
import { artifactsFlag, workFlag } from './folders.js';
import { writeRankerPlots } from './reports.js';
import { run } from './run.js';
import { readSource, sourceFlags, type SourceFlags } from './source-options.js';
import {
  clockTime,
  progressHooks,
  trainingFlags,
  type TrainingFlags,
  trainingSettings,
  versionName,
} from './training-options.js';

/** The steps of `nextitem train`, each alone, but for `evaluate`. They hand their results to each other through the --work folder. */
export function registerSteps(program: Command): void {
  registerBuildDataset(program);
  registerTrainBaselines(program);
  registerTrainRanker(program);
  registerExportBundle(program);
}

function registerBuildDataset(program: Command): void {
  const command = program
    .command('build-dataset')
    .summary('step 1: sessions, time split, item features, training examples')
    .description(
      "Reads events, splits them by time and makes the ranker's training examples. Writes dataset.json, item_features.parquet and training_pairs.parquet.",
    );
  trainingFlags(sourceFlags(command))
    .addOption(workFlag())
    .action(
      run(async (context, flags: SourceFlags & TrainingFlags & { work: string }) => {
        const source = await readSource(flags, context);
        const hooks = progressHooks(context.signal);
        const dataset = await buildDataset(source.events, trainingSettings(flags), hooks);
        hooks.finish();
        await saveDataset(new Workspace(flags.work), dataset, source.info);
        console.log(JSON.stringify(summarise(dataset), null, 2));
      }),
    );
}

function registerTrainBaselines(program: Command): void {
  program
    .command('train-baselines')
    .summary('step 2: popularity and item-to-item tables')
    .description(
      'Counts popularity and item-to-item tables. Writes item_popularity.parquet, item_similarity.parquet and feature_config.json.',
    )
    .addOption(workFlag())
    .action(
      run(async ({ signal }, flags: { work: string }) => {
        const workspace = new Workspace(flags.work);
        const { dataset } = await loadDataset(workspace);
        const hooks = progressHooks(signal);
        const tables = await trainBaselines(dataset, hooks);
        hooks.finish();
        await saveBaselines(workspace, tables);
      }),
    );
}

function registerTrainRanker(program: Command): void {
  program
    .command('train-ranker')
    .summary('step 3: LightGBM')
    .description(
      'Trains the ranker on the examples. Writes ranker.txt, feature_importance.json and .svg, learning_curve.json and .svg.',
    )
    .addOption(workFlag())
    .action(
      run(async ({ signal }, flags: { work: string }) => {
        const workspace = new Workspace(flags.work);
        const { dataset } = await loadDataset(workspace);
        const hooks = progressHooks(signal);
        const ranker = await trainRanker(dataset, hooks);
        hooks.finish();
        await saveRanker(workspace, ranker);
        await writeRankerPlots(workspace, ranker);
        console.log(
          JSON.stringify({ trees: ranker.bestIteration, ...ranker.history[ranker.bestIteration - 1] }),
        );
      }),
    );
}

function registerExportBundle(program: Command): void {
  program
    .command('write-bundle')
    .summary('step 5: the bundle that is served')
    .description('Builds the tables that serve, over all events, and writes the bundle.')
    .addOption(workFlag())
    .addOption(artifactsFlag())
    .option(
      '--model-version <name>',
      "the bundle's name (default: the time, as YYYYMMDD-HHMMSS)",
      versionName,
    )
    .option('--clock <time>', 'the time to take for now, for a repeatable bundle', clockTime)
    .action(
      run(
        async (
          { signal },
          flags: { work: string; artifacts: string; modelVersion?: string; clock?: number },
        ) => {
          const workspace = new Workspace(flags.work);
          const { dataset } = await loadDataset(workspace);
          const trainedAtMs = flags.clock ?? Date.now();
          const hooks = progressHooks(signal);
          const dir = await exportBundle(
            dataset,
            await servedTables(dataset, await loadBaselines(workspace), 'all', hooks),
            await loadRankerIfAny(workspace),
            await loadReports(workspace),
            {
              artifactsDir: flags.artifacts,
              modelVersion: flags.modelVersion ?? versionOf(trainedAtMs),
              trainedAtMs,
              serveTables: 'all',
            },
            hooks,
          );
          hooks.finish();
          console.log(dir);
        },
      ),
    );
}
