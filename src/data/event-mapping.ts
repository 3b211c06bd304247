import { readFile } from 'node:fs/promises';
import { EVENT_TYPES, type EventType } from '../domain/event.js';
import { NextItemError } from '../errors.js';
import { TIME_UNITS, type TimeUnit } from './parse-time.js';

/** What a column can mean. The position is the field's number in {@link RowIntake}. */
export const FIELDS = [
  'session', // session id
  'user', // user id; without a session column, sessions are cut from it
  'item', // item id; the only one that must be there, with a session or a user
  'time', // when it happened; without it the clock is ordinal
  'timeOffsetMs', // milliseconds to add to the time (Diginetica's time within the day)
  'type', // event type
  'order', // number that orders a session's events; only looked at without a time
  'split', // train or test, for the whole session
  'eventId', // a second event of the session with the same id is left out
  'category',
  'brand',
  'seller',
  'title',
  'price', // in the shop's currency; 0 or less means unknown
] as const;

export type Field = (typeof FIELDS)[number];

/** Which column means what, and how its values are to be read. */
export interface EventMapping {
  /** Column names by field. Of several names the first whose value is not empty counts. */
  readonly columns: Readonly<Partial<Record<Field, string | readonly string[]>>>;
  /** The type of every event, for sources without a type column; `view` if neither is given. */
  readonly constantType?: EventType;
  /** Further event types by the source's name (any case) on top of the known ones; `drop` leaves such rows out. */
  readonly types?: Readonly<Record<string, EventType | 'drop'>>;
  /** What a number in the time column means. Default `auto`. Dates are understood with any unit. */
  readonly timeUnit?: TimeUnit;
  /** One character; found by itself when left out. */
  readonly delimiter?: string;
  /** The columns' names, for a delimited file without a header. */
  readonly header?: readonly string[];
  /** Category values that mean none. */
  readonly noCategory?: readonly string[];
}

/** The columns that stand for a field, in the order they are tried. */
export function columnsOf(mapping: EventMapping, field: Field): readonly string[] {
  const columns = mapping.columns[field];
  return columns === undefined ? [] : typeof columns === 'string' ? [columns] : columns;
}

/** `second` on top of `first`, column by column. */
export function mergeMappings(first: EventMapping, second: EventMapping): EventMapping {
  return {
    ...first,
    ...second,
    columns: { ...first.columns, ...second.columns },
    types: { ...first.types, ...second.types },
  };
}

/**
 * Reads a mapping from a JSON file, an object like {@link EventMapping}:
 * `{"columns": {"session": "visit", "item": "sku", "time": "at"}, "types": {"detail": "view"}}`.
 * @throws `invalid_option` naming every mistake
 */
export async function readMappingFile(path: string): Promise<EventMapping> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new NextItemError('source_not_found', 'the mapping file cannot be read', path, { cause });
  });
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw new NextItemError(
      'invalid_option',
      `the mapping is not valid JSON: ${(cause as Error).message}`,
      path,
      { cause },
    );
  }
  return checkMapping(value, path);
}

/** Checks a mapping that came from outside. @throws `invalid_option` naming every mistake */
export function checkMapping(value: unknown, where?: string): EventMapping {
  const mistakes: string[] = [];
  if (isObject(value)) {
    for (const [key, part] of Object.entries(value)) {
      const check = MAPPING_CHECKS[key as keyof EventMapping];
      if (check === undefined)
        mistakes.push(`"${key}" is not known; use ${Object.keys(MAPPING_CHECKS).join(', ')}`);
      else mistakes.push(...check(part));
    }
    if (value.columns === undefined) mistakes.push('"columns" is missing');
  } else mistakes.push('a mapping is a JSON object');
  if (mistakes.length > 0) throw new NextItemError('invalid_option', mistakes.join('; '), where);
  return value as EventMapping;
}

const DROPPABLE = [...EVENT_TYPES, 'drop'];

const MAPPING_CHECKS: Record<keyof EventMapping, (value: unknown) => string[]> = {
  columns: (value) => {
    if (!isObject(value)) return ['"columns" is an object of field and column name'];
    return Object.entries(value).flatMap(([field, columns]) => {
      if (!FIELDS.includes(field as Field))
        return [`"columns.${field}" is not a field; use ${FIELDS.join(', ')}`];
      return isName(columns) || isNames(columns)
        ? []
        : [`"columns.${field}" is a column name or a list of them`];
    });
  },
  constantType: (value) => oneOf('constantType', value, EVENT_TYPES),
  types: (value) => {
    if (!isObject(value)) return ['"types" is an object of source type and event type'];
    return Object.entries(value).flatMap(([name, type]) => oneOf(`types.${name}`, type, DROPPABLE));
  },
  timeUnit: (value) => oneOf('timeUnit', value, TIME_UNITS),
  delimiter: (value) =>
    typeof value === 'string' && /^[\t -~]$/.test(value) && value !== '"'
      ? []
      : ['"delimiter" is one ASCII character'],
  header: (value) => (isNames(value) ? [] : ['"header" is a list of column names']),
  noCategory: (value) =>
    Array.isArray(value) && value.every((v) => typeof v === 'string')
      ? []
      : ['"noCategory" is a list of texts'],
};

function oneOf(name: string, value: unknown, allowed: readonly string[]): string[] {
  return allowed.includes(value as string) ? [] : [`"${name}" is one of ${allowed.join(', ')}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isName);
}
