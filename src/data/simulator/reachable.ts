import { NextItemError } from '../../errors.js';
import { type StringColumn } from '../../domain/string-column.js';
import { type EventTable, sessionCount } from '../event-table.js';
import { itemNumberOf } from './shop.js';
import { type ShopTruth } from './shop-truth.js';
import { TopItems } from './top-items.js';

/** The events of a session so far, oldest first. */
export interface SessionPrefix {
  /** Item numbers of the shop; in tables of simulateEventTable the item index. */
  readonly items: ArrayLike<number>;
  /** Codes of domain/event.ts, as many as items. */
  readonly types: ArrayLike<number>;
  /** Time of any of the events, milliseconds since 1970 UTC. */
  readonly timeMs: number;
}

/** The most probable next items, with their exact probabilities, not rising. */
export interface NextItems {
  readonly items: Uint32Array;
  readonly probabilities: Float64Array;
}

/**
 * The exact distribution of the next item after a session's events, its `k` most probable items: the best list any
 * recommender can give that sees this session only. Fewer than `k` if fewer are on sale. Reuses the truth's filter.
 *
 * @param prefix without events: the first item of a session
 * @throws `invalid_option` if `k` is no whole number of at least 1
 */
export function reachableBest(truth: ShopTruth, prefix: SessionPrefix, k: number): NextItems {
  const top = new TopItems(checkedK(k));
  const posterior = truth.posterior.begin(prefix.timeMs);
  for (let i = 0; i < prefix.items.length; i++) posterior.observe(prefix.items[i]!, prefix.types[i]!);
  posterior.top(top);
  return { items: top.items.slice(0, top.count), probabilities: top.probabilities.slice(0, top.count) };
}

export interface ReachableAccuracy {
  readonly k: number;
  /** Questions asked: every event but the first of every session. */
  readonly prefixes: number;
  /** HR@k that the best list is expected to reach on these prefixes: the mean of its items' probabilities' sum. */
  readonly expectedHitRate: number;
  /** MRR@k that the best list is expected to reach: the mean over prefixes of the sum of probability / rank. */
  readonly expectedReciprocalRank: number;
  /** HR@k and MRR@k of the best list against what really came next: the same but for the luck of these sessions. */
  readonly hitRate: number;
  readonly reciprocalRank: number;
}

export interface ReachableAccuracyOptions {
  /** Sessions before it are left out: the training part. Default 0. */
  readonly firstSession?: number;
  /** [items of the table] item numbers of the shop, from {@link itemNumbersIn}. Default: the index is the number. */
  readonly itemNumbers?: Int32Array;
}

/**
 * How good the next item can be recommended in these sessions at all, by one who knows the shop's exact distribution:
 * every prefix of every session asks for its next item (the order of the best list is by probability, which no other
 * order beats in HR or MRR).
 *
 * @throws `too_little_data` without a session of two events, `invalid_option` for `k`
 */
export function bestReachableAccuracy(
  truth: ShopTruth,
  events: EventTable,
  k: number,
  options: ReachableAccuracyOptions = {},
): ReachableAccuracy {
  const { sessionOffsets, itemIndex, eventType, timestampMs } = events;
  const { itemNumbers } = options;
  const numberOf = (e: number) => (itemNumbers === undefined ? itemIndex[e]! : itemNumbers[itemIndex[e]!]!);
  const top = new TopItems(checkedK(k));
  const { posterior } = truth;
  const sums = { hits: 0, ranks: 0, expectedHits: 0, expectedRanks: 0 };
  let prefixes = 0;
  for (let session = options.firstSession ?? 0; session < sessionCount(events); session++) {
    const start = sessionOffsets[session]!;
    const end = sessionOffsets[session + 1]!;
    if (end - start < 2) continue;
    posterior.begin(timestampMs[start]!);
    for (let e = start; e < end - 1; e++) {
      posterior.observe(numberOf(e), eventType[e]!);
      posterior.top(top);
      prefixes++;
      const next = numberOf(e + 1);
      for (let i = 0; i < top.count; i++) {
        sums.expectedHits += top.probabilities[i]!;
        sums.expectedRanks += top.probabilities[i]! / (i + 1);
        if (top.items[i] !== next) continue;
        sums.hits++;
        sums.ranks += 1 / (i + 1);
      }
    }
  }
  if (prefixes === 0) throw new NextItemError('too_little_data', 'no session has two events');
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
