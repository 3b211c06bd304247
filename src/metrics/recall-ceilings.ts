import { type CandidateSet } from '../retrieval/candidate-set.js';

/** The share of the questions whose answer the candidates hold: no ranker over them can have a higher hit rate. */
export interface RecallCeilings {
  /** How many of a source's best items are looked at, ascending. */
  readonly depths: readonly number[];
  /** By source [depths]: the right item is among the source's best so many. */
  readonly sources: Readonly<Record<string, readonly number[]>>;
  /** [depths] The right item is among the best so many of any source. */
  readonly union: readonly number[];
  /** The union as the model is served, with each source's own limit. */
  readonly served: { readonly recall: number; readonly meanCandidates: number };
}

/** Counts {@link RecallCeilings} question by question. */
export class RecallCounter {
  private readonly found: readonly Float64Array[];
  private readonly union: Float64Array;
  private questions = 0;
  private servedHits = 0;
  private servedCandidates = 0;

  /**
   * @param sourceNames names by source number
   * @param depths ascending
   */
  constructor(
    private readonly sourceNames: readonly string[],
    private readonly depths: readonly number[],
  ) {
    this.found = sourceNames.map(() => new Float64Array(depths.length));
    this.union = new Float64Array(depths.length);
  }

  /**
   * Counts one question.
   *
   * @param deep candidates whose ranks are looked at
   * @param rightItem the answer
   * @param served whether the answer is among the candidates as served, and how many those are
   */
  add(
    deep: CandidateSet,
    rightItem: number,
    served: { readonly found: boolean; readonly count: number },
  ): void {
    this.questions++;
    this.servedCandidates += served.count;
    if (served.found) this.servedHits++;
    const right = deep.candidateOf(rightItem);
    if (right < 0) return;
    let best = Infinity;
    for (let s = 0; s < this.found.length; s++) {
      const rank = deep.ranks[s]![right]!;
      if (rank === 0) continue;
      best = Math.min(best, rank);
      this.count(this.found[s]!, rank);
    }
    this.count(this.union, best);
  }

  /** Shares of the questions so far; NaN before the first. */
  result(): RecallCeilings {
    const shares = (counts: Float64Array) => Array.from(counts, (hits) => hits / this.questions);
    return {
      depths: this.depths,
      sources: Object.fromEntries(this.sourceNames.map((name, s) => [name, shares(this.found[s]!)])),
      union: shares(this.union),
      served: {
        recall: this.servedHits / this.questions,
        meanCandidates: this.servedCandidates / this.questions,
      },
    };
  }

  private count(byDepth: Float64Array, rank: number): void {
    for (let d = 0; d < this.depths.length; d++) if (rank <= this.depths[d]!) byDepth[d]!++;
  }
}
