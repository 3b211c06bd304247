import { Type } from '../schemas/type.js';
import { NextItemError } from '../../errors.js';
import { type App } from '../app-type.js';
import { type AppDependencies } from '../dependencies.js';
import { listedItem } from '../recommendations.js';
import { errorAnswers } from '../schemas/answers.js';
import { DEFAULT_K, ItemId, ItemList, K } from '../schemas/common.js';

/** GET /items/{item_id}/similar: items most like one item. */
export function similarRoute(app: App, { recommender, metrics }: AppDependencies): void {
  app.get(
    '/items/:item_id/similar',
    {
      schema: {
        operationId: 'similarItems',
        tags: ['recommendations'],
        summary: 'Items most like one item',
        params: Type.Object({ item_id: ItemId }),
        querystring: Type.Object({ k: K }, { additionalProperties: false }),
        response: { 200: ItemList, ...errorAnswers(400, 404) },
      },
    },
    async (request) => {
      const model = recommender();
      const found = model.similar(request.params.item_id, request.query.k ?? DEFAULT_K);
      if (found === null)
        throw new NextItemError(
          'unknown_item',
          'no event of this item was in the training data',
          'path.item_id',
        );
      metrics.recommended(found);
      return { recommendations: found.map(listedItem), model_version: model.modelVersion };
    },
  );
}
