import { type EventTable } from '../data/event-table.js';
import { eventTypeCode } from '../domain/event.js';
import { type Session } from '../domain/session.js';
import { type StringIndex } from '../domain/string-column.js';

/** Only this many most recent events of a session are looked at, in training as in serving. */
export const QUERY_EVENTS = 64;

/**
 * A session as retrievers and features see it: typed arrays, filled anew for every query, allocated once. Training fills
 * it from the event table, serving from the session store; from here on both take the same path.
 */
export class SessionQuery {
  /** Events in the window, oldest first. */
  length = 0;
  /** [length] dense item index, -1 for an item the model does not know. */
  readonly items = new Int32Array(QUERY_EVENTS);
  /** [length] event type codes. */
  readonly types = new Uint8Array(QUERY_EVENTS);
  /** [length] milliseconds since 1970 UTC. */
  readonly timesMs = new Float64Array(QUERY_EVENTS);
  /** The time of the last event: the only "now" a model may know. 0 for an empty session. */
  nowMs = 0;

  /** Known items of the window, each once, the most recently taken first. */
  distinctCount = 0;
  readonly distinctItems = new Int32Array(QUERY_EVENTS);
  /** [distinctCount] events after the item's last one: 0 for the last event's item. */
  readonly lags = new Int32Array(QUERY_EVENTS);
  /** [distinctCount] events of the item in the window. */
  readonly counts = new Int32Array(QUERY_EVENTS);
  /** [distinctCount] type of the item's last event, and the highest type code it reached (purchase is highest). */
  readonly lastTypes = new Uint8Array(QUERY_EVENTS);
  readonly highestTypes = new Uint8Array(QUERY_EVENTS);

  /** Fills the query with the events [start, end) of a table. */
  fromTable(events: EventTable, start: number, end: number): this {
    const first = Math.max(start, end - QUERY_EVENTS);
    this.length = end - first;
    for (let e = first; e < end; e++) {
      this.set(e - first, events.itemIndex[e]!, events.eventType[e]!, events.timestampMs[e]!);
    }
    return this.prepare();
  }

  /** Fills the query with a stored session; null is an empty one. */
  fromSession(session: Session | null, itemIds: StringIndex): this {
    const events = session === null ? [] : session.events;
    const first = Math.max(0, events.length - QUERY_EVENTS);
    this.length = events.length - first;
    for (let e = first; e < events.length; e++) {
      const event = events[e]!;
      this.set(e - first, itemIds.indexOf(event.itemId), eventTypeCode(event.eventType), event.timestampMs);
    }
    return this.prepare();
  }

  private set(position: number, item: number, type: number, timeMs: number): void {
    this.items[position] = item;
    this.types[position] = type;
    this.timesMs[position] = timeMs;
  }

  private prepare(): this {
    this.nowMs = this.length === 0 ? 0 : this.timesMs[this.length - 1]!;
    this.distinctCount = 0;
    for (let p = this.length - 1; p >= 0; p--) {
      const item = this.items[p]!;
      if (item < 0) continue;
      const type = this.types[p]!;
      const d = this.distinctOf(item);
      if (d < 0) {
        const added = this.distinctCount++;
        this.distinctItems[added] = item;
        this.lags[added] = this.length - 1 - p;
        this.counts[added] = 1;
        this.lastTypes[added] = type;
        this.highestTypes[added] = type;
      } else {
        this.counts[d]!++;
        if (type > this.highestTypes[d]!) this.highestTypes[d] = type;
      }
    }
    return this;
  }

  /** The position of an item among {@link distinctItems}, or -1. */
  distinctOf(item: number): number {
    for (let d = 0; d < this.distinctCount; d++) if (this.distinctItems[d] === item) return d;
    return -1;
  }
}
