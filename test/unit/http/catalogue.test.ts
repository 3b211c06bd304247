import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ITEMS, testApp, type TestApp } from '../../support/http-app.js';

let shop: TestApp;
beforeEach(async () => void (shop = await testApp()));
afterEach(() => shop.close());

const idsOf = ({ body }: { body: { items: { item_id: string }[] } }) =>
  body.items.map((item) => item.item_id);

describe('GET /catalogue/categories', () => {
  it('lists those that have items, the largest first', async () => {
    const { body } = await shop.get('/catalogue/categories');
    expect(body.categories).toEqual([
      { name: 'ware', label: 'Ware', items: 4 },
      { name: 'drink', label: 'Drink', items: 3 },
      { name: 'office', label: 'Office', items: 3 },
    ]);
  });
});

describe('GET /catalogue/items', () => {
  it('gives pages of everything, the most popular first', async () => {
    const all = await shop.get('/catalogue/items');
    expect(all.body.items[0]).toMatchObject({
      item_id: 'tea',
      category: 'drink',
      category_label: 'Drink',
      popularity_rank: 1,
    });
    expect(idsOf(all).sort()).toEqual([...ITEMS].sort());
    expect(all.body.has_more).toBe(false);
    const first = await shop.get('/catalogue/items?limit=5');
    const second = await shop.get('/catalogue/items?limit=5&offset=5');
    const third = await shop.get('/catalogue/items?limit=5&offset=10');
    expect([first, second, third].map(({ body }) => body.has_more)).toEqual([true, true, false]);
    expect([first, second, third].flatMap(idsOf)).toEqual(idsOf(await shop.get('/catalogue/items')));
  });

  it('finds beginnings of words of names and ids, whatever the case and the accents', async () => {
    expect(idsOf(await shop.get('/catalogue/items?q=WAR%20pot'))).toEqual(['pot']);
    expect(idsOf(await shop.get('/catalogue/items?q=%C3%89'))).toEqual(['a/b é']);
    expect(idsOf(await shop.get('/catalogue/items?q=ot'))).toEqual([]);
    expect(idsOf(await shop.get('/catalogue/items?q=%20%2F%20'))).toHaveLength(ITEMS.length);
  });

  it('gives the items that are named, in that order, without those it does not know', async () => {
    expect(idsOf(await shop.get('/catalogue/items?id=pot&id=none&id=tea'))).toEqual(['pot', 'tea']);
    expect(idsOf(await shop.get('/catalogue/items?id=pot'))).toEqual(['pot']);
    expect((await shop.get(`/catalogue/items?${'id=pot&'.repeat(101)}`)).status).toBe(400);
  });

  it('keeps to a category, and refuses one that is not there', async () => {
    expect(idsOf(await shop.get('/catalogue/items?category=office')).sort()).toEqual([
      'chair',
      'desk',
      'lamp',
    ]);
    const { status, body } = await shop.get('/catalogue/items?category=none');
    expect(status).toBe(404);
    expect(body.code).toBe('unknown_category');
  });

  it.each(['limit=0', 'limit=101', 'offset=10001', 'limit=x', 'colour=red', `q=${'a'.repeat(257)}`])(
    'refuses %s',
    async (query) => {
      const { status, body } = await shop.get(`/catalogue/items?${query}`);
      expect(status).toBe(400);
      expect(body.code).toBe('invalid_request');
    },
  );
});

describe('GET /catalogue/items/{item_id}', () => {
  it('knows items by their id, hostile ones too', async () => {
    expect((await shop.get('/catalogue/items/a%2Fb%20%C3%A9')).body.item_id).toBe('a/b é');
    expect((await shop.get('/catalogue/items/__proto__')).body).toMatchObject({
      item_id: '__proto__',
      name: 'Item __proto__',
    });
    expect((await shop.get('/catalogue/items/constructor')).body.code).toBe('unknown_item');
  });
});
