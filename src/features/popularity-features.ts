import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { columnSum } from '../tables/column-sum.js';
import { type Popularity } from '../tables/popularity.js';
import { type TableSet } from '../tables/table-set.js';
import { type FeatureGroup } from './feature-group.js';

const COLUMNS = 11;

/** How much and how lately the candidate is taken in the whole shop. Shares of all events, so that sizes do not matter. */
export class PopularityFeatures implements FeatureGroup {
  readonly name = 'popularity';
  readonly features = [
    { name: 'popularity_share', meaning: "the candidate's share of all weighted events, per mille" },
    { name: 'popularity_log', meaning: 'log(1 + weighted events)' },
    { name: 'popularity_rank', meaning: 'its rank by popularity as a share of the catalogue: 0 the best' },
    { name: 'popularity_fast', meaning: 'share of recent events, fast half-life, per mille' },
    { name: 'popularity_middle', meaning: 'share of recent events, middle half-life, per mille' },
    { name: 'popularity_slow', meaning: 'share of recent events, slow half-life, per mille' },
    { name: 'trend', meaning: 'log of its middle share over its total share: above 0 it is rising' },
    { name: 'repeat_share', meaning: 'share of its events followed at once by the same item' },
    { name: 'purchase_share', meaning: 'share of its events that are purchases' },
    {
      name: 'first_seen_days',
      meaning: 'days from its first event to the last known one; NaN if never seen',
    },
    { name: 'last_seen_days', meaning: 'days from its last event to the last known one; NaN if never seen' },
  ];
  /** Row-major [items x features]: nothing here depends on the session. An item's row is written when it is first asked for. */
  private readonly columns: Float32Array;
  /** [items] 1 where the row is written. */
  private readonly known: Uint8Array;
  private readonly popularity: Popularity;
  /** What makes a weight a share per mille: of all, and of what is recent by each clock. */
  private readonly totalFactor: number;
  private readonly recentFactors: readonly number[];

  constructor({ popularity }: TableSet) {
    const items = popularity.total.length;
    this.popularity = popularity;
    this.columns = new Float32Array(items * COLUMNS);
    this.known = new Uint8Array(items);
    this.totalFactor = 1000 / columnSum(popularity.total);
    this.recentFactors = popularity.recent.map((column) => 1000 / columnSum(column));
  }

  fill(
    _query: SessionQuery,
    candidates: CandidateSet,
    out: Float32Array,
    width: number,
    first: number,
  ): void {
    const { columns, known } = this;
    for (let c = 0; c < candidates.count; c++) {
      const item = candidates.items[c]!;
      if (known[item] === 0) this.describe(item);
      const from = item * COLUMNS;
      const at = c * width + first;
      for (let f = 0; f < COLUMNS; f++) out[at + f] = columns[from + f]!;
    }
  }

  /** Writes an item's row. */
  private describe(item: number): void {
    const { columns, recentFactors } = this;
    const { total, recent, rank, repeatShare, purchaseShare, firstSeenDays, lastSeenDays } = this.popularity;
    const share = total[item]! * this.totalFactor;
    const middle = recent[1][item]! * recentFactors[1]!;
    const at = item * COLUMNS;
    columns[at] = share;
    columns[at + 1] = Math.log1p(total[item]!);
    columns[at + 2] = rank[item]! / total.length;
    columns[at + 3] = recent[0][item]! * recentFactors[0]!;
    columns[at + 4] = middle;
    columns[at + 5] = recent[2][item]! * recentFactors[2]!;
    // A ten-thousandth per mille keeps items without recent events finite.
    columns[at + 6] = Math.log((middle + 1e-4) / (share + 1e-4));
    columns[at + 7] = repeatShare[item]!;
    columns[at + 8] = purchaseShare[item]!;
    columns[at + 9] = firstSeenDays[item]!;
    columns[at + 10] = lastSeenDays[item]!;
    this.known[item] = 1;
  }
}
