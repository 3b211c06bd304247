import { Type } from 'typebox';
import { NextItemError } from '../../errors.js';
import { type App } from '../app.js';
import { type AppDependencies } from '../dependencies.js';
import { toAnswer } from '../recommendations.js';
import { errorAnswers } from '../schemas/answers.js';
import { ItemId, K, RecommendationList } from '../schemas/common.js';

/** GET /items/{item_id}/similar: items most like one item. */
export function similarRoute(app: App, { recommender, metrics }: AppDependencies): void {
  app.get(
    '/items/:item_id/similar',
    {
      schema: {
        tags: ['recommendations'],
        summary: 'Items most like one item',
        params: Type.Object({ item_id: ItemId }),
        querystring: Type.Object({ k: Type.Optional(K(20)) }, { additionalProperties: false }),
        response: { 200: RecommendationList, ...errorAnswers(400, 404) },
      },
    },
    async (request) => {
      const model = recommender();
      const found = model.similar(request.params.item_id, request.query.k ?? 20);
      if (found === null)
        throw new NextItemError('unknown_item', 'no event of this item was in the training data', 'item_id');
      metrics.recommended(found);
      return { recommendations: found.map(toAnswer), model_version: model.modelVersion };
    },
  );
}
