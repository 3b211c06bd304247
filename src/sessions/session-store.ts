import { type SessionEvent } from '../domain/event.js';
import { type Session } from '../domain/session.js';

/** An event on its way into the store. Ids may be any strings; limits on their length are the caller's. */
export interface IncomingEvent extends SessionEvent {
  readonly sessionId: string;
  readonly userId?: string;
}

export interface AppendResult {
  /** Events of the session after this one, those beyond the cap included. */
  readonly eventCount: number;
  /** True when the session already had an event with this `eventId`: nothing was changed. */
  readonly duplicate: boolean;
}

export interface SessionStoreLimits {
  /** A session without an event for this long is gone. */
  readonly ttlMs: number;
  /** Only this many most recent events of a session are kept; counters go on counting. */
  readonly maxEvents: number;
}

/**
 * Where sessions live. One contract, three backends (memory, embedded, redis), one test suite for all of them.
 *
 * A resolved promise is a promise kept: the event is durable as far as the backend can make it (embedded: flushed to
 * disk; redis: acknowledged by the server, whose `appendfsync` decides the rest; memory: not at all), and every read
 * that starts afterwards, in any process on the same store, sees it.
 */
export interface SessionStore {
  readonly kind: 'memory' | 'embedded' | 'redis';

  /**
   * Adds one event: atomic, idempotent by `eventId` within the session's life, capped, and renews the TTL (a duplicate does
   * not). Timestamps may come in any order. Rejects with `store_unavailable` if it cannot be stored now, then nobody knows whether
   * it was: send it again with the same `eventId`; with `invalid_request` for what cannot be stored at all.
   */
  append(event: IncomingEvent): Promise<AppendResult>;

  /**
   * Adds many events, in order, in as few round trips as the backend allows. The answer has one entry per event;
   * a rejected entry (an Error) was not stored, the others were.
   */
  appendBatch(events: readonly IncomingEvent[]): Promise<(AppendResult | Error)[]>;

  /** The session, or null if it never was, expired or was erased. One round trip. */
  read(sessionId: string): Promise<Session | null>;

  /** Erases a session with everything kept for it. True if there was one. */
  delete(sessionId: string): Promise<boolean>;

  /** Erases every live session of which any event carried this user id; returns their session ids, in any order. */
  deleteUser(userId: string): Promise<string[]>;

  /** Resolves if the store answers; rejects with `store_unavailable` and the cause if not. */
  ping(): Promise<void>;

  /** Finishes what was accepted and lets go of files and connections. */
  close(): Promise<void>;
}
