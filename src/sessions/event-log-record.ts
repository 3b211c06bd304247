import { eventTypeCode, type EventType } from '../domain/event.js';
import { type IncomingEvent } from './session-store.js';

/** An accepted event as the log keeps it. */
export interface LoggedEvent extends IncomingEvent {
  /** The recommendation that led to the event, where the shop named it. */
  readonly recommendationId?: string;
  /** When this service got it, milliseconds since 1970 UTC. */
  readonly receivedAtMs: number;
}

/**
 * A line of the log without its newline: one JSON object with the field names of the HTTP API, times in milliseconds.
 * Throws if the metadata is not JSON.
 */
export function encodeRecord(event: LoggedEvent): string {
  return JSON.stringify({
    session_id: event.sessionId,
    user_id: event.userId,
    item_id: event.itemId,
    event_type: event.eventType,
    timestamp: event.timestampMs,
    event_id: event.eventId,
    metadata: event.metadata,
    recommendation_id: event.recommendationId,
    received_at: event.receivedAtMs,
  });
}

/** The event of a line, or null if the line is damaged. */
export function decodeRecord(line: Buffer): LoggedEvent | null {
  let record: Record<string, unknown> | null;
  try {
    record = JSON.parse(line.toString()) as Record<string, unknown> | null;
  } catch {
    return null;
  }
  if (
    record === null ||
    typeof record.session_id !== 'string' ||
    typeof record.item_id !== 'string' ||
    typeof record.timestamp !== 'number' ||
    typeof record.received_at !== 'number' ||
    eventTypeCode(String(record.event_type)) < 0
  ) {
    return null;
  }
  return {
    sessionId: record.session_id,
    ...(typeof record.user_id === 'string' && { userId: record.user_id }),
    itemId: record.item_id,
    eventType: record.event_type as EventType,
    timestampMs: record.timestamp,
    ...(typeof record.event_id === 'string' && { eventId: record.event_id }),
    ...(record.metadata !== undefined && { metadata: record.metadata as Record<string, unknown> }),
    ...(typeof record.recommendation_id === 'string' && { recommendationId: record.recommendation_id }),
    receivedAtMs: record.received_at,
  };
}
