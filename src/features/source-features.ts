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

  fill(
    _query: SessionQuery,
    candidates: CandidateSet,
    out: Float32Array,
    width: number,
    first: number,
  ): void {
    const { scores, ranks, bestScores, count } = candidates;
    const last = first + SOURCES.length * 2;
    for (let c = 0; c < count; c++) {
      const row = c * width;
      let nominations = 0;
      let bestRank = NaN;
      let reciprocal = 0;
      for (let s = 0; s < SOURCES.length; s++) {
        const rank = ranks[s]![c]!;
        const best = bestScores[s]!;
        out[row + first + 2 * s] = best > 0 ? scores[s]![c]! / best : 0;
        out[row + first + 2 * s + 1] = rank > 0 ? rank : NaN;
        if (rank === 0) continue;
        nominations++;
        reciprocal += 1 / (10 + rank);
        if (COLLABORATIVE[s] && !(bestRank <= rank)) bestRank = rank;
      }
      out[row + last] = nominations;
      out[row + last + 1] = bestRank;
      out[row + last + 2] = reciprocal;
    }
  }
}

const COLLABORATIVE = SOURCES.map((name) => name !== 'revisit' && !name.endsWith('popular'));
