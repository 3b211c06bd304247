import { type LiteratureMethod } from './literature-method.js';
import { buildNeighbourIndex, NeighbourSearch } from './neighbour-sessions.js';
import { ScoreBoard } from './score-board.js';
import { QUERY_EVENTS } from '../../retrieval/session-query.js';

export type SknnSettings = {
  /** Neighbours. */
  k: number;
  /** Most recent sessions sharing an item that are compared. */
  sampleSize: number;
  /** Of the two sets of items: `|a and b| / sqrt(|a| |b|)`, or `|a and b| / |a or b|`. */
  similarity: 'cosine' | 'jaccard';
};

/** SKNN: sessions as sets of items, `score(j) = sum of similarity(s, n) over the neighbours n that hold j`. */
export const sknn: LiteratureMethod<SknnSettings> = {
  name: 'sknn',
  label: 'SKNN',
  source: 'Jannach and Ludewig, RecSys 2017',
  defaults: { k: 500, sampleSize: 1000, similarity: 'cosine' },
  space: {
    k: { kind: 'choice', values: [50, 100, 500, 1000, 1500] },
    sampleSize: { kind: 'choice', values: [500, 1000, 2500, 5000, 10000] },
    similarity: { kind: 'choice', values: ['cosine', 'jaccard'] },
  },
  fit(known, { k, sampleSize, similarity }) {
    const index = buildNeighbourIndex(known);
    const search = new NeighbourSearch(index, sampleSize, k);
    const board = new ScoreBoard(known.items);
    const ones = new Float64Array(QUERY_EVENTS).fill(1);
    const { itemOffsets, items } = index;
    return {
      name: 'sknn',
      label: 'SKNN',
      rank(query) {
        board.begin();
        search.sample(query, ones);
        const own = query.distinctCount;
        for (let c = 0; c < search.count; c++) {
          const s = search.sessions[c]!;
          const length = itemOffsets[s + 1]! - itemOffsets[s]!;
          const shared = search.overlap[c]!;
          search.similarity[c] =
            similarity === 'cosine' ? shared / Math.sqrt(own * length) : shared / (own + length - shared);
        }
        const nearest = search.keepNearest();
        for (let n = 0; n < nearest.count; n++) {
          const s = search.sessions[nearest.ids[n]!]!;
          const score = nearest.scores[n]!;
          for (let i = itemOffsets[s]!; i < itemOffsets[s + 1]!; i++) board.add(items[i]!, score);
        }
        return board;
      },
    };
  },
};
