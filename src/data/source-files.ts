import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { NextItemError } from '../errors.js';
import { withDuckDb } from './duckdb.js';

const DATA_FILE = /\.(csv|tsv|txt|dat|jsonl|ndjson|json|parquet)(\.gz)?$/i;
const READ_BYTES = 1 << 20; // 1 MiB: below it the cost of a read shows, above it nothing is won

/** What a file holds, by its content and not by its name. */
export type FileFormat = 'parquet' | 'json' | 'delimited';

/**
 * The files that paths, folders and globs (`*`, `**`, `?`, `[a-z]`) name, without repetition. A folder stands for the
 * data files directly in it, a glob for what it matches; both sorted by name.
 * @throws `source_not_found` when one of them names no file
 */
export async function findFiles(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    const files = await filesOf(path);
    if (files.length === 0) throw new NextItemError('source_not_found', `"${path}" names no data file`);
    for (const file of files) found.add(file);
  }
  if (found.size === 0) throw new NextItemError('source_not_found', 'no path was given');
  return [...found];
}

async function filesOf(path: string): Promise<string[]> {
  // What exists is taken as it is, whatever characters its name has.
  const info = await stat(path).catch(() => null);
  if (info?.isDirectory()) {
    const names = (await readdir(path)).filter((name) => DATA_FILE.test(name) && !name.startsWith('.'));
    return names.sort().map((name) => join(path, name));
  }
  if (info !== null) return [path];
  if (!/[*?[]/.test(path)) return [];
  return withDuckDb({}, async (connection) => {
    const reader = await connection.runAndReadAll('SELECT file FROM glob($1)', [path]);
    return reader
      .getRows()
      .map(([file]) => String(file))
      .sort();
  });
}

/**
 * The file's bytes, unzipped if it is gzipped, in pieces that are only valid until the next one is asked for.
 * @param onRead called with the bytes read from the disk so far
 * @throws `source_unreadable` when the file cannot be read or its gzip data is damaged or cut off
 */
export async function* readBytes(path: string, onRead?: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let pipeline: { destroy(): void } | undefined;
  try {
    const zipped = await isGzip(path);
    const file = createReadStream(path, { highWaterMark: READ_BYTES });
    const bytes = zipped ? file.pipe(createGunzip({ chunkSize: READ_BYTES })) : file;
    // pipe() does not pass errors on.
    if (zipped) file.on('error', (error) => bytes.destroy(error));
    pipeline = { destroy: () => (file.destroy(), bytes.destroy()) };
    for await (const chunk of bytes) {
      onRead?.(file.bytesRead);
      yield chunk as Uint8Array;
    }
  } catch (error) {
    if (error instanceof NextItemError) throw error;
    throw new NextItemError('source_unreadable', readFailure(error), path, { cause: error });
  } finally {
    pipeline?.destroy();
  }
}

/** The format by the file's first bytes (of the unzipped content). @throws `source_unreadable` for UTF-16 text */
export async function sniffFormat(path: string): Promise<FileFormat> {
  const head = await readHead(path, 4096);
  const [a, b] = head;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw new NextItemError('source_unreadable', 'the file is UTF-16; convert it to UTF-8', path);
  }
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  return /^(\xef\xbb\xbf)?\s*\{/.test(head.toString('latin1')) ? 'json' : 'delimited';
}

/** The first `size` bytes of the (unzipped) content, or all of it. */
export async function readHead(path: string, size: number): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for await (const chunk of readBytes(path)) {
    head = Buffer.concat([head, chunk.subarray(0, size)]);
    if (head.length >= size) break;
  }
  return head.subarray(0, size);
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const magic = new Uint8Array(2);
    const { bytesRead } = await file.read(magic, 0, 2, 0);
    return bytesRead === 2 && magic[0] === 0x1f && magic[1] === 0x8b;
  } finally {
    await file.close();
  }
}

function readFailure(error: unknown): string {
  const code = (error as { code?: string }).code ?? '';
  if (code === 'Z_BUF_ERROR') return 'the gzip data is cut off: the file is incomplete';
  if (code.startsWith('Z_')) return `the gzip data is damaged (${code})`;
  return String((error as Error).message ?? error);
}
