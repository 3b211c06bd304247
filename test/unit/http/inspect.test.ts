import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../../src/domain/random.js';
import { SOURCES } from '../../../src/retrieval/settings.js';
import { ITEMS, shopRecommender, testApp, type TestApp } from '../../support/http-app.js';
import { modelText, randomTrees } from '../../support/lightgbm-model.js';

/** A ranker that splits on anything, so that every candidate has contributions of its own. */
const unranked = shopRecommender();
const columns = unranked.featureSet.count;
const ranked = shopRecommender(modelText(columns, randomTrees(new Random(1), 30, columns, 20)));

interface Item { item_id: string; rank: number } // prettier-ignore
interface Candidate {
  item_id: string;
  position: number;
  rank?: number;
  score: number;
  sources: { source: string; rank?: number; score: number }[];
  values: (number | null)[];
  contributions: number[];
}

let shop: TestApp;
beforeEach(async () => void (shop = await testApp({ dependencies: { recommender: () => ranked } })));
afterEach(() => shop.close());

const browse = async (...items: string[]): Promise<void> => {
  for (const item of items)
    await shop.post('/event', { session_id: 's1', item_id: item, event_type: 'view' });
};

describe('POST /inspect', () => {
  it('gives the answer of POST /recommend and what it stands on', async () => {
    await browse('tea', 'pot');
    const { status, body } = await shop.post('/inspect', { session_id: 's1', k: 4, candidates: 200 });
    const { body: answer } = await shop.post('/recommend', { session_id: 's1', k: 4 });
    expect(status).toBe(200);
    expect(body.base.recommendations).toEqual(answer.recommendations);
    expect(body.model_version).toBe(answer.model_version);
    expect(body.features.map(({ name }: { name: string }) => name)).toEqual(ranked.featureSet.names);
    expect(body.base.events.map((event: Item) => event.item_id)).toEqual(['tea', 'pot']);
    const candidates: Candidate[] = body.base.candidates;
    expect(candidates).toHaveLength(body.base.candidate_count);
    expect(candidates.map(({ position }) => position)).toEqual(candidates.map((_, i) => i + 1));
    for (const { item_id, rank } of answer.recommendations as Item[])
      expect(candidates.find((candidate) => candidate.item_id === item_id)?.rank).toBe(rank);
  });

  it('adds up: the expected score and all contributions are the score', async () => {
    await browse('tea', 'pot', 'cup');
    const { body } = await shop.post('/inspect', { session_id: 's1', candidates: 200 });
    expect(body.base.candidates.length).toBeGreaterThan(3);
    for (const { contributions, values, score } of body.base.candidates as Candidate[]) {
      expect(values).toHaveLength(columns);
      expect(contributions).toHaveLength(columns);
      const sum = contributions.reduce((all, part) => all + part, body.base.expected_score as number);
      expect(Math.abs(sum - score)).toBeLessThan(1e-6);
    }
  });

  it('names who found each candidate, and at which place', async () => {
    await browse('tea');
    const { body } = await shop.post('/inspect', { session_id: 's1', candidates: 200 });
    const pot = (body.base.candidates as Candidate[]).find(({ item_id }) => item_id === 'pot')!;
    expect(pot.sources).toContainEqual({ source: 'next', rank: 1, score: expect.any(Number) });
    for (const { sources } of body.base.candidates as Candidate[]) {
      expect(sources.length).toBeGreaterThan(0);
      for (const { source } of sources) expect(SOURCES).toContain(source);
    }
  });

  it('shows candidates that must not be shown, without a rank', async () => {
    await shop.post('/event', { session_id: 's1', item_id: 'tea', event_type: 'purchase' });
    const { body } = await shop.post('/inspect', {
      session_id: 's1',
      exclude_items: ['cup'],
      candidates: 200,
    });
    const byItem = new Map((body.base.candidates as Candidate[]).map((c) => [c.item_id, c]));
    expect(byItem.get('tea')).toBeDefined();
    expect(byItem.get('tea')!.rank).toBeUndefined();
    expect(byItem.get('cup')!.rank).toBeUndefined();
  });

  it('answers what would have been without an event, or with one more', async () => {
    await browse('tea', 'desk');
    const { body } = await shop.post('/inspect', { session_id: 's1', k: 12, without: [1] });
    const only = await shop.post('/recommend', {
      session_id: 's1',
      k: 12,
      events: [{ item_id: 'tea', event_type: 'view' }],
    });
    expect(body.changed.events.map((event: Item) => event.item_id)).toEqual(['tea']);
    expect(body.changed.recommendations).toEqual(only.body.recommendations);
    const rank = (list: Item[], item: string) => list.find(({ item_id }) => item_id === item)?.rank;
    for (const { item_id, before, after } of body.moves) {
      expect(before).toBe(rank(body.base.recommendations, item_id));
      expect(after).toBe(rank(body.changed.recommendations, item_id));
    }
    const more = await shop.post('/inspect', {
      events: [{ item_id: 'tea', event_type: 'view' }],
      add: [{ item_id: 'desk', event_type: 'purchase' }],
    });
    expect(more.body.base.events).toHaveLength(1);
    expect(more.body.changed.events.map((event: Item) => event.item_id)).toEqual(['tea', 'desk']);
    expect(rank(more.body.changed.recommendations, 'desk')).toBeUndefined();
    expect(await shop.store.read('inspected')).toBeNull();
  });

  it('works without a ranker: no features, the item-to-item score', async () => {
    const plain = await testApp({ dependencies: { recommender: () => unranked } });
    try {
      const { body } = await plain.post('/inspect', { events: [{ item_id: 'tea', event_type: 'view' }] });
      expect(body.features).toEqual([]);
      expect(body.base).not.toHaveProperty('expected_score');
      expect(body.base.candidates[0]).toMatchObject({ position: 1, values: [], contributions: [] });
    } finally {
      await plain.close();
    }
  });

  it('takes an empty session, and describes as few candidates as asked', async () => {
    const { status, body } = await shop.post('/inspect', { events: [], candidates: 0, k: 3 });
    expect(status).toBe(200);
    expect(body.base.candidates).toEqual([]);
    expect(body.base.recommendations).toHaveLength(3);
  });

  it.each([
    [{}, 400, 'invalid_request'],
    [{ session_id: 'never seen' }, 404, 'unknown_session'],
    [{ events: [], without: [0] }, 400, 'invalid_request'],
    [{ events: [], without: [-1] }, 400, 'invalid_request'],
    [{ events: [], candidates: 201 }, 400, 'invalid_request'],
    [{ events: [], add: [{ item_id: 'tea', event_type: 'stare' }] }, 400, 'invalid_request'],
    [
      { events: [], add: [{ item_id: 'tea', event_type: 'view', timestamp: 'soon' }] },
      400,
      'invalid_timestamp',
    ],
  ])('refuses %j', async (request, status, code) => {
    const { status: answered, body } = await shop.post('/inspect', request);
    expect(answered).toBe(status);
    expect(body.code).toBe(code);
  });

  it('is closed in production without a key', async () => {
    const production = await testApp({ env: { NODE_ENV: 'production' } });
    try {
      const { status, body } = await production.post('/inspect', { events: [] });
      expect(status).toBe(403);
      expect(body.code).toBe('admin_closed');
    } finally {
      await production.close();
    }
  });

  it('knows every item it speaks of', async () => {
    const { body } = await shop.post('/inspect', {
      events: [{ item_id: 'no such item', event_type: 'view' }],
    });
    for (const { item_id } of body.base.candidates as Candidate[]) expect(ITEMS).toContain(item_id);
  });
});
