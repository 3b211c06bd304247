import { beforeEach, describe, expect, it } from 'vitest';
import { type Session } from '../../../src/domain/session.js';
import { type SessionRecommender } from '../../../src/recommend/recommender.js';
import { type TimeEstimate } from '../../../src/recommend/time-estimate.js';
import { eventTable } from '../../support/event-table.js';
import { modelText } from '../../support/lightgbm-model.js';
import { recommenderOf } from '../../support/trained-model.js';

const events = eventTable([
  ['pram', 'cover', 'bag'],
  ['pram', 'cover'],
  ['coffee', 'mug', 'filter'],
  ['coffee', 'mug'],
  ['toy', 'book'],
]);
const session: Session = {
  sessionId: 's',
  eventCount: 1,
  events: [{ itemId: 'pram', eventType: 'view', timestampMs: Date.UTC(2026, 0, 10) }],
};
const ASK = { k: 7, includeViewed: true, keepFeatures: true };

const unranked = recommenderOf(events);
// A ranker that turns the order of the candidates round: one split on the first feature of each candidate.
const tree = {
  splitFeature: [0],
  threshold: [0.5],
  decisionType: [2],
  leftChild: [-1],
  rightChild: [-2],
  leafValue: [1, -1],
};

let model: SessionRecommender;
let usual: Record<'candidates' | 'ranking', TimeEstimate>;
beforeEach(() => {
  model = recommenderOf(events, modelText(unranked.featureSet.count, [tree]));
  usual = (model.scorer as unknown as { usual: typeof usual }).usual;
});

describe('an answer with little time', () => {
  it('has everything if there is time enough, and learns how long that takes', () => {
    const answer = model.recommend(session, ASK);
    expect(answer.skipped).toEqual([]);
    expect(answer.served).toBeDefined();
    expect(usual.candidates.ms).toBeGreaterThan(0);
    expect(usual.ranking.ms).toBeGreaterThan(0);
    expect(model.recommend(session, { ...ASK, budgetMs: 60_000 }).skipped).toEqual([]);
  });

  it('goes without the ranker first: the order is that of a model that has none', () => {
    model.recommend(session, ASK);
    usual.ranking.ms = 120_000;
    const answer = model.recommend(session, { ...ASK, budgetMs: 60_000 });
    expect(answer.skipped).toEqual(['ranker_skipped']);
    expect(answer.served).toBeUndefined();
    expect(answer.recommendations).toEqual(unranked.recommend(session, ASK).recommendations);
  });

  it('then without session-kNN too, and is still full', () => {
    model.recommend(session, ASK);
    for (const budgetMs of [0, -100]) {
      const answer = model.recommend(session, { ...ASK, budgetMs });
      expect(answer.skipped).toEqual(['ranker_skipped', 'knn_skipped']);
      expect(answer.recommendations).toHaveLength(7);
      expect(answer.recommendations.map(({ reason }) => reason)).not.toContain('shoppers_like_you');
    }
  });

  it('skips nothing that it does not have', () => {
    unranked.recommend(session, ASK);
    expect(unranked.recommend(session, { ...ASK, budgetMs: 0 }).skipped).toEqual(['knn_skipped']);
    expect(unranked.recommend(session, ASK).skipped).toEqual([]);
  });

  it('finds out when the ranker has become fast again', () => {
    model.recommend(session, ASK);
    usual.ranking.ms = 600_000;
    let skipped = 0;
    while (model.recommend(session, { ...ASK, budgetMs: 60_000 }).skipped.length > 0) skipped++;
    expect(skipped).toBeGreaterThan(10);
    expect(usual.ranking.ms).toBeLessThan(60_000);
  });

  it('leaves the next one as it is without', () => {
    const before = model.recommend(session, ASK);
    model.recommend(session, { ...ASK, budgetMs: -1 });
    const after = model.recommend(session, ASK);
    expect(after.recommendations).toEqual(before.recommendations);
    expect(after.served).toEqual(before.served);
  });
});
