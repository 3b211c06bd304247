import { type Command } from 'commander';
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../bundle/durable-files.js';
import { type EventTable } from '../data/event-table.js';
import { type Target } from '../data/target.js';
import { isOlistFolder } from '../data/olist.js';
import { MINUTE_MS } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { partOfSpace } from '../evaluation/tuning/part-of-space.js';
import { type FlatSettings } from '../evaluation/tuning/search-space.js';
import { halvingPlan, plannedMeasurements } from '../evaluation/tuning/successive-halving.js';
import { objectiveOf, type Trial } from '../evaluation/tuning/tuner.js';
import { type TuningResult } from '../evaluation/tuning/tuning-result.js';
import { createProgress, formatDuration, type Progress } from '../observability/progress.js';
import { ensureLightgbm } from '../ranking/lightgbm/install.js';
import { gainSentence, renderTuningPage } from '../report/tuning-page.js';
import { DEFAULT_TRAINING_SETTINGS, type TrainingSettings } from '../training/settings.js';
import { parseTunable, tunableMethod, tunableNames } from '../training/tuning/subjects.js';
import { tuneMethod } from '../training/tuning/tune-method.js';
import { installProgress } from './lightgbm.js';
import { exampleSettings, targetFlag } from './training-options.js';
import { type CommandContext, realNumber, run, wholeNumber } from './run.js';
import { readSource, sourceFlags, type SourceFlags } from './source-options.js';

interface TuneFlags extends SourceFlags {
  data?: string;
  method: string;
  only?: string[];
  trials: number;
  minutes?: number;
  questions: number;
  rungs: number;
  maxQueries: number;
  testShare: number;
  target: Target;
  seed: number;
  jobs: number;
  out: string;
}

const FACTOR = 3;
const SETTINGS_FILE = 'best-settings.json';
const TRIALS_FILE = 'trials.json';
const PAGE_FILE = 'tuning.html';

export function registerTune(program: Command): void {
  const command = program
    .command('tune')
    .summary('find the best settings of a method for your data')
    .description(
      'Tries settings of a method on the validation block, the last sessions before the test period, which is never looked ' +
        'at, and keeps those with the highest HR@20 + MRR@20. At the end it measures the winner against the defaults on ' +
        'validation sessions that were set aside, and says if the gain is more than noise.\n\n' +
        'Every measurement is in a journal in --out before the next one begins: after Ctrl-C the same command goes on where it ' +
        'was, and a larger --trials continues a finished run. docs/tuning.md explains how settings are chosen.\n\n' +
        `Methods: ${tunableNames().join(', ')}, all (of the literature)\n\n` +
        'Examples:\n' +
        '  nextitem tune --data clicks.csv.gz --method vstan\n' +
        '  nextitem tune --data clicks.csv.gz --method all --trials 30\n' +
        '  nextitem tune --data clicks.csv.gz --method nextitem --only ranker retrieval.lagDecay --minutes 60\n' +
        '  nextitem train --events clicks.csv.gz --settings artifacts/tuning/best-settings.json\n' +
        '  nextitem benchmark --data clicks.csv.gz --methods all --settings artifacts/tuning/best-settings.json',
    )
    .optionsGroup('What is tuned:')
    .option(
      '--data <path>',
      'a file or folder of events, or the folder of the Olist tables; or one of the sources below',
    )
    .option('--method <names>', 'names separated by commas, or all', 'nextitem')
    .option(
      '--only <settings...>',
      'tune only these, named in full or by their beginning, such as ranker; the others keep their defaults',
    )
    .optionsGroup('How long it searches:')
    .option('--trials <n>', 'settings to try for each method', wholeNumber('--trials', 1, 10_000), 60)
    .option(
      '--minutes <m>',
      'begin no measurement after this time, shared evenly by the methods; then confirm and report',
      realNumber('--minutes', 0.01, 100_000),
    )
    .option(
      '--questions <n>',
      'validation questions for a trial that goes all the way, and for the confirmation, at most',
      wholeNumber('--questions', 10, 100_000_000),
      20_000,
    )
    .option(
      '--rungs <n>',
      `budgets: each is ${FACTOR} times the one before, and only the best third of the trials goes on; 1: no early stopping`,
      wholeNumber('--rungs', 1, 5),
      3,
    )
    .option(
      '--max-queries <n>',
      'nextitem: session prefixes the ranker learns from in a trial that goes all the way',
      wholeNumber('--max-queries', 100, 10_000_000),
      DEFAULT_TRAINING_SETTINGS.examples.maxQueries,
    )
    .option(
      '--test-share <x>',
      'share of the latest sessions left for the test, unless the data brings a split',
      realNumber('--test-share', 0, 0.5),
      DEFAULT_TRAINING_SETTINGS.testShare,
    )
    .addOption(targetFlag())
    .option('--seed <n>', 'the same seed tries the same settings', wholeNumber('--seed', 0, 1_000_000), 1)
    .option(
      '--jobs <n>',
      'measurements at the same time, each in a process of its own; the result does not depend on it',
      wholeNumber('--jobs', 1, 64),
      Math.min(2, availableParallelism()),
    )
    .optionsGroup('Result:')
    .option(
      '--out <folder>',
      `journals, ${SETTINGS_FILE}, ${TRIALS_FILE} and ${PAGE_FILE}; methods tuned one after the other into one folder add up`,
      'artifacts/tuning',
    );
  sourceFlags(command).action(run(tune));
}

async function tune(context: CommandContext, flags: TuneFlags): Promise<void> {
  const { say } = context;
  // What is wrong on the command line is better known before the data is read.
  const methods = parseTunable(flags.method);
  const training = trainingOf(flags);
  for (const method of methods) partOfSpace(tunableMethod(method, training).space, flags.only ?? []);
  await mkdir(flags.out, { recursive: true });
  if (methods.includes('nextitem')) await prepareLightgbm(context.signal);
  const { events } = await readSource(await sourceOf(flags), context);

  const startMs = Date.now();
  const best: Record<string, FlatSettings> = {};
  for (const [n, method] of methods.entries()) {
    // What a method leaves of its share of the time is for those after it.
    const leftMs = flags.minutes === undefined ? Infinity : startMs + flags.minutes * MINUTE_MS - Date.now();
    const result = await tuneOne(
      events,
      { method, training, untilMs: Date.now() + leftMs / (methods.length - n) },
      flags,
      context,
    );
    best[method] = bestSettings(result);
    await publish(result, flags.out);
    say(`${gainSentence(result)}\n`);
  }
  console.log(JSON.stringify(best, null, 2));
  say(
    `settings: ${join(flags.out, SETTINGS_FILE)}\nplots: ${join(flags.out, PAGE_FILE)}\ntrials: ${join(flags.out, TRIALS_FILE)}`,
  );
}

interface Subject {
  readonly method: string;
  readonly training: TrainingSettings;
  /** Milliseconds since 1970; Infinity: until all trials are done. */
  readonly untilMs: number;
}

async function tuneOne(
  events: EventTable,
  { method, training, untilMs }: Subject,
  flags: TuneFlags,
  { say, signal }: CommandContext,
): Promise<TuningResult> {
  const plan = halvingPlan(flags.rungs, FACTOR);
  const planned = plannedMeasurements(flags.trials, plan, true);
  let progress: Progress | null = null;
  let measured = 0;
  let kept = 0;
  try {
    return await tuneMethod(events, {
      method,
      only: flags.only ?? [],
      training,
      trials: flags.trials,
      plan,
      maxQuestions: flags.questions,
      jobs: flags.jobs,
      outDir: flags.out,
      clock: Date.now,
      isTimeUp: () => Date.now() >= untilMs,
      signal,
      onStart(found) {
        kept = found;
        if (found > 0) say(`${method}: ${found} measurements are in the journal already`);
        progress = createProgress({
          label: `tune ${method}`,
          total: Math.max(0, planned - kept),
          unit: 'measurements',
        });
      },
      onMeasured(trials) {
        measured++;
        // What the journal had takes no time, and would make the rest look short.
        if (measured > kept) progress?.update(measured - kept, standing(trials, plan.shares.length, untilMs));
      },
      onConfirm() {
        progress?.finish();
        progress = null;
        say(`${method}: the winner and the defaults on sessions set aside`);
      },
    });
  } catch (error) {
    if (signal.aborted)
      say(
        `\n${method}: the journal has ${Math.max(measured, kept)} measurements; the same command goes on from there`,
      );
    throw error;
  } finally {
    (progress as Progress | null)?.finish();
  }
}

/** The best so far beside the defaults, both with the full budget, and what is left of the time. */
function standing(trials: readonly Trial[], rungs: number, untilMs: number): string {
  const full = trials.filter(({ measured }) => measured.length === rungs);
  const values = full.map(({ measured }) => objectiveOf(measured.at(-1)!));
  const left =
    untilMs === Infinity ? '' : `, time is up in ${formatDuration(Math.max(0, untilMs - Date.now()))}`;
  if (values.length === 0) return `no trial with the full budget yet${left}`;
  const base = full[0]!.trial === 0 ? ` (defaults ${values[0]!.toFixed(4)})` : '';
  return `best ${Math.max(...values).toFixed(4)}${base}${left}`;
}

function bestSettings({ trials, best }: TuningResult): FlatSettings {
  return trials.find(({ trial }) => trial === best)!.settings;
}

/** Adds a method's result to the files of the folder, in place of an earlier one of the same method. */
async function publish(result: TuningResult, folder: string): Promise<void> {
  const results = { ...(await readJson<TuningResult>(join(folder, TRIALS_FILE))), [result.method]: result };
  const settings = {
    ...(await readJson<FlatSettings>(join(folder, SETTINGS_FILE))),
    [result.method]: bestSettings(result),
  };
  await replaceFile(join(folder, TRIALS_FILE), `${JSON.stringify(results, null, 1)}\n`);
  await replaceFile(join(folder, SETTINGS_FILE), `${JSON.stringify(settings, null, 2)}\n`);
  await replaceFile(join(folder, PAGE_FILE), await renderTuningPage(Object.values(results)));
}

/** @throws NextItemError `file_failed` for a file that is not JSON; a missing one is empty */
async function readJson<T>(path: string): Promise<Record<string, T>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  try {
    return JSON.parse(text) as Record<string, T>;
  } catch (cause) {
    throw new NextItemError('file_failed', `not valid JSON: ${(cause as Error).message}`, path, { cause });
  }
}

function trainingOf({ seed, testShare, target, maxQueries, jobs }: TuneFlags): TrainingSettings {
  const { ranker } = DEFAULT_TRAINING_SETTINGS;
  return {
    ...DEFAULT_TRAINING_SETTINGS,
    seed,
    testShare,
    target,
    examples: exampleSettings(maxQueries),
    // Side by side, each takes its part of the machine; trees do not depend on the number of threads.
    ranker: { ...ranker, threads: Math.max(1, Math.floor(availableParallelism() / jobs)) },
  };
}

/** A folder of Olist's tables, or files of events. */
async function sourceOf(flags: TuneFlags): Promise<SourceFlags> {
  if (flags.data === undefined) return flags;
  return (await isOlistFolder(flags.data).catch(() => false))
    ? { ...flags, olist: flags.data }
    : { ...flags, events: [flags.data] };
}

/** Builds the library now: two processes that miss it would each wait for it, without a word. */
async function prepareLightgbm(signal: AbortSignal): Promise<void> {
  const progress = installProgress();
  try {
    await ensureLightgbm({ onProgress: progress.update, signal });
  } finally {
    progress.finish();
  }
}
