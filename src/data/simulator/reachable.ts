import { NextItemError } from '../../errors.js';
import { type StringColumn } from '../../domain/string-column.js';
import { type EventTable, sessionCount } from '../event-table.js';
import { answeringEvents, NO_ANSWER, type Target } from '../target.js';
import { itemNumberOf } from './shop.js';
import { type ShopTruth } from './shop-truth.js';
import { TopItems } from './top-items.js';

/** The events of a session so far, oldest first. */
export interface SessionPrefix {
  /** Item numbers of the shop; in tables of simulateEventTable the item index. */
  readonly items: ArrayLike<number>;
  /** Codes of domain/event.ts, as many as items. */
  readonly types: ArrayLike<number>;
  /** Time of the latest event, milliseconds since 1970 UTC; for the next item any of the events will do. */
  readonly timeMs: number;
}

/** The most probable items, with their probabilities, not rising: exact for the next item, else estimated. */
export interface NextItems {
  readonly items: Uint32Array;
  readonly probabilities: Float64Array;
}

/**
 * The exact distribution of the next item after a session's events, its `k` most probable items: the best list any
 * recommender can give that sees this session only. Fewer than `k` if fewer are on sale. Reuses the truth's filter.
 *
 * For the next item put into the cart or bought (given that there is one) the distribution is estimated, see
 * {@link LaterEvents}: the list is as good as the best one but for the error of the estimate.
 *
 * @param prefix without events: the first item of a session; then nothing can be said of later targets
 * @throws `invalid_option` if `k` is no whole number of at least 1
 */
export function reachableBest(
  truth: ShopTruth,
  prefix: SessionPrefix,
  k: number,
  target: Target = 'item',
  continuations?: number,
): NextItems {
  const top = new TopItems(checkedK(k));
  const posterior = truth.posterior.begin(prefix.timeMs);
  for (let i = 0; i < prefix.items.length; i++) posterior.observe(prefix.items[i]!, prefix.types[i]!);
  if (target === 'item') posterior.top(top);
  else truth.laterEvents.top(top, target, prefix.timeMs, continuations);
  return { items: top.items.slice(0, top.count), probabilities: top.probabilities.slice(0, top.count) };
}

export interface ReachableAccuracy {
  readonly k: number;
  /** Questions asked: every prefix of every session that the target asks. */
  readonly prefixes: number;
  /**
   * HR@k that the best list is expected to reach on these prefixes: the mean of its items' probabilities' sum. Of an
   * estimated distribution it is too high, because the list is chosen by the same estimate: an upper bound, on average.
   */
  readonly expectedHitRate: number;
  /** MRR@k that the best list is expected to reach: the mean over prefixes of the sum of probability / rank. */
  readonly expectedReciprocalRank: number;
  /**
   * HR@k and MRR@k of the best list against what really came next: the same but for the luck of these sessions. Of an
   * estimated distribution it is too low, because no list beats the best one: a lower bound, on average.
   */
  readonly hitRate: number;
  readonly reciprocalRank: number;
}

export interface ReachableAccuracyOptions {
  /** Sessions before it are left out: the training part. Default 0. */
  readonly firstSession?: number;
  /** [items of the table] item numbers of the shop, from {@link itemNumbersIn}. Default: the index is the number. */
  readonly itemNumbers?: Int32Array;
  /** Default 'item'. */
  readonly target?: Target;
  /** Of the estimate for later targets, see {@link LaterEvents}. */
  readonly continuations?: number;
}

/**
 * How good the next item can be recommended in these sessions at all, by one who knows the shop's exact distribution:
 * every prefix of every session asks for its next item, or for what is put into the cart or bought next (the order of the
 * best list is by probability, which no other order beats in HR or MRR).
 *
 * @throws `too_little_data` without a question, `invalid_option` for `k`
 */
export function bestReachableAccuracy(
  truth: ShopTruth,
  events: EventTable,
  k: number,
  options: ReachableAccuracyOptions = {},
): ReachableAccuracy {
  const { sessionOffsets, itemIndex, eventType, timestampMs } = events;
  const { itemNumbers, target = 'item', firstSession = 0 } = options;
  const numberOf = (e: number) => (itemNumbers === undefined ? itemIndex[e]! : itemNumbers[itemIndex[e]!]!);
  const top = new TopItems(checkedK(k));
  const { posterior } = truth;
  const sums = { hits: 0, ranks: 0, expectedHits: 0, expectedRanks: 0 };
  let prefixes = 0;
  const firstEvent = sessionOffsets[firstSession]!;
  const answers = answeringEvents(events, firstSession, sessionCount(events), target);
  for (let session = firstSession; session < sessionCount(events); session++) {
    const start = sessionOffsets[session]!;
    const end = sessionOffsets[session + 1]!;
    if (end - start < 2 || answers[start + 1 - firstEvent] === NO_ANSWER) continue;
    posterior.begin(timestampMs[start]!);
    for (let e = start; e < end - 1; e++) {
      const answer = answers[e + 1 - firstEvent]!;
      if (answer === NO_ANSWER) break;
      posterior.observe(numberOf(e), eventType[e]!);
      if (target === 'item') posterior.top(top);
      else truth.laterEvents.top(top, target, timestampMs[e]!, options.continuations);
      prefixes++;
      const next = numberOf(answer);
      for (let i = 0; i < top.count; i++) {
        sums.expectedHits += top.probabilities[i]!;
        sums.expectedRanks += top.probabilities[i]! / (i + 1);
        if (top.items[i] !== next) continue;
        sums.hits++;
        sums.ranks += 1 / (i + 1);
      }
    }
  }
  if (prefixes === 0)
    throw new NextItemError(
      'too_little_data',
      target === 'item' ? 'no session has two events' : `no session has a ${target} after another event`,
    );
  return {
    k,
    prefixes,
    expectedHitRate: sums.expectedHits / prefixes,
    expectedReciprocalRank: sums.expectedRanks / prefixes,
    hitRate: sums.hits / prefixes,
    reciprocalRank: sums.ranks / prefixes,
  };
}

/** The shop's item numbers of a table's items, for tables read back from files; -1 for ids that are not the shop's. */
export function itemNumbersIn(truth: ShopTruth, items: StringColumn): Int32Array {
  return Int32Array.from({ length: items.length }, (_, index) => itemNumberOf(truth.shop, items.at(index)));
}

function checkedK(k: number): number {
  if (!Number.isInteger(k) || k < 1)
    throw new NextItemError('invalid_option', `k must be a whole number of at least 1, not ${k}`);
  return k;
}
