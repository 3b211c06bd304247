import { type Catalogue } from '../data/catalogue.js';
import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { LazyColumn } from '../tables/lazy-column.js';
import { type FeatureGroup } from './feature-group.js';

/** How the candidate's attributes relate to those of the session's items. NaN where the catalogue does not say. */
export class CatalogueFeatures implements FeatureGroup {
  readonly name = 'catalogue';
  readonly features = [
    { name: 'same_category_as_last', meaning: '1 if the category is that of the last item, else 0' },
    { name: 'same_category_share', meaning: "share of the session's items in the candidate's category" },
    { name: 'same_brand_as_last', meaning: '1 if the brand is that of the last item, else 0' },
    { name: 'same_brand_share', meaning: "share of the session's items of the candidate's brand" },
    { name: 'same_seller_as_last', meaning: '1 if the seller is that of the last item, else 0' },
    { name: 'same_seller_share', meaning: "share of the session's items of the candidate's seller" },
    { name: 'price', meaning: "the candidate's price, in the shop's currency" },
    { name: 'price_to_last', meaning: 'log of its price over the price of the last item' },
    { name: 'price_to_session', meaning: 'log of its price over the geometric mean of the session' },
    { name: 'weight_to_last', meaning: 'log of its weight over the weight of the last item' },
    { name: 'volume_to_last', meaning: 'log of its volume over the volume of the last item' },
  ];
  private readonly codes: readonly (Int32Array | null)[];
  private readonly logPrice: LazyColumn | null;
  private readonly logWeight: LazyColumn | null;
  private readonly logVolume: LazyColumn | null;

  constructor(private readonly catalogue: Catalogue) {
    const { category, brand, seller, price, weightGrams, volumeCm3 } = catalogue;
    this.codes = [category, brand, seller].map((column) => (column === null ? null : column.codes));
    // One unit added: free and weightless items stay finite. What is negative or infinite is no price: unknown.
    const logOf = (values: Float32Array | null) =>
      values === null
        ? null
        : new LazyColumn(values.length, (item) => {
            const value = values[item]!;
            return value >= 0 && value < Infinity ? Math.log1p(value) : NaN;
          });
    this.logPrice = logOf(price);
    this.logWeight = logOf(weightGrams);
    this.logVolume = logOf(volumeCm3);
  }

  fill(query: SessionQuery, candidates: CandidateSet, out: Float32Array, width: number, first: number): void {
    const n = query.distinctCount;
    const last = n > 0 ? query.distinctItems[0]! : -1;
    const sessionLogPrice = this.meanLogPrice(query);
    for (let c = 0; c < candidates.count; c++) {
      const item = candidates.items[c]!;
      const at = c * width + first;
      for (let a = 0; a < 3; a++) {
        const codes = this.codes[a]!;
        const code = codes === null ? -1 : codes[item]!;
        if (codes === null || code < 0 || last < 0) {
          out[at + 2 * a] = NaN;
          out[at + 2 * a + 1] = NaN;
          continue;
        }
        let same = 0;
        for (let d = 0; d < n; d++) if (codes[query.distinctItems[d]!] === code) same++;
        out[at + 2 * a] = codes[last] === code ? 1 : 0;
        out[at + 2 * a + 1] = same / n;
      }
      const { logPrice, logWeight, logVolume } = this;
      out[at + 6] = this.catalogue.price === null ? NaN : this.catalogue.price[item]!;
      out[at + 7] = logPrice === null || last < 0 ? NaN : logPrice.at(item) - logPrice.at(last);
      out[at + 8] = logPrice === null ? NaN : logPrice.at(item) - sessionLogPrice;
      out[at + 9] = logWeight === null || last < 0 ? NaN : logWeight.at(item) - logWeight.at(last);
      out[at + 10] = logVolume === null || last < 0 ? NaN : logVolume.at(item) - logVolume.at(last);
    }
  }

  private meanLogPrice(query: SessionQuery): number {
    if (this.logPrice === null) return NaN;
    let sum = 0;
    let priced = 0;
    for (let d = 0; d < query.distinctCount; d++) {
      const value = this.logPrice.at(query.distinctItems[d]!);
      if (Number.isNaN(value)) continue;
      sum += value;
      priced++;
    }
    return priced === 0 ? NaN : sum / priced;
  }
}
