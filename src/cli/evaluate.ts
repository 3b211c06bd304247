import { type Command } from 'commander';
import { join } from 'node:path';
import { openBundle } from '../bundle/open-bundle.js';
import { resolveVersion } from '../bundle/versions.js';
import { loadBaselines } from '../training/baselines.js';
import { loadDataset } from '../training/dataset.js';
import { evaluateBundle } from '../training/evaluate-bundle.js';
import { evaluateDataset } from '../training/evaluation.js';
import { loadRankerIfAny } from '../training/ranker.js';
import { Workspace } from '../training/workspace.js';
import { artifactsFlag, workFlag } from './folders.js';
import { printReports, reportFlags, type ReportFlags, writeAsAsked, writeReports } from './reports.js';
import { type CommandContext, realNumber, run } from './run.js';
import { readSource, sourceFlags, type SourceFlags, sourceNamed } from './source-options.js';
import { progressHooks } from './training-options.js';

interface EvaluateFlags extends SourceFlags, ReportFlags {
  work: string;
  artifacts: string;
  modelVersion: string;
  testShare?: number;
}

/** Step 4 of a training, or a finished bundle on events that are named. */
export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .summary('step 4: how good is it; or: how good is a bundle on these events')
    .description(
      'Measures popular, item-to-item and the ranker on sessions they have not seen: tables on the terminal, a page with ' +
        'plots, all figures as JSON.\n\nWithout a source of events: the test part of the training in the --work folder. Writes ' +
        'evaluation.json and evaluation.html there.\nWith one: a finished bundle, on the test part of these events.\n\nExamples:\n' +
        '  nextitem evaluate\n' +
        '  nextitem evaluate --from-log state/events --report evaluation.html\n' +
        '  nextitem evaluate --events clicks.csv.gz --artifacts models --model-version 20260101-000000 --svg plots',
    );
  reportFlags(
    sourceFlags(command)
      .optionsGroup('What is measured:')
      .addOption(workFlag())
      .addOption(artifactsFlag())
      .option('--model-version <version>', 'the bundle: a version, or latest', 'latest')
      .option(
        '--test-share <x>',
        'share of the latest sessions that a bundle is asked, unless the data brings a split (default: as in its training)',
        realNumber('--test-share', 0, 1),
      ),
  ).action(
    run(async (context, flags: EvaluateFlags) => {
      if (sourceNamed(flags)) await evaluateNamedBundle(context, flags);
      else await evaluateWorkspace(context, flags);
    }),
  );
}

async function evaluateWorkspace({ signal }: CommandContext, flags: EvaluateFlags): Promise<void> {
  const workspace = new Workspace(flags.work);
  const { dataset, source } = await loadDataset(workspace);
  const ranker = await loadRankerIfAny(workspace);
  const hooks = progressHooks(signal);
  const reports = await evaluateDataset(
    dataset,
    await loadBaselines(workspace),
    ranker,
    { source, modelVersion: 'workspace', trainedAtMs: Date.now() },
    hooks,
  );
  hooks.finish();
  printReports(reports);
  const page = await writeReports(workspace, reports, ranker);
  const written = [
    ...(page === null ? [] : [join(flags.work, page)]),
    ...(reports.length === 0 ? [] : await writeAsAsked(reports, flags)),
  ];
  console.log(`\n${written.join('\n')}`);
}

async function evaluateNamedBundle(context: CommandContext, flags: EvaluateFlags): Promise<void> {
  const { dir } = await resolveVersion(flags.artifacts, flags.modelVersion);
  const bundle = await openBundle(dir);
  const { events, info } = await readSource(flags, context);
  const hooks = progressHooks(context.signal);
  const reports = await evaluateBundle(
    events,
    bundle,
    { source: info, ...(flags.testShare === undefined ? {} : { testShare: flags.testShare }) },
    hooks,
  );
  hooks.finish();
  printReports(reports);
  const written = await writeAsAsked(reports, flags);
  if (written.length > 0) console.log(`\n${written.join('\n')}`);
  else
    context.say(
      '\nNothing was written. --report FILE.html makes a page with plots, --json FILE keeps the figures.',
    );
}
