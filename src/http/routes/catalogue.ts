import { NextItemError } from '../../errors.js';
import { type CatalogueItem, SEARCHED_ITEMS } from '../../recommend/catalogue-view.js';
import { type App } from '../app-type.js';
import { type RouteDependencies } from '../dependencies.js';
import { errorAnswers } from '../schemas/answers.js';
import { id, ItemId, MAX_ID_LENGTH } from '../schemas/common.js';
import { Type } from '../schemas/type.js';

const DEFAULT_LIMIT = 24;
const MAX_LIMIT = 100;
const MAX_OFFSET = 10_000;

const Item = Type.Object(
  {
    item_id: Type.String(),
    name: Type.String({ description: 'Its title; without one, words made of what is known of it.' }),
    category: Type.Optional(Type.String({ description: 'As the shop calls it, for queries.' })),
    category_label: Type.Optional(Type.String({ description: 'As people read it.' })),
    brand: Type.Optional(Type.String()),
    price: Type.Optional(Type.Number({ description: "The last known one, in the shop's currency." })),
    popularity_rank: Type.Optional(
      Type.Integer({ description: '1 is the most popular; missing: never seen in training.' }),
    ),
  },
  { description: 'What the model knows of the item' },
);

/** GET /catalogue/...: the items the model knows, for pages that show them. */
export function catalogueRoutes(app: App, { recommender }: RouteDependencies): void {
  app.get(
    '/catalogue/categories',
    {
      schema: {
        operationId: 'categories',
        tags: ['catalogue'],
        summary: 'The categories of the catalogue, the largest first',
        response: {
          200: Type.Object(
            {
              categories: Type.Array(
                Type.Object({
                  name: Type.String({ description: 'As the shop calls it, for queries.' }),
                  label: Type.String({ description: 'As people read it.' }),
                  items: Type.Integer(),
                }),
              ),
            },
            { description: 'Empty where the data names none' },
          ),
          ...errorAnswers(400),
        },
      },
    },
    async () => ({ categories: [...recommender().catalogue.categories()] }),
  );

  app.get(
    '/catalogue/items',
    {
      schema: {
        operationId: 'catalogueItems',
        tags: ['catalogue'],
        summary: 'Search the catalogue, the most popular items first',
        description: `Every word must begin a word of the name or the id. Looks through the ${SEARCHED_ITEMS.toLocaleString('en')} most popular items.`,
        querystring: Type.Object(
          {
            q: Type.Optional(Type.String({ maxLength: MAX_ID_LENGTH, description: 'Words to look for.' })),
            category: Type.Optional(id('Only items of this category.')),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })),
            id: Type.Optional(
              Type.Union([ItemId, Type.Array(ItemId, { minItems: 1, maxItems: MAX_LIMIT })], {
                description:
                  'These items instead, in this order; those the model does not know are left out.',
              }),
            ),
            offset: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_OFFSET, default: 0 })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object(
            { items: Type.Array(Item), has_more: Type.Boolean() },
            { description: 'A page of what was found' },
          ),
          ...errorAnswers(400, 404),
        },
      },
    },
    async ({ query: { q = '', category, limit = DEFAULT_LIMIT, offset = 0, id: named } }) => {
      if (named !== undefined) {
        const items = [named].flat().map((itemId) => recommender().catalogue.item(itemId));
        return { items: items.filter((item) => item !== null).map(catalogueItem), has_more: false };
      }
      const found = await recommender().catalogue.search({
        text: q,
        offset,
        limit,
        ...(category === undefined ? {} : { category }),
      });
      if (found === null)
        throw new NextItemError('unknown_category', 'no item of the catalogue is in it', 'query.category');
      return { items: found.items.map(catalogueItem), has_more: found.hasMore };
    },
  );

  app.get(
    '/catalogue/items/:item_id',
    {
      schema: {
        operationId: 'catalogueItem',
        tags: ['catalogue'],
        summary: 'An item of the catalogue',
        params: Type.Object({ item_id: ItemId }),
        response: { 200: Item, ...errorAnswers(400, 404) },
      },
    },
    async ({ params }) => {
      const item = recommender().catalogue.item(params.item_id);
      if (item === null)
        throw new NextItemError('unknown_item', 'the model does not know it', 'path.item_id');
      return catalogueItem(item);
    },
  );
}

function catalogueItem({
  itemId,
  name,
  category,
  categoryLabel,
  brand,
  price,
  popularityRank,
}: CatalogueItem) {
  return {
    item_id: itemId,
    name,
    ...(category === null ? {} : { category }),
    ...(categoryLabel === null ? {} : { category_label: categoryLabel }),
    ...(brand === null ? {} : { brand }),
    ...(price === null ? {} : { price }),
    ...(popularityRank === null ? {} : { popularity_rank: popularityRank }),
  };
}
