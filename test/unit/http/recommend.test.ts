import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REASONS } from '../../../src/recommend/contract.js';
import { ITEMS, NOW_MS, shopRecommender, testApp, type TestApp } from '../../support/http-app.js';

let shop: TestApp;
beforeEach(async () => void (shop = await testApp()));
afterEach(() => shop.close());

interface Item { item_id: string; score: number; reason: string; rank: number; reason_item_id?: string } // prettier-ignore
const itemsOf = (body: { recommendations: Item[] }): string[] =>
  body.recommendations.map(({ item_id }) => item_id);

describe('POST /recommend', () => {
  it('answers the fields of the contract and no others', async () => {
    await shop.post('/event', { session_id: 's1', item_id: 'pot', event_type: 'view' });
    const { status, body } = await shop.post('/recommend', { session_id: 's1', k: 5 });
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(
      ['latency_ms', 'model_version', 'recommendation_id', 'recommendations', 'session_id'], // prettier-ignore
    );
    expect(body).toMatchObject({ session_id: 's1', model_version: '20260101-000000' });
    expect(body.latency_ms).toBeGreaterThan(0);
    expect(body.recommendations).toHaveLength(5);
    body.recommendations.forEach((item: Item, i: number) => {
      expect(item.rank).toBe(i + 1);
      expect(REASONS).toContain(item.reason);
      expect(item.score).toBeGreaterThanOrEqual(0);
      expect(item.score).toBeLessThanOrEqual(i === 0 ? 1 : body.recommendations[i - 1].score);
      for (const key of Object.keys(item))
        expect(['item_id', 'score', 'reason', 'rank', 'reason_item_id']).toContain(key);
    });
  });

  it('answers what the model answers for the session in the store', async () => {
    await shop.post('/event', { session_id: 's1', item_id: 'desk', event_type: 'view' });
    await shop.post('/event', { session_id: 's1', item_id: 'lamp', event_type: 'click' });
    const { body } = await shop.post('/recommend', { session_id: 's1', k: 12 });
    const expected = shopRecommender().recommend(await shop.store.read('s1'), { k: 12, includeViewed: true });
    expect(body.recommendations).toEqual(
      expected.recommendations.map(({ itemId, score, reason, rank, reasonItemId }) => ({
        item_id: itemId, score, reason, rank, ...(reasonItemId !== undefined && { reason_item_id: reasonItemId }),
      })), // prettier-ignore
    );
  });

  it('shows popular items to an unknown session, twenty unless asked otherwise', async () => {
    const { status, body } = await shop.post('/recommend', { session_id: 'never seen' });
    expect(status).toBe(200);
    expect(itemsOf(body)).toHaveLength(Math.min(20, ITEMS.length));
    expect(body.recommendations[0].item_id).toBe('tea');
    expect(await shop.store.read('never seen')).toBeNull();
  });

  it('leaves out what is excluded, and may then be empty', async () => {
    const some = await shop.post('/recommend', {
      session_id: 'x',
      exclude_items: ['tea', 'unknown', '__proto__'],
    });
    expect(itemsOf(some.body)).not.toContain('tea');
    expect(itemsOf(some.body)).not.toContain('__proto__');
    const none = await shop.post('/recommend', { session_id: 'x', exclude_items: ITEMS });
    expect([none.status, none.body.recommendations]).toEqual([200, []]);
  });

  it('never shows what was bought; what was viewed as the request or the setting says', async () => {
    await shop.post('/event', { session_id: 's1', item_id: 'tea', event_type: 'purchase' });
    await shop.post('/event', { session_id: 's1', item_id: 'cup', event_type: 'view' });
    const ask = async (body: object) =>
      itemsOf((await shop.post('/recommend', { session_id: 's1', ...body })).body);
    expect(await ask({})).not.toContain('tea');
    expect(await ask({})).toContain('cup');
    expect(await ask({ include_viewed: false })).not.toContain('cup');
    await shop.close();
    shop = await testApp({ env: { INCLUDE_VIEWED: 'false' } });
    await shop.post('/event', { session_id: 's1', item_id: 'cup', event_type: 'view' });
    expect(await ask({})).not.toContain('cup');
    expect(await ask({ include_viewed: true })).toContain('cup');
  });

  it('answers from inline events alone, without storing anything', async () => {
    await shop.post('/event', { session_id: 's1', item_id: 'desk', event_type: 'view' });
    const events = [
      { item_id: 'pot', event_type: 'view', timestamp: NOW_MS - 2000 },
      { item_id: 'cup', event_type: 'view', timestamp: NOW_MS - 1000 },
    ];
    const { status, body } = await shop.post('/recommend', {
      session_id: 's1',
      user_id: 'u1',
      events,
      k: 12,
    });
    expect(status).toBe(200);
    const session = {
      sessionId: 's1',
      userId: 'u1',
      eventCount: 2,
      events: events.map(({ item_id, timestamp }) => ({
        itemId: item_id,
        eventType: 'view' as const,
        timestampMs: timestamp,
      })),
    };
    const expected = shopRecommender().recommend(session, { k: 12, includeViewed: true }).recommendations;
    expect(itemsOf(body)).toEqual(expected.map(({ itemId }) => itemId));
    expect((await shop.store.read('s1'))!.eventCount).toBe(1);
  });

  it('reads inline events in the order of their times', async () => {
    const ask = async (order: number[]) => {
      const events = [
        { item_id: 'desk', event_type: 'view', timestamp: NOW_MS - 3000 },
        { item_id: 'pot', event_type: 'view', timestamp: '2026-06-01T11:59:58Z' },
        { item_id: 'cup', event_type: 'click', timestamp: NOW_MS - 1000 },
      ];
      const { body } = await shop.post('/recommend', {
        session_id: 'x',
        events: order.map((i) => events[i]),
      });
      return body.recommendations as Item[];
    };
    expect(await ask([2, 0, 1])).toEqual(await ask([0, 1, 2]));
  });

  it('sees an event that was acknowledged just before', async () => {
    for (let i = 0; i < 20; i++) {
      await shop.post('/event', { session_id: `s${i}`, item_id: 'desk', event_type: 'purchase' });
      expect(itemsOf((await shop.post('/recommend', { session_id: `s${i}` })).body)).not.toContain('desk');
    }
  });

  it('gives every answer an id of its own, which an event may name', async () => {
    const ids = new Set<string>();
    for (let i = 0; i < 20; i++)
      ids.add((await shop.post('/recommend', { session_id: 's1' })).body.recommendation_id);
    expect(ids.size).toBe(20);
    const [recommendation_id] = ids;
    const event = { session_id: 's1', item_id: 'tea', event_type: 'click', recommendation_id };
    expect((await shop.post('/event', event)).status).toBe(200);
  });

  it('still answers, and says so, while the store is away', async () => {
    await shop.store.close();
    const { status, body } = await shop.post('/recommend', { session_id: 's1' });
    expect(status).toBe(200);
    expect(body.recommendations.length).toBeGreaterThan(0);
    expect(body.degraded).toBeTruthy();
  });

  it.each<[string, object]>([
    ['session_id', { session_id: undefined }],
    ['session_id', { session_id: 'x'.repeat(257) }],
    ['k', { k: 0 }],
    ['k', { k: 101 }],
    ['k', { k: 1.5 }],
    ['k', { k: '5' }],
    ['k', { k: null }],
    ['exclude_items', { exclude_items: 'tea' }],
    ['exclude_items', { exclude_items: [1] }],
    ['exclude_items', { exclude_items: ['a\u0007'] }],
    ['include_viewed', { include_viewed: 'yes' }],
    ['events', { events: {} }],
    ['events', { events: [{ item_id: 'tea' }] }],
    ['events', { events: [{ item_id: 'tea', event_type: 'view', session_id: 's1' }] }],
    ['user_id', { user_id: 5 }],
    ['extra', { extra: 1 }],
  ])('refuses a wrong %s: %j', async (field, change) => {
    const { status, body } = await shop.post('/recommend', { session_id: 's1', ...change });
    expect(status).toBe(400);
    expect(body.code).toBe('invalid_request');
    expect(body.where).toContain(field);
  });

  it('refuses impossible times in inline events', async () => {
    const events = [{ item_id: 'tea', event_type: 'view', timestamp: 'soon' }];
    const { body } = await shop.post('/recommend', { session_id: 's1', events });
    expect(body).toMatchObject({ status: 400, code: 'invalid_timestamp' });
  });
});

describe('GET /items/{item_id}/similar', () => {
  it('answers similar items, never the item itself', async () => {
    const { status, body } = await shop.get('/items/tea/similar?k=4');
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['model_version', 'recommendations']);
    expect(body.recommendations).toHaveLength(4);
    expect(itemsOf(body)).not.toContain('tea');
    for (const item of body.recommendations)
      expect(Object.keys(item).sort()).toEqual(['item_id', 'rank', 'reason', 'score']);
  });

  it('takes ids with any characters', async () => {
    for (const id of ['a/b é', '__proto__']) {
      const { status } = await shop.get(`/items/${encodeURIComponent(id)}/similar`);
      expect(status, id).toBe(200);
    }
  });

  it('says 404 for an item the model does not know', async () => {
    expect((await shop.get('/items/nothing/similar')).body).toMatchObject({
      status: 404,
      code: 'unknown_item',
    });
  });
});

describe('GET /popular', () => {
  it('answers the most popular items, of all or of one category', async () => {
    const all = await shop.get('/popular?k=3');
    expect(all.status).toBe(200);
    expect(itemsOf(all.body)[0]).toBe('tea');
    expect(all.body.recommendations).toHaveLength(3);
    expect(all.body.recommendations.map(({ rank }: Item) => rank)).toEqual([1, 2, 3]);
    const office = await shop.get('/popular?category=office');
    expect(itemsOf(office.body).sort()).toEqual(['chair', 'desk', 'lamp']);
  });

  it('says 404 for a category the model does not know', async () => {
    expect((await shop.get('/popular?category=boats')).body).toMatchObject({
      status: 404,
      code: 'unknown_category',
    });
  });
});

describe('query parameters', () => {
  it.each(['k=0', 'k=101', 'k=x', 'k=', 'k=1.5', 'k=1e1', 'k=5&k=6', 'limit=5', 'k=-1'])(
    'refuses ?%s',
    async (query) => {
      for (const url of [`/popular?${query}`, `/items/tea/similar?${query}`]) {
        const { status, body } = await shop.get(url);
        expect([status, body.code], url).toEqual([400, 'invalid_request']);
        expect(body.where).toContain(query.split('=')[0]);
      }
    },
  );
});

describe('the time budget of POST /recommend', () => {
  const ask = (budget: string) =>
    shop.post('/recommend', { session_id: 's1', k: 5 }, { 'x-request-budget-ms': budget });

  it('is a header from 1 to 10,000 milliseconds', async () => {
    for (const budget of ['1', '50', '10000']) expect((await ask(budget)).status).toBe(200);
    for (const budget of ['0', '10001', '-5', '1.5', 'soon', '', '1e3']) {
      const { status, body } = await ask(budget);
      expect([status, body.code, body.where], budget).toEqual([
        400,
        'invalid_request',
        'header.x-request-budget-ms',
      ]);
    }
  });

  it('is described', async () => {
    const { body } = await shop.get('/openapi.json');
    const parameters = body.paths['/recommend'].post.parameters as { name: string; in: string }[];
    expect(parameters).toContainEqual(expect.objectContaining({ name: 'x-request-budget-ms', in: 'header' }));
  });
});

describe('POST /recommend without its store', () => {
  const reasonsFor = async (session_id: string) =>
    (await shop.post('/recommend', { session_id, k: 12 })).body.degraded_reasons;
  const event = { item_id: 'tea', event_type: 'purchase' };

  it('goes by what was appended or read here, forgets what was erased, and counts why', async () => {
    for (const session_id of ['appended', 'erased', 'user-erased'])
      await shop.post('/event', { ...event, session_id, user_id: `of-${session_id}` });
    await shop.store.append({ sessionId: 'read', itemId: 'tea', eventType: 'purchase', timestampMs: 1 });
    await shop.store.append({ sessionId: 'not-read', itemId: 'tea', eventType: 'purchase', timestampMs: 1 });
    await shop.post('/recommend', { session_id: 'read' });
    await shop.delete('/session/erased');
    await shop.delete('/users/of-user-erased');
    await shop.store.close();

    for (const session_id of ['appended', 'read']) {
      const { body } = await shop.post('/recommend', { session_id, k: 12 });
      expect(body.degraded_reasons).toEqual(['store_unavailable', 'session_remembered']);
      expect(body.recommendations.map(({ item_id }: { item_id: string }) => item_id)).not.toContain('tea');
    }
    for (const session_id of ['erased', 'user-erased', 'not-read'])
      expect(await reasonsFor(session_id)).toEqual(['store_unavailable', 'session_unknown']);
    const { text } = await shop.get('/metrics');
    expect(text).toContain('nextitem_degraded_recommendations_total{reason="session_remembered"} 2\n');
    expect(text).toContain('nextitem_degraded_recommendations_total{reason="session_unknown"} 3\n');
    expect(shop.logged().match(/the session store is away/g)).toHaveLength(1);
  });

  it('remembers for so long only', async () => {
    await shop.post('/event', { ...event, session_id: 's1' });
    await shop.store.close();
    shop.elapse(shop.config.recentSessionsSeconds * 1000 - 1);
    expect(await reasonsFor('s1')).toContain('session_remembered');
    shop.elapse(1);
    expect(await reasonsFor('s1')).toContain('session_unknown');
  });

  it('is ready, and says that it is degraded', async () => {
    expect((await shop.get('/ready')).body).toEqual({ status: 'ready', model_version: '20260101-000000' });
    await shop.store.close();
    const { status, body } = await shop.get('/ready');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ready', degraded: true });
    expect(body.detail).toContain('closed');
  });
});
