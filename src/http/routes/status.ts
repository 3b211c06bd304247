import { Type } from '../schemas/type.js';
import { type App } from '../app-type.js';
import { type RouteDependencies } from '../dependencies.js';
import { errorAnswers } from '../schemas/answers.js';
import { asError } from '../../sessions/store-error.js';
import { API_VERSION } from '../version.js';

/** How long /ready waits for the store: probes often give up after a second. */
const READY_LIMIT_MS = 500;

/** GET /health, /ready, /version, /metrics: for those who run it. */
export function statusRoutes(
  app: App,
  { store, sessions, recommender, metrics, metricsText }: RouteDependencies,
): void {
  app.get(
    '/health',
    {
      schema: {
        operationId: 'health',
        tags: ['status'],
        summary: 'Whether the process lives and reaches its session store',
        response: {
          200: Type.Object(
            { status: Type.Literal('ok'), session_store: Type.String() },
            { description: 'It does' },
          ),
          ...errorAnswers(503),
        },
      },
    },
    async () => {
      await store.ping();
      return { status: 'ok' as const, session_store: store.kind };
    },
  );

  app.get(
    '/ready',
    {
      schema: {
        operationId: 'ready',
        tags: ['status'],
        summary: 'Whether it can answer: a model is in service',
        description:
          'Without its session store it still recommends: it is ready, and says "degraded": true with the cause.',
        response: {
          200: Type.Object(
            {
              status: Type.Literal('ready'),
              model_version: Type.String(),
              degraded: Type.Optional(
                Type.Literal(true, {
                  description: 'The session store is away: events are refused with 503.',
                }),
              ),
              detail: Type.Optional(
                Type.String({ description: 'What the session store said, if anything.' }),
              ),
            },
            { description: 'It can' },
          ),
          ...errorAnswers(503),
        },
      },
    },
    async () => {
      const ready = { status: 'ready' as const, model_version: recommender().modelVersion };
      try {
        await sessions.ping(READY_LIMIT_MS);
        return ready;
      } catch (error) {
        return { ...ready, degraded: true as const, detail: asError(error).message };
      }
    },
  );

  app.get(
    '/version',
    {
      schema: {
        operationId: 'version',
        tags: ['status'],
        summary: 'Which API and which model',
        response: {
          200: Type.Object(
            {
              api_version: Type.String(),
              model_version: Type.String(),
              model_trained_at: Type.String({ description: 'RFC 3339.' }),
              features_count: Type.Integer({ description: '0: item-to-item, without a ranker.' }),
            },
            { description: 'What answers here' },
          ),
        },
      },
    },
    async () => {
      const { modelVersion, trainedAtMs, featuresCount } = recommender();
      return {
        api_version: API_VERSION,
        model_version: modelVersion,
        model_trained_at: new Date(trainedAtMs).toISOString(),
        features_count: featuresCount,
      };
    },
  );

  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'metrics',
        tags: ['status'],
        summary: 'Prometheus metrics, over all workers',
        response: {
          200: {
            description: "Prometheus' text format",
            content: { 'text/plain': { schema: Type.String() } },
          },
          ...errorAnswers(503),
        },
      },
    },
    async (_request, reply) => {
      const text = metricsText === undefined ? await metrics.registry.metrics() : await metricsText();
      return reply.type(metrics.registry.contentType).send(text);
    },
  );
}
