import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { type ItemTable } from '../tables/item-table.js';
import { LazyColumn } from '../tables/lazy-column.js';
import { type TableSet } from '../tables/table-set.js';
import { type FeatureDescription, type FeatureGroup } from './feature-group.js';

/** The last items whose rows are looked at one by one. */
const LAST_ITEMS = 3;

/**
 * The candidate against single items of the session: the last ones one by one, and over all of them. Rows are
 * scattered over the candidates, so the cost is the rows' length, not candidates times rows.
 */
export class PairFeatures implements FeatureGroup {
  readonly name = 'pair';
  readonly features: readonly FeatureDescription[] = [
    ...(['next', 'previous', 'co_session'] as const).flatMap((table) =>
      Array.from({ length: LAST_ITEMS }, (_, d) => ({
        name: `${table}_from_${ORDINALS[d]}`,
        meaning: `share of the candidate in the row of the session's ${ORDINALS[d]} item in table ${table}; 0 if not in it`,
      })),
    ),
    { name: 'next_rank_from_last', meaning: "place in the last item's row of table next; NaN if not in it" },
    { name: 'co_session_max', meaning: 'highest share in the co_session rows of the session items' },
    { name: 'co_session_mean', meaning: 'mean share over the co_session rows of the session items' },
    { name: 'co_session_support', meaning: 'session items whose co_session row holds the candidate' },
    {
      name: 'bought_together_max',
      meaning: 'highest share in the bought_together rows of the session items',
    },
  ];
  private readonly tables: readonly ItemTable[];
  private readonly bought: ItemTable;
  /** Per table [items]: 1 / sum of the row, 0 for an empty row. */
  private readonly rowFactors: readonly LazyColumn[];
  private readonly boughtFactors: LazyColumn;

  constructor(tables: TableSet) {
    const { next, previous, co_session: coSession, bought_together: bought } = tables.itemTables;
    this.tables = [next, previous, coSession];
    this.bought = bought;
    this.rowFactors = this.tables.map(rowFactors);
    this.boughtFactors = rowFactors(bought);
  }

  fill(query: SessionQuery, candidates: CandidateSet, out: Float32Array, width: number, first: number): void {
    const { tables, rowFactors: factors } = this;
    const summary = first + tables.length * LAST_ITEMS;
    for (let c = 0; c < candidates.count; c++) {
      const row = c * width;
      out.fill(0, row + first, row + summary + 5);
      out[row + summary] = NaN;
    }
    for (let d = 0; d < query.distinctCount; d++) {
      const item = query.distinctItems[d]!;
      if (d < LAST_ITEMS) {
        for (let t = 0; t < tables.length; t++) {
          scatter(tables[t]!, item, factors[t]!.at(item), candidates, out, width, first + t * LAST_ITEMS + d);
        }
      }
      this.summarise(item, candidates, out, width, summary);
    }
    if (query.distinctCount === 0) return;
    this.rankInLastRow(query.distinctItems[0]!, candidates, out, width, summary);
    for (let c = 0; c < candidates.count; c++) out[c * width + summary + 2]! /= query.distinctCount;
  }

  private summarise(
    item: number,
    candidates: CandidateSet,
    out: Float32Array,
    width: number,
    summary: number,
  ): void {
    const coSession = this.tables[2]!;
    const factor = this.rowFactors[2]!.at(item);
    for (let e = coSession.offsets[item]!, end = coSession.offsets[item + 1]!; e < end; e++) {
      const c = candidates.candidateOf(coSession.neighbours[e]!);
      if (c < 0) continue;
      const at = c * width + summary;
      const share = coSession.weights[e]! * factor;
      if (share > out[at + 1]!) out[at + 1] = share;
      out[at + 2]! += share;
      out[at + 3]!++;
    }
    const { bought } = this;
    const boughtFactor = this.boughtFactors.at(item);
    for (let e = bought.offsets[item]!, end = bought.offsets[item + 1]!; e < end; e++) {
      const c = candidates.candidateOf(bought.neighbours[e]!);
      if (c < 0) continue;
      const at = c * width + summary + 4;
      const share = bought.weights[e]! * boughtFactor;
      if (share > out[at]!) out[at] = share;
    }
  }

  private rankInLastRow(
    item: number,
    candidates: CandidateSet,
    out: Float32Array,
    width: number,
    column: number,
  ): void {
    const next = this.tables[0]!;
    const from = next.offsets[item]!;
    for (let e = from, end = next.offsets[item + 1]!; e < end; e++) {
      const c = candidates.candidateOf(next.neighbours[e]!);
      if (c >= 0) out[c * width + column] = 1 + e - from;
    }
  }
}

const ORDINALS = ['last', 'second_last', 'third_last'];

function scatter(
  table: ItemTable,
  item: number,
  factor: number,
  candidates: CandidateSet,
  out: Float32Array,
  width: number,
  column: number,
): void {
  for (let e = table.offsets[item]!, end = table.offsets[item + 1]!; e < end; e++) {
    const c = candidates.candidateOf(table.neighbours[e]!);
    if (c >= 0) out[c * width + column] = table.weights[e]! * factor;
  }
}

function rowFactors(table: ItemTable): LazyColumn {
  return new LazyColumn(table.offsets.length - 1, (i) => {
    let sum = 0;
    for (let e = table.offsets[i]!, end = table.offsets[i + 1]!; e < end; e++) sum += table.weights[e]!;
    return sum > 0 ? 1 / sum : 0;
  });
}
