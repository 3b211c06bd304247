import { hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { idText } from './event-codec.js';
import { loadErasures } from './event-log-erasures.js';
import { decodeRecord, encodeRecord, type LoggedEvent } from './event-log-record.js';
import { listSegments, openSegment, readLines } from './event-log-segments.js';

/**
 * The segment files of a log, oldest first; none if the folder does not exist. The files as they are: an event that was
 * sent again may be in them twice, an erased one may be in them for a moment, and the last line of a file may be torn.
 * {@link readEventLog} and {@link snapshotEventLog} know about all that.
 */
export async function readEventLogFiles(dir: string): Promise<string[]> {
  return (await listSegments(dir)).map(({ name }) => join(dir, name));
}

export interface ReadEventLogOptions {
  /** Called for each line that cannot be read, with its file name and its number from 1. */
  readonly onDamagedLine?: (file: string, line: number) => void;
}

/**
 * All events of a log, in batches, segment after segment; not sorted by time across segments. Without events that were
 * erased, without a torn last line, and with each event id once per session: a caller who got no answer sends an event
 * again, perhaps to another process, and each process logs what it is sent. Needs about 40 bytes per event id.
 */
export async function* readEventLog(
  dir: string,
  options: ReadEventLogOptions = {},
): AsyncGenerator<LoggedEvent[]> {
  const erasures = await loadErasures(dir);
  const seen = new SeenIds();
  for (const segment of await listSegments(dir)) {
    const handle = await openSegment(dir, segment);
    if (handle === null) continue;
    try {
      let lineNumber = 0;
      for await (const lines of readLines(handle)) {
        const events: LoggedEvent[] = [];
        for (const line of lines) {
          lineNumber++;
          const event = decodeRecord(line);
          if (event === null) options.onDamagedLine?.(segment.name, lineNumber);
          else if (erasures.covering(event).length === 0 && seen.isNew(event)) events.push(event);
        }
        if (events.length > 0) yield events;
      }
    } finally {
      await handle.close();
    }
  }
}

/** The sessions of a log in which an event names a user, also those that live no more. Reads all of the log. */
export async function sessionsOfUser(dir: string, userId: string): Promise<Set<string>> {
  const sessionIds = new Set<string>();
  for await (const events of readEventLog(dir))
    for (const event of events) if (event.userId === userId) sessionIds.add(event.sessionId);
  return sessionIds;
}

/**
 * Writes what {@link readEventLog} reads into one new JSON Lines file, for tools that read files, and returns the
 * number of events. Throws if the file exists.
 */
export async function snapshotEventLog(
  dir: string,
  path: string,
  options: ReadEventLogOptions = {},
): Promise<number> {
  const target = await open(path, 'wx');
  let count = 0;
  try {
    for await (const events of readEventLog(dir, options)) {
      await target.writeFile(events.map((event) => `${encodeRecord(event)}\n`).join(''));
      count += events.length;
    }
  } finally {
    await target.close();
  }
  return count;
}

/** Event ids that were seen, each as 53 bits of a hash: two of ten million ids are confused with a chance of 1 in 180. */
class SeenIds {
  // One JavaScript set holds at most 2^24 values.
  private readonly shards = Array.from({ length: 256 }, () => new Set<number>());

  isNew({ sessionId, eventId }: LoggedEvent): boolean {
    if (eventId === undefined) return true;
    const digest = hash('sha256', `${idText(sessionId)} ${idText(eventId)}`, 'buffer');
    const value = digest.readUIntBE(1, 6) * 32 + (digest[7]! & 31);
    const shard = this.shards[digest[0]!]!;
    if (shard.has(value)) return false;
    shard.add(value);
    return true;
  }
}
