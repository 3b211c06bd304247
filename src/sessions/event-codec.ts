import { EVENT_TYPES, eventTypeCode, type SessionEvent } from '../domain/event.js';
import { NextItemError } from '../errors.js';
import { type IncomingEvent } from './session-store.js';

/** An event checked and made ready for storage, so that nothing can fail halfway through a write. */
export interface EncodedEvent {
  readonly sessionId: string;
  readonly userId: string | undefined;
  readonly eventId: string | undefined;
  readonly typeCode: number;
  readonly timestampMs: number;
  /** {@link SessionEvent} without its timestamp: the JSON of {@link StoredFields}. */
  readonly text: string;
}

/**
 * Checks and encodes an event. Throws `invalid_request` for what no store could give back unchanged: an unknown event
 * type, a timestamp that is not a finite number, metadata that is not JSON.
 */
export function encodeEvent(event: IncomingEvent): EncodedEvent {
  const typeCode = eventTypeCode(event.eventType);
  if (typeCode < 0) {
    throw new NextItemError(
      'invalid_request',
      `${JSON.stringify(event.eventType)} is none of ${EVENT_TYPES.join(', ')}`,
      'event_type',
    );
  }
  if (!Number.isFinite(event.timestampMs)) {
    throw new NextItemError('invalid_request', 'the timestamp is not a finite number', 'timestamp');
  }
  const fields: StoredFields = [event.itemId, typeCode];
  if (event.eventId !== undefined || event.metadata !== undefined) fields[2] = event.eventId ?? null;
  if (event.metadata !== undefined) fields[3] = event.metadata;
  let text: string;
  try {
    text = JSON.stringify(fields);
  } catch (cause) {
    throw new NextItemError('invalid_request', 'the metadata cannot be written as JSON', 'metadata', {
      cause,
    });
  }
  return {
    sessionId: event.sessionId,
    userId: event.userId,
    eventId: event.eventId,
    typeCode,
    timestampMs: event.timestampMs + 0, // -0 would sort before 0 in one backend and with it in another
    text,
  };
}

/** What {@link EncodedEvent.text} is the JSON of. */
export type StoredFields = [
  itemId: string,
  typeCode: number,
  eventId?: string | null,
  metadata?: Record<string, unknown>,
];

/** The event of a text made by {@link encodeEvent}. */
export function decodeEvent(text: string, timestampMs: number): SessionEvent {
  return eventOf(JSON.parse(text) as StoredFields, timestampMs);
}

/** The event of a parsed text. */
export function eventOf(
  [itemId, typeCode, eventId, metadata]: StoredFields,
  timestampMs: number,
): SessionEvent {
  return {
    itemId,
    eventType: EVENT_TYPES[typeCode]!,
    timestampMs,
    ...(eventId !== null && eventId !== undefined && { eventId }),
    ...(metadata !== undefined && { metadata }),
  };
}

/**
 * An id as text that every backend keeps apart from every other id: its JSON form. Plain UTF-8 would turn all lone
 * surrogates into one replacement character, and two such ids into one session.
 */
export function idText(id: string): string {
  return JSON.stringify(id);
}

/** A {@link idText} back to the id. */
export function idOfText(text: string): string {
  return JSON.parse(text) as string;
}
