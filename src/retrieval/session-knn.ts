import { LazyColumn } from '../tables/lazy-column.js';
import { type SessionIndex } from '../tables/session-index.js';
import { TopN } from '../tables/top-n.js';
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
  /** [sessions] similarity in the running query, 0 outside it. */
  private readonly similarity: Float32Array;
  /** [sessions] the most recent matching item of the running query. */
  private readonly matched: Uint32Array;
  private readonly touched: Uint32Array;
  private readonly top: TopN;
  private readonly lagWeights: Float64Array;
  private readonly distanceWeights: Float64Array;
  private readonly idf: LazyColumn;
  /** [sessions] exp(-age/ageDecayDays) / sqrt(length). */
  private readonly sessionWeight: LazyColumn;

  constructor(
    private readonly index: SessionIndex,
    private readonly settings: RetrievalSettings['sessionKnn'],
    maxLag: number,
  ) {
    const sessions = index.ageDays.length;
    const items = index.sessionsOffsets.length - 1;
    this.similarity = new Float32Array(sessions);
    this.matched = new Uint32Array(sessions);
    this.touched = new Uint32Array(sessions);
    this.top = new TopN(settings.neighbours);
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
    const { index, similarity, matched, touched, top } = this;
    let touchedCount = 0;
    for (let d = 0; d < query.distinctCount; d++) {
      const item = query.distinctItems[d]!;
      const weight = this.lagWeights[query.lags[d]!]! * this.idf.at(item);
      if (weight < 1e-6) continue;
      const from = index.sessionsOffsets[item]!;
      const to = Math.min(index.sessionsOffsets[item + 1]!, from + this.settings.sessionsPerItem);
      for (let p = from; p < to; p++) {
        const s = index.sessions[p]!;
        if (similarity[s] === 0) {
          touched[touchedCount++] = s;
          // Items come newest first, so the first match is the most recent one.
          matched[s] = item;
        }
        similarity[s]! += weight;
      }
    }
    top.reset();
    for (let t = 0; t < touchedCount; t++) {
      const s = touched[t]!;
      top.push(s, similarity[s]! * this.sessionWeight.at(s));
      similarity[s] = 0;
    }
    // The heap's order is of no matter to a sum of floats only if it is always the same order: sort it.
    top.sort();
    for (let n = 0; n < top.count; n++) this.vote(top.ids[n]!, top.scores[n]!, matched[top.ids[n]!]!, out);
  }

  /** Adds one neighbour's items to the scores. */
  private vote(session: number, similarity: number, match: number, out: CandidateSet): void {
    // A neighbour so old that its weight is too small for a float has no vote.
    if (similarity === 0) return;
    const { items, itemsOffsets } = this.index;
    const start = itemsOffsets[session]!;
    const end = itemsOffsets[session + 1]!;
    let place = end - 1;
    while (place > start && items[place] !== match) place--;
    for (let p = start; p < end; p++) {
      const item = items[p]!;
      if (item === match) continue;
      out.add(item, similarity * this.distanceWeights[Math.abs(p - place)]!);
    }
  }
}
