import { LazyColumn } from '../tables/lazy-column.js';
import { NthBest } from '../tables/nth-best.js';
import { type SessionIndex } from '../tables/session-index.js';
import { type CandidateSet } from './candidate-set.js';
import { type Retriever } from './retriever.js';
import { type SessionQuery } from './session-query.js';
import { type RetrievalSettings } from './settings.js';

/**
 * Session-kNN in the manner of STAN (Garg et al., SIGIR 2019) over VMIS-kNN's index (Kersbergen et al., SIGMOD 2022):
 *
 *     sim(n)   = sum over items i of both: exp(-lag(i)/positionDecay) * idf(i) / sqrt(|n|) * exp(-age(n)/ageDecayDays)
 *     score(j) = sum over the most similar n that hold j: sim(n) * exp(-|place_n(j) - place_n(i*)| / distanceDecay)
 *
 * with i* the session's most recent item that n holds. Where we differ: similarity is weighted by
 * `idf(i) = log(1 + sessions / sessions with i)`, and i* itself never scores (revisits are another source's business).
 */
export class SessionKnnRetriever implements Retriever {
  readonly name = 'session_knn';
  /** [sessions] in the running query 1 + the session's place in the lists below, 0 where it has none and outside it. */
  private readonly placeOf: Uint32Array;
  /** By place: sessions that share an item, its most recent shared item, the weights of all shared ones, its similarity. */
  private readonly sessions: Uint32Array;
  private readonly matches: Uint32Array;
  private readonly overlaps: Float32Array;
  private readonly similarities: Float64Array;
  /** By place: where the session's items start and end. */
  private readonly starts: Uint32Array;
  private readonly ends: Uint32Array;
  private readonly best: NthBest;
  private readonly lagWeights: Float64Array;
  private readonly distanceWeights: Float64Array;
  private readonly idf: LazyColumn;
  /** [sessions] exp(-age/ageDecayDays) / sqrt(length). */
  private readonly sessionWeight: LazyColumn;
  /** See {@link readAhead}. */
  private readonly unused = new Float64Array(1);

  constructor(
    private readonly index: SessionIndex,
    private readonly settings: RetrievalSettings['sessionKnn'],
    maxLag: number,
  ) {
    const sessions = index.ageDays.length;
    const items = index.sessionsOffsets.length - 1;
    const most = Math.min(sessions, maxLag * settings.sessionsPerItem);
    this.placeOf = new Uint32Array(sessions);
    this.sessions = new Uint32Array(most);
    this.matches = new Uint32Array(most);
    this.overlaps = new Float32Array(most);
    this.similarities = new Float64Array(most);
    this.starts = new Uint32Array(most);
    this.ends = new Uint32Array(most);
    this.best = new NthBest(most, settings.neighbours);
    this.lagWeights = Float64Array.from({ length: maxLag }, (_, lag) =>
      Math.exp(-lag / settings.positionDecay),
    );
    this.distanceWeights = Float64Array.from({ length: 256 }, (_, d) =>
      Math.exp(-d / settings.distanceDecay),
    );
    this.idf = new LazyColumn(items, (i) =>
      Math.log(1 + sessions / (1 + index.sessionsOffsets[i + 1]! - index.sessionsOffsets[i]!)),
    );
    this.sessionWeight = new LazyColumn(
      sessions,
      (s) =>
        Math.exp(-index.ageDays[s]! / settings.ageDecayDays) /
        Math.sqrt(index.itemsOffsets[s + 1]! - index.itemsOffsets[s]!),
    );
  }

  retrieve(query: SessionQuery, out: CandidateSet): void {
    const found = this.compare(query);
    const neighbours = this.keepNearest(found);
    this.readAhead(neighbours);
    for (let place = 0; place < neighbours; place++) this.vote(place, out);
  }

  /** Lists the sessions that share an item with the query, with their similarity; gives how many. */
  private compare(query: SessionQuery): number {
    const { index, placeOf, sessions, matches, overlaps, similarities, sessionWeight } = this;
    let found = 0;
    for (let d = 0; d < query.distinctCount; d++) {
      const item = query.distinctItems[d]!;
      const weight = this.lagWeights[query.lags[d]!]! * this.idf.at(item);
      if (weight < 1e-6) continue;
      const from = index.sessionsOffsets[item]!;
      const to = Math.min(index.sessionsOffsets[item + 1]!, from + this.settings.sessionsPerItem);
      for (let p = from; p < to; p++) {
        const s = index.sessions[p]!;
        const place = placeOf[s]! - 1;
        if (place >= 0) {
          overlaps[place]! += weight;
          continue;
        }
        sessions[found] = s;
        // Items come newest first, so the first match is the most recent one.
        matches[found] = item;
        overlaps[found] = weight;
        placeOf[s] = ++found;
      }
    }
    for (let place = 0; place < found; place++) {
      const s = sessions[place]!;
      similarities[place] = overlaps[place]! * sessionWeight.at(s);
      placeOf[s] = 0;
    }
    return found;
  }

  /** Keeps the most similar sessions in the lists, in the order they have there; gives how many. */
  private keepNearest(found: number): number {
    const { best, sessions, matches, similarities } = this;
    const { neighbours } = this.settings;
    if (found <= neighbours) return found;
    best.find(sessions, similarities, found, neighbours);
    let kept = 0;
    for (let place = 0; place < found; place++) {
      if (!best.includes(sessions[place]!, similarities[place]!)) continue;
      sessions[kept] = sessions[place]!;
      matches[kept] = matches[place]!;
      similarities[kept++] = similarities[place]!;
    }
    return kept;
  }

  /**
   * Looks up where each neighbour's items are, and asks for them. They lie all over the memory; the votes, full of
   * branches that depend on them, would wait for one neighbour's after the other's. Here nothing depends on anything, and
   * the processor fetches many at a time.
   */
  private readAhead(neighbours: number): void {
    const { sessions, starts, ends } = this;
    const { items, itemsOffsets } = this.index;
    for (let place = 0; place < neighbours; place++) {
      const s = sessions[place]!;
      starts[place] = itemsOffsets[s]!;
      ends[place] = itemsOffsets[s + 1]!;
    }
    let sum = 0;
    for (let place = 0; place < neighbours; place++) sum += items[starts[place]!]! + items[ends[place]! - 1]!;
    // Reads that nothing comes of would be left out.
    this.unused[0] = sum;
  }

  /** Adds one neighbour's items to the scores. */
  private vote(place: number, out: CandidateSet): void {
    const similarity = this.similarities[place]!;
    // A neighbour so old that its weight is too small for a float has no vote.
    if (similarity === 0) return;
    const { items } = this.index;
    const match = this.matches[place]!;
    const start = this.starts[place]!;
    const end = this.ends[place]!;
    let matchAt = end - 1;
    while (matchAt > start && items[matchAt] !== match) matchAt--;
    for (let p = start; p < end; p++) {
      const item = items[p]!;
      if (item === match) continue;
      out.add(item, similarity * this.distanceWeights[Math.abs(p - matchAt)]!);
    }
  }
}
