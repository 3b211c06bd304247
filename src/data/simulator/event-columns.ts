import { type SimulatedSession } from './simulate.js';

/** Growing columns of events. */
export class EventColumns {
  length = 0;
  itemIndex: Uint32Array;
  eventType: Uint8Array;
  timestampMs: Float64Array;

  constructor(capacity: number) {
    this.itemIndex = new Uint32Array(capacity);
    this.eventType = new Uint8Array(capacity);
    this.timestampMs = new Float64Array(capacity);
  }

  appendSession(session: SimulatedSession): void {
    const { length, items, types, timesMs } = session;
    this.makeRoom(length);
    for (let i = 0, at = this.length; i < length; i++, at++) {
      this.itemIndex[at] = items[i]!;
      this.eventType[at] = types[i]!;
      this.timestampMs[at] = timesMs[i]!;
    }
    this.length += length;
  }

  /** Appends the events [from, to) of other columns. */
  append(other: EventColumns, from: number, to: number): void {
    this.makeRoom(to - from);
    for (let i = from, at = this.length; i < to; i++, at++) {
      this.itemIndex[at] = other.itemIndex[i]!;
      this.eventType[at] = other.eventType[i]!;
      this.timestampMs[at] = other.timestampMs[i]!;
    }
    this.length += to - from;
  }

  private makeRoom(more: number): void {
    if (this.length + more <= this.itemIndex.length) return;
    const capacity = Math.max(this.length + more, this.itemIndex.length * 2);
    const { itemIndex, eventType, timestampMs } = this;
    this.itemIndex = new Uint32Array(capacity);
    this.itemIndex.set(itemIndex);
    this.eventType = new Uint8Array(capacity);
    this.eventType.set(eventType);
    this.timestampMs = new Float64Array(capacity);
    this.timestampMs.set(timestampMs);
  }

  /** The columns at their exact length. One column is copied at a time and its original let go: call it once. */
  finish(): { itemIndex: Uint32Array; eventType: Uint8Array; timestampMs: Float64Array } {
    const { length } = this;
    this.itemIndex = this.itemIndex.slice(0, length);
    this.eventType = this.eventType.slice(0, length);
    this.timestampMs = this.timestampMs.slice(0, length);
    return { itemIndex: this.itemIndex, eventType: this.eventType, timestampMs: this.timestampMs };
  }
}
