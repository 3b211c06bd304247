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

  const lastOfSessions = sessionsEnd === 0 ? 0 : events.timestampMs[eventsEnd - 1]!;
  return {
    events,
    items,
    sessionsEnd,
    eventsEnd,
    sessionOf,
    ageDays: sessionAgesInDays(events, sessionsEnd, scaleSessions),
    lastMs: lastOfSessions,
    ...postingsOf(events.itemIndex, items, eventsEnd),
  };
}

/** The events of each item, in order. */
function postingsOf(
  itemIndex: Uint32Array,
  items: number,
  eventsEnd: number,
): Pick<KnownEvents, 'postingOffsets' | 'postings'> {
  const postingOffsets = new Uint32Array(items + 1);
  for (let e = 0; e < eventsEnd; e++) postingOffsets[itemIndex[e]! + 1]!++;
  for (let i = 0; i < items; i++) postingOffsets[i + 1]! += postingOffsets[i]!;
  const cursor = postingOffsets.slice(0, items);
  const postings = new Uint32Array(eventsEnd);
  for (let e = 0; e < eventsEnd; e++) postings[cursor[itemIndex[e]!]!++] = e;
  return { postingOffsets, postings };
}

/**
 * The latest known sessions, as many as have at most `maxEvents` events together (one at least), as if there were no
 * others: sessions and events are numbered from 0, ages stay. The sessions' ids and users are not renumbered with them.
 * Where there are no more events than that, it is `known` itself.
 */
export function latestEvents(known: KnownEvents, maxEvents: number): KnownEvents {
  const { events, items, sessionsEnd, eventsEnd } = known;
  if (eventsEnd <= maxEvents) return known;
  const { sessionOffsets } = events;
  let first = sessionsEnd - 1;
  while (first > 0 && eventsEnd - sessionOffsets[first - 1]! <= maxEvents) first--;
  const firstEvent = sessionOffsets[first]!;
  const itemIndex = events.itemIndex.subarray(firstEvent, eventsEnd);
  return {
    ...known,
    events: {
      ...events,
      sessionOffsets: sessionOffsets.slice(first, sessionsEnd + 1).map((offset) => offset - firstEvent),
      itemIndex,
      eventType: events.eventType.subarray(firstEvent, eventsEnd),
      timestampMs: events.timestampMs.subarray(firstEvent, eventsEnd),
    },
    sessionsEnd: sessionsEnd - first,
    eventsEnd: eventsEnd - firstEvent,
    sessionOf: known.sessionOf.slice(firstEvent).map((session) => session - first),
    ageDays: known.ageDays.subarray(first),
    ...postingsOf(itemIndex, items, itemIndex.length),
  };
}
