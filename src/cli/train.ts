import { Command, Option } from 'commander';
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { versionOf } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { createSteps } from '../observability/progress.js';
import { ensureLightgbm } from '../ranking/lightgbm/install.js';
import { PIPELINE_STEPS, type PipelineResult, runPipeline } from '../training/pipeline.js';
import { Workspace } from '../training/workspace.js';
import { artifactsFlag, workFlag } from './folders.js';
import { installProgress } from './lightgbm.js';
import { printReports, writeReports } from './reports.js';
import { type CommandContext, run } from './run.js';
import { readSource, sourceFlags, type ReadSource, type SourceFlags } from './source-options.js';
import {
  clockTime,
  progressHooks,
  trainingFlags,
  type TrainingFlags,
  trainingSettings,
  versionName,
} from './training-options.js';

export interface TrainFlags extends SourceFlags, TrainingFlags {
  artifacts: string;
  work: string;
  modelVersion?: string;
  clock?: number;
  serveTables: 'all' | 'train';
  ranker: boolean;
  evaluate: boolean;
}

export function registerTrain(program: Command): void {
  trainFlags(program.command('train'))
    .summary('events in, a model bundle and a report out')
    .description(
      'Runs every step of training: build-dataset, train-baselines, train-ranker, evaluate, and writes the bundle that ' +
        '"nextitem serve" serves.\n\nExamples:\n' +
        '  nextitem train --events clicks.csv.gz\n' +
        '  nextitem train --olist data/olist\n' +
        '  nextitem train --from-log state/events\n' +
        '  nextitem train --simulate --sim-items 5000 --sim-events 1000000\n' +
        '  nextitem train --events shop.csv --column session=visit item=sku time=at type=action',
    )
    .action(
      run(async (context, flags: TrainFlags) => {
        const source = await readSource(flags, context);
        const { bundleDir, reports } = await train(source, flags, context);
        printReports(reports);
        console.log(bundleDir);
      }),
    );
}

/** What `nextitem train` makes of these arguments: for commands that train on the way. */
export function parseTrainFlags(args: readonly string[]): TrainFlags {
  return trainFlags(new Command('train'))
    .parse([...args], { from: 'user' })
    .opts<TrainFlags>();
}

function trainFlags(command: Command): Command {
  return trainingFlags(sourceFlags(command))
    .option('--no-ranker', 'item-to-item only; needs no LightGBM')
    .option('--no-evaluate', 'skip the evaluation')
    .optionsGroup('Result:')
    .addOption(artifactsFlag())
    .addOption(workFlag())
    .option(
      '--model-version <name>',
      "the bundle's name (default: the time, as YYYYMMDD-HHMMSS)",
      versionName,
    )
    .option('--clock <time>', 'the time to take for now, for a repeatable bundle', clockTime)
    .addOption(
      new Option(
        '--serve-tables <which>',
        'all: what is served knows every event; train: it stays blind to the test period',
      )
        .choices(['all', 'train'])
        .default('all'),
    );
}

/** Trains on a source that was read, with progress, and writes reports beside the workspace's files. */
export async function train(
  source: ReadSource,
  flags: TrainFlags,
  context: CommandContext,
): Promise<PipelineResult> {
  const { say, signal } = context;
  const trainedAtMs = flags.clock ?? Date.now();
  const workspace = new Workspace(flags.work);
  // A folder that cannot be written to is better known now than after the training.
  for (const folder of [flags.artifacts, flags.work]) {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  }
  const withRanker = flags.ranker && (await prepareLightgbm(context));
  const steps = createSteps([...PIPELINE_STEPS]);
  const hooks = progressHooks(signal, steps);
  const result = await runPipeline(
    source.events,
    {
      settings: trainingSettings(flags),
      artifactsDir: flags.artifacts,
      workspace,
      modelVersion: flags.modelVersion ?? versionOf(trainedAtMs),
      trainedAtMs,
      source: source.info,
      serveTables: flags.serveTables,
      withRanker,
      evaluate: flags.evaluate,
    },
    {
      ...hooks,
      onStep() {
        hooks.finish();
        steps.begin();
      },
      onWarning: (message) => say(`\nwarning: ${message}\n`),
    },
  );
  hooks.finish();
  steps.finish(`model ${result.bundleDir}`);
  if (result.reports.length > 0) {
    const page = await writeReports(workspace, result.reports, result.ranker);
    if (page !== null) say(`report: ${join(flags.work, page)}`);
  }
  return result;
}

/** Builds the LightGBM library if it is missing. Where that cannot be done, says why; there is no ranker then. */
async function prepareLightgbm({ say, signal }: CommandContext): Promise<boolean> {
  const progress = installProgress();
  try {
    await ensureLightgbm({ onProgress: progress.update, signal });
    return true;
  } catch (error) {
    if (!(error instanceof NextItemError && error.code.startsWith('lightgbm_'))) throw error;
    say(`\nwarning: no ranker, item-to-item only.\n  ${error.message}\n  ${error.fix}\n`);
    return false;
  } finally {
    progress.finish();
  }
}
