import { QUERY_EVENTS } from '../../retrieval/session-query.js';
import { type KnownEvents } from '../../tables/known-events.js';
import { type RankingMethod } from '../methods.js';
import { buildNeighbourIndex, inverseFrequency, NeighbourSearch } from './neighbour-sessions.js';
import { ScoreBoard } from './score-board.js';

export type TimeAwareSettings = {
  /** Neighbours. */
  k: number;
  /** Most recent sessions sharing an item that are compared. */
  sampleSize: number;
  /** STAN's `sum of w over shared items / (sqrt(sum w^2) sqrt(|n|))`, or VSKNN's `sum of w over shared items / |s|`. */
  similarity: 'cosine' | 'vec';
  /** Decay over positions of the session (lambda_spw), in events; 0 for none. */
  positionDecay: number;
  /** Decay over the age of a neighbour (lambda_snh), in days; 0 for none. */
  ageDecayDays: number;
  /** Decay over the distance from the shared item inside a neighbour (lambda_inh), in events; 0 for none. */
  distanceDecay: number;
  /** Decay over the lag of the session's most recent shared item (lambda_ipw), in events; 0 for none. */
  matchDecay: number;
  /** Scores are multiplied by `1 + idfWeight * idf` (lambda_idf). */
  idfWeight: number;
};

/**
 * What STAN and VSTAN share, see there.
 *
 * A neighbour's age is counted from the end of what is known, not from the query: the rest is one factor for all of a
 * query's scores.
 */
export function fitTimeAware(known: KnownEvents, settings: TimeAwareSettings): RankingMethod['rank'] {
  const { k, sampleSize, similarity, positionDecay, ageDecayDays, distanceDecay, matchDecay, idfWeight } =
    settings;
  const index = buildNeighbourIndex(known);
  const { itemOffsets, items, lastPositions } = index;
  const search = new NeighbourSearch(index, sampleSize, k);
  const board = new ScoreBoard(known.items);
  const rarity = inverseFrequency(known).map((idf) => 1 + idfWeight * idf);
  const weights = new Float64Array(QUERY_EVENTS);
  const youth = Float64Array.from(index.ageDays, (age) => decay(age, ageDecayDays));
  const byDistance = Float64Array.from({ length: longestSession(known) }, (_, d) => decay(d, distanceDecay));
  /** [items] number of the last query that holds the item. */
  const inQuery = new Uint32Array(known.items);
  let queries = 0;

  return (query) => {
    board.begin();
    const number = ++queries;
    const { distinctCount, distinctItems, lags } = query;
    let squares = 0;
    for (let d = 0; d < distinctCount; d++) {
      const weight = decay(lags[d]!, positionDecay);
      weights[d] = weight;
      squares += weight * weight;
      inQuery[distinctItems[d]!] = number;
    }
    search.sample(query, weights);
    for (let c = 0; c < search.count; c++) {
      const s = search.sessions[c]!;
      const norm =
        similarity === 'vec'
          ? distinctCount
          : Math.sqrt(squares) * Math.sqrt(itemOffsets[s + 1]! - itemOffsets[s]!);
      search.similarity[c] = (search.overlap[c]! / norm) * youth[s]!;
    }
    const nearest = search.keepNearest();
    for (let n = 0; n < nearest.count; n++) {
      const c = nearest.ids[n]!;
      const s = search.sessions[c]!;
      const first = itemOffsets[s]!;
      const end = itemOffsets[s + 1]!;
      // Items of a session stand newest first, so the first one found is the last shared one.
      let shared = first;
      while (inQuery[items[shared]!] !== number) shared++;
      const anchor = lastPositions[shared]!;
      const score = nearest.scores[n]! * decay(lags[search.match[c]!]!, matchDecay);
      for (let i = first; i < end; i++) {
        const item = items[i]!;
        board.add(item, score * byDistance[Math.abs(lastPositions[i]! - anchor)]! * rarity[item]!);
      }
    }
    return board;
  };
}

/** `exp(-distance / scale)`; 1 with a scale of 0, which stands for no decay. */
function decay(distance: number, scale: number): number {
  return scale === 0 ? 1 : Math.exp(-distance / scale);
}

function longestSession({ events, sessionsEnd }: KnownEvents): number {
  let longest = 0;
  for (let s = 0; s < sessionsEnd; s++)
    longest = Math.max(longest, events.sessionOffsets[s + 1]! - events.sessionOffsets[s]!);
  return longest;
}
