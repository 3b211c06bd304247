import { ADD_TO_CART, CLICK, PURCHASE, VIEW } from '../domain/event.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/time.js';
import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { type FeatureGroup, repeatRow } from './feature-group.js';

/** What the session is like, whatever the candidate. The ranker needs it to weigh the other features. */
export class SessionFeatures implements FeatureGroup {
  readonly name = 'session';
  readonly features = [
    { name: 'session_length', meaning: 'events in the session (its last 64)' },
    { name: 'session_distinct_items', meaning: 'different known items in the session' },
    { name: 'session_views', meaning: 'events of type view' },
    { name: 'session_clicks', meaning: 'events of type click' },
    { name: 'session_add_to_carts', meaning: 'events of type add_to_cart' },
    { name: 'session_purchases', meaning: 'events of type purchase' },
    { name: 'session_minutes', meaning: 'minutes from the first to the last event; NaN without real times' },
    {
      name: 'session_last_gap_seconds',
      meaning: 'seconds between the last two events; NaN with one event or without real times',
    },
    {
      name: 'last_event_type',
      meaning: 'type code of the last event: 0 view, 1 click, 2 add_to_cart, 3 purchase',
    },
    { name: 'hour_of_day', meaning: 'hour of the last event, UTC, 0..24; NaN without real times' },
    {
      name: 'day_of_week',
      meaning: 'day of the last event, UTC, 0 Thursday .. 6 Wednesday; NaN without real times',
    },
  ];
  private readonly row = new Float64Array(11);

  /** @param clock with an ordinal clock the features of time are NaN */
  constructor(private readonly clock: 'real' | 'ordinal') {}

  fill(query: SessionQuery, candidates: CandidateSet, out: Float32Array, width: number, first: number): void {
    const { row } = this;
    const { length, types, timesMs, nowMs } = query;
    row.fill(0);
    row[0] = length;
    row[1] = query.distinctCount;
    for (let p = 0; p < length; p++) row[2 + COUNT_COLUMN[types[p]!]!]!++;
    const timed = this.clock === 'real' && length > 0;
    row[6] = timed ? (nowMs - timesMs[0]!) / MINUTE_MS : NaN;
    row[7] = timed && length > 1 ? (nowMs - timesMs[length - 2]!) / SECOND_MS : NaN;
    row[8] = length > 0 ? types[length - 1]! : NaN;
    row[9] = timed ? (nowMs % DAY_MS) / HOUR_MS : NaN;
    row[10] = timed ? Math.floor(nowMs / DAY_MS) % 7 : NaN;
    repeatRow(row, candidates.count, out, width, first);
  }
}

const COUNT_COLUMN = { [VIEW]: 0, [CLICK]: 1, [ADD_TO_CART]: 2, [PURCHASE]: 3 } as Record<number, number>;
