import { randomUUID } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { type Session } from '../../domain/session.js';
import { NextItemError } from '../../errors.js';
import { type RecommendAnswer } from '../../recommend/contract.js';
import { type App } from '../app-type.js';
import { type AppDependencies } from '../dependencies.js';
import { toSessionEvent } from '../event-intake.js';
import { recommendedItem } from '../recommendations.js';
import { errorAnswers } from '../schemas/answers.js';
import { DEFAULT_K, ItemId, K, RecommendedItem, SessionId, UserId } from '../schemas/common.js';
import { InlineEvent } from '../schemas/events.js';

const Body = Type.Object(
  {
    session_id: SessionId,
    user_id: Type.Optional(UserId),
    k: K,
    exclude_items: Type.Optional(
      Type.Array(ItemId, { maxItems: 1000, description: 'Items that must not be shown.' }),
    ),
    include_viewed: Type.Optional(
      Type.Boolean({
        description:
          'Whether items viewed in the session may be shown again; the default is a setting. Bought ones never are.',
      }),
    ),
    events: Type.Optional(
      Type.Array(InlineEvent, {
        maxItems: 200,
        description:
          'The session itself, oldest first: the stored one is then not looked at, and nothing is stored.',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ session_id: 'visit-1', k: 5 }] },
);

const Answer = Type.Object(
  {
    session_id: Type.String(),
    recommendations: Type.Array(RecommendedItem),
    recommendation_id: Type.String({ description: 'Name it in later events that come from this answer.' }),
    model_version: Type.String(),
    latency_ms: Type.Number({ description: 'Time spent on the server.' }),
    degraded: Type.Optional(
      Type.Literal(true, { description: 'The session could not be read: these are popular items.' }),
    ),
  },
  { description: 'Best first' },
);

/** POST /recommend: the next items for a session. */
export function recommendRoute(app: App, deps: AppDependencies): void {
  const { store, recommender, metrics, config, clock, featureLog, log } = deps;
  app.post(
    '/recommend',
    {
      schema: {
        operationId: 'recommend',
        tags: ['recommendations'],
        summary: 'The next items for a session',
        description:
          'An unknown session gets popular items, and so does every session while the session store is away: the answer then ' +
          'says "degraded": true. The list is shorter than k only if exclusions leave fewer items.',
        body: Body,
        response: { 200: Answer, ...errorAnswers(400, 413, 415) },
      },
    },
    async (request) => {
      const started = performance.now();
      const {
        session_id: sessionId,
        k = DEFAULT_K,
        exclude_items: excludeItems = [],
        include_viewed: includeViewed,
      } = request.body;
      const found =
        request.body.events === undefined ? await readSession(sessionId) : inlineSession(request.body);
      const session = found instanceof Error ? null : found;
      const answer = recommender().recommend(session, {
        k,
        excludeItems,
        includeViewed: includeViewed ?? config.includeViewed,
        keepFeatures: featureLog !== null,
      });
      const recommendationId = randomUUID();
      count(answer);
      if (answer.served !== undefined && featureLog !== null) {
        const userId = session?.userId ?? request.body.user_id;
        featureLog.add({
          recommendationId,
          sessionId,
          ...(userId === undefined ? {} : { userId }),
          servedAtMs: clock(),
          modelVersion: recommender().modelVersion,
          events: session?.events ?? [],
          served: answer.served,
        });
      }
      return {
        session_id: sessionId,
        recommendations: answer.recommendations.map(recommendedItem),
        recommendation_id: recommendationId,
        model_version: recommender().modelVersion,
        latency_ms: Math.round((performance.now() - started) * 1000) / 1000,
        ...(found instanceof Error ? { degraded: true as const } : {}),
      };
    },
  );

  /** The stored session, or why it cannot be read: a shop page shows popular items rather than none. */
  async function readSession(sessionId: string): Promise<Session | null | Error> {
    const started = performance.now();
    try {
      return await store.read(sessionId);
    } catch (error) {
      if (!(error instanceof NextItemError) || error.code !== 'store_unavailable') throw error;
      log.warn({ detail: error.detail }, 'recommending popular items: the session store is away');
      metrics.degrade();
      return error;
    } finally {
      metrics.stage('session_read', performance.now() - started);
    }
  }

  function inlineSession(body: Static<typeof Body>): Session {
    const nowMs = clock();
    const events = (body.events ?? []).map((event, i) =>
      toSessionEvent(event, nowMs, config, `body.events[${i}]`),
    );
    // Equal times keep the order they were sent in.
    events.sort((a, b) => a.timestampMs - b.timestampMs);
    return { sessionId: body.session_id, events, eventCount: events.length };
  }

  function count({ timings, recommendations }: RecommendAnswer): void {
    metrics.stage('candidates', timings.candidatesMs);
    metrics.stage('features', timings.featuresMs);
    metrics.stage('ranking', timings.rankingMs);
    metrics.recommended(recommendations);
  }
}
