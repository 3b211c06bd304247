import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { NextItemError } from '../errors.js';
import { type RejectLog } from './reject-log.js';
import { DelimitedScanner } from './text-scanner.js';

/** One row of a table: the asked-for columns' values, blanks cut off, and how to refuse the row. */
export type OnTableRow = (
  values: string[],
  reject: (reason: Parameters<RejectLog['reject']>[0]) => void,
) => void;

/** The path of a table's CSV file in a folder, plain or gzipped; null if it is not there. */
export async function findTable(folder: string, name: string): Promise<string | null> {
  for (const path of [join(folder, `${name}.csv`), join(folder, `${name}.csv.gz`)]) {
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return null;
}

/**
 * Reads some columns of a comma-separated file with a header, row by row, as strings: for tables of up to a few million
 * rows. Broken lines go to `rejects`.
 * @throws `source_unreadable` when a column is missing or the file cannot be read; `source_empty` without a row
 */
export async function readTable(
  path: string,
  columns: readonly string[],
  rejects: RejectLog,
  onRow: OnTableRow,
  signal?: AbortSignal,
): Promise<void> {
  let numbers: number[] | null = null;
  let width = 0;
  let rows = 0;
  const reject: Parameters<OnTableRow>[1] = (reason) =>
    rejects.reject(reason, path, scanner.line, () => scanner.raw());
  const scanner: DelimitedScanner = new DelimitedScanner(
    ',',
    (buffer, starts, ends, count) => {
      const text = (column: number) =>
        Buffer.from(buffer.buffer, buffer.byteOffset).toString('utf8', starts[column], ends[column]).trim();
      if (numbers === null) {
        const names = Array.from({ length: count }, (_, column) => text(column));
        width = count;
        numbers = columns.map((name) => names.indexOf(name));
        const missing = columns.filter((name) => !names.includes(name));
        if (missing.length > 0) {
          throw new NextItemError(
            'source_unreadable',
            `the column ${missing.join(', ')} is missing; there are ${names.join(', ')}`,
            path,
          );
        }
        return;
      }
      rows++;
      if (count !== width) reject('wrong_column_count');
      else onRow(numbers.map(text), reject);
    },
    reject,
  );
  await scanner.scan(path, undefined, signal);
  if (numbers === null || rows === 0) throw new NextItemError('source_empty', 'the table has no row', path);
}
