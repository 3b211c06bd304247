import { EVENT_TYPES } from '../domain/event.js';
import { type Session } from '../domain/session.js';
import { type Clock } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { decodeEvent, encodeEvent, type EncodedEvent } from './event-codec.js';
import { asError } from './store-error.js';
import {
  type AppendResult,
  type IncomingEvent,
  type SessionStore,
  type SessionStoreLimits,
} from './session-store.js';

interface StoredSession {
  userId: string | undefined;
  readonly userIds: Set<string>;
  readonly eventIds: Set<string>;
  /** By (timestamp, arrival); encoded, so that callers cannot change what is stored. */
  readonly events: { readonly timestampMs: number; readonly text: string }[];
  readonly countsByType: number[];
  eventCount: number;
  lastAppendMs: number;
}

/** Sessions in this process's memory: for tests and tools. They are gone with the process and unknown to others. */
export class MemoryStore implements SessionStore {
  readonly kind = 'memory';
  /** Least recently appended first, so that expired sessions stand at the front. */
  private readonly sessions = new Map<string, StoredSession>();
  private readonly sessionsOfUser = new Map<string, Set<string>>();
  private closed = false;

  constructor(
    private readonly limits: SessionStoreLimits,
    private readonly clock: Clock,
  ) {}

  async append(event: IncomingEvent): Promise<AppendResult> {
    this.assertOpen();
    return this.add(encodeEvent(event));
  }

  async appendBatch(events: readonly IncomingEvent[]): Promise<(AppendResult | Error)[]> {
    this.assertOpen();
    return events.map((event) => {
      try {
        return this.add(encodeEvent(event));
      } catch (error) {
        return asError(error);
      }
    });
  }

  async read(sessionId: string): Promise<Session | null> {
    this.assertOpen();
    const session = this.live(sessionId);
    if (session === undefined) return null;
    return {
      sessionId,
      ...(session.userId !== undefined && { userId: session.userId }),
      events: session.events.map(({ text, timestampMs }) => decodeEvent(text, timestampMs)),
      eventCount: session.eventCount,
      countsByType: [...session.countsByType],
    };
  }

  async delete(sessionId: string): Promise<boolean> {
    this.assertOpen();
    const found = this.live(sessionId) !== undefined;
    this.remove(sessionId);
    return found;
  }

  async deleteUser(userId: string): Promise<string[]> {
    this.assertOpen();
    const sessionIds = [...(this.sessionsOfUser.get(userId) ?? [])];
    const deleted = sessionIds.filter((sessionId) => this.live(sessionId) !== undefined);
    for (const sessionId of sessionIds) this.remove(sessionId);
    return deleted;
  }

  async ping(): Promise<void> {
    this.assertOpen();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.sessions.clear();
    this.sessionsOfUser.clear();
  }

  private add(event: EncodedEvent): AppendResult {
    const now = this.clock();
    this.removeExpired(now);
    let session = this.live(event.sessionId);
    if (session === undefined) {
      this.remove(event.sessionId);
      session = {
        userId: undefined,
        userIds: new Set(),
        eventIds: new Set(),
        events: [],
        countsByType: EVENT_TYPES.map(() => 0),
        eventCount: 0,
        lastAppendMs: now,
      };
    }
    if (event.eventId !== undefined) {
      if (session.eventIds.has(event.eventId)) return { eventCount: session.eventCount, duplicate: true };
      session.eventIds.add(event.eventId);
    }
    let at = session.events.length;
    while (at > 0 && session.events[at - 1]!.timestampMs > event.timestampMs) at--;
    session.events.splice(at, 0, { timestampMs: event.timestampMs, text: event.text });
    if (session.events.length > this.limits.maxEvents) session.events.shift();
    session.eventCount++;
    session.countsByType[event.typeCode]!++;
    session.lastAppendMs = now;
    if (event.userId !== undefined) {
      session.userId = event.userId;
      session.userIds.add(event.userId);
      let ofUser = this.sessionsOfUser.get(event.userId);
      if (ofUser === undefined) this.sessionsOfUser.set(event.userId, (ofUser = new Set()));
      ofUser.add(event.sessionId);
    }
    this.sessions.delete(event.sessionId);
    this.sessions.set(event.sessionId, session);
    return { eventCount: session.eventCount, duplicate: false };
  }

  private live(sessionId: string): StoredSession | undefined {
    const session = this.sessions.get(sessionId);
    return session !== undefined && !this.expired(session, this.clock()) ? session : undefined;
  }

  private expired(session: StoredSession, now: number): boolean {
    return now - session.lastAppendMs >= this.limits.ttlMs;
  }

  private removeExpired(now: number): void {
    for (const [sessionId, session] of this.sessions) {
      if (!this.expired(session, now)) return;
      this.remove(sessionId);
    }
  }

  private remove(sessionId: string): void {
    for (const userId of this.sessions.get(sessionId)?.userIds ?? []) {
      const ofUser = this.sessionsOfUser.get(userId)!;
      ofUser.delete(sessionId);
      if (ofUser.size === 0) this.sessionsOfUser.delete(userId);
    }
    this.sessions.delete(sessionId);
  }

  private assertOpen(): void {
    if (this.closed) throw new NextItemError('store_unavailable', 'the memory store was closed');
  }
}
