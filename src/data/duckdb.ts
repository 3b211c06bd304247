import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection } from '@duckdb/node-api';

export interface DuckDbOptions {
  /** DuckDB's own limit, such as `2GB`; beyond it, it spills to its temporary folder. */
  readonly memoryLimit?: string;
  /** Where the temporary folder is made; the system's own place by default. */
  readonly tempDir?: string;
}

const DEFAULT_MEMORY_LIMIT = '2GB';

/**
 * Runs `work` on an in-memory DuckDB that loads no extensions from anywhere and may spill to a temporary folder; both
 * are gone afterwards, also when `work` fails. The library is loaded on first use, since serving never needs it.
 */
export async function withDuckDb<T>(
  options: DuckDbOptions,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const folder = await mkdtemp(join(options.tempDir ?? tmpdir(), 'nextitem-duckdb-'));
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: options.memoryLimit ?? DEFAULT_MEMORY_LIMIT,
      temp_directory: folder,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    try {
      const connection = await instance.connect();
      try {
        return await work(connection);
      } finally {
        connection.closeSync();
      }
    } finally {
      instance.closeSync();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A string as an SQL literal. */
export function sqlString(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
