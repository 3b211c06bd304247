import { Type } from 'typebox';
import { NextItemError } from '../../errors.js';
import { type App } from '../app.js';
import { type AppDependencies } from '../dependencies.js';
import { toAnswer } from '../recommendations.js';
import { errorAnswers } from '../schemas/answers.js';
import { id, K, RecommendationList } from '../schemas/common.js';

/** GET /popular: what everybody takes, in the shop or in a category. */
export function popularRoute(app: App, { recommender, metrics }: AppDependencies): void {
  app.get(
    '/popular',
    {
      schema: {
        tags: ['recommendations'],
        summary: 'The most popular items',
        querystring: Type.Object(
          { k: Type.Optional(K(20)), category: Type.Optional(id('Only items of this category.')) },
          { additionalProperties: false },
        ),
        response: { 200: RecommendationList, ...errorAnswers(400, 404) },
      },
    },
    async (request) => {
      const model = recommender();
      const found = model.popular(request.query.k ?? 20, request.query.category);
      if (found === null)
        throw new NextItemError(
          'unknown_category',
          'no item of the training data is in it',
          'query.category',
        );
      metrics.recommended(found);
      return { recommendations: found.map(toAnswer), model_version: model.modelVersion };
    },
  );
}
