import { hash } from 'node:crypto';
import { MINUTE_MS } from '../domain/time.js';
import { idText } from './event-codec.js';

/**
 * Keys of the embedded store. All keys of a session share a prefix, so that one range holds everything about it. Most
 * sessions have one record; the others are for what would make it long.
 *
 * | key | value |
 * |---|---|
 * | `1 session 0` | the session with its latest events, see session-record.ts |
 * | `1 session 1 timestamp arrival` | one event that is not in it, see event-codec.ts |
 * | `1 session 2 eventId` | none: the session has this event id, of an event that is not in it |
 * | `1 session 3 user` | none: the session carried this user id |
 * | `2 user session` | none: the index behind deleteUser |
 * | `3 minute session` | none: the session's last append was in this minute, for finding expired ones |
 *
 * `session`, `user` and `eventId` are the first 16 bytes of the SHA-256 of the id's text: a fixed size, whatever the
 * id contains. A collision needs about 2^64 ids.
 */
const SESSION = 1;
const USER = 2;
const ACTIVITY = 3;

const RECORD = 0;
const EVENT = 1;
const EVENT_ID = 2;
const CARRIED_USER = 3;

export const ID_BYTES = 16;
const PREFIX_BYTES = 1 + ID_BYTES;

/** The 16 bytes an id is known by. */
export function idBytes(id: string): Buffer {
  return hash('sha256', idText(id), 'buffer').subarray(0, ID_BYTES);
}

export interface KeyRange {
  /** The first key that belongs to it. */
  readonly start: Buffer;
  /** The first key beyond it. */
  readonly end: Buffer;
}

export function recordKey(session: Buffer): Buffer {
  return sessionKey(session, RECORD, 0);
}

/** @param arrival the number of the event in its session, from 1; below 2^32 */
export function eventKey(session: Buffer, timestampMs: number, arrival: number): Buffer {
  const key = sessionKey(session, EVENT, 12);
  writeSortableDouble(key, timestampMs, PREFIX_BYTES + 1);
  key.writeUInt32BE(arrival, PREFIX_BYTES + 9);
  return key;
}

export function timestampOfEventKey(key: Buffer): number {
  return readSortableDouble(key, PREFIX_BYTES + 1);
}

export function arrivalOfEventKey(key: Buffer): number {
  return key.readUInt32BE(PREFIX_BYTES + 9);
}

export function eventIdKey(session: Buffer, eventId: Buffer): Buffer {
  const key = sessionKey(session, EVENT_ID, ID_BYTES);
  key.set(eventId, PREFIX_BYTES + 1);
  return key;
}

export function carriedUserKey(session: Buffer, user: Buffer): Buffer {
  const key = sessionKey(session, CARRIED_USER, ID_BYTES);
  key.set(user, PREFIX_BYTES + 1);
  return key;
}

/** The user of a {@link carriedUserKey}, or null for the session's other keys. */
export function userOfKey(key: Buffer): Buffer | null {
  return key[PREFIX_BYTES] === CARRIED_USER ? key.subarray(PREFIX_BYTES + 1) : null;
}

export function userIndexKey(user: Buffer, session: Buffer): Buffer {
  return Buffer.concat([Buffer.of(USER), user, session]);
}

export function sessionOfUserIndexKey(key: Buffer): Buffer {
  return key.subarray(PREFIX_BYTES);
}

/** Whole minutes since 1970; times before count as 0. */
export function minuteOf(timestampMs: number): number {
  return Math.max(0, Math.floor(timestampMs / MINUTE_MS));
}

export function activityKey(minute: number, session: Buffer): Buffer {
  const key = Buffer.allocUnsafe(5 + ID_BYTES);
  key[0] = ACTIVITY;
  key.writeUInt32BE(minute, 1);
  key.set(session, 5);
  return key;
}

export function sessionOfActivityKey(key: Buffer): Buffer {
  return key.subarray(5);
}

/** Sessions whose last append was in a minute before `minute`, oldest first. */
export function activityBefore(minute: number): KeyRange {
  const end = Buffer.alloc(5);
  end[0] = ACTIVITY;
  end.writeUInt32BE(minute, 1);
  return { start: Buffer.of(ACTIVITY), end };
}

/** Everything of a session. */
export function sessionRange(session: Buffer): KeyRange {
  return { start: recordKey(session), end: sessionKey(session, 0xff, 0) };
}

/** The events of a session that have records of their own, by (timestamp, arrival). */
export function eventsRange(session: Buffer): KeyRange {
  return { start: sessionKey(session, EVENT, 0), end: sessionKey(session, EVENT_ID, 0) };
}

/** The index entries of a user. */
export function userIndexRange(user: Buffer): KeyRange {
  const start = Buffer.concat([Buffer.of(USER), user]);
  return { start, end: Buffer.concat([start, Buffer.alloc(ID_BYTES + 1, 0xff)]) };
}

function sessionKey(session: Buffer, part: number, extraBytes: number): Buffer {
  const key = Buffer.allocUnsafe(PREFIX_BYTES + 1 + extraBytes);
  key[0] = SESSION;
  key.set(session, 1);
  key[PREFIX_BYTES] = part;
  return key;
}

/** Eight bytes that sort like the number: big-endian, sign bit turned over, all bits for negative numbers. */
function writeSortableDouble(target: Buffer, value: number, offset: number): void {
  target.writeDoubleBE(value, offset);
  if (target[offset]! < 0x80) target[offset]! ^= 0x80;
  else for (let i = 0; i < 8; i++) target[offset + i]! ^= 0xff;
}

function readSortableDouble(source: Buffer, offset: number): number {
  const bytes = Buffer.from(source.subarray(offset, offset + 8));
  if (bytes[0]! >= 0x80) bytes[0]! ^= 0x80;
  else for (let i = 0; i < 8; i++) bytes[i]! ^= 0xff;
  return bytes.readDoubleBE(0);
}
