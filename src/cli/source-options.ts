import { type Command, Option } from 'commander';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSource, formatSummary } from '../data/describe-source.js';
import { type EventTable } from '../data/event-table.js';
import { PRESET_NAMES, type PresetName } from '../data/event-presets.js';
import { type EventMapping } from '../data/event-mapping.js';
import { isOlistFolder } from '../data/olist.js';
import { openSource, type SourceOptions } from '../data/open-source.js';
import { formatRejects } from '../data/reject-log.js';
import { type SimulatorOptions } from '../data/simulator/simulator-options.js';
import { simulateEventTable } from '../data/simulator/simulate-event-table.js';
import { MINUTE_MS } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { createProgress, type Progress } from '../observability/progress.js';
import { snapshotEventLog } from '../sessions/event-log.js';
import { type SourceInfo } from '../training/dataset.js';
import { type CommandContext, realNumber } from './run.js';
import { simulatorFlags, type SimulatorFlags, simulatorOptions } from './simulator-flags.js';

/** The flags that say where events come from, shared by every command that reads some. */
export interface SourceFlags extends SimulatorFlags {
  olist?: string;
  olistSessions: 'orders' | 'customers';
  allOrders?: boolean;
  events?: string[];
  fromLog?: string;
  simulate?: boolean;
  preset?: PresetName;
  map?: string;
  column?: string[];
  eventType?: string;
  sessionsBy?: 'session' | 'user';
  idleMinutes: number;
  rejects?: string;
  strict?: boolean;
}

/** Adds {@link SourceFlags} to a command. */
export function sourceFlags(command: Command): Command {
  command
    .optionsGroup('Where the events come from (one of):')
    .option(
      '--events <files...>',
      'CSV, TSV, JSONL or Parquet, gzipped or not; files, folders or quoted globs',
    )
    .option('--olist <folder>', "Olist's original table files")
    .option('--from-log <folder>', "the shop's own event log, as the server writes it")
    .option('--simulate', 'the built-in shop simulator');
  return simulatorFlags(readingFlags(command).optionsGroup('The simulator:'));
}

/** Adds the flags that say how files are to be read, for commands that find out by themselves where they are. */
export function readingFlags(command: Command): Command {
  return command
    .optionsGroup('How to read them:')
    .addOption(
      new Option('--preset <name>', 'a known layout; found by the columns if left out').choices([
        ...PRESET_NAMES,
      ]),
    )
    .option('--map <file>', 'a JSON file that says which column means what')
    .option('--column <field=name...>', 'the same on the command line, such as item=sku time=at type=action')
    .addOption(
      new Option('--event-type <type>', 'the type of every event, for files without such a column').choices([
        'view',
        'click',
        'add_to_cart',
        'purchase',
      ]),
    )
    .addOption(
      new Option('--sessions-by <column>', 'user: cut sessions where a user pauses').choices([
        'session',
        'user',
      ]),
    )
    .option(
      '--idle-minutes <n>',
      'the pause that ends such a session',
      realNumber('--idle-minutes', 0.1, 100_000),
      30,
    )
    .addOption(
      new Option('--olist-sessions <kind>', 'an order, or all orders of a customer')
        .choices(['orders', 'customers'])
        .default('orders'),
    )
    .option('--all-orders', 'Olist: also orders that were not delivered')
    .option('--rejects <file>', 'write every malformed row there, with its reason')
    .option('--strict', 'stop at the first malformed row');
}

/** What was read, and what the evaluation needs to know of it. */
export interface ReadSource {
  readonly events: EventTable;
  readonly info: SourceInfo;
}

/** Reads the source the flags name, with a progress bar and a summary for people. */
export async function readSource(flags: SourceFlags, { say, signal }: CommandContext): Promise<ReadSource> {
  if (chosen(flags) === 'simulate') {
    const simulation = simulatorOptions(flags);
    const events = simulate(simulation, signal);
    for (const line of formatSummary(describeSource(events))) say(`  ${line}`);
    return { events, info: { kind: 'stream', simulation } };
  }
  if (flags.fromLog !== undefined) {
    const folder = flags.fromLog;
    const events = await withLogSnapshot(folder, (path) =>
      read({ kind: 'events', paths: [path], preset: 'log', ...readingOptions(flags, signal) }, say),
    );
    return {
      events: { ...events, source: `event log ${folder}` },
      info: { kind: 'stream', simulation: null },
    };
  }
  const options = await sourceOptions(flags, signal);
  // A customer's orders in a row are a stream like any other; only single orders are asked as baskets.
  const kind = options.kind === 'olist' && options.sessions === 'orders' ? 'orders' : 'stream';
  return { events: await read(options, say), info: { kind, simulation: null } };
}

/** Reads files with a progress bar, then says what was in them and what was refused. */
async function read(options: SourceOptions, say: CommandContext['say']): Promise<EventTable> {
  const progress = createProgress({ label: 'read events', total: 100, unit: '%' });
  const { events, rejects, summary } = await openSource(
    options.kind === 'events'
      ? {
          ...options,
          onProgress: ({ bytesRead, bytesTotal }) =>
            progress.update(Math.round((100 * bytesRead) / Math.max(1, bytesTotal))),
        }
      : options,
  );
  progress.finish();
  for (const line of [...formatSummary(summary), ...formatRejects(rejects)]) say(`  ${line}`);
  return events;
}

function simulate(options: SimulatorOptions, signal: AbortSignal): EventTable {
  let progress: Progress | null = null;
  const { events } = simulateEventTable(options, {
    signal,
    onProgress: ({ sessions, sessionsTotal }) => {
      progress ??= createProgress({ label: 'simulate', total: sessionsTotal, unit: 'sessions' });
      progress.update(sessions);
    },
  });
  (progress as Progress | null)?.finish();
  return events;
}

const SOURCES = ['events', 'olist', 'fromLog', 'simulate'] as const;

/** Whether the flags name a source at all, for commands that can do without. */
export function sourceNamed(flags: SourceFlags): boolean {
  return SOURCES.some((name) => flags[name] !== undefined);
}

function chosen(flags: SourceFlags): (typeof SOURCES)[number] {
  const given = SOURCES.filter((name) => flags[name] !== undefined);
  if (given.length === 1) return given[0]!;
  throw new NextItemError(
    'invalid_option',
    given.length === 0 ? 'no source of events was named' : 'more than one source of events was named',
    'use one of --events, --olist, --from-log, --simulate',
  );
}

function readingOptions(flags: SourceFlags, signal: AbortSignal) {
  return {
    signal,
    ...(flags.rejects === undefined ? {} : { rejectsPath: flags.rejects }),
    ...(flags.strict === undefined ? {} : { strict: flags.strict }),
  };
}

async function sourceOptions(flags: SourceFlags, signal: AbortSignal): Promise<SourceOptions> {
  const reading = readingOptions(flags, signal);
  if (flags.olist !== undefined) {
    if (!(await isOlistFolder(flags.olist))) {
      throw new NextItemError(
        'source_not_found',
        "the folder does not hold Olist's order tables",
        flags.olist,
      );
    }
    return {
      kind: 'olist',
      folder: flags.olist,
      sessions: flags.olistSessions,
      deliveredOnly: flags.allOrders !== true,
      ...reading,
    };
  }
  const mapping = mappingOf(flags);
  return {
    kind: 'events',
    paths: flags.events!,
    ...(flags.preset === undefined ? {} : { preset: flags.preset }),
    ...(flags.map === undefined ? {} : { mappingFile: flags.map }),
    ...(mapping === null ? {} : { mapping }),
    ...(flags.sessionsBy === undefined ? {} : { sessionsBy: flags.sessionsBy }),
    idleGapMs: flags.idleMinutes * MINUTE_MS,
    ...reading,
  };
}

/**
 * Reads the server's own log: without what was erased, without repeats and without lines a crash cut off. It goes through
 * one temporary file, because the log may be written to and rewritten at the same time.
 */
async function withLogSnapshot<T>(folder: string, work: (path: string) => Promise<T>): Promise<T> {
  const temporary = await mkdtemp(join(tmpdir(), 'nextitem-log-'));
  try {
    const path = join(temporary, 'events.jsonl');
    const events = await snapshotEventLog(folder, path);
    if (events === 0)
      throw new NextItemError('source_empty', 'the folder holds no event log, or an empty one', folder);
    return await work(path);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function mappingOf(flags: SourceFlags): EventMapping | null {
  if (flags.column === undefined && flags.eventType === undefined) return null;
  const columns: Record<string, string> = {};
  for (const pair of flags.column ?? []) {
    const at = pair.indexOf('=');
    if (at < 1) throw new NextItemError('invalid_option', `"${pair}" is not field=name`, '--column');
    columns[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return {
    columns,
    ...(flags.eventType === undefined ? {} : { constantType: flags.eventType }),
  } as EventMapping;
}
