import { Type } from './type.js';
import { EVENT_TYPES } from '../../domain/event.js';
import { REASONS } from '../../recommend/contract.js';
import { MAX_K } from '../../recommend/recommender.js';

/** Longest id in characters. */
export const MAX_ID_LENGTH = 256;

/**
 * Text without control characters and without halves of surrogate pairs, which no store could give back. Ranges, not
 * classes such as \p{Cc}: tools in all languages read the API's description.
 */
const ID_PATTERN = '^[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]+$';

export const id = (description: string) =>
  Type.String({ minLength: 1, maxLength: MAX_ID_LENGTH, pattern: ID_PATTERN, description });

export const SessionId = id('The visit. Any text the shop chooses; new ids start new sessions.');
export const ItemId = id("The shop's id of the item.");
export const UserId = id('The shopper, where known.');

export const EventTypeSchema = Type.Enum([...EVENT_TYPES], { description: 'What the shopper did.' });

export const Timestamp = Type.Union(
  [
    Type.Integer({ description: 'Milliseconds since 1970 UTC.' }),
    Type.String({ maxLength: 40, description: 'RFC 3339.' }),
  ],
  { description: 'When it happened; now if left out.' },
);

/** How many items are answered if the request does not say. */
export const DEFAULT_K = 20;

export const K = Type.Optional(
  Type.Integer({ minimum: 1, maximum: MAX_K, default: DEFAULT_K, description: 'How many items.' }),
);

/** An item of a list that belongs to no session. */
export const ListedItem = Type.Object({
  item_id: Type.String(),
  score: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'Falls with rank; comparable inside one answer only.',
  }),
  reason: Type.Enum([...REASONS], { description: 'Why this item; always true of it.' }),
  rank: Type.Integer({ minimum: 1 }),
});

export const RecommendedItem = Type.Object({
  ...ListedItem.properties,
  reason_item_id: Type.Optional(Type.String({ description: "The session's item the reason speaks of." })),
});

export const ItemList = Type.Object(
  {
    recommendations: Type.Array(ListedItem),
    model_version: Type.String(),
  },
  { description: 'Best first' },
);
