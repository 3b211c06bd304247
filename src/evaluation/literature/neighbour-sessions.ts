import { QUERY_EVENTS, type SessionQuery } from '../../retrieval/session-query.js';
import { type KnownEvents } from '../../tables/known-events.js';
import { TopN } from '../../tables/top-n.js';

/** Past sessions as the session-kNN methods see them: whole, as sets of items. */
export interface NeighbourIndex {
  readonly sessions: number;
  /** [items + 1] and entries: the sessions of an item, most recent first, each once. */
  readonly postingOffsets: Uint32Array;
  readonly postings: Uint32Array;
  /** [sessions + 1] and entries: the distinct items of a session, the most recently taken first. */
  readonly itemOffsets: Uint32Array;
  readonly items: Uint32Array;
  /** [entries of {@link items}] place of the item's last event in the session, 1-based, repeats counted. */
  readonly lastPositions: Uint32Array;
  /** [sessions] days before the end of what is known. */
  readonly ageDays: Float32Array;
}

/** @param longest sessions with more distinct items than this are nobody's neighbour */
export function buildNeighbourIndex(known: KnownEvents, longest = Infinity): NeighbourIndex {
  const { sessionsEnd, eventsEnd } = known;
  const { sessionOffsets, itemIndex } = known.events;
  const items = new Uint32Array(eventsEnd);
  const lastPositions = new Uint32Array(eventsEnd);
  const itemOffsets = new Uint32Array(sessionsEnd + 1);
  const postingOffsets = new Uint32Array(known.items + 1);
  const seenIn = new Int32Array(known.items).fill(-1);
  let used = 0;
  for (let s = 0; s < sessionsEnd; s++) {
    const start = sessionOffsets[s]!;
    const first = used;
    for (let e = sessionOffsets[s + 1]! - 1; e >= start; e--) {
      const item = itemIndex[e]!;
      if (seenIn[item] === s) continue;
      seenIn[item] = s;
      items[used] = item;
      lastPositions[used++] = e - start + 1;
    }
    if (used - first > longest) used = first;
    for (let i = first; i < used; i++) postingOffsets[items[i]! + 1]!++;
    itemOffsets[s + 1] = used;
  }

  for (let i = 0; i < known.items; i++) postingOffsets[i + 1]! += postingOffsets[i]!;
  const cursor = postingOffsets.slice(0, known.items);
  const postings = new Uint32Array(used);
  for (let s = sessionsEnd - 1; s >= 0; s--) {
    for (let i = itemOffsets[s]!; i < itemOffsets[s + 1]!; i++) postings[cursor[items[i]!]!++] = s;
  }
  return {
    sessions: sessionsEnd,
    postingOffsets,
    postings,
    itemOffsets,
    items: items.slice(0, used),
    lastPositions: lastPositions.slice(0, used),
    ageDays: known.ageDays,
  };
}

/**
 * Finds the neighbours of a query in two steps, as all methods do: {@link sample} takes the most recent sessions that
 * share an item, {@link keepNearest} the most similar of them. Past sessions count whole, the query with its window of last events. Allocated once,
 * filled anew by every query.
 */
export class NeighbourSearch {
  /** Sessions in the sample. */
  count = 0;
  /** [count] session numbers, most recent first. */
  readonly sessions: Uint32Array;
  /** [count] sum of the weights of the items shared with the query. */
  readonly overlap: Float64Array;
  /** [count] position in the query's distinct items of the most recent shared one; the items stand newest first. */
  readonly match: Uint8Array;
  /** [count] for the method to fill before {@link keepNearest}; above 0 for a neighbour. */
  readonly similarity: Float64Array;
  /** After {@link keepNearest}: ids are positions in {@link sessions}, in no order. */
  readonly nearest: TopN;
  /** [distinct] the session at which the posting list of each of the query's items stands, and where that is. */
  private readonly heads = new Uint32Array(QUERY_EVENTS);
  private readonly cursors = new Uint32Array(QUERY_EVENTS);
  /** [open] heap of the distinct items whose lists are not at their end. */
  private readonly lists = new Uint8Array(QUERY_EVENTS);
  private open = 0;

  /**
   * @param sampleSize how many of the most recent sessions are compared (m)
   * @param k how many of the most similar ones are kept
   */
  constructor(
    private readonly index: NeighbourIndex,
    sampleSize: number,
    k: number,
  ) {
    const size = Math.min(sampleSize, index.sessions);
    this.sessions = new Uint32Array(size);
    this.overlap = new Float64Array(size);
    this.match = new Uint8Array(size);
    this.similarity = new Float64Array(size);
    this.nearest = new TopN(Math.min(k, size));
  }

  /**
   * Merges the posting lists of the query's distinct items, newest session first, until the sample is full.
   *
   * @param weights [distinct] weight of each of the query's distinct items
   * @param distinct only this many of the query's most recent distinct items count
   */
  sample(query: SessionQuery, weights: Float64Array, distinct: number = query.distinctCount): void {
    const { heads, cursors, lists, sessions, overlap, match } = this;
    const { postings, postingOffsets } = this.index;
    this.open = 0;
    for (let d = 0; d < distinct; d++) {
      const item = query.distinctItems[d]!;
      const start = postingOffsets[item]!;
      if (start === postingOffsets[item + 1]!) continue;
      cursors[d] = start;
      heads[d] = postings[start]!;
      lists[this.open++] = d;
    }
    for (let at = (this.open >> 1) - 1; at >= 0; at--) this.sink(at);

    this.count = 0;
    while (this.open > 0 && this.count < sessions.length) {
      const first = lists[0]!;
      const session = heads[first]!;
      let sum = 0;
      do {
        const d = lists[0]!;
        sum += weights[d]!;
        const next = ++cursors[d]!;
        if (next < postingOffsets[query.distinctItems[d]! + 1]!) heads[d] = postings[next]!;
        else lists[0] = lists[--this.open]!;
        this.sink(0);
      } while (this.open > 0 && heads[lists[0]!] === session);
      sessions[this.count] = session;
      overlap[this.count] = sum;
      match[this.count++] = first;
    }
  }

  /** Restores the heap of {@link lists} below a place: the newest head first, of equal ones the newer item's. */
  private sink(at: number): void {
    const { heads, lists, open } = this;
    const moved = lists[at]!;
    const head = heads[moved]!;
    for (let child = 2 * at + 1; child < open; child = 2 * at + 1) {
      const right = child + 1;
      if (right < open && isBefore(heads, lists[right]!, heads[lists[child]!]!, lists[child]!)) child = right;
      if (!isBefore(heads, lists[child]!, head, moved)) break;
      lists[at] = lists[child]!;
      at = child;
    }
    lists[at] = moved;
  }

  /** Keeps the k of the sample with the highest {@link similarity} above 0; of equal ones the more recent. */
  keepNearest(): TopN {
    const { nearest, similarity, count } = this;
    nearest.reset();
    for (let c = 0; c < count; c++) if (similarity[c]! > 0) nearest.push(c, similarity[c]!);
    return nearest;
  }
}

function isBefore(heads: Uint32Array, item: number, otherHead: number, other: number): boolean {
  const head = heads[item]!;
  return head > otherHead || (head === otherHead && item < other);
}

/**
 * [items] `log(sessions / events of the item)`, the inverse document frequency of session-rec; it counts events, not
 * sessions, and is 0 for items without events.
 */
export function inverseFrequency(known: KnownEvents): Float64Array {
  const { postingOffsets, sessionsEnd } = known;
  const idf = new Float64Array(known.items);
  for (let i = 0; i < known.items; i++) {
    const events = postingOffsets[i + 1]! - postingOffsets[i]!;
    if (events > 0) idf[i] = Math.log(sessionsEnd / events);
  }
  return idf;
}
