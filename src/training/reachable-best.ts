import { reachableBest } from '../data/simulator/reachable.js';
import { type Target } from '../data/target.js';
import { type ShopTruth } from '../data/simulator/shop-truth.js';
import { type RankingMethod } from '../evaluation/methods.js';

/** Enough for @20 after hiding a session's own items. */
const ANSWER_LENGTH = 100;

/** Its name among the methods of a report. */
export const REACHABLE_BEST = 'reachable_best';

/**
 * The best that any method can do on simulated events: items by their exact probability of coming next, given the events
 * of the session. Where the target is what is carted or bought next, by an estimate of that probability. A ceiling to
 * compare with, not a recommender.
 */
export function reachableBestMethod(truth: ShopTruth, target: Target = 'item'): RankingMethod {
  return {
    name: REACHABLE_BEST,
    label: target === 'item' ? 'Reachable best' : 'Reachable best, estimated',
    rank(query) {
      const { items, probabilities } = reachableBest(
        truth,
        {
          items: query.items.subarray(0, query.length),
          types: query.types.subarray(0, query.length),
          timeMs: query.timesMs[query.length - 1]!,
        },
        ANSWER_LENGTH,
        target,
      );
      return { count: items.length, items, scores: probabilities };
    },
  };
}
