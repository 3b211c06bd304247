import { NextItemError } from '../errors.js';
import { columnsOf, type EventMapping, FIELDS } from './event-mapping.js';
import { type FileLayout } from './file-layout.js';
import { type RejectReason } from './reject-log.js';
import { type RowIntake } from './row-intake.js';
import { DelimitedScanner, JsonLinesScanner } from './text-scanner.js';

/** How one file's rows get into the intake. */
export interface RowReading {
  readonly path: string;
  readonly layout: FileLayout;
  readonly intake: RowIntake;
  /** Called for each row that is refused. @param raw the row's text, made only when it is asked for */
  readonly reject: (reason: RejectReason, line: number, raw: () => string) => void;
  /** Called for rows left out on purpose. */
  readonly drop: (what: string) => void;
  /** Called with the bytes read from the disk so far (Parquet: never). */
  readonly onRead?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

/** Reads CSV, TSV and the like. */
export async function readDelimitedRows(reading: RowReading): Promise<void> {
  const { layout, intake } = reading;
  const columns = columnNumbers(layout);
  const width = layout.columnNames.length;
  let awaitsHeader = layout.hasHeader;
  let header = '';
  const refuse = (reason: RejectReason) => {
    if (awaitsHeader) {
      throw new NextItemError(
        'source_unreadable',
        `the header cannot be read (${reason})`,
        `${reading.path}:${scanner.line}`,
      );
    }
    // Files glued together with `cat` bring their headers along.
    if (header !== '' && scanner.raw() === header) reading.drop('repeated_header');
    else reading.reject(reason, scanner.line, () => scanner.raw());
  };
  const scanner: DelimitedScanner = new DelimitedScanner(
    layout.delimiter,
    (buffer, starts, ends, count) => {
      if (awaitsHeader) {
        awaitsHeader = false;
        header = scanner.raw();
        return;
      }
      if (count !== width) return refuse('wrong_column_count');
      for (let field = 0; field < FIELDS.length; field++) {
        intake.ends[field] = intake.starts[field] = 0;
        for (const column of columns[field]!) {
          intake.starts[field] = starts[column]!;
          intake.ends[field] = ends[column]!;
          if (ends[column]! > starts[column]!) break;
        }
      }
      const reason = intake.accept(buffer);
      if (reason !== null) refuse(reason);
    },
    refuse,
  );
  await scanner.scan(reading.path, reading.onRead, reading.signal);
}

/**
 * Reads JSON lines. An object with a list in `events` stands for one event per entry: the entry's keys count, and
 * where it lacks one, the object's own.
 */
export async function readJsonRows(reading: RowReading): Promise<void> {
  const { layout, intake } = reading;
  const row = new EncodedRow(intake);
  const names = FIELDS.map((field) => columnsOf(layout.mapping, field));
  const scanner: JsonLinesScanner = new JsonLinesScanner(
    (object) => {
      if (!Array.isArray(object.events)) return acceptObject(object, object);
      for (const event of object.events as unknown[]) {
        if (typeof event === 'object' && event !== null)
          acceptObject(event as Record<string, unknown>, object);
        else refuse('broken_line');
      }
    },
    (reason) => refuse(reason),
  );
  function refuse(reason: RejectReason, event?: object): void {
    const raw = () => (event === undefined ? scanner.raw() : JSON.stringify(event));
    reading.reject(reason, scanner.line, raw);
  }
  function acceptObject(event: Record<string, unknown>, session: Record<string, unknown>): void {
    row.clear();
    for (let field = 0; field < FIELDS.length; field++) {
      for (const name of names[field]!) {
        if (row.set(field, textOf(event[name] ?? session[name]))) break;
      }
    }
    const reason = intake.accept(row.bytes);
    if (reason !== null) refuse(reason, event === session ? undefined : event);
  }
  await scanner.scan(reading.path, reading.onRead, reading.signal);
}

/** Writes the intake's fields from strings, for formats whose rows are not bytes of a file. */
export class EncodedRow {
  bytes = new Uint8Array(1024);
  private used = 0;

  constructor(private readonly intake: RowIntake) {}

  clear(): void {
    this.used = 0;
    this.intake.starts.fill(0);
    this.intake.ends.fill(0);
  }

  /** Sets a field's value; false when it is empty. */
  set(field: number, value: string): boolean {
    if (value === '') return false;
    const needed = this.used + value.length * 3;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(needed * 2);
      grown.set(this.bytes.subarray(0, this.used));
      this.bytes = grown;
    }
    this.intake.starts[field] = this.used;
    this.used += encoder.encodeInto(value, this.bytes.subarray(this.used)).written;
    this.intake.ends[field] = this.used;
    return true;
  }
}

const encoder = new TextEncoder();

/** By field, the numbers of the columns that stand for it. */
export function columnNumbers(layout: { mapping: EventMapping; columnNames: readonly string[] }): number[][] {
  return FIELDS.map((field) =>
    columnsOf(layout.mapping, field).map((name) => layout.columnNames.indexOf(name)),
  );
}

/** A JSON value as the text a CSV file would have; nothing for null, lists and objects. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return '';
}
