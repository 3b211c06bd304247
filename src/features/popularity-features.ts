import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { type TableSet } from '../tables/table-set.js';
import { type FeatureGroup } from './feature-group.js';

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
  /** Row-major [items x features]: nothing here depends on the session. */
  private readonly columns: Float32Array;

  constructor(tables: TableSet) {
    const { total, recent, rank, repeatShare, purchaseShare, firstSeenDays, lastSeenDays } =
      tables.popularity;
    const items = total.length;
    const perMille = (values: Float32Array) =>
      1000 /
      Math.max(
        Number.MIN_VALUE,
        values.reduce((a, b) => a + b, 0),
      );
    const totalFactor = perMille(total);
    const factors = recent.map(perMille);
    this.columns = new Float32Array(items * 11);
    for (let i = 0; i < items; i++) {
      const share = total[i]! * totalFactor;
      const middle = recent[1][i]! * factors[1]!;
      this.columns.set(
        [
          share,
          Math.log1p(total[i]!),
          rank[i]! / items,
          recent[0][i]! * factors[0]!,
          middle,
          recent[2][i]! * factors[2]!,
          // A ten-thousandth per mille keeps items without recent events finite.
          Math.log((middle + 1e-4) / (share + 1e-4)),
          repeatShare[i]!,
          purchaseShare[i]!,
          firstSeenDays[i]!,
          lastSeenDays[i]!,
        ],
        i * 11,
      );
    }
  }

  fill(
    _query: SessionQuery,
    candidates: CandidateSet,
    out: Float32Array,
    width: number,
    first: number,
  ): void {
    const { columns } = this;
    for (let c = 0; c < candidates.count; c++) {
      const from = candidates.items[c]! * 11;
      const at = c * width + first;
      for (let f = 0; f < 11; f++) out[at + f] = columns[from + f]!;
    }
  }
}
