import { NextItemError } from '../errors.js';
import { columnsOf, type EventMapping, type Field, FIELDS, mergeMappings } from './event-mapping.js';
import { type FirstRecord, PRESET_COLUMNS, PRESET_NAMES, type PresetName, PRESETS } from './event-presets.js';
import { DelimitedScanner } from './text-scanner.js';

const DELIMITERS = [',', '\t', ';', '|'];

/** How a file is to be read. */
export interface FileLayout {
  readonly preset: PresetName | null;
  /** Only the columns the file has. */
  readonly mapping: EventMapping;
  /** Delimited files: */
  readonly delimiter: string;
  /** Delimited files: the first record holds the columns' names. */
  readonly hasHeader: boolean;
  /** Delimited and Parquet files: all columns, in the file's order. */
  readonly columnNames: readonly string[];
}

/** What the user said about the files. */
export interface LayoutWish {
  readonly preset?: PresetName;
  /** Alone if it says where items and sessions or users are, else on top of the preset. */
  readonly mapping?: EventMapping;
}

/**
 * Finds the layout of a file of named columns (Parquet, JSON).
 * @throws `source_unreadable` saying which columns there are and which are missing
 */
export function namedLayout(path: string, first: FirstRecord, wish: LayoutWish): FileLayout {
  const found = matchLayout(first, wish);
  if (found === null) throw notMatched(path, [first], wish);
  return { ...found, delimiter: '', hasHeader: false, columnNames: first.names };
}

/**
 * Finds the layout of delimited text by its first line, trying one delimiter after the other.
 * @throws `source_unreadable` saying which columns there are and which are missing; `source_empty` without any line
 */
export function delimitedLayout(path: string, head: Buffer, wish: LayoutWish): FileLayout | null {
  const delimiters = wish.mapping?.delimiter === undefined ? DELIMITERS : [wish.mapping.delimiter];
  const tried: FirstRecord[] = [];
  for (const delimiter of delimiters) {
    const fields = firstFields(head, delimiter);
    if (fields === null) return null;
    const names = wish.mapping?.header ?? fields;
    tried.push({ kind: 'delimited', names });
    if (wish.mapping?.header !== undefined && fields.length !== names.length) continue;
    const found = matchLayout({ kind: 'delimited', names }, wish);
    if (found === null) continue;
    const columnNames = found.mapping.header ?? names;
    const twice = FIELDS.flatMap((field) => columnsOf(found.mapping, field)).find(
      (name) => columnNames.indexOf(name) !== columnNames.lastIndexOf(name),
    );
    if (twice !== undefined) {
      throw new NextItemError('source_unreadable', `the file has two columns named "${twice}"`, path);
    }
    return { ...found, delimiter, hasHeader: found.mapping.header === undefined, columnNames };
  }
  throw notMatched(path, tried, wish);
}

function matchLayout(first: FirstRecord, wish: LayoutWish): Pick<FileLayout, 'preset' | 'mapping'> | null {
  const own = wish.mapping;
  if (own !== undefined && wish.preset === undefined && isComplete(own)) {
    if (missingColumns(first, own).length > 0) return null;
    return { preset: null, mapping: own };
  }
  for (const preset of wish.preset === undefined ? PRESET_NAMES : [wish.preset]) {
    const base = PRESETS[preset](first);
    if (base === null) continue;
    const names = { ...first, names: base.header ?? first.names };
    if (own !== undefined && missingColumns(names, own).length > 0) return null;
    return { preset, mapping: mergeMappings(onlyExisting(names, base), own ?? { columns: {} }) };
  }
  return null;
}

function isComplete(mapping: EventMapping): boolean {
  const { item, session, user } = mapping.columns;
  return item !== undefined && (session !== undefined || user !== undefined);
}

/** Columns the user named that the file does not have. JSON objects may leave out any key. */
function missingColumns(first: FirstRecord, mapping: EventMapping): string[] {
  if (first.kind === 'json') return [];
  return FIELDS.flatMap((field) => columnsOf(mapping, field)).filter((name) => !first.names.includes(name));
}

/** A preset's columns without those that the file does not have. */
function onlyExisting(first: FirstRecord, mapping: EventMapping): EventMapping {
  if (first.kind === 'json') return mapping;
  const columns: Partial<Record<Field, readonly string[]>> = {};
  for (const field of FIELDS) {
    const existing = columnsOf(mapping, field).filter((name) => first.names.includes(name));
    if (existing.length > 0) columns[field] = existing;
  }
  return { ...mapping, columns };
}

/** The fields of the first line that is not empty; null if there is none. */
export function firstFields(head: Buffer, delimiter: string): string[] | null {
  let fields: string[] | null = null;
  const scanner = new DelimitedScanner(
    delimiter,
    (buffer, starts, ends, count) => {
      fields ??= Array.from({ length: count }, (_, i) =>
        Buffer.from(buffer.subarray(starts[i], ends[i])).toString('utf8').trim(),
      );
    },
    // A first line that is no record names no columns; the caller says so.
    () => (fields ??= ['']),
  );
  scanner.scanHead(head);
  return fields;
}

function notMatched(path: string, tried: readonly FirstRecord[], wish: LayoutWish): NextItemError {
  // The split with the most columns is the likely one.
  const best = tried.reduce((a, b) => (b.names.length > a.names.length ? b : a));
  const shown = best.names.slice(0, 30).map((name) => JSON.stringify(name.slice(0, 60)));
  const seen = `the file's columns are ${shown.join(', ')}`;
  if (wish.mapping !== undefined) {
    const missing = missingColumns(best, wish.mapping);
    if (missing.length > 0) {
      const names = missing.map((name) => JSON.stringify(name)).join(', ');
      return new NextItemError(
        'source_unreadable',
        `the mapping names columns that are not there: ${names}; ${seen}`,
        path,
      );
    }
  }
  const needed =
    wish.preset === undefined
      ? 'no preset fits them: name a preset, or map at least the item and the session or user'
      : `preset ${wish.preset} needs ${PRESET_COLUMNS[wish.preset]}`;
  return new NextItemError('source_unreadable', `${seen}; ${needed}`, path);
}
