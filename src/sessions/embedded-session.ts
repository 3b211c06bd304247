import { EVENT_TYPES, type SessionEvent } from '../domain/event.js';
import { type Session } from '../domain/session.js';
import { decodeEvent, type EncodedEvent } from './event-codec.js';
import {
  activityKey,
  carriedUserKey,
  eventIdKey,
  eventKey,
  eventsRange,
  headerAndEventsRange,
  headerKey,
  idBytes,
  minuteOf,
  sessionOfActivityKey,
  sessionOfUserIndexKey,
  sessionRange,
  timestampOfEventKey,
  userIndexKey,
  userIndexRange,
  userOfKey,
  type KeyRange,
} from './embedded-keys.js';
import { type AppendResult, type SessionStoreLimits } from './session-store.js';

/** What the functions below need of an LMDB database with binary keys and values. */
export interface KeyValues {
  get(key: Buffer): Buffer | undefined;
  put(key: Buffer, value: Buffer): unknown;
  remove(key: Buffer): unknown;
  getRange(range: KeyRange & { limit?: number }): Iterable<{ key: Buffer; value: Buffer }>;
  getKeys(range: KeyRange & { limit?: number }): Iterable<Buffer>;
}

interface Header {
  readonly sessionId: string;
  userId: string | null;
  lastAppendMs: number;
  /** Events in the store: {@link eventCount} without those beyond the cap. */
  stored: number;
  countsByType: number[];
}

const PRESENT = Buffer.of(1);

/** Appends an event. Must run inside a write transaction. */
export function appendEvent(
  db: KeyValues,
  event: EncodedEvent,
  now: number,
  limits: SessionStoreLimits,
): AppendResult {
  const session = idBytes(event.sessionId);
  let header = readHeader(db, session);
  if (header !== null && isExpired(header, now, limits)) {
    removeSession(db, session);
    header = null;
  }
  const isNew = header === null;
  header ??= {
    sessionId: event.sessionId,
    userId: null,
    lastAppendMs: now,
    stored: 0,
    countsByType: EVENT_TYPES.map(() => 0),
  };
  if (event.eventId !== undefined) {
    const key = eventIdKey(session, idBytes(event.eventId));
    if (db.get(key) !== undefined) return { eventCount: eventCountOf(header), duplicate: true };
    db.put(key, PRESENT);
  }
  if (event.userId !== undefined && event.userId !== header.userId) {
    const user = idBytes(event.userId);
    db.put(carriedUserKey(session, user), PRESENT);
    db.put(userIndexKey(user, session), PRESENT);
    header.userId = event.userId;
  }
  const minute = minuteOf(now);
  const lastMinute = minuteOf(header.lastAppendMs);
  if (isNew || minute !== lastMinute) {
    if (!isNew) db.remove(activityKey(lastMinute, session));
    db.put(activityKey(minute, session), PRESENT);
  }
  header.lastAppendMs = now;
  header.countsByType[event.typeCode]!++;
  const eventCount = eventCountOf(header);
  db.put(eventKey(session, event.timestampMs, eventCount), Buffer.from(event.text));
  const excess = ++header.stored - limits.maxEvents;
  if (excess > 0) {
    for (const key of [...db.getKeys({ ...eventsRange(session), limit: excess })]) db.remove(key);
    header.stored -= excess;
  }
  writeHeader(db, session, header);
  return { eventCount, duplicate: false };
}

/** The session, or null if it is not there or expired. */
export function readSession(
  db: KeyValues,
  sessionId: string,
  now: number,
  limits: SessionStoreLimits,
): Session | null {
  let header: Header | null = null;
  const events: SessionEvent[] = [];
  for (const { key, value } of db.getRange(headerAndEventsRange(idBytes(sessionId)))) {
    if (header === null) {
      header = parseHeader(value);
      if (isExpired(header, now, limits)) return null;
    } else {
      events.push(decodeEvent(value.toString(), timestampOfEventKey(key)));
    }
  }
  if (header === null) return null;
  return {
    sessionId,
    ...(header.userId !== null && { userId: header.userId }),
    events: events.length > limits.maxEvents ? events.slice(-limits.maxEvents) : events,
    eventCount: eventCountOf(header),
    countsByType: header.countsByType,
  };
}

/** Removes everything of a session; its id if it was alive, else null. Must run inside a write transaction. */
export function deleteSession(
  db: KeyValues,
  session: Buffer,
  now: number,
  limits: SessionStoreLimits,
): string | null {
  const header = readHeader(db, session);
  if (header === null) return null;
  removeSession(db, session);
  return isExpired(header, now, limits) ? null : header.sessionId;
}

/** Removes all sessions that carried a user; the ids of those alive. Must run inside a write transaction. */
export function deleteSessionsOfUser(
  db: KeyValues,
  userId: string,
  now: number,
  limits: SessionStoreLimits,
): string[] {
  const sessions = [...db.getKeys(userIndexRange(idBytes(userId)))].map(sessionOfUserIndexKey);
  return sessions
    .map((session) => deleteSession(db, session, now, limits))
    .filter((sessionId) => sessionId !== null);
}

/**
 * Removes a session if it has expired, and its entry in the index of activity in any case. Must run inside a write
 * transaction.
 */
export function sweepSession(
  db: KeyValues,
  activityIndexKey: Buffer,
  now: number,
  limits: SessionStoreLimits,
): void {
  const session = sessionOfActivityKey(activityIndexKey);
  const header = readHeader(db, session);
  if (header !== null && isExpired(header, now, limits)) removeSession(db, session);
  db.remove(activityIndexKey);
}

function removeSession(db: KeyValues, session: Buffer): void {
  const header = readHeader(db, session);
  if (header !== null) db.remove(activityKey(minuteOf(header.lastAppendMs), session));
  for (const key of [...db.getKeys(sessionRange(session))]) {
    const user = userOfKey(key);
    if (user !== null) db.remove(userIndexKey(user, session));
    db.remove(key);
  }
}

function readHeader(db: KeyValues, session: Buffer): Header | null {
  const value = db.get(headerKey(session));
  return value === undefined ? null : parseHeader(value);
}

function parseHeader(value: Buffer): Header {
  const [sessionId, userId, lastAppendMs, stored, ...countsByType] = JSON.parse(value.toString()) as [
    string,
    string | null,
    number,
    number,
    ...number[],
  ];
  return { sessionId, userId, lastAppendMs, stored, countsByType };
}

function writeHeader(db: KeyValues, session: Buffer, header: Header): void {
  const { sessionId, userId, lastAppendMs, stored, countsByType } = header;
  const text = JSON.stringify([sessionId, userId, lastAppendMs, stored, ...countsByType]);
  db.put(headerKey(session), Buffer.from(text));
}

function eventCountOf(header: Header): number {
  return header.countsByType.reduce((sum, count) => sum + count, 0);
}

function isExpired(header: Header, now: number, limits: SessionStoreLimits): boolean {
  return now - header.lastAppendMs >= limits.ttlMs;
}
