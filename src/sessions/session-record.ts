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

const LAST_APPEND = 9;
const OUTSIDE = { events: 17, eventIds: 21, users: 25 } as const;

/** An event inside a record. */
export interface RecordedEvent {
  readonly timestampMs: number;
  /** Its number in its session, from 1. */
  readonly arrival: number;
  readonly text: string;
}

/** An event as it comes, everything about it worked out that a record needs. */
export interface EventToRecord {
  readonly timestampMs: number;
  readonly typeCode: number;
  /** UTF-8 of the text of event-codec.ts. */
  readonly text: Buffer;
  /** {@link hashOf} its id; 0 if it has none. */
  readonly idHash: number;
}

/**
 * A session's record. Nothing is taken apart before it is asked for: records are read and written inside the one write
 * transaction that all processes of a machine share, and most of a record only moves.
 */
export class SessionRecord {
  private constructor(private contents: Buffer) {}

  static new(sessionId: string, nowMs: number): SessionRecord {
    const session = Buffer.from(idText(sessionId));
    const contents = Buffer.alloc(IDS + session.length);
    contents[0] = FORMAT;
    contents.writeUInt32LE(session.length, 1);
    contents.writeDoubleLE(nowMs, LAST_APPEND);
    contents.set(session, IDS);
    return new SessionRecord(contents);
  }

  /**
   * Takes the bytes over, and may change them. Errors: `store_unavailable` if another version wrote it.
   */
  static parse(bytes: Buffer): SessionRecord {
    if (bytes[0] !== FORMAT) {
      throw new NextItemError(
        'store_unavailable',
        'the embedded store was written by another version; give this one a STATE_PATH of its own',
      );
    }
    return new SessionRecord(bytes);
  }

  /** When the last event of a written record was appended, ms, without parsing it. */
  static lastAppendMs(bytes: Buffer): number {
    return bytes.readDoubleLE(LAST_APPEND);
  }

  /** The record as it is to be written. */
  get bytes(): Buffer {
    return this.contents;
  }

  get sessionId(): string {
    return idOfText(this.contents.toString('utf8', IDS, this.userAt));
  }

  /** The last user's; null if there was none. */
  get userId(): string | null {
    const { userAt, eventsAt } = this;
    return eventsAt === userAt ? null : idOfText(this.contents.toString('utf8', userAt, eventsAt));
  }

  set userId(userId: string) {
    const user = Buffer.from(idText(userId));
    const { contents, userAt, eventsAt } = this;
    this.contents = Buffer.concat([contents.subarray(0, userAt), user, contents.subarray(eventsAt)]);
    this.contents.writeUInt32LE(user.length, 5);
  }

  get lastAppendMs(): number {
    return SessionRecord.lastAppendMs(this.contents);
  }

  /** How many have records of their own. */
  outside(what: keyof typeof OUTSIDE): number {
    return this.contents.readUInt32LE(OUTSIDE[what]);
  }

  countOutside(what: keyof typeof OUTSIDE, more: number): void {
    this.contents.writeUInt32LE(this.outside(what) + more, OUTSIDE[what]);
  }

  get countsByType(): number[] {
    return EVENT_TYPES.map((_, type) => this.contents.readUInt32LE(COUNTS + 4 * type));
  }

  /** Events so far, those included that are no longer kept. */
  get eventCount(): number {
    let sum = 0;
    for (let at = COUNTS; at < IDS; at += 4) sum += this.contents.readUInt32LE(at);
    return sum;
  }

  /** Bytes of the events in the record. */
  get eventBytes(): number {
    return this.contents.length - this.eventsAt;
  }

  /** The events in the record, in order of arrival. */
  inside(): RecordedEvent[] {
    const { contents } = this;
    const found: RecordedEvent[] = [];
    for (let at = this.eventsAt; at < contents.length; at = endOf(contents, at))
      found.push(eventAt(contents, at));
    return found;
  }

  /** Whether an event in the record has this id. @param eventIdOf the id in an event's text */
  hasInside(
    eventId: string,
    idHash: number,
    eventIdOf: (text: string) => string | null | undefined,
  ): boolean {
    const { contents } = this;
    for (let at = this.eventsAt; at < contents.length; at = endOf(contents, at))
      if (contents.readUInt32LE(at + 12) === idHash && eventIdOf(eventAt(contents, at).text) === eventId)
        return true;
    return false;
  }

  add({ timestampMs, typeCode, text, idHash }: EventToRecord, nowMs: number): void {
    const old = this.contents;
    const contents = Buffer.allocUnsafe(old.length + EVENT_HEAD + text.length);
    contents.set(old, 0);
    contents.writeDoubleLE(nowMs, LAST_APPEND);
    const countAt = COUNTS + 4 * typeCode;
    contents.writeUInt32LE(old.readUInt32LE(countAt) + 1, countAt);
    contents.writeDoubleLE(timestampMs, old.length);
    contents.writeUInt32LE(this.eventCount + 1, old.length + 8);
    contents.writeUInt32LE(idHash, old.length + 12);
    contents.writeUInt32LE(text.length, old.length + 16);
    contents.set(text, old.length + EVENT_HEAD);
    this.contents = contents;
  }

  /** Takes events out of the record. @param arrivals their numbers */
  remove(arrivals: ReadonlySet<number>): void {
    const { contents, eventsAt } = this;
    const kept = [contents.subarray(0, eventsAt)];
    for (let at = eventsAt; at < contents.length; at = endOf(contents, at))
      if (!arrivals.has(contents.readUInt32LE(at + 8))) kept.push(contents.subarray(at, endOf(contents, at)));
    this.contents = Buffer.concat(kept);
  }

  private get userAt(): number {
    return IDS + this.contents.readUInt32LE(1);
  }

  private get eventsAt(): number {
    return this.userAt + this.contents.readUInt32LE(5);
  }
}

function endOf(contents: Buffer, at: number): number {
  return at + EVENT_HEAD + contents.readUInt32LE(at + 16);
}

function eventAt(contents: Buffer, at: number): RecordedEvent {
  return {
    timestampMs: contents.readDoubleLE(at),
    arrival: contents.readUInt32LE(at + 8),
    text: contents.toString('utf8', at + EVENT_HEAD, endOf(contents, at)),
  };
}

/** FNV-1a over the code units, never 0: most ids that differ differ in it, so that few texts have to be read. */
export function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hash >>> 0 || 1;
}
