import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SessionEvent } from '../domain/event.js';
import { type Clock, DAY_MS } from '../domain/time.js';
import { type ServedFeatures } from './contract.js';

/** One recommendation with everything it was made from. */
export interface FeatureRecord {
  readonly recommendationId: string;
  readonly sessionId: string;
  readonly userId?: string;
  readonly servedAtMs: number;
  readonly modelVersion: string;
  /** The session's events as the model saw them. */
  readonly events: readonly SessionEvent[];
  readonly served: ServedFeatures;
}

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
   * writes at this moment is given time to finish, then the files are gone through once more.
   */
  async erase(of: { readonly sessionIds: readonly string[]; readonly userId?: string }): Promise<void> {
    const sessions = new Set(of.sessionIds);
    const keep = (record: { sessionId: string; userId?: string }) =>
      !sessions.has(record.sessionId) && (of.userId === undefined || record.userId !== of.userId);
    this.waiting = this.waiting.filter(keep);
    await this.flush();
    await this.rewrite(keep);
    await new Promise((resolve) => setTimeout(resolve, 3 * FLUSH_MS));
    await this.rewrite(keep);
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
      await appendFile(
        join(dir, `${day}-${process.pid}.jsonl`),
        records.map((record) => `${encode(record)}\n`).join(''),
      );
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

  private async rewrite(keep: (record: { sessionId: string; userId?: string }) => boolean): Promise<void> {
    const { dir } = this.options;
    for (const name of await featureLogFiles(dir)) {
      const path = join(dir, name);
      const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
      const kept = lines.filter((line) => {
        const record = JSON.parse(line) as { session_id: string; user_id?: string };
        return keep({
          sessionId: record.session_id,
          ...(record.user_id === undefined ? {} : { userId: record.user_id }),
        });
      });
      if (kept.length === lines.length) continue;
      await writeFile(`${path}.tmp`, kept.map((line) => `${line}\n`).join(''));
      await rename(`${path}.tmp`, path);
    }
  }
}

/** Names of the log's files, oldest first; none if the folder is not there. */
export async function featureLogFiles(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => name.endsWith('.jsonl')).sort();
}

/** All records of a feature log, in the order they were written per file. A last line cut off by a crash is left out. */
export async function* readFeatureLog(dir: string): AsyncGenerator<FeatureRecord> {
  for (const name of await featureLogFiles(dir)) {
    const text = await readFile(join(dir, name), 'utf8');
    for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n'))
      if (line !== '') yield decode(line);
  }
}

/** Arrays as base64 of their little-endian bytes: exact, and a third of the size of decimal numbers. */
function encode(record: FeatureRecord): string {
  const { served } = record;
  return JSON.stringify({
    recommendation_id: record.recommendationId,
    session_id: record.sessionId,
    user_id: record.userId,
    served_at: record.servedAtMs,
    model_version: record.modelVersion,
    events: record.events.map(({ itemId, eventType, timestampMs }) => [itemId, eventType, timestampMs]),
    item_ids: served.itemIds,
    features: base64(served.features),
    raw_scores: base64(served.rawScores),
  });
}

function decode(line: string): FeatureRecord {
  const record = JSON.parse(line) as Record<string, never> & {
    events: [string, SessionEvent['eventType'], number][];
  };
  return {
    recommendationId: record.recommendation_id!,
    sessionId: record.session_id!,
    servedAtMs: record.served_at!,
    modelVersion: record.model_version!,
    events: record.events.map(([itemId, eventType, timestampMs]) => ({ itemId, eventType, timestampMs })),
    served: {
      itemIds: record.item_ids!,
      features: new Float32Array(bytes(record.features!)),
      rawScores: new Float64Array(bytes(record.raw_scores!)),
    },
  };
}

function base64(array: Float32Array | Float64Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
}

function bytes(text: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(text, 'base64')).buffer;
}
