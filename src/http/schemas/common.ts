import { Type } from 'typebox';
import { EVENT_TYPES } from '../../domain/event.js';
import { REASONS } from '../../recommend/contract.js';
import { MAX_K } from '../../recommend/recommender.js';

/** Longest id in characters. */
export const MAX_ID_LENGTH = 256;

/** Text without control characters and without halves of surrogate pairs, which no store could give back. */
const ID_PATTERN = '^[^\\p{Cc}\\p{Cs}]+$';

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

export const K = (fallback: number) =>
  Type.Integer({ minimum: 1, maximum: MAX_K, default: fallback, description: 'How many items.' });

export const RecommendationSchema = Type.Object({
  item_id: Type.String(),
  score: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'Falls with rank; comparable inside one answer only.',
  }),
  reason: Type.Enum([...REASONS], { description: 'Why this item: always true of it and the session.' }),
  rank: Type.Integer({ minimum: 1 }),
  reason_item_id: Type.Optional(Type.String({ description: "The session's item the reason speaks of." })),
});

export const RecommendationList = Type.Object({
  recommendations: Type.Array(RecommendationSchema),
  model_version: Type.String(),
});

/** RFC 9457, with a code, the place, and what to do. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.String(),
  where: Type.Optional(Type.String()),
  fix: Type.String(),
  request_id: Type.String(),
});
