import { describe, expect, it } from 'vitest';
import { type Session } from '../../../src/domain/session.js';
import { evaluateRecommendations } from '../../../src/evaluation/evaluate-recommendations.js';
import { eventTable } from '../../support/event-table.js';
import { recommenderOf } from '../../support/trained-model.js';

describe('evaluateRecommendations', () => {
  it('measures what can be counted by hand', async () => {
    // Prefixes: [a] -> b, then c; [a b] -> c; [x] -> y. The list is always b, c, z.
    const result = await evaluateRecommendations(
      [['a', 'b', 'c'], ['x', 'y'], ['alone'], []],
      () => ['b', 'c', 'z'],
      {
        k: 3,
        catalogueSize: 12,
      },
    );
    expect(result).toMatchObject({ k: 3, sessions: 2, prefixes: 3, catalogueCoverage: 3 / 12 });
    expect(result.hitRate.mean).toBeCloseTo(2 / 3, 12); // b at 1, c at 2, y nowhere
    expect(result.mrr.mean).toBeCloseTo((1 + 1 / 2 + 0) / 3, 12);
    expect(result.ndcg.mean).toBeCloseTo((1 + 1 / Math.log2(3) + 0) / 3, 12);
    expect(result.precision.mean).toBeCloseTo((2 / 3 + 1 / 3 + 0) / 3, 12);
    expect(result.recall.mean).toBeCloseTo((1 + 1 + 0) / 3, 12);
    expect(result.map.mean).toBeCloseTo((1 + 1 / 2 + 0) / 3, 12);
    expect(result.sessionCoverage.mean).toBe(1);
    expect(result.hitRate.low).toBeLessThanOrEqual(result.hitRate.mean);
    expect(result.hitRate.high).toBeGreaterThanOrEqual(result.hitRate.mean);
  });

  it('looks at the first k only, and notices lists that are too short', async () => {
    const long = await evaluateRecommendations([['a', 'b']], () => ['z', 'y', 'b'], { k: 2 });
    expect(long.hitRate.mean).toBe(0);
    expect(long.catalogueCoverage).toBe(2 / 4); // of a, b, z, y
    const short = await evaluateRecommendations([['a', 'b']], async () => ['b'], { k: 2 });
    expect(short.hitRate.mean).toBe(1);
    expect(short.sessionCoverage.mean).toBe(0);
  });

  it('shows a function the session up to the question, with the given events as they are', async () => {
    const asked: Session[] = [];
    const events = [
      { itemId: 'a', eventType: 'add_to_cart', timestampMs: 5 },
      { itemId: 'b', eventType: 'view', timestampMs: 6 },
      { itemId: 'c', eventType: 'view', timestampMs: 7 },
    ] as const;
    await evaluateRecommendations([events, ['p', 'q']], (session) => {
      asked.push(session);
      return [];
    });
    expect(asked.map((session) => session.events)).toEqual([
      events.slice(0, 1),
      events.slice(0, 2),
      [{ itemId: 'p', eventType: 'view', timestampMs: 0 }],
    ]);
    expect(asked.map((session) => session.eventCount)).toEqual([1, 2, 1]);
  });

  it('asks a model, and hides what was viewed when told to', async () => {
    const model = recommenderOf(
      eventTable([
        ['a', 'b'],
        ['a', 'b'],
        ['a', 'c'],
        ['d', 'e'],
      ]),
    );
    const sessions = [
      ['a', 'b'],
      ['a', 'a'],
    ];
    const all = await evaluateRecommendations(sessions, model, { k: 5 });
    expect(all.hitRate.mean).toBe(1);
    expect(all.catalogueCoverage).toBe(1); // a list of five of five items
    const hidden = await evaluateRecommendations(sessions, model, { k: 5, includeViewed: false });
    expect(hidden.hitRate.mean).toBe(0.5);
    expect(hidden.sessionCoverage.mean).toBe(0);
  });

  it('counts an item that the model cannot know as missed', async () => {
    const model = recommenderOf(eventTable([['a', 'b']]));
    const result = await evaluateRecommendations(
      [
        ['a', 'new'],
        ['new', 'b'],
      ],
      model,
      { k: 2 },
    );
    expect(result.hitRate.mean).toBe(0.5);
    expect(result.catalogueCoverage).toBe(1);
  });

  it('is the same for the same seed', async () => {
    const sessions = Array.from({ length: 30 }, (_, n) => ['a', n % 3 === 0 ? 'b' : 'c', 'd']);
    const once = () => evaluateRecommendations(sessions, () => ['b', 'd'], { seed: 5 });
    expect(await once()).toEqual(await once());
    expect((await once()).mrr.low).toBeLessThan((await once()).mrr.high);
  });

  it('refuses what it cannot measure, and stops when told to', async () => {
    await expect(evaluateRecommendations([['a']], () => [])).rejects.toMatchObject({
      code: 'too_little_data',
    });
    for (const k of [0, 101, 1.5])
      await expect(evaluateRecommendations([['a', 'b']], () => [], { k })).rejects.toMatchObject({
        code: 'invalid_option',
      });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(evaluateRecommendations([['a', 'b']], () => [], { signal })).rejects.toThrow('enough');
  });
});
