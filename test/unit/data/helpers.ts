import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { EVENT_TYPES } from '../../../src/domain/event.js';
import { type EventTable, sessionCount } from '../../../src/data/event-table.js';

/** A folder of the test's own, removed with {@link TestFolder.remove}. */
export class TestFolder {
  private constructor(readonly path: string) {}

  static async create(): Promise<TestFolder> {
    return new TestFolder(await mkdtemp(join(tmpdir(), 'nextitem-data-test-')));
  }

  at(name: string): string {
    return join(this.path, name);
  }

  /** Writes a file, gzipped if its name ends in `.gz`; returns its path. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const bytes = Buffer.from(content as string);
    await writeFile(this.at(name), name.endsWith('.gz') ? gzipSync(bytes) : bytes);
    return this.at(name);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** The table as readable rows, `session: item type time, ...`. */
export function sessionsOf(events: EventTable): string[] {
  return Array.from({ length: sessionCount(events) }, (_, s) => {
    const parts: string[] = [];
    for (let e = events.sessionOffsets[s]!; e < events.sessionOffsets[s + 1]!; e++) {
      const type = EVENT_TYPES[events.eventType[e]!];
      parts.push(`${events.items.at(events.itemIndex[e]!)} ${type} ${events.timestampMs[e]}`);
    }
    return `${events.sessionIds.at(s)}: ${parts.join(', ')}`;
  });
}

/** The user id of each session, null where none is named. */
export function usersOf(events: EventTable): (string | null)[] | null {
  if (events.userIndex === null) return null;
  return Array.from(events.userIndex, (user) => (user < 0 ? null : events.users.at(user)));
}

/** Category by item id. */
export function categoriesOf(events: EventTable): Record<string, string | null> {
  const column = events.catalogue.category;
  return Object.fromEntries(
    events.items.toArray().map((item, i) => {
      const code = column === null ? -1 : column.codes[i]!;
      return [item, code < 0 ? null : column!.names.at(code)];
    }),
  );
}

/** Price by item id, NaN where unknown. */
export function pricesOf(events: EventTable): Record<string, number> {
  const price = events.catalogue.price;
  return Object.fromEntries(events.items.toArray().map((item, i) => [item, price?.[i] ?? NaN]));
}
