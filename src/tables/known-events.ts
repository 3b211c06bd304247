import { type EventTable, itemCount } from '../data/event-table.js';
import { sessionAgesInDays } from './session-age.js';

/**
 * What the tables may know: the sessions before a cut, with the lookups that counting needs. Everything built from it
 * is frozen at that cut; nothing behind the cut can leak in, because it cannot be reached from here.
 */
export interface KnownEvents {
  readonly events: EventTable;
  readonly items: number;
  /** Sessions [0, sessionsEnd) are known. */
  readonly sessionsEnd: number;
  /** Events [0, eventsEnd) are known. */
  readonly eventsEnd: number;
  /** [eventsEnd] session of each event. */
  readonly sessionOf: Uint32Array;
  /** [sessionsEnd] days before the end of what is known. */
  readonly ageDays: Float32Array;
  /** The time of the newest known event. */
  readonly lastMs: number;
  /** [items + 1] and [eventsEnd]: the events of each item, oldest session first. */
  readonly postingOffsets: Uint32Array;
  readonly postings: Uint32Array;
}

/**
 * @param sessionsEnd sessions before this one are known
 * @param scaleSessions see {@link sessionAgesInDays}
 */
export function knownEvents(events: EventTable, sessionsEnd: number, scaleSessions: number): KnownEvents {
  const items = itemCount(events);
  const eventsEnd = events.sessionOffsets[sessionsEnd]!;
  const sessionOf = new Uint32Array(eventsEnd);
  for (let s = 0; s < sessionsEnd; s++)
    sessionOf.fill(s, events.sessionOffsets[s], events.sessionOffsets[s + 1]);

  const postingOffsets = new Uint32Array(items + 1);
  for (let e = 0; e < eventsEnd; e++) postingOffsets[events.itemIndex[e]! + 1]!++;
  for (let i = 0; i < items; i++) postingOffsets[i + 1]! += postingOffsets[i]!;
  const cursor = postingOffsets.slice(0, items);
  const postings = new Uint32Array(eventsEnd);
  for (let e = 0; e < eventsEnd; e++) postings[cursor[events.itemIndex[e]!]!++] = e;

  const lastOfSessions = sessionsEnd === 0 ? 0 : events.timestampMs[eventsEnd - 1]!;
  return {
    events,
    items,
    sessionsEnd,
    eventsEnd,
    sessionOf,
    ageDays: sessionAgesInDays(events, sessionsEnd, scaleSessions),
    lastMs: lastOfSessions,
    postingOffsets,
    postings,
  };
}
