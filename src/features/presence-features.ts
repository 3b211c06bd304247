import { DAY_MS, SECOND_MS } from '../domain/time.js';
import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { type FeatureGroup } from './feature-group.js';

/** Whether and how the candidate itself already occurred in the session. */
export class PresenceFeatures implements FeatureGroup {
  readonly name = 'presence';
  readonly features = [
    { name: 'in_session', meaning: '1 if the candidate is in the session, else 0' },
    { name: 'in_session_count', meaning: 'events of the candidate in the session' },
    { name: 'in_session_lag', meaning: 'events since its last one, 0 for the last event; NaN if absent' },
    {
      name: 'in_session_place',
      meaning: 'its place among the distinct items, 1 the most recent; NaN if absent',
    },
    { name: 'in_session_last_type', meaning: 'type code of its last event; NaN if absent' },
    { name: 'in_session_highest_type', meaning: 'highest type code it reached; NaN if absent' },
    {
      name: 'in_session_seconds_ago',
      meaning: 'seconds from its last event to now; NaN if absent or without real times',
    },
  ];

  constructor(private readonly clock: 'real' | 'ordinal') {}

  fill(query: SessionQuery, candidates: CandidateSet, out: Float32Array, width: number, first: number): void {
    for (let c = 0; c < candidates.count; c++) {
      const at = c * width + first;
      out[at] = 0;
      out[at + 1] = 0;
      out.fill(NaN, at + 2, at + 7);
    }
    for (let d = 0; d < query.distinctCount; d++) {
      const c = candidates.candidateOf(query.distinctItems[d]!);
      if (c < 0) continue;
      const at = c * width + first;
      const lag = query.lags[d]!;
      out[at] = 1;
      out[at + 1] = query.counts[d]!;
      out[at + 2] = lag;
      out[at + 3] = d + 1;
      out[at + 4] = query.lastTypes[d]!;
      out[at + 5] = query.highestTypes[d]!;
      if (this.clock === 'real') {
        const ago = (query.nowMs - query.timesMs[query.length - 1 - lag]!) / SECOND_MS;
        // A stored session may hold a wild time; a day is as good as never.
        out[at + 6] = Math.min(ago, DAY_MS / SECOND_MS);
      }
    }
  }
}
