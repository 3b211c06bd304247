import { type CodedColumn } from '../data/catalogue.js';
import { type AttributeIndex } from '../tables/attribute-index.js';
import { type CandidateSet } from './candidate-set.js';
import { type Retriever } from './retriever.js';
import { type SessionQuery } from './session-query.js';
import { type SourceName } from './settings.js';

/** The most popular items of the whole shop: `score = 1 / rank`. Finds something for every session, an empty one too. */
export class PopularRetriever implements Retriever {
  readonly name = 'popular';

  /** @param list items, the most popular first. @param limit how many of them to give */
  constructor(
    private readonly list: Uint32Array,
    private readonly limit: number,
  ) {}

  retrieve(_query: SessionQuery, out: CandidateSet): void {
    for (let r = 0, n = Math.min(this.limit, this.list.length); r < n; r++)
      out.add(this.list[r]!, 1 / (1 + r));
  }
}

/** The most popular items of the categories (brands, sellers) the session last looked at: `score = sum of .5^place / rank`. */
export class AttributePopularRetriever implements Retriever {
  /**
   * @param column null when the catalogue does not have the attribute: then it finds nothing
   * @param limit items looked at per code
   */
  constructor(
    readonly name: SourceName,
    private readonly column: CodedColumn | null,
    private readonly index: AttributeIndex,
    private readonly limit: number,
  ) {}

  retrieve(query: SessionQuery, out: CandidateSet): void {
    if (this.column === null) return;
    let weight = 1;
    for (let d = 0; d < query.distinctCount && d < 3; d++, weight /= 2) {
      const code = this.column.codes[query.distinctItems[d]!]!;
      if (code < 0) continue;
      const from = this.index.offsets[code]!;
      const to = Math.min(this.index.offsets[code + 1]!, from + this.limit);
      for (let e = from; e < to; e++) out.add(this.index.items[e]!, weight / (1 + e - from));
    }
  }
}
