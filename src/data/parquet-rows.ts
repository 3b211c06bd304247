import { type DuckDBBlobVector, type DuckDBConnection } from '@duckdb/node-api';
import { NextItemError } from '../errors.js';
import { sqlName, sqlString } from './duckdb.js';
import { columnsOf, type Field, FIELDS } from './event-mapping.js';
import { type RowReading } from './row-readers.js';

/** Between the values of a row; an id may not have control characters anyway. */
const SEPARATOR = 31;

/** The columns of a Parquet file with their DuckDB types. @throws `source_unreadable` */
export async function parquetColumns(
  connection: DuckDBConnection,
  path: string,
): Promise<Map<string, string>> {
  try {
    const sql = `DESCRIBE SELECT * FROM read_parquet(${sqlString(path)})`;
    const rows = (await connection.runAndReadAll(sql)).getRows();
    return new Map(rows.map(([name, type]) => [String(name), String(type)]));
  } catch (cause) {
    throw new NextItemError(
      'source_unreadable',
      `not a readable Parquet file: ${(cause as Error).message}`,
      path,
      { cause },
    );
  }
}

/**
 * Reads a Parquet file's rows in their order. DuckDB joins the mapped columns of a row to one blob, because one native
 * call a row is several times faster than one a value.
 * @param types the file's columns, see {@link parquetColumns}
 */
export async function readParquetRows(
  connection: DuckDBConnection,
  types: ReadonlyMap<string, string>,
  reading: RowReading,
): Promise<void> {
  const { path, layout, intake } = reading;
  const fields = FIELDS.filter((field) => columnsOf(layout.mapping, field).length > 0);
  const values = fields.map((field) => {
    const tried = columnsOf(layout.mapping, field).map((name) => asText(field, name, types.get(name)!));
    return `coalesce(${tried.map((text) => `nullif(${text}, '')`).join(', ')}, '')`;
  });
  const sql = `SELECT encode(concat_ws(chr(${SEPARATOR}), ${values.join(', ')})) FROM read_parquet(${sqlString(path)})`;
  const numbers = fields.map((field) => FIELDS.indexOf(field));
  let line = 0;
  try {
    const result = await connection.stream(sql);
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      reading.signal?.throwIfAborted();
      const rows = chunk.getColumnVector(0) as DuckDBBlobVector;
      for (let i = 0; i < chunk.rowCount; i++) {
        line++;
        const bytes = rows.getItemBytes(i)!;
        const parts = splitRow(bytes, numbers, intake.starts, intake.ends);
        const reason = parts === numbers.length ? intake.accept(bytes) : 'bad_id';
        if (reason !== null) reading.reject(reason, line, () => rawRow(bytes, fields));
      }
    }
  } catch (cause) {
    if (cause instanceof NextItemError || reading.signal?.aborted) throw cause;
    throw new NextItemError(
      'source_unreadable',
      `the Parquet data is damaged: ${(cause as Error).message}`,
      path,
      { cause },
    );
  }
}

/** Sets each field's range; returns how many parts the row has. */
function splitRow(
  bytes: Uint8Array,
  fields: readonly number[],
  starts: Int32Array,
  ends: Int32Array,
): number {
  starts.fill(0);
  ends.fill(0);
  let part = 0;
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== SEPARATOR) continue;
    if (part < fields.length) {
      starts[fields[part]!] = start;
      ends[fields[part]!] = at;
    }
    part++;
    start = at + 1;
  }
  return part;
}

/** An SQL text of a column, in a form that the intake reads: times in milliseconds, whole numbers without `.0`. */
function asText(field: Field, name: string, type: string): string {
  const column = sqlName(name);
  if (/^(TIMESTAMP|DATE)/.test(type)) return `strftime(${column}::TIMESTAMP, '%Y-%m-%d %H:%M:%S.%g')`;
  // Tools write whole numbers as floating point as soon as one is missing.
  if (/^(FLOAT|DOUBLE)/.test(type) && field !== 'price') {
    return `CASE WHEN ${column} = floor(${column}) THEN ${column}::HUGEINT::VARCHAR ELSE ${column}::VARCHAR END`;
  }
  if (/^(FLOAT|DOUBLE)/.test(type)) return `${column}::DECIMAL(18, 4)::VARCHAR`;
  if (type === 'BLOB') return `decode(${column})`;
  return `${column}::VARCHAR`;
}

function rawRow(bytes: Uint8Array, fields: readonly Field[]): string {
  const values = new TextDecoder().decode(bytes).split(String.fromCharCode(SEPARATOR));
  return JSON.stringify(Object.fromEntries(fields.map((field, i) => [field, values[i]])));
}
