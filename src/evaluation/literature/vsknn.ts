import { QUERY_EVENTS } from '../../retrieval/session-query.js';
import { type LiteratureMethod } from './literature-method.js';
import { buildNeighbourIndex, inverseFrequency, NeighbourSearch } from './neighbour-sessions.js';
import { ScoreBoard } from './score-board.js';

/** A decay over positions or steps. */
export type Decay = 'same' | 'linear' | 'div' | 'quadratic' | 'log';
const DECAYS: readonly Decay[] = ['same', 'linear', 'div', 'quadratic', 'log'];

export type VsknnSettings = {
  /** Neighbours. */
  k: number;
  /** Most recent sessions sharing an item that are compared. */
  sampleSize: number;
  /** Weight of the session's items by position, see {@link positionWeight}. */
  weighting: Decay;
  /** Weight of a neighbour by the most recent item it shares, see {@link matchWeight}. */
  scoreWeighting: Decay;
  /** How much rare items are preferred: scores are multiplied by `1 + idfWeight * idf`. */
  idfWeight: number;
};

/**
 * Weight of the item at `position` (1 the oldest) in a session of `length` events: same 1; linear `1 - .1 (L - pos)`;
 * div `pos / L`; quadratic `(pos / L)^2`; log `1 / log10(L - pos + 1.7)`.
 *
 * Where we differ: session-rec's linear is 0 for every position after the tenth, so in a long session its newest items
 * count nothing; here it ends ten steps before the last item, as the paper says.
 */
export function positionWeight(weighting: Decay, position: number, length: number): number {
  switch (weighting) {
    case 'same':
      return 1;
    case 'linear':
      return Math.max(0, 1 - 0.1 * (length - position));
    case 'div':
      return position / length;
    case 'quadratic':
      return (position / length) ** 2;
    case 'log':
      return 1 / Math.log10(length - position + 1.7);
  }
}

/**
 * Weight of a neighbour whose most recent shared item stands `step` events from the end of the session (1 the last):
 * same 1; linear `1 - .1 step`, never below 0 (session-rec's goes on below it); div `1 / step`; quadratic
 * `1 / step^2`; log `1 / log10(step + 1.7)`.
 */
export function matchWeight(weighting: Decay, step: number): number {
  switch (weighting) {
    case 'same':
      return 1;
    case 'linear':
      return Math.max(0, 1 - 0.1 * step);
    case 'div':
      return 1 / step;
    case 'quadratic':
      return 1 / step ** 2;
    case 'log':
      return 1 / Math.log10(step + 1.7);
  }
}

/**
 * VSKNN: recent items of the session weigh more.
 * `similarity(s, n) = sum of w(i) over the shared items / |s|`, s as a set;
 * `score(j) = sum over n of similarity * decay(step of the most recent shared item) * (1 + idfWeight * idf(j))`.
 */
export const vsknn: LiteratureMethod<VsknnSettings> = {
  name: 'vsknn',
  label: 'VSKNN',
  source: 'Ludewig and Jannach, UMUAI 2018; idf as in session-rec (Ludewig et al., UMUAI 2021)',
  defaults: { k: 100, sampleSize: 1000, weighting: 'div', scoreWeighting: 'div', idfWeight: 0 },
  space: {
    k: { kind: 'choice', values: [50, 100, 500, 1000, 1500] },
    sampleSize: { kind: 'choice', values: [500, 1000, 2500, 5000, 10000] },
    weighting: { kind: 'choice', values: DECAYS },
    scoreWeighting: { kind: 'choice', values: DECAYS },
    idfWeight: { kind: 'choice', values: [0, 1, 2, 5, 10] },
  },
  fit(known, { k, sampleSize, weighting, scoreWeighting, idfWeight }) {
    const index = buildNeighbourIndex(known);
    const search = new NeighbourSearch(index, sampleSize, k);
    const board = new ScoreBoard(known.items);
    const rarity = inverseFrequency(known).map((idf) => 1 + idfWeight * idf);
    const weights = new Float64Array(QUERY_EVENTS);
    const { itemOffsets, items } = index;
    return {
      name: 'vsknn',
      label: 'VSKNN',
      rank(query) {
        board.begin();
        const { distinctCount, lags, length } = query;
        for (let d = 0; d < distinctCount; d++)
          weights[d] = positionWeight(weighting, length - lags[d]!, length);
        search.sample(query, weights);
        for (let c = 0; c < search.count; c++) search.similarity[c] = search.overlap[c]! / distinctCount;
        const nearest = search.keepNearest();
        for (let n = 0; n < nearest.count; n++) {
          const c = nearest.ids[n]!;
          const s = search.sessions[c]!;
          const score = nearest.scores[n]! * matchWeight(scoreWeighting, lags[search.match[c]!]! + 1);
          if (score === 0) continue;
          for (let i = itemOffsets[s]!; i < itemOffsets[s + 1]!; i++)
            board.add(items[i]!, score * rarity[items[i]!]!);
        }
        return board;
      },
    };
  },
};
