import { stat } from 'node:fs/promises';
import { MINUTE_MS } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { type DuckDbOptions, withDuckDb } from './duckdb.js';
import { type EventMapping, checkMapping, mergeMappings, readMappingFile } from './event-mapping.js';
import { type PresetName } from './event-presets.js';
import { type EventTable } from './event-table.js';
import { EventTableBuilder } from './event-table-builder.js';
import { delimitedLayout, type FileLayout, type LayoutWish, namedLayout } from './file-layout.js';
import { parquetColumns, readParquetRows } from './parquet-rows.js';
import { formatRejects, RejectLog, type RejectReport } from './reject-log.js';
import { RowIntake, type RowShape } from './row-intake.js';
import { readDelimitedRows, readJsonRows, type RowReading } from './row-readers.js';
import { type FileFormat, findFiles, readHead, sniffFormat } from './source-files.js';
import { JsonLinesScanner } from './text-scanner.js';

/** Where events are and what they look like. */
export interface EventSourceSpec {
  /** Files, folders (the data files directly in them) and globs. The format and gzip are found by content. */
  readonly paths: readonly string[];
  /** One of the known layouts; found by the columns when left out. */
  readonly preset?: PresetName;
  /** Columns and values; complete in itself (item and session or user) or on top of the preset. */
  readonly mapping?: EventMapping;
  /** A JSON file with a mapping; `mapping` is put on top of it. */
  readonly mappingFile?: string;
  /** `user`: cut sessions from the users by idle gap, even where the source has sessions. */
  readonly sessionsBy?: 'session' | 'user';
  /** The pause that ends a session when sessions are cut from users, milliseconds. */
  readonly idleGapMs?: number;
}

/** How to read. */
export interface ReadOptions extends DuckDbOptions {
  /** All refused rows go here, one JSON object a line. */
  readonly rejectsPath?: string;
  /** Throw `bad_row` with file and line at the first row that is refused. */
  readonly strict?: boolean;
  readonly onProgress?: (progress: ReadProgress) => void;
  /** Aborting it ends the read with `interrupted`. */
  readonly signal?: AbortSignal;
}

export interface ReadProgress {
  readonly bytesRead: number;
  readonly bytesTotal: number;
  readonly events: number;
}

/** Events with what became of the rows that are none. */
export interface LoadedEvents {
  readonly events: EventTable;
  readonly rejects: RejectReport;
}

/** The usual pause between two visits of web analytics. */
export const DEFAULT_IDLE_GAP_MS = 30 * MINUTE_MS;

interface PlannedFile {
  readonly path: string;
  readonly bytes: number;
  readonly format: FileFormat;
  readonly layout: FileLayout;
  /** Parquet: the columns' types. */
  readonly types: ReadonlyMap<string, string>;
}

/**
 * Reads CSV, TSV, JSON lines and Parquet files into one {@link EventTable}. Text is scanned by our own scanner: it
 * gives exact line numbers, gets over any broken line, and dictionary-codes ids straight from the file's bytes;
 * Parquet comes through DuckDB. Files count in the order of `paths`, those of a folder or glob by name.
 *
 * @throws `source_not_found`, `source_unreadable`, `source_empty` (no usable row), `bad_row` (strict only),
 *   `invalid_option` (the mapping), `interrupted`
 */
export async function readEvents(spec: EventSourceSpec, options: ReadOptions = {}): Promise<LoadedEvents> {
  const rejects = new RejectLog(options.rejectsPath ?? null, options.strict ?? false);
  try {
    const wish = await wishOf(spec);
    const files = await findFiles(spec.paths);
    const plan = await planFiles(files, wish, options);
    const source = spec.paths.join(', ');
    if (plan.length === 0) throw new NextItemError('source_empty', 'there is no row', source);
    const shape = shapeOf(plan, spec);
    const idleGapMs = shape.cutByUser ? (spec.idleGapMs ?? DEFAULT_IDLE_GAP_MS) : null;
    const builder = new EventTableBuilder({ source, clock: shape.clock, idleGapMs });
    await readAll(plan, builder, shape, rejects, options);
    rejects.close();
    const report = rejects.report();
    if (builder.length === 0) {
      throw new NextItemError(
        'source_empty',
        ['no row could be used', ...formatRejects(report)].join('\n'),
        source,
      );
    }
    return { events: builder.finish(), rejects: report };
  } catch (error) {
    if (!options.signal?.aborted || error instanceof NextItemError) throw error;
    throw new NextItemError('interrupted', 'reading the data was stopped', undefined, { cause: error });
  } finally {
    rejects.close();
  }
}

async function wishOf(spec: EventSourceSpec): Promise<LayoutWish> {
  const own = spec.mapping === undefined ? undefined : checkMapping(spec.mapping);
  const file = spec.mappingFile === undefined ? undefined : await readMappingFile(spec.mappingFile);
  const mapping = own !== undefined && file !== undefined ? mergeMappings(file, own) : (own ?? file);
  return { preset: spec.preset, mapping };
}

/** Looks into every file before any is read, so that a wrong one costs no time. Files without a row are left out. */
async function planFiles(
  paths: readonly string[],
  wish: LayoutWish,
  options: ReadOptions,
): Promise<PlannedFile[]> {
  const plan: PlannedFile[] = [];
  for (const path of paths) {
    options.signal?.throwIfAborted();
    const format = await sniffFormat(path);
    const bytes = (await stat(path)).size;
    let types: ReadonlyMap<string, string> = new Map();
    let layout: FileLayout | null;
    if (format === 'parquet') {
      types = await withDuckDb(options, (connection) => parquetColumns(connection, path));
      layout = namedLayout(path, { kind: 'parquet', names: [...types.keys()] }, wish);
      layout = { ...layout, columnNames: [...types.keys()] };
    } else if (format === 'json') {
      layout = namedLayout(path, { kind: 'json', names: firstKeys(await readHead(path, 1 << 20)) }, wish);
    } else {
      layout = delimitedLayout(path, await readHead(path, 1 << 16), wish);
    }
    if (layout !== null) plan.push({ path, bytes, format, layout, types });
  }
  return plan;
}

/** The keys of the first line that is an object. */
function firstKeys(head: Buffer): string[] {
  let keys: string[] | null = null;
  const scanner = new JsonLinesScanner(
    (object) => {
      const events: unknown = object.events;
      const nested: unknown = Array.isArray(events) ? events[0] : null;
      keys ??= [
        ...Object.keys(object),
        ...(typeof nested === 'object' && nested !== null ? Object.keys(nested) : []),
      ];
    },
    () => undefined,
  );
  scanner.scanHead(head);
  return keys ?? [];
}

/** @throws `source_unreadable` when files that must agree do not */
function shapeOf(plan: readonly PlannedFile[], spec: EventSourceSpec): RowShape {
  const shapes = plan.map(({ path, layout }) => {
    const { session, user, time } = layout.mapping.columns;
    const cutByUser = spec.sessionsBy === 'user' || session === undefined;
    if (cutByUser && user === undefined) {
      throw new NextItemError(
        'source_unreadable',
        'sessions are cut by user, but no column names the user',
        path,
      );
    }
    if (cutByUser && time === undefined) {
      throw new NextItemError(
        'source_unreadable',
        'sessions cannot be cut by user without a time column',
        path,
      );
    }
    if (cutByUser && layout.mapping.columns.split !== undefined) {
      throw new NextItemError('source_unreadable', 'a split column needs sessions that are given', path);
    }
    return { path, cutByUser, clock: time === undefined ? ('ordinal' as const) : ('real' as const) };
  });
  const [first] = shapes;
  for (const shape of shapes) {
    if (shape.cutByUser === first!.cutByUser && shape.clock === first!.clock) continue;
    const what = shape.clock === first!.clock ? 'a session column' : 'a time column';
    throw new NextItemError(
      'source_unreadable',
      `only one of ${first!.path} and this file has ${what}`,
      shape.path,
    );
  }
  return first!;
}

async function readAll(
  plan: readonly PlannedFile[],
  builder: EventTableBuilder,
  shape: RowShape,
  rejects: RejectLog,
  options: ReadOptions,
): Promise<void> {
  const drop = (what: string) => rejects.drop(what);
  const intake = new RowIntake(builder, shape, drop);
  const bytesTotal = plan.reduce((sum, file) => sum + file.bytes, 0);
  let bytesBefore = 0;
  for (const { path, bytes, format, layout, types } of plan) {
    intake.use(layout.mapping);
    const progress = (read: number) =>
      options.onProgress?.({ bytesRead: bytesBefore + read, bytesTotal, events: builder.length });
    const reading: RowReading = {
      path,
      layout,
      intake,
      reject: (reason, line, raw) => rejects.reject(reason, path, line, raw),
      drop,
      onRead: progress,
      signal: options.signal,
    };
    if (format === 'parquet')
      await withDuckDb(options, (connection) => readParquetRows(connection, types, reading));
    else if (format === 'json') await readJsonRows(reading);
    else await readDelimitedRows(reading);
    bytesBefore += bytes;
    progress(0);
  }
}
