import { type CodedColumn } from '../data/catalogue.js';
import { ADD_TO_CART } from '../domain/event.js';
import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { SOURCES, type SourceName } from '../retrieval/settings.js';
import { columnSum } from '../tables/column-sum.js';
import { weightIn } from '../tables/item-table.js';
import { type ItemTableName, type TableSet } from '../tables/table-set.js';
import { type Reason } from './contract.js';

export interface Explanation {
  readonly reason: Reason;
  /** Dense index of the session item the reason speaks of, -1 for none. */
  readonly reasonItem: number;
}

/** An item whose middle-term share is this many times its overall share is trending. */
const TRENDING_RATIO = 1.5;

const sourceNumber = (name: SourceName) => SOURCES.indexOf(name);

/** The sources that can explain, with what they say. */
const RELATIONS: readonly { source: number; table: ItemTableName | null; reason: Reason }[] = [
  { source: sourceNumber('bought_together'), table: 'bought_together', reason: 'bought_together' },
  { source: sourceNumber('next'), table: 'next', reason: 'often_next' },
  { source: sourceNumber('co_session'), table: 'co_session', reason: 'similar_to_viewed' },
  { source: sourceNumber('session_knn'), table: null, reason: 'shoppers_like_you' },
  { source: sourceNumber('walk'), table: 'walk', reason: 'related_to_viewed' },
  { source: sourceNumber('s_walk'), table: 's_walk', reason: 'related_to_viewed' },
  { source: sourceNumber('embedding'), table: null, reason: 'shoppers_like_you' },
];

/** What is said of an item that only an attribute connects with the session, the most telling first. */
const SAME_ATTRIBUTE = [
  ['category', 'same_category'],
  ['brand', 'same_brand'],
  ['seller', 'same_seller'],
] as const;

/**
 * Why a candidate is shown: the strongest of the statements that are true of it. A relation counts by the candidate's
 * share of the source's best score, and speaks of the session item that adds most to it.
 *
 * @param candidate position in `candidates`
 */
export function explain(
  candidate: number,
  query: SessionQuery,
  candidates: CandidateSet,
  tables: TableSet,
): Explanation {
  const item = candidates.items[candidate]!;
  const own = query.distinctOf(item);
  if (own >= 0) {
    const inCart = query.highestTypes[own] === ADD_TO_CART;
    return { reason: inCart ? 'in_cart' : 'continue_viewing', reasonItem: -1 };
  }
  let strongest: (typeof RELATIONS)[number] | null = null;
  let strength = 0;
  for (const relation of RELATIONS) {
    const best = candidates.bestScores[relation.source]!;
    const share = best > 0 ? candidates.scores[relation.source]![candidate]! / best : 0;
    // A basket says more than a visit, so a relation listed earlier keeps its place unless clearly beaten.
    if (share > strength * 1.5) {
      strongest = relation;
      strength = share;
    }
  }
  if (strongest !== null) {
    const reasonItem = strongest.table === null ? -1 : strongestItem(tables, strongest.table, item, query);
    if (strongest.table === null || reasonItem >= 0) return { reason: strongest.reason, reasonItem };
  }
  for (const [attribute, reason] of SAME_ATTRIBUTE) {
    const same = itemOfSameCode(tables.catalogue[attribute], item, query);
    if (same >= 0) return { reason, reasonItem: same };
  }
  return { reason: popularityReason(tables, item), reasonItem: -1 };
}

/** Why an item is shown that no item of the session speaks for. */
export function popularityReason(tables: TableSet, item: number): Reason {
  const { total, recent, rank, list } = tables.popularity;
  if (total[item] === 0) return 'catalogue';
  const share = total[item]! / columnSum(total);
  const recentShare = recent[1][item]! / columnSum(recent[1]);
  if (recentShare > TRENDING_RATIO * share) return 'trending';
  return rank[item]! < list.length ? 'popular' : 'catalogue';
}

/** The session item whose row gives `item` the most, the more recent one on a tie; -1 if no row holds it. */
function strongestItem(tables: TableSet, name: ItemTableName, item: number, query: SessionQuery): number {
  const table = tables.itemTables[name];
  let found = -1;
  let most = 0;
  for (let d = 0; d < query.distinctCount; d++) {
    const weight = weightIn(table, query.distinctItems[d]!, item) / (1 + query.lags[d]!);
    if (weight > most) {
      most = weight;
      found = query.distinctItems[d]!;
    }
  }
  return found;
}

/** The most recent session item with the same code of an attribute, or -1. */
function itemOfSameCode(column: CodedColumn | null, item: number, query: SessionQuery): number {
  if (column === null || column.codes[item]! < 0) return -1;
  for (let d = 0; d < query.distinctCount; d++) {
    if (column.codes[query.distinctItems[d]!] === column.codes[item]) return query.distinctItems[d]!;
  }
  return -1;
}
