import { type Static } from 'typebox';
import { type Config } from '../config/schema.js';
import { type SessionEvent } from '../domain/event.js';
import { type Session } from '../domain/session.js';
import { DAY_MS, SECOND_MS } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { type LoggedEvent } from '../sessions/event-log.js';
import { type AppendResult } from '../sessions/session-store.js';
import { asError } from '../sessions/store-error.js';
import { type RouteDependencies } from './dependencies.js';
import { type EventBody, type InlineEvent } from './schemas/events.js';

type EventFields = Static<typeof EventBody>;

/** How far from now an event may have happened. */
export type TimeLimits = Pick<Config, 'maxFutureSeconds' | 'maxEventAgeDays'>;

const MAX_METADATA_BYTES = 8 * 1024; // 8 KiB
const MAX_METADATA_DEPTH = 8;

/**
 * A checked body as an event. Errors: `invalid_timestamp`, `invalid_request` for metadata that is too large or too deep.
 *
 * @param nowMs the time it arrived
 * @param where its place in the request, for errors
 */
export function toEvent(body: EventFields, nowMs: number, limits: TimeLimits, where: string): LoggedEvent {
  return {
    sessionId: body.session_id,
    ...(body.user_id === undefined ? {} : { userId: body.user_id }),
    ...toSessionEvent(body, nowMs, limits, where),
    ...(body.recommendation_id === undefined ? {} : { recommendationId: body.recommendation_id }),
    receivedAtMs: nowMs,
  };
}

/**
 * Events that came with a request as the session they make, oldest first; parameters and errors as for {@link toEvent}.
 *
 * @param where the list's place in the request, for errors
 */
export function toSession(
  sessionId: string,
  inline: readonly Static<typeof InlineEvent>[],
  nowMs: number,
  limits: TimeLimits,
  where: string,
): Session {
  const events = inline.map((event, i) => toSessionEvent(event, nowMs, limits, `${where}[${i}]`));
  // Equal times keep the order they were sent in.
  events.sort((a, b) => a.timestampMs - b.timestampMs);
  return { sessionId, events, eventCount: events.length };
}

/** The part of an event that does not name its session; parameters and errors as for {@link toEvent}. */
export function toSessionEvent(
  body: Static<typeof InlineEvent>,
  nowMs: number,
  limits: TimeLimits,
  where: string,
): SessionEvent {
  if (body.metadata !== undefined) checkMetadata(body.metadata, `${where}.metadata`);
  return {
    itemId: body.item_id,
    eventType: body.event_type,
    timestampMs:
      body.timestamp === undefined ? nowMs : checkedTime(body.timestamp, nowMs, limits, `${where}.timestamp`),
    ...(body.event_id === undefined ? {} : { eventId: body.event_id }),
    ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
  };
}

/**
 * Makes events durable: first the session store, then the log. An event the store refuses is in neither; one the log
 * refuses is reported as failed, and a retry with the same `event_id` counts once and reaches the log. Results are in order.
 */
export async function acceptEvents(
  events: readonly LoggedEvent[],
  { store, eventLog, metrics, sessions }: RouteDependencies,
): Promise<(AppendResult | Error)[]> {
  const started = performance.now();
  const results: (AppendResult | Error)[] =
    events.length === 1
      ? [await store.append(events[0]!).catch(asError)]
      : await store.appendBatch(events).catch((error: unknown) => events.map(() => asError(error)));
  metrics.stage('store_append', performance.now() - started);

  events.forEach((event, i) => {
    const result = results[i]!;
    if (!(result instanceof Error) && !result.duplicate) sessions.recent.appended(event, result.eventCount);
  });
  const stored = events.filter((_, i) => !(results[i] instanceof Error));
  let logFailure: Error | null = null;
  if (eventLog !== null && stored.length > 0) {
    const logging = performance.now();
    logFailure = await eventLog.append(stored).then(() => null, asError);
    metrics.stage('event_log', performance.now() - logging);
  }
  return events.map(({ eventType }, i) => {
    const result = results[i]!;
    const outcome = result instanceof Error ? result : (logFailure ?? result);
    metrics.event(
      eventType,
      outcome instanceof Error ? 'failed' : outcome.duplicate ? 'duplicate' : 'accepted',
    );
    return outcome;
  });
}

/** What became of one of many events: how many the session has now, or why it was not taken. */
export type Outcome = { readonly sessionId: string; readonly eventCount: number } | Error;

/**
 * Accepts or refuses each of many events by itself; results are in order. Errors: what {@link acceptEvents} reports, if every
 * single event was right and none could be stored.
 *
 * @param read checks one and throws if it is wrong
 */
export async function acceptEach(
  bodies: readonly unknown[],
  read: (body: unknown, where: string) => LoggedEvent,
  deps: RouteDependencies,
): Promise<Outcome[]> {
  const events: LoggedEvent[] = [];
  const refusals = bodies.map((body, i) => {
    try {
      events.push(read(body, `body.events[${i}]`));
      return null;
    } catch (error) {
      deps.metrics.event('any', 'refused');
      return error as Error;
    }
  });
  const stored = await acceptEvents(events, deps);
  if (stored.length === bodies.length && stored.every((result) => result instanceof Error)) throw stored[0]!;
  let n = 0;
  return refusals.map((refusal) => {
    if (refusal !== null) return refusal;
    const { sessionId } = events[n]!;
    const result = stored[n++]!;
    return result instanceof Error ? result : { sessionId, eventCount: result.eventCount };
  });
}

function checkedTime(timestamp: number | string, nowMs: number, limits: TimeLimits, where: string): number {
  const refuse = (detail: string): never => {
    throw new NextItemError('invalid_timestamp', detail, where);
  };
  const timeMs = typeof timestamp === 'number' ? timestamp : parseRfc3339(timestamp);
  if (!Number.isFinite(timeMs)) refuse('it is neither RFC 3339 nor milliseconds since 1970');
  if (timeMs > nowMs + limits.maxFutureSeconds * SECOND_MS)
    refuse(`it is more than ${limits.maxFutureSeconds} seconds in the future`);
  if (timeMs < nowMs - limits.maxEventAgeDays * DAY_MS)
    refuse(`it is more than ${limits.maxEventAgeDays} days old`);
  return timeMs;
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** NaN if it is not RFC 3339. */
function parseRfc3339(text: string): number {
  const day = RFC3339.exec(text)?.[1];
  // Date.parse takes February 30th for March 2nd.
  const exists = day !== undefined && new Date(Date.parse(day) || 0).toISOString().startsWith(day);
  return exists ? Date.parse(text) : NaN;
}

function checkMetadata(metadata: Record<string, unknown>, where: string): void {
  const refuse = (detail: string): never => {
    throw new NextItemError('invalid_request', detail, where);
  };
  if (!isShallow(metadata, MAX_METADATA_DEPTH)) refuse(`it is more than ${MAX_METADATA_DEPTH} levels deep`);
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes > MAX_METADATA_BYTES) refuse(`it has ${bytes} bytes, more than ${MAX_METADATA_BYTES}`);
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}
