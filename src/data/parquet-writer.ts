import { rename, rm } from 'node:fs/promises';
import {
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  DOUBLE,
  FLOAT,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';

/** A column of a Parquet file. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'float' | 'double';
  /** The value of a row; null and NaN are written as missing. */
  readonly value: (row: number) => string | number | null;
}

const TYPES: Record<ParquetColumn['type'], DuckDBType> = {
  string: VARCHAR,
  integer: INTEGER,
  float: FLOAT,
  double: DOUBLE,
};

/** Rows of one DuckDB vector. */
const CHUNK_ROWS = 2048;

/**
 * Writes a Parquet file (Zstandard), rows in order. The file appears complete or not at all.
 *
 * @param columns at least one
 * @param rows number of rows; 0 gives a file with the columns only
 */
export async function writeParquet(
  path: string,
  columns: readonly ParquetColumn[],
  rows: number,
): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const temporary = `${path}.tmp-${process.pid}`;
  try {
    const definitions = columns.map(({ name, type }) => `${quote(name, '"')} ${TYPES[type].toString()}`);
    await connection.run(`CREATE TABLE t (${definitions.join(', ')})`);
    const appender = await connection.createAppender('t');
    const types = columns.map(({ type }) => TYPES[type]);
    for (let first = 0; first < rows; first += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rows - first);
      const chunk = DuckDBDataChunk.create(types, count);
      chunk.setColumns(
        columns.map(({ value }) => Array.from({ length: count }, (_, i) => known(value(first + i)))),
      );
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    await connection.run(`COPY t TO ${quote(temporary, "'")} (FORMAT parquet, COMPRESSION zstd)`);
    await rename(temporary, path);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(temporary, { force: true });
  }
}

function known(value: string | number | null): DuckDBValue {
  return typeof value === 'number' && Number.isNaN(value) ? null : value;
}

function quote(text: string, mark: string): string {
  return mark + text.replaceAll(mark, mark + mark) + mark;
}
