import { type Session } from '../domain/session.js';
import { decodeEvent, encodeEvent, type StoredFields } from './event-codec.js';
import {
  activityKey,
  arrivalOfEventKey,
  carriedUserKey,
  eventIdKey,
  eventKey,
  eventsRange,
  idBytes,
  minuteOf,
  recordKey,
  sessionOfActivityKey,
  sessionOfUserIndexKey,
  sessionRange,
  timestampOfEventKey,
  userIndexKey,
  userIndexRange,
  userOfKey,
  type KeyRange,
} from './embedded-keys.js';
import { type EventToRecord, hashOf, type RecordedEvent, SessionRecord } from './session-record.js';
import { type AppendResult, type IncomingEvent, type SessionStoreLimits } from './session-store.js';

/** What the functions below need of an LMDB database with binary keys and values. */
export interface KeyValues {
  get(key: Buffer): Buffer | undefined;
  put(key: Buffer, value: Buffer): unknown;
  remove(key: Buffer): unknown;
  getRange(range: KeyRange & { limit?: number }): Iterable<{ key: Buffer; value: Buffer }>;
  getKeys(range: KeyRange & { limit?: number }): Iterable<Buffer>;
}

const PRESENT = Buffer.of(1);

/**
 * Bytes of events in a session's record; the oldest ones beyond that get records of their own. LMDB gives a value of more
 * than 2,038 bytes with its key whole pages, and the longer a record, the more is written again with every event.
 */
const RECORD_EVENT_BYTES = 1800;

/** An event with all that can be worked out before its turn to be written. */
export interface PreparedEvent extends EventToRecord {
  readonly sessionId: string;
  /** The session's {@link idBytes}, and the key of its record. */
  readonly session: Buffer;
  readonly key: Buffer;
  readonly userId: string | undefined;
  readonly eventId: string | undefined;
}

/** Errors: those of `encodeEvent`. */
export function prepareEvent(event: IncomingEvent): PreparedEvent {
  const { sessionId, userId, eventId, typeCode, timestampMs, text } = encodeEvent(event);
  const session = idBytes(sessionId);
  return {
    sessionId,
    session,
    key: recordKey(session),
    userId,
    eventId,
    typeCode,
    timestampMs,
    text: Buffer.from(text),
    idHash: eventId === undefined ? 0 : hashOf(eventId),
  };
}

/** Appends an event. Must run inside a write transaction. */
export function appendEvent(
  db: KeyValues,
  event: PreparedEvent,
  now: number,
  limits: SessionStoreLimits,
): AppendResult {
  const { session, key } = event;
  const stored = db.get(key);
  const isNew = stored === undefined || isExpired(stored, now, limits);
  if (stored !== undefined && isNew) removeSession(db, session, stored);
  const record = isNew ? SessionRecord.new(event.sessionId, now) : SessionRecord.parse(stored);
  if (hasEventId(db, record, event)) return { eventCount: record.eventCount, duplicate: true };
  if (event.userId !== undefined && event.userId !== record.userId) {
    const user = idBytes(event.userId);
    db.put(carriedUserKey(session, user), PRESENT);
    db.put(userIndexKey(user, session), PRESENT);
    record.userId = event.userId;
    record.countOutside('users', 1);
  }
  const minute = minuteOf(now);
  const lastMinute = minuteOf(record.lastAppendMs);
  if (isNew || minute !== lastMinute) {
    if (!isNew) db.remove(activityKey(lastMinute, session));
    db.put(activityKey(minute, session), PRESENT);
  }
  record.add(event, now);
  const { eventCount } = record;
  if (record.eventBytes > RECORD_EVENT_BYTES) moveOut(db, session, record);
  // Never more events than were ever appended: usually there is nothing to look for.
  if (eventCount > limits.maxEvents) keepLatest(db, session, record, limits.maxEvents);
  db.put(key, record.bytes);
  return { eventCount, duplicate: false };
}

/** The session, or null if it is not there or expired. */
export function readSession(
  db: KeyValues,
  sessionId: string,
  now: number,
  limits: SessionStoreLimits,
): Session | null {
  const session = idBytes(sessionId);
  const stored = db.get(recordKey(session));
  if (stored === undefined || isExpired(stored, now, limits)) return null;
  const record = SessionRecord.parse(stored);
  const { userId, eventCount, countsByType } = record;
  const events = record.inside();
  if (record.outside('events') > 0) {
    for (const { key, value } of db.getRange(eventsRange(session)))
      events.push({ ...placeOf(key), text: value.toString() });
  }
  return {
    sessionId,
    ...(userId !== null && { userId }),
    events: events
      .sort(byTime)
      .slice(-limits.maxEvents)
      .map(({ text, timestampMs }) => decodeEvent(text, timestampMs)),
    eventCount,
    countsByType,
  };
}

/** Removes everything of a session; its id if it was alive, else null. Must run inside a write transaction. */
export function deleteSession(
  db: KeyValues,
  session: Buffer,
  now: number,
  limits: SessionStoreLimits,
): string | null {
  const stored = db.get(recordKey(session));
  if (stored === undefined) return null;
  removeSession(db, session, stored);
  return isExpired(stored, now, limits) ? null : SessionRecord.parse(stored).sessionId;
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
  const stored = db.get(recordKey(session));
  if (stored !== undefined && isExpired(stored, now, limits)) removeSession(db, session, stored);
  db.remove(activityIndexKey);
}

function hasEventId(
  db: KeyValues,
  record: SessionRecord,
  { session, eventId, idHash }: PreparedEvent,
): boolean {
  if (eventId === undefined) return false;
  if (record.hasInside(eventId, idHash, eventIdOf)) return true;
  return record.outside('eventIds') > 0 && db.get(eventIdKey(session, idBytes(eventId))) !== undefined;
}

/** Gives the oldest events of a record records of their own, until it is short. */
function moveOut(db: KeyValues, session: Buffer, record: SessionRecord): void {
  while (record.eventBytes > RECORD_EVENT_BYTES) {
    const events = record.inside().sort(byTime);
    const oldest = events.slice(0, Math.ceil(events.length / 2));
    for (const { timestampMs, arrival, text } of oldest)
      db.put(eventKey(session, timestampMs, arrival), Buffer.from(text));
    record.countOutside('events', oldest.length);
    takeOut(db, session, record, oldest);
  }
}

/** Drops the oldest events, wherever they are. Their ids stay known. */
function keepLatest(db: KeyValues, session: Buffer, record: SessionRecord, most: number): void {
  const inside = record.inside().sort(byTime);
  const excess = inside.length + record.outside('events') - most;
  if (excess <= 0) return;
  const outside = [...db.getKeys({ ...eventsRange(session), limit: excess })];
  const dropped: RecordedEvent[] = [];
  for (let n = 0, next = 0; n < excess; n++) {
    const first = inside[dropped.length];
    const key = outside[next];
    if (key !== undefined && (first === undefined || byTime(placeOf(key), first) < 0)) {
      db.remove(key);
      record.countOutside('events', -1);
      next++;
    } else dropped.push(first!);
  }
  takeOut(db, session, record, dropped);
}

/** Takes events out of a record, and gives their ids records of their own. */
function takeOut(
  db: KeyValues,
  session: Buffer,
  record: SessionRecord,
  events: readonly RecordedEvent[],
): void {
  for (const { text } of events) {
    const eventId = eventIdOf(text);
    if (typeof eventId !== 'string') continue;
    db.put(eventIdKey(session, idBytes(eventId)), PRESENT);
    record.countOutside('eventIds', 1);
  }
  record.remove(new Set(events.map(({ arrival }) => arrival)));
}

/** @param stored its record */
function removeSession(db: KeyValues, session: Buffer, stored: Buffer): void {
  const record = SessionRecord.parse(stored);
  db.remove(activityKey(minuteOf(record.lastAppendMs), session));
  db.remove(recordKey(session));
  if (record.outside('events') + record.outside('eventIds') + record.outside('users') === 0) return;
  for (const key of [...db.getKeys(sessionRange(session))]) {
    const user = userOfKey(key);
    if (user !== null) db.remove(userIndexKey(user, session));
    db.remove(key);
  }
}

function isExpired(stored: Buffer, now: number, limits: SessionStoreLimits): boolean {
  return now - SessionRecord.lastAppendMs(stored) >= limits.ttlMs;
}

function eventIdOf(text: string): string | null | undefined {
  return (JSON.parse(text) as StoredFields)[2];
}

function placeOf(key: Buffer): { timestampMs: number; arrival: number } {
  return { timestampMs: timestampOfEventKey(key), arrival: arrivalOfEventKey(key) };
}

/** The order of events in a session: by time, and by arrival at equal times. */
function byTime(a: Omit<RecordedEvent, 'text'>, b: Omit<RecordedEvent, 'text'>): number {
  return a.timestampMs - b.timestampMs || a.arrival - b.arrival;
}
