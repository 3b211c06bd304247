import { type Command, Option } from 'commander';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { replaceFile } from '../bundle/durable-files.js';
import { isOlistFolder } from '../data/olist.js';
import { type Target } from '../data/target.js';
import { NextItemError } from '../errors.js';
import { type Protocol, PROTOCOLS } from '../evaluation/benchmark/protocol.js';
import { type BenchmarkResult } from '../evaluation/benchmark/benchmark-result.js';
import { API_VERSION } from '../http/version.js';
import { createProgress, type Progress } from '../observability/progress.js';
import { ensureLightgbm } from '../ranking/lightgbm/install.js';
import { renderBenchmark } from '../report/benchmark-page.js';
import { renderBenchmarkTable } from '../report/benchmark-table.js';
import { type BenchmarkOutcome, runBenchmark } from '../training/benchmark/benchmark.js';
import {
  checkSettingsFile,
  methodNames,
  parseMethods,
  type SettingsFile,
} from '../training/benchmark/method-catalogue.js';
import { DEFAULT_TRAINING_SETTINGS } from '../training/settings.js';
import { installProgress } from './lightgbm.js';

import { type CommandContext, realNumber, run, wholeNumber } from './run.js';
import { readingFlags, readSource, type SourceFlags } from './source-options.js';
import { targetFlag } from './training-options.js';

interface BenchmarkFlags extends SourceFlags {
  data: string;
  protocol: Protocol;
  target: Target;
  methods: string;
  seeds: number;
  settings?: string;
  testShare: number;
  limitTest?: number;
  jobs?: number;
  fresh?: boolean;
  resamples: number;
  out: string;
  json?: string;
}

export function registerBenchmark(program: Command): void {
  readingFlags(
    program
      .command('benchmark')
      .summary('our recommendations against the methods of the literature')
      .description(
        'Trains methods on the earlier sessions of a data set and asks each what comes next after every event of the ' +
          'later ones, over the whole catalogue. Prints a table, and writes a page with plots and a JSON file.\n\n' +
          'Every method runs in a process of its own. Finished runs are kept in --out: an interrupted benchmark goes ' +
          'on where it stopped, and adding a method measures only that one. docs/benchmark.md explains the figures.\n\n' +
          `Methods: ${methodNames().join(', ')}, all\n\n` +
          'Examples:\n' +
          '  nextitem benchmark --data clicks.csv.gz\n' +
          '  nextitem benchmark --data clicks.csv.gz --methods nextitem,vstan,pop --seeds 3\n' +
          '  nextitem benchmark --data diginetica --protocol srgnn --methods all\n' +
          '  nextitem benchmark --data shop.csv --column session=visit item=sku time=at --jobs 1\n' +
          '  nextitem benchmark --data clicks.csv.gz --target purchase\n' +
          '  nextitem benchmark --data clicks.csv.gz --methods vsknn,stan --limit-test 2000',
      )
      .optionsGroup('What is measured:')
      .requiredOption(
        '--data <path>',
        'a file or folder of events (CSV, TSV, JSONL, Parquet, gzipped or not), or the folder of the Olist tables',
      )
      .addOption(
        new Option(
          '--protocol <name>',
          "srgnn: the data's own split, nothing dropped; time: the latest sessions (or the data's split), without items unseen in training",
        )
          .choices(PROTOCOLS)
          .default('time'),
      )
      .addOption(targetFlag())
      .option('--methods <names>', 'names separated by commas, or all', 'nextitem,item-to-item,vstan,sr,pop')
      .option(
        '--seeds <n>',
        'trainings of nextitem, with seeds 1 to n; the others draw nothing',
        wholeNumber('--seeds', 1, 100),
        1,
      )
      .option(
        '--settings <file>',
        "best-settings.json of nextitem tune: { method: { setting: value } }; else each method's defaults",
      )
      .option(
        '--test-share <x>',
        'share of the latest sessions that is asked, unless the data brings a split',
        realNumber('--test-share', 0.001, 0.5),
        DEFAULT_TRAINING_SETTINGS.testShare,
      )
      .option(
        '--limit-test <n>',
        'ask only so many test sessions, evenly spread: for a first look',
        wholeNumber('--limit-test', 1, 1_000_000_000),
      )
      .option(
        '--resamples <n>',
        'resamples of the bootstrap behind the intervals',
        wholeNumber('--resamples', 100, 100_000),
        1000,
      )
      .optionsGroup('How it runs:')
      .option(
        '--jobs <n>',
        'runs at the same time (default: one per core, nextitem alone); 1 for times that can be compared',
        wholeNumber('--jobs', 1, 256),
      )
      .option('--fresh', 'measure again what was measured before')
      .optionsGroup('Result:')
      .option('--out <folder>', 'the page, the JSON, and the finished runs', 'artifacts/benchmark')
      .option('--json <file>', 'write the JSON there too; - prints it instead of the table'),
  ).action(run(benchmark));
}

async function benchmark(context: CommandContext, flags: BenchmarkFlags): Promise<void> {
  const { say, signal } = context;
  // What is wrong on the command line is better known before the data is read.
  const methods = parseMethods(flags.methods);
  const settings = flags.settings === undefined ? {} : await readSettings(flags.settings);
  await mkdir(flags.out, { recursive: true });
  if (flags.json !== undefined && flags.json !== '-')
    await mkdir(dirname(resolve(flags.json)), { recursive: true });
  if (methods.includes('nextitem')) await prepareLightgbm(signal);

  const source = await readSource(await sourceOf(flags), context);
  const bar = planBar(say);
  const outcome = await runBenchmark(
    source.events,
    {
      protocol: flags.protocol,
      target: flags.target,
      methods,
      seeds: flags.seeds,
      folder: flags.out,
      settings,
      testShare: flags.testShare,
      limitTest: flags.limitTest ?? null,
      jobs: flags.jobs ?? null,
      fresh: flags.fresh === true,
      resamples: flags.resamples,
      version: API_VERSION,
    },
    {
      signal,
      ...bar.hooks,
      onFailure: (method, { detail, stack }) => say(`\n${method} failed: ${stack === '' ? detail : stack}`),
    },
  ).finally(() => bar.finish());
  if (outcome.result !== null) await publish(outcome.result, flags, say);
  if (outcome.failures.size > 0) throw failureOf(outcome);
}

async function publish(
  result: BenchmarkResult,
  { out, json, data, protocol, target }: BenchmarkFlags,
  say: CommandContext['say'],
): Promise<void> {
  const text = `${JSON.stringify(result, null, 1)}\n`;
  const asked = target === 'item' ? protocol : `${protocol}-${target}`;
  const name = join(out, `${fileName(data)}-${asked}`);
  await replaceFile(`${name}.json`, text);
  await replaceFile(`${name}.html`, await renderBenchmark(result));
  if (json !== undefined && json !== '-') await replaceFile(json, text);
  console.log(json === '-' ? text : `\n${renderBenchmarkTable(result)}`);
  say(
    `page: ${name}.html\nJSON: ${[`${name}.json`, ...(json === undefined || json === '-' ? [] : [json])].join(', ')}`,
  );
}

function failureOf({ failures }: BenchmarkOutcome): NextItemError {
  return new NextItemError(
    'benchmark_failed',
    [...failures]
      .map(([method, { code, detail }]) => `${method}: ${detail}${code === null ? '' : ` [${code}]`}`)
      .join('\n'),
  );
}

/** A folder of Olist's tables, or files of events. */
async function sourceOf(flags: BenchmarkFlags): Promise<SourceFlags> {
  return (await isOlistFolder(flags.data).catch(() => false))
    ? { ...flags, olist: flags.data }
    : { ...flags, events: [flags.data] };
}

async function readSettings(path: string): Promise<SettingsFile> {
  const text = await readFile(path, 'utf8');
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw new NextItemError('invalid_option', `not valid JSON: ${(cause as Error).message}`, path, { cause });
  }
  return checkSettingsFile(content, path);
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

/** One bar for all runs. */
function planBar(say: CommandContext['say']) {
  let bar: Progress | null = null;
  let runs = 0;
  return {
    finish: () => bar?.finish(),
    hooks: {
      onPlan(toDo: number, found: number) {
        if (found > 0) say(`finished runs found in the folder: ${found} (--fresh measures them again)`);
        runs = toDo;
        if (toDo > 0) bar = createProgress({ label: 'benchmark', total: toDo, unit: 'runs' });
      },
      onProgress(share: number, note: string) {
        bar?.update(Math.round(share * runs * 100) / 100, note);
      },
    },
  };
}

/** The data's name as part of a file name. */
function fileName(path: string): string {
  const name = basename(resolve(path))
    .replace(/(\.(csv|tsv|txt|dat|jsonl|ndjson|json|parquet))?(\.gz)?$/i, '')
    .replace(/[^0-9A-Za-z._-]+/g, '-')
    .replace(/^[.-]+/, '');
  return name === '' ? 'data' : name;
}
