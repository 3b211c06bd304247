import { reachableBest } from '../data/simulator/reachable.js';
import { type ShopTruth } from '../data/simulator/shop-truth.js';
import { type RankingMethod } from '../evaluation/methods.js';

/** Enough for @20 after hiding a session's own items. */
const ANSWER_LENGTH = 100;

/**
 * The best that any method can do on simulated events: items by their exact probability of coming next, given the events
 * of the session. A ceiling to compare with, not a recommender.
 */
export function reachableBestMethod(truth: ShopTruth): RankingMethod {
  return {
    name: 'reachable_best',
    label: 'Reachable best',
    rank(query) {
      const { items, probabilities } = reachableBest(
        truth,
        {
          items: query.items.subarray(0, query.length),
          types: query.types.subarray(0, query.length),
          timeMs: query.timesMs[0]!,
        },
        ANSWER_LENGTH,
      );
      return { count: items.length, items, scores: probabilities };
    },
  };
}
