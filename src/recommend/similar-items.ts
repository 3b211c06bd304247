import { weightIn } from '../tables/item-table.js';
import { ITEM_TABLES, type ItemTableName, type TableSet } from '../tables/table-set.js';
import { type Recommendation, type Reason } from './contract.js';

/** What a table's share counts, and what it is called to the shopper. */
const PARTS: Record<ItemTableName, { weight: number; reason: Reason }> = {
  bought_together: { weight: 0.5, reason: 'bought_together' },
  co_session: { weight: 1, reason: 'similar_to_viewed' },
  next: { weight: 0.5, reason: 'often_next' },
  previous: { weight: 0.25, reason: 'similar_to_viewed' },
  slis: { weight: 0.5, reason: 'similar_to_viewed' },
  slit: { weight: 0.5, reason: 'often_next' },
  s_walk: { weight: 0.25, reason: 'related_to_viewed' },
  walk: { weight: 0.25, reason: 'related_to_viewed' },
};

/**
 * Items most like one item: each table's row as shares of its best entry, weighted and summed; best first, ties by item
 * index. The reason is the part that adds most. At most k, fewer when the tables know fewer, none for a new item.
 */
export function similarItems(tables: TableSet, item: number, k: number): Recommendation[] {
  const score = new Map<number, number>();
  let possible = 0;
  for (const name of ITEM_TABLES) {
    const table = tables.itemTables[name];
    const from = table.offsets[item]!;
    const end = table.offsets[item + 1]!;
    if (from === end) continue;
    const { weight } = PARTS[name];
    possible += weight;
    for (let e = from; e < end; e++) {
      const neighbour = table.neighbours[e]!;
      const share = (weight * table.weights[e]!) / table.weights[from]!;
      score.set(neighbour, (score.get(neighbour) ?? 0) + share);
    }
  }
  return [...score]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, k)
    .map(([neighbour, sum], r) => ({
      itemId: tables.items.at(neighbour),
      score: sum / possible,
      reason: strongestPart(tables, item, neighbour),
      rank: r + 1,
      reasonItemId: tables.items.at(item),
    }));
}

function strongestPart(tables: TableSet, item: number, neighbour: number): Reason {
  let strongest: Reason = 'related_to_viewed';
  let most = 0;
  for (const name of ITEM_TABLES) {
    const table = tables.itemTables[name];
    const best = table.weights[table.offsets[item]!] ?? 1;
    const share = (PARTS[name].weight * weightIn(table, item, neighbour)) / best;
    if (share > most) {
      most = share;
      strongest = PARTS[name].reason;
    }
  }
  return strongest;
}
