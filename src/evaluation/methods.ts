import { type CodedColumn } from '../data/catalogue.js';
import { type SessionScorer } from '../recommend/session-scorer.js';
import { CandidateSet } from '../retrieval/candidate-set.js';
import { type Retriever } from '../retrieval/retriever.js';
import { RevisitRetriever } from '../retrieval/revisit.js';
import { RowSumRetriever } from '../retrieval/row-sum.js';
import { QUERY_EVENTS, type SessionQuery } from '../retrieval/session-query.js';
import { SOURCES } from '../retrieval/settings.js';
import { type Attribute, type TableSet } from '../tables/table-set.js';

/** What a method answers: the best of the whole catalogue with their scores, in any order. */
export interface RankedItems {
  readonly count: number;
  readonly items: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
}

/** A way to rank the catalogue for a session. Its answer is valid until its next call. */
export interface RankingMethod {
  readonly name: string;
  readonly label: string;
  /** Size of what was learned, bytes; left out where the method does not count it. */
  readonly bytes?: number;
  /** Where its answers come from, for a method that merges sources: the candidates of its last answer. */
  readonly origin?: { readonly sources: readonly string[]; readonly candidates: CandidateSet };
  rank(query: SessionQuery): RankedItems;
}

/**
 * The rank of an item when every tie goes against it; 0 when it was not answered.
 *
 * @param longest ranks beyond it are 0 too; all are given if it is left out
 */
export function rankOf(item: number, { count, items, scores }: RankedItems, longest = Infinity): number {
  let at = 0;
  while (at < count && items[at] !== item) at++;
  if (at === count) return 0;
  const score = scores[at]!;
  // A score that is no number is the lowest one: everything stands before it.
  if (Number.isNaN(score) || score === -Infinity) return count <= longest ? count : 0;
  let rank = 0;
  for (let i = 0; i < count; i++) if (scores[i]! >= score && ++rank > longest) return 0;
  return rank;
}

/** How many of its best items a simple method answers: enough for @20 after hiding a session's own items. */
const ANSWER_LENGTH = 200;

/** The most popular items, the same for everyone. */
export function popularMethod(tables: TableSet): RankingMethod {
  const items = tables.popularity.list;
  const scores = Float64Array.from(items, (item) => tables.popularity.recent[2][item]!);
  const answer = { count: items.length, items, scores };
  return { name: 'popular', label: 'Popular', rank: () => answer };
}

/**
 * Item-to-item: rows of the session's items, weighted by recency and summed over the whole catalogue. Each table's
 * sum counts by its share of the best one.
 */
export function itemToItemMethod(tables: TableSet): RankingMethod {
  const parts = [
    { retriever: new RowSumRetriever('next', tables.itemTables.next, 0.6, QUERY_EVENTS), weight: 1 },
    {
      retriever: new RowSumRetriever('previous', tables.itemTables.previous, 0.6, QUERY_EVENTS),
      weight: 0.5,
    },
    {
      retriever: new RowSumRetriever('co_session', tables.itemTables.co_session, 0.8, QUERY_EVENTS),
      weight: 0.5,
    },
  ];
  const candidates = new CandidateSet(tables.items.length, parts.length, 3 * ANSWER_LENGTH, ANSWER_LENGTH);
  const scores = new Float64Array(3 * ANSWER_LENGTH);
  return {
    name: 'item_to_item',
    label: 'Item-to-item',
    rank(query) {
      candidates.begin();
      parts.forEach(({ retriever }, source) => {
        candidates.openSource(source);
        retriever.retrieve(query, candidates);
        candidates.closeSource(ANSWER_LENGTH);
      });
      candidates.finish();
      for (let c = 0; c < candidates.count; c++) {
        let score = 0;
        parts.forEach(({ weight }, source) => {
          const best = candidates.bestScores[source]!;
          if (best > 0) score += (weight * candidates.scores[source]![c]!) / best;
        });
        scores[c] = score;
      }
      return { count: candidates.count, items: candidates.items, scores };
    },
  };
}

/** The whole system as served: all sources, all features, the ranker. */
export function rankerMethod(scorer: SessionScorer): RankingMethod {
  return {
    name: 'ranker',
    label: 'Ranker',
    origin: { sources: SOURCES, candidates: scorer.candidates },
    rank(query) {
      const candidates = scorer.score(query);
      return { count: candidates.count, items: candidates.items, scores: scorer.scores };
    },
  };
}

/** The session's own items, the most recent first, then popular ones. */
export function repeatLastMethod(tables: TableSet): RankingMethod {
  return listMethod(tables, 'repeat_last', 'Repeat last', new RevisitRetriever());
}

/** The most popular items that share an attribute with the last item, then popular ones. */
export function sameAttributeMethod(tables: TableSet, attribute: Attribute): RankingMethod | null {
  const column = tables.catalogue[attribute];
  if (column === null) return null;
  const index = tables.attributeIndexes[attribute];
  return listMethod(tables, `same_${attribute}`, `Same-${attribute} popular`, {
    name: 'category_popular',
    retrieve(query, out) {
      const code = query.distinctCount === 0 ? -1 : codeOf(column, query.distinctItems[0]!);
      if (code < 0) return;
      const from = index.offsets[code]!;
      const to = Math.min(index.offsets[code + 1]!, from + ANSWER_LENGTH);
      for (let e = from; e < to; e++) out.add(index.items[e]!, 1 / (1 + e - from));
    },
  });
}

function codeOf(column: CodedColumn, item: number): number {
  return column.codes[item]!;
}

/** Scores of the popular list in {@link listMethod}: too small to reorder what a retriever found. */
const FILLER = 1e-6;

/** A retriever's items by its scores, and below them the popular list. */
function listMethod(tables: TableSet, name: string, label: string, retriever: Retriever): RankingMethod {
  const candidates = new CandidateSet(tables.items.length, 1, ANSWER_LENGTH, ANSWER_LENGTH);
  return {
    name,
    label,
    rank(query) {
      candidates.begin();
      candidates.openSource(0);
      retriever.retrieve(query, candidates);
      const { list } = tables.popularity;
      for (let r = 0; r < ANSWER_LENGTH && r < list.length; r++) candidates.add(list[r]!, FILLER / (1 + r));
      candidates.closeSource(ANSWER_LENGTH);
      candidates.finish();
      return { count: candidates.count, items: candidates.items, scores: candidates.scores[0]! };
    },
  };
}
