import { type SessionQuery } from '../../src/retrieval/session-query.js';
import { TopN } from '../../src/tables/top-n.js';
import { type NeighbourIndex } from '../../src/evaluation/literature/neighbour-sessions.js';
import { type RankedItems } from '../../src/evaluation/methods.js';
import { ScoreBoard } from '../../src/evaluation/literature/score-board.js';

/**
 * VMIS-kNN's search as its paper writes it down (Algorithm 2): items newest first, a heap of the m most recent sessions
 * met so far, a posting list left at the first session that is older than all of them. Where Serenade has hash tables
 * there are dense arrays here, which is the faster choice for item numbers without gaps. Scores as Serenade's code does,
 * quirks and all.
 *
 * It finds what src/evaluation/literature/vmis-knn.ts finds with a merge of the posting lists, in another way: a
 * comparison of speed should not hang on one of them.
 */
export class PaperSearch {
  /** [sessions] sum of the weights of the shared items of a session in the sample, 0 outside it. */
  private readonly similarity: Float64Array;
  /** [sessions] lag of the most recent shared item, of a session in the sample. */
  private readonly lag: Uint8Array;
  /** [m] heap of session numbers, the oldest first; a higher number is a later session. */
  private readonly heap: Uint32Array;
  private readonly nearest: TopN;
  private readonly board: ScoreBoard;
  private readonly rarity: Float64Array;
  private size = 0;

  /** @param lastEvents of the session's events only so many are looked at */
  constructor(
    private readonly index: NeighbourIndex,
    itemCount: number,
    m: number,
    k: number,
    private readonly lastEvents: number,
  ) {
    this.similarity = new Float64Array(index.sessions);
    this.lag = new Uint8Array(index.sessions);
    this.heap = new Uint32Array(Math.min(m, index.sessions));
    this.nearest = new TopN(Math.min(k, m));
    this.board = new ScoreBoard(itemCount);
    this.rarity = Float64Array.from({ length: itemCount }, (_, item) => {
      const holding = index.postingOffsets[item + 1]! - index.postingOffsets[item]!;
      return holding === 0 ? 0 : Math.log(index.items.length / holding);
    });
  }

  rank(query: SessionQuery): RankedItems {
    const { similarity, lag, heap, nearest, board, rarity } = this;
    const { itemOffsets, items } = this.index;
    const distinct = this.sample(query);
    nearest.reset();
    // Of equally similar sessions the more recent ones: they have the lower id here.
    const newest = this.index.sessions - 1;
    for (let h = 0; h < this.size; h++) nearest.push(newest - heap[h]!, similarity[heap[h]!]! / distinct);
    board.begin();
    const last = query.items[query.length - 1]!;
    for (let n = 0; n < nearest.count; n++) {
      const s = newest - nearest.ids[n]!;
      const score = nearest.scores[n]! * (1 - 0.1 * (lag[s]! + 1));
      if (score === 0) continue;
      for (let i = itemOffsets[s]!; i < itemOffsets[s + 1]!; i++)
        if (items[i] !== last) board.add(items[i]!, score * rarity[items[i]!]!);
    }
    for (let h = 0; h < this.size; h++) similarity[heap[h]!] = 0;
    return board;
  }

  /** Fills the heap with the m most recent sessions that share an item; gives how many of the query's items count. */
  private sample(query: SessionQuery): number {
    const { similarity, lag, heap } = this;
    const { postings, postingOffsets } = this.index;
    const length = Math.min(query.length, this.lastEvents);
    let distinct = 0;
    while (distinct < query.distinctCount && query.lags[distinct]! < length) distinct++;
    this.size = 0;
    for (let d = 0; d < distinct; d++) {
      const item = query.distinctItems[d]!;
      const weight = length - query.lags[d]!;
      for (let p = postingOffsets[item]!, end = postingOffsets[item + 1]!; p < end; p++) {
        const s = postings[p]!;
        if (similarity[s]! > 0) {
          similarity[s]! += weight;
          continue;
        }
        if (this.size < heap.length) {
          this.rise(s);
        } else if (s > heap[0]!) {
          similarity[heap[0]!] = 0;
          this.sink(s);
        } else {
          break;
        }
        similarity[s] = weight;
        lag[s] = query.lags[d]!;
      }
    }
    return distinct;
  }

  private rise(session: number): void {
    const { heap } = this;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]! <= session) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = session;
  }

  private sink(session: number): void {
    const { heap, size } = this;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= session) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = session;
  }
}
