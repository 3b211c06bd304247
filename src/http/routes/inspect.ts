import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Session } from '../../domain/session.js';
import { NextItemError } from '../../errors.js';
import { type Inspection, type InspectedCandidate, type Recommender } from '../../recommend/contract.js';
import { SOURCES } from '../../retrieval/settings.js';
import { type App } from '../app-type.js';
import { type RouteDependencies } from '../dependencies.js';
import { toSession } from '../event-intake.js';
import { recommendedItem } from '../recommendations.js';
import { errorAnswers } from '../schemas/answers.js';
import { DEFAULT_K, ItemId, K, RecommendedItem, SessionId } from '../schemas/common.js';
import { InlineEvent, MAX_INLINE_EVENTS, StoredEvent, storedEvent } from '../schemas/events.js';
import { Type } from '../schemas/type.js';

const DEFAULT_CANDIDATES = 50;
const MAX_CANDIDATES = 200;
/** The name of a session that only exists in the request. */
const UNNAMED = 'inspected';

const Events = (description: string) =>
  Type.Optional(Type.Array(InlineEvent, { maxItems: MAX_INLINE_EVENTS, description }));

const Body = Type.Object(
  {
    session_id: Type.Optional(SessionId),
    events: Events('The session itself, oldest first, instead of a stored one.'),
    k: K,
    exclude_items: Type.Optional(
      Type.Array(ItemId, { maxItems: 1000, description: 'Items that must not be shown.' }),
    ),
    include_viewed: Type.Optional(
      Type.Boolean({ description: 'As for POST /recommend; the default is a setting.' }),
    ),
    candidates: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_CANDIDATES,
        default: DEFAULT_CANDIDATES,
        description: 'How many candidates to describe, the best ones first.',
      }),
    ),
    without: Type.Optional(
      Type.Array(Type.Integer({ minimum: 0, maximum: 100_000 }), {
        maxItems: MAX_INLINE_EVENTS,
        description: 'What if these events, by their place from 0, had not been?',
      }),
    ),
    add: Events('What if these events had been too?'),
  },
  { additionalProperties: false, examples: [{ session_id: 'visit-1', k: 5 }] },
);

const Candidate = Type.Object({
  item_id: Type.String(),
  position: Type.Integer({ description: 'Place among all candidates by score, 1 the best.' }),
  rank: Type.Optional(
    Type.Integer({
      description:
        'Place in the answer; missing if the item is not in it: it must not be shown, or there was no room.',
    }),
  ),
  score: Type.Number({ description: "The ranker's raw score; without a ranker the item-to-item score." }),
  sources: Type.Array(
    Type.Object({
      source: Type.Enum([...SOURCES]),
      rank: Type.Optional(
        Type.Integer({ description: 'Place among what the source nominated; missing if it did not.' }),
      ),
      score: Type.Number({ description: 'Comparable inside one source only.' }),
    }),
    { description: 'The sources that know the item.' },
  ),
  values: Type.Array(Type.Union([Type.Number(), Type.Null()]), {
    description: 'What the ranker saw, by "features"; null: unknown.',
  }),
  contributions: Type.Array(Type.Number(), {
    description: 'What each feature added to the score, by "features".',
  }),
});

const Inspected = Type.Object({
  recommendations: Type.Array(RecommendedItem),
  candidate_count: Type.Integer({ description: 'All there were.' }),
  expected_score: Type.Optional(
    Type.Number({
      description:
        'The mean score in training: with a candidate\'s contributions it adds up to "score". Missing without a ranker.',
    }),
  ),
  candidates: Type.Array(Candidate, { description: 'Best first' }),
  events: Type.Array(StoredEvent, { description: 'What was looked at, oldest first.' }),
});

const Answer = Type.Object(
  {
    session_id: Type.String(),
    model_version: Type.String(),
    features: Type.Array(Type.Object({ name: Type.String(), meaning: Type.String() }), {
      description: 'The columns of values and contributions; empty without a ranker.',
    }),
    base: Inspected,
    changed: Type.Optional(Inspected),
    moves: Type.Optional(
      Type.Array(
        Type.Object({
          item_id: Type.String(),
          before: Type.Optional(
            Type.Integer({ description: 'Rank without the change; missing: not shown.' }),
          ),
          after: Type.Optional(Type.Integer({ description: 'Rank with it; missing: not shown.' })),
        }),
        { description: 'What the change did to the items of both answers, in the order of the changed one.' },
      ),
    ),
  },
  { description: 'The answer, and what it stands on' },
);

/** POST /inspect: why a session gets its recommendations, and what other events would have done. */
export function inspectRoute(app: App, { store, recommender, config, clock }: RouteDependencies): void {
  app.post(
    '/inspect',
    {
      schema: {
        operationId: 'inspect',
        tags: ['admin'],
        summary: 'Why a session gets its recommendations',
        description:
          'The answer of POST /recommend for a stored session or for the events in the request, with all it stands on: who ' +
          'found each candidate, every feature, and what it added to the score (exact TreeSHAP). With "without" or "add" ' +
          'also the answer for the changed session. Nothing is stored.',
        body: Body,
        response: { 200: Answer, ...errorAnswers(400, 404, 413, 415, 503) },
      },
    },
    async ({ body }) => {
      const session = await sessionOf(body.session_id, body.events);
      const model = recommender();
      const options = {
        k: body.k ?? DEFAULT_K,
        excludeItems: body.exclude_items ?? [],
        includeViewed: body.include_viewed ?? config.includeViewed,
        limit: body.candidates ?? DEFAULT_CANDIDATES,
      };
      const answer = {
        session_id: session.sessionId,
        model_version: model.modelVersion,
        features: [...model.features],
        base: await inspected(model, session, model.inspect(session, options)),
      };
      if (body.without === undefined && body.add === undefined) return answer;
      const other = changedSession(session, body.without ?? [], body.add ?? []);
      const changed = await inspected(model, other, model.inspect(other, options));
      return { ...answer, changed, moves: movesBetween(answer.base, changed) };
    },
  );

  type Inline = Parameters<typeof toSession>[1];

  async function sessionOf(sessionId: string | undefined, events: Inline | undefined): Promise<Session> {
    if (events !== undefined) return toSession(sessionId ?? UNNAMED, events, clock(), config, 'body.events');
    if (sessionId === undefined)
      throw new NextItemError('invalid_request', 'it needs a session_id or events', 'body');
    const session = await store.read(sessionId);
    if (session === null)
      throw new NextItemError('unknown_session', 'nothing is stored for it', 'body.session_id');
    return session;
  }

  function changedSession(session: Session, without: readonly number[], add: Inline): Session {
    const left = new Set(without);
    for (const place of left)
      if (place >= session.events.length)
        throw new NextItemError('invalid_request', `there is no event ${place}`, 'body.without');
    const added = toSession(session.sessionId, add, clock(), config, 'body.add').events;
    const events = [...session.events.filter((_, place) => !left.has(place)), ...added];
    events.sort((a, b) => a.timestampMs - b.timestampMs);
    return { ...session, events, eventCount: events.length };
  }
}

async function inspected(model: Recommender, { events }: Session, inspection: Inspection) {
  const { answer, candidateCount, expectedScore } = inspection;
  const candidates = [];
  for (const candidate of inspection.candidates) {
    await nextTurn(); // shoppers come first
    candidates.push(inspectedCandidate(candidate, model));
  }
  return {
    recommendations: answer.recommendations.map(recommendedItem),
    candidate_count: candidateCount,
    ...(expectedScore === null ? {} : { expected_score: expectedScore }),
    candidates,
    events: events.map(storedEvent),
  };
}

function inspectedCandidate(candidate: InspectedCandidate, model: Recommender) {
  const { itemId, position, rank, score, sources, values } = candidate;
  return {
    item_id: itemId,
    position,
    ...(rank === null ? {} : { rank }),
    score,
    sources: sources.map(({ source, rank, score }) => ({
      source,
      ...(rank === null ? {} : { rank }),
      score,
    })),
    values: Array.from(values ?? [], (value) => (Number.isFinite(value) ? value : null)),
    contributions: values === null ? [] : [...model.contributions(values)],
  };
}

type Listed = { recommendations: readonly { item_id: string; rank: number }[] };

function movesBetween(base: Listed, changed: Listed) {
  const ranks = ({ recommendations }: Listed) => new Map(recommendations.map((r) => [r.item_id, r.rank]));
  const [before, after] = [ranks(base), ranks(changed)];
  return [...new Set([...after.keys(), ...before.keys()])].map((itemId) => {
    const [was, is] = [before.get(itemId), after.get(itemId)];
    return {
      item_id: itemId,
      ...(was === undefined ? {} : { before: was }),
      ...(is === undefined ? {} : { after: is }),
    };
  });
}
