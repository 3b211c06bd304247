import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { SOURCES } from '../retrieval/settings.js';
import { type FeatureDescription, type FeatureGroup } from './feature-group.js';

/** What the retrievers said. Shares and ranks rather than raw scores: served tables are bigger than training's. */
export class SourceFeatures implements FeatureGroup {
  readonly name = 'source';
  readonly features: readonly FeatureDescription[] = [
    ...SOURCES.flatMap((name) => [
      {
        name: `${name}_share`,
        meaning: `score of the source ${name} as a share of its best score in this query`,
      },
      {
        name: `${name}_rank`,
        meaning: `place among what ${name} nominated, 1 the best; NaN if not nominated`,
      },
    ]),
    { name: 'sources', meaning: 'number of sources that nominated the candidate' },
    {
      name: 'best_rank',
      meaning: 'its best place in any source of pairs, walks or sessions; NaN if none',
    },
    { name: 'reciprocal_rank_sum', meaning: 'sum of 1 / (10 + rank) over the sources that nominated it' },
  ];

  /** [candidates or more] of the running query. */
  private bestRanks = new Float64Array(256);
  private reciprocals = new Float64Array(256);

  fill(
    _query: SessionQuery,
    candidates: CandidateSet,
    out: Float32Array,
    width: number,
    first: number,
  ): void {
    const { count } = candidates;
    if (this.bestRanks.length < count) {
      this.bestRanks = new Float64Array(2 * count);
      this.reciprocals = new Float64Array(2 * count);
    }
    const { bestRanks, reciprocals } = this;
    const last = first + SOURCES.length * 2;
    bestRanks.fill(NaN, 0, count);
    reciprocals.fill(0, 0, count);
    for (let c = 0, at = last; c < count; c++, at += width) out[at] = 0;
    for (let s = 0; s < SOURCES.length; s++) {
      const scores = candidates.scores[s]!;
      const ranks = candidates.ranks[s]!;
      const best = candidates.bestScores[s]!;
      const collaborative = COLLABORATIVE[s]!;
      for (let c = 0, at = first + 2 * s; c < count; c++, at += width) {
        const rank = ranks[c]!;
        out[at] = best > 0 ? scores[c]! / best : 0;
        out[at + 1] = rank > 0 ? rank : NaN;
        if (rank === 0) continue;
        out[c * width + last]!++;
        reciprocals[c]! += 1 / (10 + rank);
        if (collaborative && !(bestRanks[c]! <= rank)) bestRanks[c] = rank;
      }
    }
    for (let c = 0, at = last; c < count; c++, at += width) {
      out[at + 1] = bestRanks[c]!;
      out[at + 2] = reciprocals[c]!;
    }
  }
}

const COLLABORATIVE = SOURCES.map((name) => name !== 'revisit' && !name.endsWith('popular'));
