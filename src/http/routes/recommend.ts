import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import { type Session } from '../../domain/session.js';
import { type RecommendAnswer } from '../../recommend/contract.js';
import { type App } from '../app.js';
import { type AppDependencies } from '../dependencies.js';
import { inlineEvent } from '../event-intake.js';
import { toAnswer } from '../recommendations.js';
import { errorAnswers } from '../schemas/answers.js';
import { ItemId, K, RecommendationSchema, SessionId, UserId } from '../schemas/common.js';
import { InlineEvent } from '../schemas/events.js';

const Body = Type.Object(
  {
    session_id: SessionId,
    user_id: Type.Optional(UserId),
    k: Type.Optional(K(20)),
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
  { additionalProperties: false },
);

const Answer = Type.Object({
  session_id: Type.String(),
  recommendations: Type.Array(RecommendationSchema),
  recommendation_id: Type.String({ description: 'Name it in later events that come from this answer.' }),
  model_version: Type.String(),
  latency_ms: Type.Number({ description: 'Time spent on the server.' }),
});

/** POST /recommend: the next items for a session. */
export function recommendRoute(app: App, deps: AppDependencies): void {
  const { store, recommender, metrics, config, clock, featureLog } = deps;
  app.post(
    '/recommend',
    {
      schema: {
        tags: ['recommendations'],
        summary: 'The next items for a session',
        description:
          'An unknown session gets popular items. The list is shorter than k only if exclusions leave fewer items.',
        body: Body,
        response: { 200: Answer, ...errorAnswers(400, 413, 415, 503) },
      },
    },
    async (request) => {
      const started = performance.now();
      const {
        session_id: sessionId,
        k = 20,
        exclude_items: excludeItems = [],
        include_viewed: includeViewed,
      } = request.body;
      const session =
        request.body.events === undefined ? await readSession(sessionId) : inlineSession(request.body);
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
        recommendations: answer.recommendations.map(toAnswer),
        recommendation_id: recommendationId,
        model_version: recommender().modelVersion,
        latency_ms: Math.round((performance.now() - started) * 1000) / 1000,
      };
    },
  );

  async function readSession(sessionId: string): Promise<Session | null> {
    const started = performance.now();
    const session = await store.read(sessionId);
    metrics.stage('session_read', performance.now() - started);
    return session;
  }

  function inlineSession(body: {
    session_id: string;
    events?: Parameters<typeof inlineEvent>[0][];
  }): Session {
    const nowMs = clock();
    const events = (body.events ?? []).map((event) => inlineEvent(event, nowMs, deps));
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
