import { EVENT_TYPES } from '../domain/event.js';
import { NextItemError } from '../errors.js';
import { idOfText, idText } from './event-codec.js';

/**
 * A session as the embedded store writes it: one record, read and written at once.
 *
 * | bytes | |
 * |---|---|
 * | u8 | {@link FORMAT} |
 * | u32, u32 | bytes of the session's id; of the last user's, 0 if there was none |
 * | f64 | when the last event was appended, ms |
 * | u32, u32, u32 | events, event ids and users that have records of their own |
 * | u32 each | events so far by type |
 * | | both ids as {@link idText} |
 * | | events in order of arrival: f64 timestamp in ms, u32 arrival, u32 hash of the event id (0: none), u32 bytes, text of event-codec.ts |
 *
 * Numbers are little-endian, for no other reason than that processors are.
 */
const FORMAT = 2; // The first one was JSON, and had a record for every event.
const COUNTS = 29;
const IDS = COUNTS + 4 * EVENT_TYPES.length;
const EVENT_HEAD = 20;

/** An event inside a record. */
export interface RecordedEvent {
  readonly timestampMs: number;
  /** Its number in its session, from 1. */
  readonly arrival: number;
  readonly text: string;
}

/** A session's record: what is known at once, and the events as they lie there. */
export class SessionRecord {
  constructor(
    readonly sessionId: string,
    public userId: string | null,
    public lastAppendMs: number,
    /** Events, event ids and users that have records of their own. */
    readonly outside: { events: number; eventIds: number; users: number },
    readonly countsByType: number[],
    private events: Buffer,
  ) {}

  static new(sessionId: string, nowMs: number): SessionRecord {
    const none = { events: 0, eventIds: 0, users: 0 };
    return new SessionRecord(
      sessionId,
      null,
      nowMs,
      none,
      EVENT_TYPES.map(() => 0),
      Buffer.alloc(0),
    );
  }

  /** Errors: `store_unavailable` if another version wrote it. */
  static parse(bytes: Buffer): SessionRecord {
    if (bytes[0] !== FORMAT) {
      throw new NextItemError(
        'store_unavailable',
        'the embedded store was written by another version; give this one a STATE_PATH of its own',
      );
    }
    const userAt = IDS + bytes.readUInt32LE(1);
    const eventsAt = userAt + bytes.readUInt32LE(5);
    return new SessionRecord(
      idOfText(bytes.toString('utf8', IDS, userAt)),
      eventsAt === userAt ? null : idOfText(bytes.toString('utf8', userAt, eventsAt)),
      bytes.readDoubleLE(9),
      {
        events: bytes.readUInt32LE(17),
        eventIds: bytes.readUInt32LE(21),
        users: bytes.readUInt32LE(25),
      },
      EVENT_TYPES.map((_, type) => bytes.readUInt32LE(COUNTS + 4 * type)),
      bytes.subarray(eventsAt),
    );
  }

  /** When the last event of a written record was appended, ms, without parsing it. */
  static lastAppendMs(bytes: Buffer): number {
    return bytes.readDoubleLE(9);
  }

  toBytes(): Buffer {
    const session = Buffer.from(idText(this.sessionId));
    const user = this.userId === null ? null : Buffer.from(idText(this.userId));
    const userAt = IDS + session.length;
    const eventsAt = userAt + (user?.length ?? 0);
    const bytes = Buffer.allocUnsafe(eventsAt + this.events.length);
    bytes[0] = FORMAT;
    bytes.writeUInt32LE(session.length, 1);
    bytes.writeUInt32LE(user?.length ?? 0, 5);
    bytes.writeDoubleLE(this.lastAppendMs, 9);
    bytes.writeUInt32LE(this.outside.events, 17);
    bytes.writeUInt32LE(this.outside.eventIds, 21);
    bytes.writeUInt32LE(this.outside.users, 25);
    for (const [type, count] of this.countsByType.entries()) bytes.writeUInt32LE(count, COUNTS + 4 * type);
    bytes.set(session, IDS);
    if (user !== null) bytes.set(user, userAt);
    bytes.set(this.events, eventsAt);
    return bytes;
  }

  /** Events so far, those included that are no longer kept. */
  get eventCount(): number {
    return this.countsByType.reduce((sum, count) => sum + count, 0);
  }

  /** Bytes of the events in the record. */
  get eventBytes(): number {
    return this.events.length;
  }

  /** The events in the record, in order of arrival. */
  inside(): RecordedEvent[] {
    const { events } = this;
    const found: RecordedEvent[] = [];
    for (let at = 0; at < events.length; at = endOf(events, at)) found.push(eventAt(events, at));
    return found;
  }

  /** Whether an event in the record has this id. @param eventIdOf the id in an event's text */
  hasInside(eventId: string, eventIdOf: (text: string) => string | null | undefined): boolean {
    const { events } = this;
    const hash = hashOf(eventId);
    for (let at = 0; at < events.length; at = endOf(events, at))
      if (events.readUInt32LE(at + 12) === hash && eventIdOf(eventAt(events, at).text) === eventId)
        return true;
    return false;
  }

  add({ timestampMs, arrival, text }: RecordedEvent, eventId: string | undefined): void {
    const old = this.events.length;
    const textBytes = Buffer.byteLength(text);
    const events = Buffer.allocUnsafe(old + EVENT_HEAD + textBytes);
    events.set(this.events, 0);
    events.writeDoubleLE(timestampMs, old);
    events.writeUInt32LE(arrival, old + 8);
    events.writeUInt32LE(eventId === undefined ? 0 : hashOf(eventId), old + 12);
    events.writeUInt32LE(textBytes, old + 16);
    events.write(text, old + EVENT_HEAD);
    this.events = events;
  }

  /** Takes events out of the record. @param arrivals their numbers */
  remove(arrivals: ReadonlySet<number>): void {
    const { events } = this;
    const kept: Buffer[] = [];
    for (let at = 0; at < events.length; at = endOf(events, at))
      if (!arrivals.has(events.readUInt32LE(at + 8))) kept.push(events.subarray(at, endOf(events, at)));
    this.events = Buffer.concat(kept);
  }
}

function endOf(events: Buffer, at: number): number {
  return at + EVENT_HEAD + events.readUInt32LE(at + 16);
}

function eventAt(events: Buffer, at: number): RecordedEvent {
  return {
    timestampMs: events.readDoubleLE(at),
    arrival: events.readUInt32LE(at + 8),
    text: events.toString('utf8', at + EVENT_HEAD, endOf(events, at)),
  };
}

/** FNV-1a over the code units, never 0: most ids that differ differ in it, so that few texts have to be read. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hash >>> 0 || 1;
}
