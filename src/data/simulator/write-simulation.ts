import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { EVENT_TYPES } from '../../domain/event.js';
import { NextItemError } from '../../errors.js';
import { itemIdOf, itemTitleOf, type Shop } from './shop.js';
import { openShop, sessionIdOf, simulate, type SimulatedSession, userIdOf } from './simulate.js';
import { ProgressReporter, type SimulationHooks } from './simulation-hooks.js';
import { type SimulatorOptions } from './simulator-options.js';

/** The columns of the files, in order; the reader's `events` layout. Guests have an empty user id (JSON: none). */
export const SIMULATION_COLUMNS = [
  'session_id',
  'item_id',
  'timestamp_ms',
  'event_type',
  'user_id',
  'category',
  'brand',
  'price',
  'title',
] as const;

export interface WrittenSimulation {
  readonly path: string;
  readonly sessions: number;
  readonly events: number;
}

/** Text is handed to the file in pieces of about this many characters. */
const PIECE = 1 << 17;

/**
 * Simulates straight into a file, one event a line, sessions in the order they begin: CSV or JSON lines by the ending of
 * the path (`.csv`, `.jsonl`, each also with `.gz`). Memory does not grow with the number of events. The file appears
 * under its name when it is complete; on failure or abort nothing is left behind.
 *
 * @throws `invalid_option`, `interrupted`; errors of the file system as they are
 */
export async function writeSimulation(
  options: SimulatorOptions,
  path: string,
  hooks: SimulationHooks = {},
): Promise<WrittenSimulation> {
  const format = /\.(csv|jsonl)(\.gz)?$/.exec(path);
  if (format === null) {
    throw new NextItemError(
      'invalid_option',
      'the file must end in .csv, .jsonl, .csv.gz or .jsonl.gz',
      path,
    );
  }
  const shop = openShop(options);
  const json = format[1] === 'jsonl';
  const counts = { sessions: 0, events: 0 };
  const unfinished = `${path}.unfinished-${process.pid}`;
  try {
    const text = Readable.from(pieces(shop, json, counts, hooks), { objectMode: false });
    const file = createWriteStream(unfinished);
    const stream = { signal: hooks.signal };
    if (format[2] === undefined) await pipeline(text, file, stream);
    else await pipeline(text, createGzip({ level: 6 }), file, stream);
    await flushToDisk(unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (!hooks.signal?.aborted || error instanceof NextItemError) throw error;
    throw new NextItemError('interrupted', 'writing the simulation was stopped', path, { cause: error });
  }
  return { path, ...counts };
}

function* pieces(
  shop: Shop,
  json: boolean,
  counts: { sessions: number; events: number },
  hooks: SimulationHooks,
): Generator<string> {
  const progress = new ProgressReporter(shop.options, hooks);
  let text = json ? '' : `${SIMULATION_COLUMNS.join(',')}\n`;
  for (const session of simulate(shop)) {
    text += json ? jsonLines(shop, session) : csvLines(shop, session);
    counts.sessions++;
    counts.events += session.length;
    progress.sessionDone(session);
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** No name of the simulation holds a comma or a quote, so nothing needs quoting; a test reads every one back. */
function csvLines(shop: Shop, session: SimulatedSession): string {
  const { catalogue, categories } = shop;
  const sessionId = sessionIdOf(shop, session.sessionNumber);
  const user = session.user < 0 ? '' : userIdOf(shop, session.user);
  let text = '';
  for (let i = 0; i < session.length; i++) {
    const item = session.items[i]!;
    const brand = catalogue.brandNames[catalogue.brand[item]!]!;
    text += `${sessionId},${itemIdOf(shop, item)},${session.timesMs[i]!},${EVENT_TYPES[session.types[i]!]!},${user},`;
    text += `${categories.names[catalogue.category[item]!]!},${brand},${priceOf(shop, item)},${itemTitleOf(shop, item)}\n`;
  }
  return text;
}

function jsonLines(shop: Shop, session: SimulatedSession): string {
  const { catalogue, categories } = shop;
  let text = '';
  for (let i = 0; i < session.length; i++) {
    const item = session.items[i]!;
    const row: Record<(typeof SIMULATION_COLUMNS)[number], string | number | undefined> = {
      session_id: sessionIdOf(shop, session.sessionNumber),
      item_id: itemIdOf(shop, item),
      timestamp_ms: session.timesMs[i]!,
      event_type: EVENT_TYPES[session.types[i]!]!,
      user_id: session.user < 0 ? undefined : userIdOf(shop, session.user),
      category: categories.names[catalogue.category[item]!]!,
      brand: catalogue.brandNames[catalogue.brand[item]!]!,
      price: Number(priceOf(shop, item)),
      title: itemTitleOf(shop, item),
    };
    text += `${JSON.stringify(row)}\n`;
  }
  return text;
}

function priceOf(shop: Shop, item: number): string {
  return shop.catalogue.price[item]!.toFixed(2);
}

async function flushToDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
