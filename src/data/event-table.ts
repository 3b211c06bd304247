import { StringColumn } from '../domain/string-column.js';
import { type Catalogue } from './catalogue.js';

/**
 * All events of a data source as columns. Built once, read by everything after it.
 *
 * Sessions are numbered 0.. in the order of their last event (ties: of their first input row), so a cut in time is a
 * cut in this number. Inside a session, events stand by (time, input row).
 */
export interface EventTable {
  /** Where the events came from, for reports: a path or a description, without secrets. */
  readonly source: string;
  /** `real`: timestamps are times. `ordinal`: the data has none, and row order stands for time. */
  readonly clock: 'real' | 'ordinal';

  /** [sessions + 1] where each session's events start; the last entry is the number of events. */
  readonly sessionOffsets: Uint32Array;
  /** [events] dense item index into {@link items}. */
  readonly itemIndex: Uint32Array;
  /** [events] code of domain/event.ts. */
  readonly eventType: Uint8Array;
  /** [events] milliseconds since 1970 UTC; with an ordinal clock the row's number. Non-decreasing inside a session. */
  readonly timestampMs: Float64Array;

  /** The shop's item ids; the position is the dense item index. */
  readonly items: StringColumn;
  /** The source's session ids by session number. */
  readonly sessionIds: StringColumn;
  /** [sessions] index into {@link users}, -1 where the source names none; null when it never does. */
  readonly userIndex: Int32Array | null;
  readonly users: StringColumn;
  /** [sessions] 0 train, 1 test, when the source brings its own split; else null. */
  readonly split: Uint8Array | null;

  readonly catalogue: Catalogue;
}

export function sessionCount(events: EventTable): number {
  return events.sessionOffsets.length - 1;
}

export function eventCount(events: EventTable): number {
  return events.itemIndex.length;
}

export function itemCount(events: EventTable): number {
  return events.items.length;
}

/**
 * The table with only some of its events, sessions in the same order; a session left with fewer than `minLength` events
 * goes. Items, users and the catalogue stay as they are, so item indices keep their meaning.
 *
 * @param keep decides by event and session number
 * @param minLength by session number of this table
 */
export function filterEvents(
  events: EventTable,
  keep: (event: number, session: number) => boolean,
  minLength: (session: number) => number,
): EventTable {
  const total = eventCount(events);
  const picked = new Uint32Array(total);
  const pickedSessions = new Uint32Array(sessionCount(events));
  const offsets = new Uint32Array(sessionCount(events) + 1);
  let used = 0;
  let sessions = 0;
  for (let s = 0; s < sessionCount(events); s++) {
    const before = used;
    for (let e = events.sessionOffsets[s]!; e < events.sessionOffsets[s + 1]!; e++)
      if (keep(e, s)) picked[used++] = e;
    if (used - before < Math.max(1, minLength(s))) {
      used = before;
      continue;
    }
    pickedSessions[sessions++] = s;
    offsets[sessions] = used;
  }
  const byEvent = picked.subarray(0, used);
  const bySession = pickedSessions.subarray(0, sessions);
  return {
    ...events,
    sessionOffsets: offsets.slice(0, sessions + 1),
    itemIndex: Uint32Array.from(byEvent, (e) => events.itemIndex[e]!),
    eventType: Uint8Array.from(byEvent, (e) => events.eventType[e]!),
    timestampMs: Float64Array.from(byEvent, (e) => events.timestampMs[e]!),
    sessionIds: StringColumn.from(Array.from(bySession, (s) => events.sessionIds.at(s))),
    userIndex: events.userIndex === null ? null : Int32Array.from(bySession, (s) => events.userIndex![s]!),
    split: events.split === null ? null : Uint8Array.from(bySession, (s) => events.split![s]!),
  };
}
