import { type SessionEvent } from '../domain/event.js';
import { type Session } from '../domain/session.js';
import { type Clock } from '../domain/time.js';
import { type IncomingEvent } from './session-store.js';

export interface RecentSessionsLimits {
  /** Memory for all of them together, estimated; 0 keeps nothing. */
  readonly maxBytes: number;
  /** A session neither read nor appended to for this long is forgotten: also the longest life of one erased elsewhere. */
  readonly maxAgeMs: number;
}

/** Most recent events kept of a session: as many as a model looks at. */
const MAX_EVENTS = 64;

// Of V8's objects, rounded up: an entry with its map cell, an event, a character (one byte unless it is beyond Latin-1).
const ENTRY_BYTES = 240;
const EVENT_BYTES = 80;

/** One in so many bytes is freed beyond what is needed. */
const SLACK = 64;
/** How often the oldest are looked at when there is room. Until then their age is checked when they are asked for. */
const LOOK_INTERVAL_MS = 1000;

interface Recent {
  userId: string | undefined;
  /** Oldest first, without metadata and event ids. */
  readonly events: SessionEvent[];
  eventCount: number;
  /** False when an event between those kept is known to be missing. */
  gapless: boolean;
  bytes: number;
  seenMs: number;
}

/**
 * What this process last knew of sessions, for the time in which their store does not answer: the least recently used are
 * forgotten first. Never a source while the store answers, so nobody reads old news.
 */
export class RecentSessions {
  /** Least recently used first. */
  private readonly sessions = new Map<string, Recent>();
  private bytes = 0;
  private nextLookMs = 0;

  constructor(
    private readonly limits: RecentSessionsLimits,
    private readonly clock: Clock,
  ) {}

  /** How many are known. */
  get size(): number {
    return this.sessions.size;
  }

  /** A session as the store gave it; null: it has none, so nothing is known any more. */
  read(sessionId: string, session: Session | null): void {
    if (session === null) return this.forget(sessionId);
    const known = this.sessions.get(sessionId);
    if (known?.gapless && known.eventCount === session.eventCount) {
      known.userId = session.userId;
      return this.keep(sessionId, known);
    }
    const events = session.events.slice(-MAX_EVENTS).map(bare);
    this.keep(sessionId, {
      userId: session.userId,
      events,
      eventCount: session.eventCount,
      gapless: true,
      bytes: 0,
      seenMs: 0,
    });
  }

  /** An event that the store took. @param eventCount of its session, this one included */
  appended(event: IncomingEvent, eventCount: number): void {
    const known = this.sessions.get(event.sessionId) ?? {
      userId: undefined,
      events: [],
      eventCount: 0,
      gapless: true,
      bytes: 0,
      seenMs: 0,
    };
    const { events } = known;
    let at = events.length;
    while (at > 0 && events[at - 1]!.timestampMs > event.timestampMs) at--;
    events.splice(at, 0, bare(event));
    if (events.length > MAX_EVENTS) events.shift();
    // Answers may overtake each other, and other processes append too.
    if (eventCount !== known.eventCount + 1) known.gapless = false;
    known.eventCount = Math.max(known.eventCount, eventCount);
    known.userId = event.userId ?? known.userId;
    this.keep(event.sessionId, known);
  }

  /** What is known of a session, or null. */
  get(sessionId: string): Session | null {
    const known = this.sessions.get(sessionId);
    if (known === undefined) return null;
    if (this.clock() - known.seenMs >= this.limits.maxAgeMs) {
      this.forget(sessionId);
      return null;
    }
    const { userId, events, eventCount } = known;
    return {
      sessionId,
      ...(userId === undefined ? {} : { userId }),
      events: [...events],
      eventCount,
    };
  }

  forget(sessionId: string): void {
    this.bytes -= this.sessions.get(sessionId)?.bytes ?? 0;
    this.sessions.delete(sessionId);
  }

  /** Forgets the sessions whose last known user this is. */
  forgetUser(userId: string): void {
    for (const [sessionId, known] of this.sessions) if (known.userId === userId) this.forget(sessionId);
  }

  clear(): void {
    this.sessions.clear();
    this.bytes = 0;
  }

  private keep(sessionId: string, known: Recent): void {
    this.forget(sessionId);
    known.seenMs = this.clock();
    known.bytes = ENTRY_BYTES + sessionId.length + (known.userId?.length ?? 0);
    for (const { itemId } of known.events) known.bytes += EVENT_BYTES + itemId.length;
    this.sessions.set(sessionId, known);
    this.bytes += known.bytes;
    if (this.bytes > this.limits.maxBytes || known.seenMs >= this.nextLookMs) this.forgetOldest(known.seenMs);
  }

  /**
   * A little more than has to go: to find the first entry of a map in which entries move to the end all the time, V8 steps
   * over all that moved, so it must not be looked for with every event.
   */
  private forgetOldest(nowMs: number): void {
    const { maxBytes, maxAgeMs } = this.limits;
    const most = this.bytes > maxBytes ? maxBytes - maxBytes / SLACK : maxBytes;
    for (const [oldest, { seenMs }] of this.sessions) {
      if (this.bytes <= most && nowMs - seenMs < maxAgeMs) break;
      this.forget(oldest);
    }
    this.nextLookMs = nowMs + LOOK_INTERVAL_MS;
  }
}

function bare({ itemId, eventType, timestampMs }: SessionEvent): SessionEvent {
  return { itemId, eventType, timestampMs };
}
