import { type App } from '../app-type.js';
import { type RouteDependencies } from '../dependencies.js';
import { errorAnswers } from '../schemas/answers.js';
import { Type } from '../schemas/type.js';

/** POST /model/reload: take a new model into service. */
export function modelRoute(app: App, { reloadModel }: RouteDependencies): void {
  app.post(
    '/model/reload',
    {
      schema: {
        operationId: 'reloadModel',
        tags: ['admin'],
        summary: 'Look for another model now, and serve it',
        description:
          'As the server does by itself every MODEL_POLL_SECONDS and on SIGHUP. The new model is checked, opened and warmed up ' +
          'beside the one in service, which stays if anything is wrong with it.',
        response: {
          200: Type.Object(
            {
              model_version: Type.String({ description: 'In service now, in every worker.' }),
              previous_model_version: Type.String(),
              changed: Type.Boolean(),
              warnings: Type.Array(Type.String(), {
                description: 'Models that were passed over, and why.',
              }),
            },
            { description: 'What is in service' },
          ),
          ...errorAnswers(409),
        },
      },
    },
    async () => {
      const { modelVersion, previousVersion, warnings } = await reloadModel();
      return {
        model_version: modelVersion,
        previous_model_version: previousVersion,
        changed: modelVersion !== previousVersion,
        warnings: [...warnings],
      };
    },
  );
}
