import { quantile } from '../../metrics/percentiles.js';
import { QUERY_EVENTS } from '../../retrieval/session-query.js';
import { type KnownEvents } from '../../tables/known-events.js';
import { type LiteratureMethod } from './literature-method.js';
import { buildNeighbourIndex, type NeighbourIndex, NeighbourSearch } from './neighbour-sessions.js';
import { ScoreBoard } from './score-board.js';

export type VmisKnnSettings = {
  /** Neighbours. */
  k: number;
  /** Most recent sessions sharing an item that are compared (m). */
  sampleSize: number;
  /** Only this many of the session's last events are looked at. */
  lastEvents: number;
  /** Whether rare items score higher, by `log(sessions / sessions with the item)`. */
  idf: boolean;
  /**
   * Whether the session's last item may be the answer. Serenade never gives it; where shoppers take an item twice in a
   * row, that costs every such hit.
   */
  answerLast: boolean;
  /**
   * Scores as Serenade's code does where that looks like an oversight: a neighbour whose most recent shared item is more
   * than ten events old counts against its items, and idf is `log(entries of all sessions / sessions with the item)`.
   */
  serenadeQuirks: boolean;
};

/** Sessions with more distinct items than this share of all sessions have are left out. */
const LENGTH_QUANTILE = 0.995;

/**
 * VMIS-kNN: VSKNN made for an index. With p the lag of an item in a session of L events,
 * `similarity(s, n) = sum of (L - p) over the shared items / |s|`, s as a set;
 * `score(j) = sum over n of similarity * (1 - .1 (lag of the most recent shared item + 1)) * idf(j)`.
 *
 * The paper walks from the session's newest item, keeps the m most recent sessions in a heap and leaves a posting list
 * at the first session that is too old. What is in the heap at the end are the m most recent of all sessions sharing an
 * item, with all their shared items counted, so the same is found here by merging the posting lists.
 */
export const vmisKnn: LiteratureMethod<VmisKnnSettings> = {
  name: 'vmis-knn',
  label: 'VMIS-kNN',
  source: 'Kersbergen, Sprangers and Schelter, SIGMOD 2022 (Serenade)',
  defaults: { k: 500, sampleSize: 500, lastEvents: 2, idf: true, answerLast: true, serenadeQuirks: false },
  space: {
    k: { kind: 'choice', values: [50, 100, 500, 1000, 1500] },
    sampleSize: { kind: 'choice', values: [100, 500, 1000, 2500] },
    lastEvents: { kind: 'choice', values: [1, 2, 3, 5, 7, 10, 20] },
    idf: { kind: 'choice', values: [true, false] },
    answerLast: { kind: 'choice', values: [true, false] },
  },
  fit(known, { k, sampleSize, lastEvents, idf, answerLast, serenadeQuirks }) {
    const index = buildNeighbourIndex(known, longestNeighbour(known));
    const { itemOffsets, items } = index;
    const search = new NeighbourSearch(index, sampleSize, k);
    const board = new ScoreBoard(known.items);
    const rarity = idf
      ? sessionFrequency(known.items, index, serenadeQuirks)
      : new Float64Array(known.items).fill(1);
    const weights = new Float64Array(QUERY_EVENTS);
    return {
      name: 'vmis-knn',
      label: 'VMIS-kNN',
      rank(query) {
        board.begin();
        const { lags } = query;
        const length = Math.min(query.length, lastEvents);
        let distinct = 0;
        for (; distinct < query.distinctCount && lags[distinct]! < length; distinct++)
          weights[distinct] = length - lags[distinct]!;
        search.sample(query, weights, distinct);
        for (let c = 0; c < search.count; c++) search.similarity[c] = search.overlap[c]! / distinct;
        const hidden = answerLast ? -1 : query.items[query.length - 1];
        const nearest = search.keepNearest();
        for (let n = 0; n < nearest.count; n++) {
          const c = nearest.ids[n]!;
          const s = search.sessions[c]!;
          const linear = 1 - 0.1 * (lags[search.match[c]!]! + 1);
          const score = nearest.scores[n]! * (serenadeQuirks ? linear : Math.max(0, linear));
          if (score === 0) continue;
          for (let i = itemOffsets[s]!; i < itemOffsets[s + 1]!; i++)
            if (items[i] !== hidden) board.add(items[i]!, score * rarity[items[i]!]!);
        }
        return board;
      },
    };
  },
};

/** Distinct items of the session at {@link LENGTH_QUANTILE}, interpolated between neighbours and rounded: longer ones are left out. */
export function longestNeighbour(known: KnownEvents): number {
  const { itemOffsets, sessions } = buildNeighbourIndex(known);
  if (sessions === 0) return 0;
  const lengths = Uint32Array.from({ length: sessions }, (_, s) => itemOffsets[s + 1]! - itemOffsets[s]!);
  return Math.round(quantile(lengths.sort(), LENGTH_QUANTILE));
}

/** [items] `log(sessions / sessions with the item)`, 0 without any; with the quirk all entries stand for all sessions. */
function sessionFrequency(itemCount: number, index: NeighbourIndex, overEntries: boolean): Float64Array {
  const { postingOffsets, itemOffsets, sessions } = index;
  let kept = 0;
  for (let s = 0; s < sessions; s++) if (itemOffsets[s + 1]! > itemOffsets[s]!) kept++;
  const total = overEntries ? index.items.length : kept;
  const idf = new Float64Array(itemCount);
  for (let i = 0; i < itemCount; i++) {
    const holding = postingOffsets[i + 1]! - postingOffsets[i]!;
    if (holding > 0) idf[i] = Math.log(total / holding);
  }
  return idf;
}
