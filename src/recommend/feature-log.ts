import { appendFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, DAY_MS } from '../domain/time.js';
import { readLines } from '../sessions/event-log-segments.js';
import { decodeFeatureRecord, encodeFeatureRecord, type FeatureRecord } from './feature-log-record.js';

export { type FeatureRecord } from './feature-log-record.js';

export interface FeatureLogOptions {
  readonly dir: string;
  readonly retentionDays: number;
  readonly clock: Clock;
  /** Told of every record that had to be dropped. */
  readonly onDrop: () => void;
}

/** Records waiting for the disk; more than this are dropped rather than kept in memory. */
const MAX_WAITING = 1000;
const FLUSH_MS = 100;

/**
 * The feature log: JSON lines, one file a day and process, for replaying what was served. It never delays an answer: it
 * is written in the background, and drops records when the disk cannot follow.
 */
export class FeatureLog {
  private waiting: FeatureRecord[] = [];
  private writing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | null = null;
  private lastCleaning = 0;
  private hasWritten = false;

  constructor(private readonly options: FeatureLogOptions) {}

  /** Takes a record; returns at once. */
  add(record: FeatureRecord): void {
    if (this.waiting.length >= MAX_WAITING) {
      this.options.onDrop();
      return;
    }
    this.waiting.push(record);
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Resolves when everything taken so far is written or dropped. */
  flush(): Promise<void> {
    this.timer = null;
    const records = this.waiting;
    this.waiting = [];
    this.writing = this.writing.then(() => this.write(records));
    return this.writing;
  }

  /**
   * Removes the records of sessions or of a user: those waiting, and those in the files of all processes. A process that
   * writes at this moment is given time to finish, then the files are gone through once more. Returns how many there were.
   */
  async erase(of: { readonly sessionIds: readonly string[]; readonly userId?: string }): Promise<number> {
    const sessions = new Set(of.sessionIds);
    const keep: Keep = (record) =>
      !sessions.has(record.sessionId) && (of.userId === undefined || record.userId !== of.userId);
    const waiting = this.waiting.length;
    this.waiting = this.waiting.filter(keep);
    const dropped = waiting - this.waiting.length;
    await this.flush();
    const first = await this.rewrite(keep);
    await new Promise((resolve) => setTimeout(resolve, 3 * FLUSH_MS));
    return dropped + first + (await this.rewrite(keep));
  }

  async close(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    await this.flush();
  }

  private async write(records: readonly FeatureRecord[]): Promise<void> {
    if (records.length === 0) return;
    const { dir, clock, onDrop } = this.options;
    const day = new Date(clock()).toISOString().slice(0, 10);
    try {
      await mkdir(dir, { recursive: true });
      // Opened for each batch, so that an erasure by another process can replace the file in between.
      // The empty line at first ends one that an earlier process with this id may have left torn.
      const lines = records.map((record) => `${encodeFeatureRecord(record)}\n`);
      await appendFile(
        join(dir, `${day}-${process.pid}.jsonl`),
        (this.hasWritten ? '' : '\n') + lines.join(''),
      );
      this.hasWritten = true;
      await this.cleanUp();
    } catch {
      records.forEach(onDrop);
    }
  }

  private async cleanUp(): Promise<void> {
    const { dir, clock, retentionDays } = this.options;
    if (clock() - this.lastCleaning < DAY_MS / 24) return;
    this.lastCleaning = clock();
    const oldest = new Date(clock() - retentionDays * DAY_MS).toISOString().slice(0, 10);
    for (const name of await featureLogFiles(dir))
      if (name.slice(0, 10) < oldest) await rm(join(dir, name), { force: true });
  }

  /** Keeps only some records of all files, and no damaged lines; returns how many records it left out. */
  private async rewrite(keep: Keep): Promise<number> {
    const { dir } = this.options;
    let removed = 0;
    for (const name of await featureLogFiles(dir)) {
      const path = join(dir, name);
      let changes = 0;
      for await (const line of linesOf(path)) {
        const record = decodeFeatureRecord(line);
        if (record !== null && keep(record)) continue;
        changes++;
        if (record !== null) removed++;
      }
      if (changes > 0) await rewriteFile(path, keep);
    }
    return removed;
  }
}

async function rewriteFile(path: string, keep: Keep): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const target = await open(temporary, 'w');
  try {
    for await (const line of linesOf(path)) {
      const record = decodeFeatureRecord(line);
      if (record !== null && keep(record)) await target.writeFile(Buffer.concat([line, LINE_END]));
    }
  } finally {
    await target.close();
  }
  await rename(temporary, path);
}

type Keep = (record: Pick<FeatureRecord, 'sessionId' | 'userId'>) => boolean;

const LINE_END = Buffer.from('\n');

/** Names of the log's files, oldest first; none if the folder is not there. */
export async function featureLogFiles(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => name.endsWith('.jsonl')).sort();
}

/**
 * All records of a feature log, in the order they were written per file, one at a time: files may be larger than memory.
 * Lines that a crash tore are left out.
 *
 * @param onDamagedLine called for each line that cannot be read, with its file's name
 */
export async function* readFeatureLog(
  dir: string,
  onDamagedLine?: (file: string) => void,
): AsyncGenerator<FeatureRecord> {
  for (const name of await featureLogFiles(dir)) {
    for await (const line of linesOf(join(dir, name))) {
      const record = decodeFeatureRecord(line);
      if (record === null) onDamagedLine?.(name);
      else yield record;
    }
  }
}

/** The complete lines of a file but the empty ones; none if it is gone. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return;
  try {
    for await (const lines of readLines(handle)) for (const line of lines) if (line.length > 0) yield line;
  } finally {
    await handle.close();
  }
}
