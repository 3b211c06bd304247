import { type SessionEvent } from '../../domain/event.js';
import { DAY_MS } from '../../domain/time.js';
import { Type } from './type.js';
import { EventTypeSchema, id, ItemId, SessionId, Timestamp, UserId } from './common.js';

/** How long a page may keep an event. */
const MAX_AGE_MS = DAY_MS;

const eventFields = {
  item_id: ItemId,
  event_type: EventTypeSchema,
  timestamp: Type.Optional(Timestamp),
  metadata: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'Anything; kept with the event, at most 8 KiB and 8 levels deep.',
    }),
  ),
  event_id: Type.Optional(id('Your id of the event: sent twice, it counts once.')),
};

const recommendationId = Type.Optional(id('The recommendation that led here, from its answer.'));

const EXAMPLE = {
  session_id: 'visit-1',
  item_id: 'tea-pot',
  event_type: 'view',
  timestamp: '2026-01-31T12:00:00Z',
  event_id: 'e-1',
  metadata: { page: 'home' },
};

export const EventBody = Type.Object(
  {
    session_id: SessionId,
    user_id: Type.Optional(UserId),
    ...eventFields,
    recommendation_id: recommendationId,
  },
  { additionalProperties: false, examples: [EXAMPLE] },
);

/** An event of a shop's page. Its clock is a shopper's, so it says how long ago something was and not when. */
export const BeaconEvent = Type.Object(
  {
    session_id: SessionId,
    user_id: Type.Optional(UserId),
    item_id: ItemId,
    event_type: EventTypeSchema,
    metadata: eventFields.metadata,
    recommendation_id: recommendationId,
    event_id: id('The page sends an event until it is acknowledged: sent twice, it counts once.'),
    age_ms: Type.Optional(
      Type.Integer({ minimum: 0, maximum: MAX_AGE_MS, description: 'Milliseconds since it happened.' }),
    ),
  },
  { additionalProperties: false },
);

/** The most events a page may send at once. */
export const MAX_BEACON = 200;

export const BeaconBody = Type.Object(
  {
    key: Type.Optional(
      Type.String({
        maxLength: 200,
        description: 'A key of the scope ingest, bound to the origin of the page.',
      }),
    ),
    // Each is checked on its own, as in EventsBody.
    events: Type.Array(Type.Unknown(), {
      minItems: 1,
      maxItems: MAX_BEACON,
      description: 'Events as for POST /event, with event_id, and with age_ms in place of timestamp.',
    }),
  },
  {
    additionalProperties: false,
    examples: [
      {
        key: 'nextitem_...',
        events: [
          { session_id: 'visit-1', item_id: 'tea-pot', event_type: 'view', event_id: 'e-1', age_ms: 40 },
        ],
      },
    ],
  },
);

export const BeaconAnswer = Type.Object(
  {
    stored: Type.Integer({ description: 'How many are stored now, those that were already included.' }),
    refused: Type.Array(
      Type.Object({ code: Type.String(), detail: Type.String(), where: Type.Optional(Type.String()) }),
      { description: 'Wrong, and no better if sent again.' },
    ),
  },
  { description: 'Every event is stored or refused for good' },
);

/** An event sent along with a question, for shops that keep sessions themselves. */
export const InlineEvent = Type.Object(eventFields, { additionalProperties: false });

/** An event as it is stored. */
export const StoredEvent = Type.Object({
  item_id: Type.String(),
  event_type: Type.String(),
  timestamp: Type.Integer({ description: 'Milliseconds since 1970 UTC.' }),
  event_id: Type.Optional(Type.String()),
  metadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

/** An event with the API's field names. */
export function storedEvent({ itemId, eventType, timestampMs, eventId, metadata }: SessionEvent) {
  return {
    item_id: itemId,
    event_type: eventType,
    timestamp: timestampMs,
    ...(eventId === undefined ? {} : { event_id: eventId }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** The most events a request may bring along. */
export const MAX_INLINE_EVENTS = 200;

export const EventAnswer = Type.Object(
  {
    status: Type.Literal('success'),
    session_id: Type.String(),
    event_count: Type.Integer({ description: 'Events of the session so far.' }),
  },
  { description: 'Stored' },
);

export const MAX_BATCH = 1000;

export const EventsBody = Type.Object(
  // Each event is checked on its own, so that a bad one does not cost the others.
  {
    events: Type.Array(Type.Unknown(), {
      minItems: 1,
      maxItems: MAX_BATCH,
      description: 'Events as for POST /event.',
    }),
  },
  { additionalProperties: false, examples: [{ events: [EXAMPLE] }] },
);

export const EventsAnswer = Type.Object(
  {
    results: Type.Array(
      Type.Object({
        status: Type.Enum(['success', 'error']),
        session_id: Type.Optional(Type.String()),
        event_count: Type.Optional(Type.Integer()),
        code: Type.Optional(Type.String()),
        detail: Type.Optional(Type.String()),
        where: Type.Optional(Type.String()),
      }),
      { description: 'One per event, in order.' },
    ),
  },
  { description: 'What became of each event' },
);
