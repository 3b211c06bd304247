import { Type } from 'typebox';
import { type App } from '../app.js';
import { type AppDependencies } from '../dependencies.js';
import { errorAnswers } from '../schemas/answers.js';
import { API_VERSION } from '../version.js';

/** GET /health, /ready, /version, /metrics: for those who run it. */
export function statusRoutes(app: App, { store, recommender, metrics, metricsText }: AppDependencies): void {
  app.get(
    '/health',
    {
      schema: {
        tags: ['status'],
        summary: 'Whether the process lives and reaches its session store',
        response: {
          200: Type.Object({ status: Type.Literal('ok'), session_store: Type.String() }),
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
        tags: ['status'],
        summary: 'Whether it can answer: a model is in service and the store is reached',
        response: {
          200: Type.Object({ status: Type.Literal('ready'), model_version: Type.String() }),
          ...errorAnswers(503),
        },
      },
    },
    async () => {
      await store.ping();
      return { status: 'ready' as const, model_version: recommender().modelVersion };
    },
  );

  app.get(
    '/version',
    {
      schema: {
        tags: ['status'],
        summary: 'Which API and which model',
        response: {
          200: Type.Object({
            api_version: Type.String(),
            model_version: Type.String(),
            model_trained_at: Type.String({ description: 'RFC 3339.' }),
            features_count: Type.Integer({ description: '0: item-to-item, without a ranker.' }),
          }),
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
      schema: { tags: ['status'], summary: 'Prometheus metrics, over all workers', produces: ['text/plain'] },
    },
    async (_request, reply) => {
      const text = metricsText === undefined ? await metrics.registry.metrics() : await metricsText();
      return reply.type(metrics.registry.contentType).send(text);
    },
  );
}
