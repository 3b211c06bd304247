import { type CandidateSet } from '../retrieval/candidate-set.js';
import { QUERY_EVENTS, type SessionQuery } from '../retrieval/session-query.js';
import { type FeatureGroup, repeatRow } from './feature-group.js';

/**
 * How the session goes back to items: an event is a repeat if its item is that of the event before, and a return if its item
 * was visited earlier with others in between. Who has just looked twice, or goes to and fro between two items, goes on
 * in a way of its own, whatever the items are (on Yoochoose 1/64 worth one point of MRR@20). Unknown items are all different.
 */
export class ReturnFeatures implements FeatureGroup {
  readonly name = 'return';
  readonly features = [
    { name: 'session_repeats', meaning: 'events of the same item as the event before' },
    {
      name: 'session_returns',
      meaning: 'events of an item that was visited earlier, with others in between',
    },
    { name: 'last_run', meaning: 'events of the last item in a row, at the end of the session' },
    {
      name: 'last_return_distance',
      meaning: 'events from the last item back to its visit before this one; NaN if this is the first',
    },
    {
      name: 'ending_pattern',
      meaning:
        'which of the last three events are of one item: 1 the last two, 2 the first and the last, 4 the first two, 7 all; NaN below three events',
    },
    { name: 'in_session_first', meaning: "events before the candidate's first one; NaN if absent" },
    { name: 'followed_last', meaning: 'times the candidate came right after the last item in the session' },
    { name: 'followed_last_lag', meaning: 'events since it last did so; NaN if never' },
  ];
  private readonly row = new Float64Array(8);
  /** [distinct items] events before the first one, times it followed the last item, and events since. */
  private readonly first = new Int32Array(QUERY_EVENTS);
  private readonly followed = new Int32Array(QUERY_EVENTS);
  private readonly followedLag = new Int32Array(QUERY_EVENTS);

  fill(query: SessionQuery, candidates: CandidateSet, out: Float32Array, width: number, first: number): void {
    const { row } = this;
    this.describeSession(query);
    repeatRow(row, candidates.count, out, width, first);
    this.describeItems(query);
    for (let d = 0; d < query.distinctCount; d++) {
      const c = candidates.candidateOf(query.distinctItems[d]!);
      if (c < 0) continue;
      const at = c * width + first;
      out[at + 5] = this.first[d]!;
      out[at + 6] = this.followed[d]!;
      if (this.followed[d]! > 0) out[at + 7] = this.followedLag[d]!;
    }
  }

  /** Fills the part that is the same for all candidates, and for the rest what holds for an absent one. */
  private describeSession({ items, length }: SessionQuery): void {
    const { row } = this;
    const same = (a: number, b: number) => a >= 0 && items[a]! >= 0 && items[a] === items[b];
    let repeats = 0;
    let returns = 0;
    for (let p = 1; p < length; p++) {
      if (same(p - 1, p)) repeats++;
      else if (items[p]! >= 0 && items.indexOf(items[p]!) < p) returns++;
    }
    const last = length - 1;
    let run = Math.min(length, 1);
    while (run > 0 && same(last - run, last)) run++;
    let before = last - run;
    while (before >= 0 && !same(before, last)) before--;
    row[0] = repeats;
    row[1] = returns;
    row[2] = run;
    row[3] = before >= 0 ? last - before : NaN;
    row[4] =
      length < 3
        ? NaN
        : Number(same(last - 1, last)) +
          2 * Number(same(last - 2, last)) +
          4 * Number(same(last - 2, last - 1));
    row[5] = NaN;
    row[6] = 0;
    row[7] = NaN;
  }

  private describeItems(query: SessionQuery): void {
    const { items, length } = query;
    this.followed.fill(0, 0, query.distinctCount);
    const last = items[length - 1]!;
    for (let p = length - 1; p >= 0; p--) {
      if (items[p]! < 0) continue;
      const d = query.distinctOf(items[p]!);
      this.first[d] = p;
      if (last >= 0 && p > 0 && items[p - 1] === last && items[p] !== last && this.followed[d]!++ === 0)
        this.followedLag[d] = length - 1 - p;
    }
  }
}
