import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { type EventTable } from '../../data/event-table.js';
import { NextItemError } from '../../errors.js';
import { type FlatSettings } from './search-space.js';
import { settingsKey } from './unit-space.js';

/** What a run of the tuner is about; a journal of another one is not continued. Compared as JSON. */
export type JournalIdentity = Readonly<Record<string, unknown>>;

/** One measurement of one trial. */
export interface JournalEntry {
  readonly trial: number;
  /** 0 for the smallest budget. */
  readonly rung: number;
  readonly settings: FlatSettings;
  /** null for settings that do not work: {@link problem} says why. */
  readonly hr: number | null;
  readonly mrr: number | null;
  readonly questions: number;
  /** How long it took, milliseconds. */
  readonly tookMs: number;
  readonly problem?: string;
}

/** Raised when the meaning of entries changes. */
const FORMAT = 1;

/**
 * The measurements of a tuning run, one line of JSON each, on disk before the next one begins. What a crash or Ctrl-C cuts
 * off is at most the last line; reading drops it, and the run goes on from there.
 */
export class TrialJournal {
  private readonly entries = new Map<string, JournalEntry>();

  private constructor(
    readonly path: string,
    private readonly file: number,
  ) {}

  /**
   * Opens a journal, or begins one where there is none. Its folder must exist.
   *
   * @throws NextItemError `journal_mismatch` when it is of another run, or no journal at all
   */
  static open(path: string, identity: JournalIdentity): TrialJournal {
    const head = { nextitem: 'tuning journal', format: FORMAT, ...identity };
    const bytes = readIfThere(path);
    const complete = bytes.lastIndexOf(0x0a) + 1;
    const lines = bytes.subarray(0, complete).toString('utf8').split('\n').slice(0, -1);
    // A file without one whole line that is not the beginning of ours is somebody else's.
    if (lines.length === 0 && !JSON.stringify(head).startsWith(bytes.toString('utf8')))
      throw new NextItemError('journal_mismatch', 'the file is not a tuning journal', path);
    if (lines.length > 0) checkHead(lines[0]!, head, path);
    if (complete < bytes.length) truncateSync(path, complete);

    const journal = new TrialJournal(path, openSync(path, 'a'));
    if (lines.length === 0) journal.write(head);
    lines.slice(1).forEach((line, n) => {
      const entry = parse(line) as JournalEntry | null;
      if (entry === null || typeof entry.trial !== 'number' || typeof entry.rung !== 'number')
        throw new NextItemError('journal_mismatch', `line ${n + 2} is not a measurement`, path);
      journal.entries.set(`${entry.trial}/${entry.rung}`, entry);
    });
    return journal;
  }

  /** Measurements in it. */
  get size(): number {
    return this.entries.size;
  }

  /**
   * What was measured, or null.
   *
   * @throws NextItemError `journal_mismatch` when this trial had other settings: another version proposed them
   */
  find(trial: number, rung: number, settings: FlatSettings): JournalEntry | null {
    const entry = this.entries.get(`${trial}/${rung}`);
    if (entry === undefined) return null;
    if (settingsKey(entry.settings) !== settingsKey(settings)) {
      throw new NextItemError(
        'journal_mismatch',
        `trial ${trial} has other settings than this version of nextitem would try`,
        this.path,
      );
    }
    return entry;
  }

  /** On disk when it returns. */
  append(entry: JournalEntry): void {
    this.write(entry);
    this.entries.set(`${entry.trial}/${entry.rung}`, entry);
  }

  close(): void {
    closeSync(this.file);
  }

  private write(line: object): void {
    writeSync(this.file, `${JSON.stringify(line)}\n`);
    fsyncSync(this.file);
  }
}

/** A short name for what was tuned on: other events, other order, other split, other name. */
export function dataFingerprint(events: EventTable): string {
  const hash = createHash('sha256');
  const { sessionOffsets, itemIndex, eventType, timestampMs, split, items } = events;
  for (const column of [sessionOffsets, itemIndex, eventType, timestampMs, split, items.bytes]) {
    hash.update(column === null ? 'none' : `${column.length}:`);
    if (column !== null) hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

function checkHead(line: string, expected: JournalIdentity, path: string): void {
  const found = parse(line) as JournalIdentity | null;
  if (found === null || found['nextitem'] !== expected['nextitem'])
    throw new NextItemError('journal_mismatch', 'the file is not a tuning journal', path);
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
  const differing = keys.filter((key) => JSON.stringify(found[key]) !== JSON.stringify(expected[key]));
  if (differing.length === 0) return;
  const described = differing.map((key) => {
    const [was, is] = [shown(found[key]), shown(expected[key])];
    return is.length + was.length > 120 ? `${key} differs` : `${key} was ${was}, is now ${is}`;
  });
  throw new NextItemError('journal_mismatch', described.join('; '), path);
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}
