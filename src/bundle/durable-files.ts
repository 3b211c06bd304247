import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { NextItemError } from '../errors.js';
import { DAY_MS } from '../domain/time.js';

const TEMP_PATTERN = /^\.tmp-(\d+)-([0-9a-f]{8})-/;

/** Several machines may share a folder, and a process id means something only on its own one. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** A temporary of another machine is taken for abandoned after this long. */
const FOREIGN_TEMP_MAX_AGE_MS = DAY_MS;

/** Throws `interrupted` if the signal was given. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new NextItemError('interrupted', what, undefined, { cause: signal.reason });
}

/** Makes a folder's own entries durable: names created or renamed in it survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows cannot sync folders
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a file's content durable. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a new file and makes its content durable. Throws if the file exists. */
export async function writeNewFile(path: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A name for something unfinished in a folder; {@link sweepTemporaries} knows it again. */
export function temporaryName(label: string): string {
  return `.tmp-${process.pid}-${HOST}-${randomBytes(4).toString('hex')}-${label}`;
}

/** Replaces a file in one step: a reader sees the old content or the new, and after a crash one of the two is there. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), temporaryName('file'));
  try {
    await writeNewFile(temporary, content);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Runs `work` with a fresh folder inside `parent` (made if needed) and removes the folder afterwards, whatever happened.
 * What should stay is renamed out of it by `work`. Temporaries of dead processes in `parent` are swept first.
 */
export async function withTemporaryFolder<T>(
  parent: string,
  label: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  await mkdir(parent, { recursive: true });
  await sweepTemporaries(parent);
  const folder = join(parent, temporaryName(label));
  await mkdir(folder);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what processes that no longer run left unfinished in a folder; returns the removed names. */
export async function sweepTemporaries(parent: string): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(parent)) {
    const match = TEMP_PATTERN.exec(name);
    if (match === null || !(await isAbandoned(join(parent, name), Number(match[1]), match[2]!))) continue;
    await rm(join(parent, name), { recursive: true, force: true });
    removed.push(name);
  }
  return removed;
}

async function isAbandoned(path: string, pid: number, host: string): Promise<boolean> {
  let changedMs: number;
  try {
    changedMs = (await stat(path)).mtimeMs;
  } catch {
    return false; // its owner removed it just now
  }
  if (host !== HOST) return Date.now() - changedMs > FOREIGN_TEMP_MAX_AGE_MS;
  // In a container every start has the same process id, so what is older than this process belongs to a former one.
  if (pid === process.pid) return changedMs < Date.now() - process.uptime() * 1000 - 1000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
