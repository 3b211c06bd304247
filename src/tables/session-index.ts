import { type KnownEvents } from './known-events.js';
import { type TableSettings } from './settings.js';

/**
 * For session-kNN: which recent sessions hold an item, and what is in a session. Sessions are numbered anew, 0 the
 * oldest kept; only the most recent ones are kept.
 */
export interface SessionIndex {
  /** [items + 1] and entries: the item's sessions, most recent first, each once. */
  readonly sessionsOffsets: Uint32Array;
  readonly sessions: Uint32Array;
  /** [sessions + 1] and entries: the session's items in the order of its events, repeats kept. */
  readonly itemsOffsets: Uint32Array;
  readonly items: Uint32Array;
  /** [sessions] days before the cut. */
  readonly ageDays: Float32Array;
}

export function buildSessionIndex(known: KnownEvents, settings: TableSettings): SessionIndex {
  const { events, sessionsEnd, postings, postingOffsets, sessionOf } = known;
  const { sessionOffsets, itemIndex } = events;
  const { sessionsPerItem, maxSessions, eventsPerSession } = settings.sessionIndex;
  const first = Math.max(0, sessionsEnd - maxSessions);
  const kept = sessionsEnd - first;

  const itemsOffsets = new Uint32Array(kept + 1);
  for (let s = 0; s < kept; s++) {
    const length = sessionOffsets[first + s + 1]! - sessionOffsets[first + s]!;
    itemsOffsets[s + 1] = itemsOffsets[s]! + Math.min(length, eventsPerSession);
  }
  const items = new Uint32Array(itemsOffsets[kept]!);
  for (let s = 0; s < kept; s++) {
    const end = sessionOffsets[first + s + 1]!;
    const length = itemsOffsets[s + 1]! - itemsOffsets[s]!;
    items.set(itemIndex.subarray(end - length, end), itemsOffsets[s]!);
  }

  const sessionsOffsets = new Uint32Array(known.items + 1);
  const sessions = new Uint32Array(known.eventsEnd);
  let used = 0;
  for (let i = 0; i < known.items; i++) {
    let previous = -1;
    const rowStart = used;
    for (let p = postingOffsets[i + 1]! - 1; p >= postingOffsets[i]!; p--) {
      const e = postings[p]!;
      const s = sessionOf[e]!;
      if (s < first || used - rowStart === sessionsPerItem) break;
      if (s === previous || sessionOffsets[s + 1]! - e > eventsPerSession) continue;
      previous = s;
      sessions[used++] = s - first;
    }
    sessionsOffsets[i + 1] = used;
  }
  return {
    sessionsOffsets,
    sessions: sessions.slice(0, used),
    itemsOffsets,
    items,
    ageDays: known.ageDays.slice(first),
  };
}
