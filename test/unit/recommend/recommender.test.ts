import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeColumn } from '../../../src/data/catalogue.js';
import { EVENT_TYPES, type EventType } from '../../../src/domain/event.js';
import { type Session } from '../../../src/domain/session.js';
import { REASONS } from '../../../src/recommend/contract.js';
import { eventTable, type TestEvent } from '../../support/event-table.js';
import { recommenderOf } from '../../support/trained-model.js';

const visits: TestEvent[][] = [
  ['pram', 'cover', 'bag'],
  ['pram', 'cover'],
  ['coffee', 'mug'],
  [
    ['coffee', 'purchase'],
    ['filter', 'purchase'],
  ],
  [
    ['coffee', 'purchase'],
    ['filter', 'purchase'],
  ],
  ['pram', 'cover', 'toy'],
  ['toy', 'book'],
];
const items = ['pram', 'cover', 'bag', 'coffee', 'mug', 'filter', 'toy', 'book', 'lamp'];
const category = codeColumn([
  'baby',
  'baby',
  'baby',
  'kitchen',
  'kitchen',
  'kitchen',
  'baby',
  'books',
  'home',
]);
const model = recommenderOf(eventTable(visits, { items, catalogue: { category } }));

function session(...events: (string | [string, EventType])[]): Session {
  return {
    sessionId: 's',
    eventCount: events.length,
    events: events.map((event, i) => ({
      itemId: typeof event === 'string' ? event : event[0],
      eventType: typeof event === 'string' ? 'view' : event[1],
      timestampMs: Date.UTC(2026, 0, 10) + i * 1000,
    })),
  };
}

const ids = (list: readonly { itemId: string }[]) => list.map(({ itemId }) => itemId);

describe('recommend', () => {
  it('shows what others took next after the last item', () => {
    const { recommendations } = model.recommend(session('pram'), { k: 3, includeViewed: false });
    expect(recommendations[0]).toMatchObject({
      itemId: 'cover',
      rank: 1,
      reason: 'often_next',
      reasonItemId: 'pram',
    });
  });

  it('calls a basket a basket', () => {
    const { recommendations } = model.recommend(session('coffee'), { k: 1, includeViewed: false });
    expect(recommendations[0]).toMatchObject({
      itemId: 'filter',
      reason: 'bought_together',
      reasonItemId: 'coffee',
    });
  });

  it('gives popular items to nobody it knows', () => {
    for (const unknown of [null, session(), session('never-seen')]) {
      const { recommendations } = model.recommend(unknown, { k: 5, includeViewed: true });
      expect(recommendations).toHaveLength(5);
      for (const { reason } of recommendations) expect(['popular', 'trending']).toContain(reason);
    }
  });

  it('never shows what was bought, and what was viewed only if wanted', () => {
    const visit = session('pram', ['coffee', 'purchase'], ['mug', 'add_to_cart']);
    const all = model.recommend(visit, { k: 9, includeViewed: true }).recommendations;
    expect(ids(all)).toHaveLength(8);
    expect(ids(all)).not.toContain('coffee');
    expect(all.find(({ itemId }) => itemId === 'pram')?.reason ?? 'continue_viewing').toBe(
      'continue_viewing',
    );
    const fresh = model.recommend(visit, { k: 9, includeViewed: false }).recommendations;
    expect(ids(fresh).sort()).toEqual(['bag', 'book', 'cover', 'filter', 'lamp', 'toy']);
  });

  it('is empty only when exclusions leave nothing', () => {
    expect(
      model.recommend(null, { k: 20, includeViewed: true, excludeItems: items }).recommendations,
    ).toEqual([]);
    expect(
      ids(
        model.recommend(null, { k: 20, includeViewed: true, excludeItems: items.slice(1) }).recommendations,
      ),
    ).toEqual(['pram']);
  });

  it('keeps its promises for any session', () => {
    const event = fc.tuple(
      fc.constantFrom(...items, 'unknown', '__proto__'),
      fc.constantFrom(...EVENT_TYPES),
    );
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 80 }),
        fc.integer({ min: 1, max: 100 }),
        fc.boolean(),
        (events, k, includeViewed) => {
          const visit = session(...events);
          const { recommendations } = model.recommend(visit, { k, includeViewed });
          const barred = new Set(
            events.filter(([, type]) => type === 'purchase' || !includeViewed).map(([item]) => item),
          );
          const allowed = items.filter((item) => !barred.has(item));
          expect(recommendations).toHaveLength(Math.min(k, allowed.length));
          expect(new Set(ids(recommendations)).size).toBe(recommendations.length);
          recommendations.forEach(({ itemId, score, rank, reason, reasonItemId }, i) => {
            expect(allowed).toContain(itemId);
            expect(rank).toBe(i + 1);
            expect(score).toBeGreaterThanOrEqual(0);
            expect(score).toBeLessThanOrEqual(recommendations[i - 1]?.score ?? 1);
            expect(REASONS).toContain(reason);
            if (reasonItemId !== undefined) expect(events.map(([item]) => item)).toContain(reasonItemId);
          });
        },
      ),
    );
  });
});

describe('similar and popular', () => {
  it('lists the nearest items first, never the item itself', () => {
    const similar = model.similar('pram', 4)!;
    expect(similar[0]).toMatchObject({ itemId: 'cover', rank: 1, reasonItemId: 'pram' });
    expect(ids(similar)).not.toContain('pram');
    expect(similar).toHaveLength(4);
    expect(model.similar('lamp', 8)).toHaveLength(8);
    expect(model.similar('nothing', 4)).toBeNull();
  });

  it('lists popular items, of a category too', () => {
    expect(model.popular(9)).toHaveLength(9);
    expect(model.popular(1)![0]).toMatchObject({ itemId: 'coffee', score: 1, rank: 1 });
    expect(ids(model.popular(10, 'kitchen')!)).toEqual(['coffee', 'filter', 'mug']);
    expect(model.popular(10, 'garden')).toBeNull();
  });
});
