import { type Command, Option } from 'commander';
import { isVersion } from '../bundle/names.js';
import { readFileSync } from 'node:fs';
import { type Target, TARGETS } from '../data/target.js';
import { NextItemError } from '../errors.js';
import { checkFlatSettings, type NestedSettings } from '../evaluation/tuning/flat-settings.js';
import { type FlatSettings } from '../evaluation/tuning/search-space.js';
import { createProgress, type Progress, type Steps } from '../observability/progress.js';
import {
  DEFAULT_TRAINING_SETTINGS,
  type ExampleSettings,
  type TrainingSettings,
} from '../training/settings.js';
import { type TrainingHooks } from '../training/hooks.js';
import { OUR_SETTINGS, withOurSettings } from '../training/tuning/our-settings.js';
import { realNumber, wholeNumber } from './run.js';

/** The flags that change what training makes of its events. */
export interface TrainingFlags {
  settings?: string;
  seed: number;
  testShare: number;
  target: Target;
  maxQueries: number;
  rounds?: number;
  leaves?: number;
  learningRate?: number;
  objective?: 'lambdarank' | 'binary';
}

/** Adds {@link TrainingFlags} to a command. */
export function trainingFlags(command: Command): Command {
  const { testShare, seed, examples } = DEFAULT_TRAINING_SETTINGS;
  return command
    .optionsGroup('Training:')
    .option(
      '--seed <n>',
      'the same data, settings, seed and version give the same bundle, to the byte',
      wholeNumber('--seed', 0, 1_000_000),
      seed,
    )
    .option(
      '--test-share <x>',
      'share of the latest sessions held out for evaluation, unless the data brings a split',
      realNumber('--test-share', 0, 0.5),
      testShare,
    )
    .addOption(targetFlag())
    .option(
      '--max-queries <n>',
      'session prefixes the ranker learns from, at most; about 30 kB of memory each',
      wholeNumber('--max-queries', 100, 10_000_000),
      examples.maxQueries,
    )
    .option(
      '--settings <file>',
      'best-settings.json of nextitem tune; the flags here and below count for more than the file',
    )
    .option('--rounds <n>', 'trees at most', wholeNumber('--rounds', 1, 10_000))
    .option('--leaves <n>', 'leaves per tree', wholeNumber('--leaves', 2, 1024))
    .option('--learning-rate <x>', 'shrinkage of each tree', realNumber('--learning-rate', 0.001, 1))
    .addOption(new Option('--objective <name>', 'what LightGBM optimises').choices(['lambdarank', 'binary']));
}

/** What is asked; the same flag wherever something learns or is measured. */
export function targetFlag(): Option {
  return new Option(
    '--target <what>',
    'what is to be predicted: the next item, the next item put into the cart, or the next item bought',
  )
    .choices(TARGETS)
    .default(DEFAULT_TRAINING_SETTINGS.target);
}

export function trainingSettings(flags: TrainingFlags): TrainingSettings {
  const { rounds, leaves, learningRate, objective } = flags;
  const tuned = flags.settings === undefined ? {} : tunedSettings(flags.settings);
  const settings = withOurSettings(DEFAULT_TRAINING_SETTINGS, tuned);
  return {
    ...settings,
    seed: flags.seed,
    testShare: flags.testShare,
    target: flags.target,
    examples: exampleSettings(flags.maxQueries),
    ranker: {
      ...settings.ranker,
      ...(rounds === undefined ? {} : { rounds }),
      ...(leaves === undefined ? {} : { leaves }),
      ...(learningRate === undefined ? {} : { learningRate }),
      ...(objective === undefined ? {} : { objective }),
    },
  };
}

/** Who asks for more queries wants them all. */
export function exampleSettings(maxQueries: number): ExampleSettings {
  const { examples } = DEFAULT_TRAINING_SETTINGS;
  return {
    ...examples,
    maxQueries,
    maxRows: Math.max(examples.maxRows, maxQueries * 2 * examples.wrongPerQuery),
  };
}

/** What `nextitem tune` found for our pipeline, from its best-settings.json. @throws NextItemError `invalid_option` */
function tunedSettings(path: string): FlatSettings {
  const text = readFileSync(path, 'utf8');
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw new NextItemError('invalid_option', `not valid JSON: ${(cause as Error).message}`, path, { cause });
  }
  const settings = (content as { nextitem?: NestedSettings } | null)?.nextitem;
  if (typeof settings !== 'object' || settings === null)
    throw new NextItemError('invalid_option', 'the file has no settings under "nextitem"', path);
  // The others have flags of their own, which would count for more.
  const known = Object.entries(OUR_SETTINGS).filter(([name]) => /^(tables|retrieval|ranker)\./.test(name));
  checkFlatSettings(settings, Object.fromEntries(known), path);
  return settings;
}

/** Shows each activity of a training step as a progress bar of its own. */
export function progressHooks(signal: AbortSignal, steps?: Steps): TrainingHooks & { finish(): void } {
  let current: { activity: string; progress: Progress } | null = null;
  const finish = () => {
    current?.progress.finish();
    current = null;
  };
  return {
    signal,
    finish,
    onProgress(activity, done, total) {
      // Tables are counted in seconds: one bar for all of them.
      const label = activity.startsWith('tables: ') ? 'tables' : activity;
      if (current?.activity !== label) {
        finish();
        current = {
          activity: label,
          progress: createProgress({ label: `${steps === undefined ? '' : '  '}${label}`, total }),
        };
      }
      current.progress.update(done, label === activity ? undefined : activity.slice('tables: '.length));
    },
  };
}

/** A name a bundle can have. @throws NextItemError `invalid_option` */
export function versionName(text: string): string {
  if (isVersion(text)) return text;
  throw new NextItemError(
    'invalid_option',
    `"${text}" is not 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit`,
    '--model-version',
  );
}

/** RFC 3339 or milliseconds, for runs that are to be repeated to the byte. @throws NextItemError `invalid_option` */
export function clockTime(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(ms) && ms >= 0 && ms < 4_102_444_800_000) return ms;
  throw new NextItemError(
    'invalid_option',
    `"${text}" is not a time such as 2026-01-31T12:00:00Z`,
    '--clock',
  );
}
