import { PURCHASE } from '../domain/event.js';
import { ItemTableBuilder, type ItemTable } from './item-table.js';
import { type KnownEvents } from './known-events.js';
import { type PairTableSettings, type TableSettings } from './settings.js';

/**
 * Which pairs (a, b) of a session's events count for the row of a.
 * - `next`: b after a. Sequential rules (Ludewig & Jannach 2018, "SR"), with our type, age and popularity weights.
 * - `previous`: b before a: the same, against time.
 * - `co_session`: both in the session, each pair of items once per session, in whatever order (item-to-item
 *   co-occurrence; with popularityPower .5 the cosine of Item-KNN).
 * - `bought_together`: as `co_session`, between purchases only.
 */
export type PairKind = 'next' | 'previous' | 'co_session' | 'bought_together';

/**
 * Counts pairs item by item: all sessions of an item are walked through its postings and added up in a dense row, so
 * memory is one row plus the result, whatever the number of events.
 *
 * Weight of a pair: `typeWeight(b) * d^-distancePower * 2^(-age/halfLife)`, summed, then divided by
 * `(popularity(a) * popularity(b))^popularityPower`, popularity being the number of events plus 20 (the damping of Hidasi
 * et al.'s Item-KNN, which keeps pairs of rare items from looking perfect).
 */
export function buildPairTable(
  known: KnownEvents,
  kind: PairKind,
  pair: PairTableSettings,
  settings: TableSettings,
): ItemTable {
  const { events, postings, postingOffsets, sessionOf } = known;
  const { itemIndex, eventType, sessionOffsets } = events;
  const builder = new ItemTableBuilder(known.items, settings.rowLength);
  const onlyPurchases = kind === 'bought_together';
  const oncePerSession = kind === 'co_session' || onlyPurchases;
  const lookBack = kind === 'next' ? 0 : pair.maxDistance;
  const lookAhead = kind === 'previous' ? 0 : pair.maxDistance;

  const sessionWeight = known.ageDays.map((age) => 2 ** (-age / pair.halfLifeDays));
  const distanceWeight = Float64Array.from(
    { length: pair.maxDistance + 1 },
    (_, d) => d ** -pair.distancePower,
  );
  const damping = Float64Array.from(
    { length: known.items },
    (_, i) => (postingOffsets[i + 1]! - postingOffsets[i]! + 20) ** -pair.popularityPower,
  );
  // Each visit to a session gets a number of its own; an item marked with it was counted in this visit already.
  const countedIn = oncePerSession ? new Uint32Array(known.items) : null;
  let visit = 0;

  for (let a = 0; a < known.items; a++) {
    let previousSession = -1;
    for (let p = postingOffsets[a]!, pEnd = postingOffsets[a + 1]!; p < pEnd; p++) {
      const e = postings[p]!;
      const s = sessionOf[e]!;
      if (onlyPurchases && eventType[e] !== PURCHASE) continue;
      if (oncePerSession && s === previousSession) continue;
      previousSession = s;
      visit++;
      const from = Math.max(sessionOffsets[s]!, e - lookBack);
      const to = Math.min(sessionOffsets[s + 1]! - 1, e + lookAhead);
      const weight = sessionWeight[s]!;
      // Decades old: its weight is too small for a float, and the sums take only weights above 0.
      if (weight === 0) continue;
      for (let j = from; j <= to; j++) {
        const b = itemIndex[j]!;
        if (b === a) continue;
        if (onlyPurchases && eventType[j] !== PURCHASE) continue;
        if (countedIn !== null) {
          if (countedIn[b] === visit) continue;
          countedIn[b] = visit;
        }
        builder.add(b, weight * distanceWeight[Math.abs(j - e)]! * settings.typeWeights[eventType[j]!]!);
      }
    }
    const own = damping[a]!;
    builder.finishRow(a, (b) => own * damping[b]!);
  }
  return builder.finish();
}
