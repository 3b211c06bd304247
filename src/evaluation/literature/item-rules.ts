import { ItemTableBuilder, type ItemTable } from '../../tables/item-table.js';
import { type KnownEvents } from '../../tables/known-events.js';
import { type RankingMethod } from '../methods.js';

/**
 * Entries kept per row: any list of up to this many items is the same as with unpruned rows, and very long sessions do
 * not fill the memory. session-rec prunes to 20 by default.
 */
export const RULES_PER_ITEM = 1000;

/**
 * Counts rules `a -> b`: for each event of a, every other event of its session within reach adds the weight of its
 * distance to b. a may follow itself: `a -> a` counts like any other rule.
 *
 * @param lookBack events before a that count; Infinity for all of the session
 * @param lookAhead events after a that count; Infinity for all of the session
 * @param weightOf weight at a distance of 1, 2, ... events; at 0 or below the event does not count
 */
export function countRules(
  known: KnownEvents,
  lookBack: number,
  lookAhead: number,
  weightOf: (distance: number) => number,
): ItemTable {
  const { events, items, postings, postingOffsets, sessionOf } = known;
  const { itemIndex, sessionOffsets } = events;
  const builder = new ItemTableBuilder(items, RULES_PER_ITEM, true);
  for (let a = 0; a < items; a++) {
    for (let p = postingOffsets[a]!; p < postingOffsets[a + 1]!; p++) {
      const e = postings[p]!;
      const s = sessionOf[e]!;
      const from = Math.max(sessionOffsets[s]!, e - lookBack);
      const to = Math.min(sessionOffsets[s + 1]! - 1, e + lookAhead);
      for (let j = from; j <= to; j++) {
        if (j === e) continue;
        const weight = weightOf(Math.abs(j - e));
        if (weight > 0) builder.add(itemIndex[j]!, weight);
      }
    }
    builder.finishRow(a, one);
  }
  return builder.finish();
}

function one(): number {
  return 1;
}

/** Answers the row of the session's last item; nothing when no item of the session is known. */
export function lastItemMethod(name: string, label: string, table: ItemTable): RankingMethod {
  const { offsets, neighbours, weights } = table;
  return {
    name,
    label,
    bytes: offsets.byteLength + neighbours.byteLength + weights.byteLength,
    rank(query) {
      if (query.distinctCount === 0) return { count: 0, items: [], scores: [] };
      const last = query.distinctItems[0]!;
      const from = offsets[last]!;
      const to = offsets[last + 1]!;
      return { count: to - from, items: neighbours.subarray(from, to), scores: weights.subarray(from, to) };
    },
  };
}
