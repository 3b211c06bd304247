import { randomUUID } from 'node:crypto';
import { Type } from '../schemas/type.js';
import { type RecommendAnswer, SKIPS } from '../../recommend/contract.js';
import { type SessionAnswer, STORE_TROUBLES } from '../../sessions/session-reader.js';
import { type App } from '../app-type.js';
import { type RouteDependencies } from '../dependencies.js';
import { toSession } from '../event-intake.js';
import { recommendedItem } from '../recommendations.js';
import { errorAnswers } from '../schemas/answers.js';
import { DEFAULT_K, ItemId, K, RecommendedItem, SessionId, UserId } from '../schemas/common.js';
import { InlineEvent, MAX_INLINE_EVENTS } from '../schemas/events.js';

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
        maxItems: MAX_INLINE_EVENTS,
        description:
          'The session itself, oldest first: the stored one is then not looked at, and nothing is stored.',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ session_id: 'visit-1', k: 5 }] },
);

/** The header with which a request says how long it can wait. */
const BUDGET_HEADER = 'x-request-budget-ms';

const Headers = Type.Object({
  [BUDGET_HEADER]: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000,
      description:
        'Milliseconds in which to answer; the default is a setting. What does not fit is left out.',
    }),
  ),
});

/** Every way in which an answer can be less than it should be. */
const DEGRADATIONS = [...STORE_TROUBLES, 'session_remembered', 'session_unknown', ...SKIPS] as const;

type Degradation = (typeof DEGRADATIONS)[number];

/** How much of the time that is left the session store may take: the rest is for the answer itself. */
export function storeShare(leftMs: number): number {
  return Math.max(1, leftMs * 0.75);
}

const Answer = Type.Object(
  {
    session_id: Type.String(),
    recommendations: Type.Array(RecommendedItem),
    recommendation_id: Type.String({ description: 'Name it in later events that come from this answer.' }),
    model_version: Type.String(),
    latency_ms: Type.Number({ description: 'Time spent on the server.' }),
    degraded: Type.Optional(
      Type.Literal(true, {
        description: 'The answer had to do without something; degraded_reasons says what.',
      }),
    ),
    degraded_reasons: Type.Optional(
      Type.Array(Type.Enum([...DEGRADATIONS]), {
        description:
          'store_unavailable, store_slow, store_bypassed: the session store failed, was too slow, or was not asked because ' +
          'it failed lately. Then session_remembered: the session is what this worker last knew of it; or session_unknown: ' +
          'these are popular items. ranker_skipped, knn_skipped: left out because the time ran short.',
      }),
    ),
  },
  { description: 'Best first' },
);

/** POST /recommend: the next items for a session. */
export function recommendRoute(app: App, deps: RouteDependencies): void {
  const { sessions, recommender, metrics, config, clock, featureLog } = deps;
  app.post(
    '/recommend',
    {
      schema: {
        operationId: 'recommend',
        tags: ['recommendations'],
        summary: 'The next items for a session',
        description:
          'An unknown session gets popular items. While the session store is away the answer comes from what the worker last ' +
          'knew of the session, or is popular items, and says "degraded": true. So does an answer that left something out ' +
          'to come in time. The list is shorter than k only if exclusions leave fewer items.',
        headers: Headers,
        body: Body,
        response: { 200: Answer, ...errorAnswers(400, 413, 415) },
      },
    },
    async (request, reply) => {
      const started = performance.now();
      const {
        session_id: sessionId,
        k = DEFAULT_K,
        exclude_items: excludeItems = [],
        include_viewed: includeViewed,
      } = request.body;
      const budgetMs = request.headers[BUDGET_HEADER] ?? config.recommendBudgetMs;
      const { session, trouble } =
        request.body.events === undefined
          ? await readSession(sessionId, budgetMs - reply.elapsedTime)
          : {
              session: toSession(sessionId, request.body.events, clock(), config, 'body.events'),
              trouble: null,
            };
      const answer = recommender().recommend(session, {
        k,
        excludeItems,
        includeViewed: includeViewed ?? config.includeViewed,
        budgetMs: budgetMs - reply.elapsedTime,
        keepFeatures: featureLog !== null,
      });
      const degraded: Degradation[] = [...answer.skipped];
      if (trouble !== null)
        degraded.unshift(trouble, session === null ? 'session_unknown' : 'session_remembered');
      metrics.degrade(degraded);
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
        ...(degraded.length === 0 ? {} : { degraded: true as const, degraded_reasons: degraded }),
      };
    },
  );

  async function readSession(sessionId: string, leftMs: number): Promise<SessionAnswer> {
    const started = performance.now();
    const answer = await sessions.read(sessionId, storeShare(leftMs));
    metrics.stage('session_read', performance.now() - started);
    return answer;
  }

  function count({ timings, recommendations }: RecommendAnswer): void {
    metrics.stage('candidates', timings.candidatesMs);
    metrics.stage('features', timings.featuresMs);
    metrics.stage('ranking', timings.rankingMs);
    metrics.recommended(recommendations);
  }
}
