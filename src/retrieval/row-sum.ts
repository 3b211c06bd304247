import { type ItemTable } from '../tables/item-table.js';
import { type CandidateSet } from './candidate-set.js';
import { type Retriever } from './retriever.js';
import { type SessionQuery } from './session-query.js';
import { type SourceName } from './settings.js';

/** Sums the rows of the session's items: `score(j) = sum over distinct items i of lagDecay^lag(i) * table[i][j]`. */
export class RowSumRetriever implements Retriever {
  private readonly lagWeights: Float64Array;

  constructor(
    readonly name: SourceName,
    private readonly table: ItemTable,
    lagDecay: number,
    maxLag: number,
  ) {
    this.lagWeights = Float64Array.from({ length: maxLag }, (_, lag) => lagDecay ** lag);
  }

  retrieve(query: SessionQuery, out: CandidateSet): void {
    const { offsets, neighbours, weights } = this.table;
    for (let d = 0; d < query.distinctCount; d++) {
      const item = query.distinctItems[d]!;
      const factor = this.lagWeights[query.lags[d]!]!;
      // Beyond this a row cannot move anything; the sum stays the same to six digits.
      if (factor < 1e-6) break;
      for (let e = offsets[item]!, end = offsets[item + 1]!; e < end; e++) {
        out.add(neighbours[e]!, factor * weights[e]!);
      }
    }
  }
}
