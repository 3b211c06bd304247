import { DAY_MS } from '../domain/time.js';
import { type EventTable } from '../data/event-table.js';

/** With an ordinal clock the whole training period counts as this many days, so that decays keep their meaning. */
export const ORDINAL_DAYS = 100;

/**
 * How old a session is, in days before the end of the known data.
 *
 * @param events sorted as the contract says
 * @param end sessions [0, end) are known; the age is counted from the last event among them
 * @param scaleSessions ordinal clock only: the number of sessions that stands for {@link ORDINAL_DAYS}. It is the same
 *   for every block of one training run, or a decay would mean something else in each.
 */
export function sessionAgesInDays(events: EventTable, end: number, scaleSessions: number): Float32Array {
  const ages = new Float32Array(end);
  if (events.clock === 'ordinal') {
    for (let s = 0; s < end; s++) ages[s] = ((end - 1 - s) / scaleSessions) * ORDINAL_DAYS;
    return ages;
  }
  const { sessionOffsets, timestampMs } = events;
  const last = end === 0 ? 0 : timestampMs[sessionOffsets[end]! - 1]!;
  for (let s = 0; s < end; s++) ages[s] = (last - timestampMs[sessionOffsets[s + 1]! - 1]!) / DAY_MS;
  return ages;
}
