import { Type } from '../schemas/type.js';
import { NextItemError } from '../../errors.js';
import { type App } from '../app-type.js';
import { type AppDependencies } from '../dependencies.js';
import { listedItem } from '../recommendations.js';
import { errorAnswers } from '../schemas/answers.js';
import { DEFAULT_K, id, ItemList, K } from '../schemas/common.js';

/** GET /popular: what everybody takes, in the shop or in a category. */
export function popularRoute(app: App, { recommender, metrics }: AppDependencies): void {
  app.get(
    '/popular',
    {
      schema: {
        operationId: 'popularItems',
        tags: ['recommendations'],
        summary: 'The most popular items',
        querystring: Type.Object(
          { k: K, category: Type.Optional(id('Only items of this category.')) },
          { additionalProperties: false },
        ),
        response: { 200: ItemList, ...errorAnswers(400, 404) },
      },
    },
    async (request) => {
      const model = recommender();
      const found = model.popular(request.query.k ?? DEFAULT_K, request.query.category);
      if (found === null)
        throw new NextItemError(
          'unknown_category',
          'no item of the training data is in it',
          'query.category',
        );
      metrics.recommended(found);
      return { recommendations: found.map(listedItem), model_version: model.modelVersion };
    },
  );
}
