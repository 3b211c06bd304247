import { PURCHASE } from '../domain/event.js';
import { type KnownEvents } from './known-events.js';
import { type TableSettings } from './settings.js';
import { TopN } from './top-n.js';

/** How often and how lately each item was taken, as known at the cut. */
export interface Popularity {
  /** [items] events, weighted by type. */
  readonly total: Float32Array;
  /** [3][items] events weighted by type and `2^(-age/halfLife)`, for the fast, middle and slow half-life. */
  readonly recent: readonly [Float32Array, Float32Array, Float32Array];
  /** [items] 0 for the most popular by total; the catalogue's size for items never seen. */
  readonly rank: Float32Array;
  /** [items] share of an item's visits in which the very next event is the same item again. */
  readonly repeatShare: Float32Array;
  /** [items] share of an item's events that are purchases. */
  readonly purchaseShare: Float32Array;
  /** [items] days from its first and its last event to the cut; NaN for items never seen. */
  readonly firstSeenDays: Float32Array;
  readonly lastSeenDays: Float32Array;
  /** The best items by slow popularity, best first. */
  readonly list: Uint32Array;
}

export function buildPopularity(known: KnownEvents, settings: TableSettings): Popularity {
  const { events, items, ageDays } = known;
  const { itemIndex, eventType, sessionOffsets } = events;
  const total = new Float32Array(items);
  const recent = [new Float32Array(items), new Float32Array(items), new Float32Array(items)] as const;
  const count = new Uint32Array(items);
  const repeats = new Uint32Array(items);
  const purchases = new Uint32Array(items);
  const firstSeenDays = new Float32Array(items).fill(NaN);
  const lastSeenDays = new Float32Array(items).fill(NaN);
  const { halfLivesDays, listLength } = settings.popularity;

  for (let s = 0; s < known.sessionsEnd; s++) {
    const age = ageDays[s]!;
    const decay = halfLivesDays.map((halfLife) => 2 ** (-age / halfLife));
    for (let e = sessionOffsets[s]!, end = sessionOffsets[s + 1]!; e < end; e++) {
      const item = itemIndex[e]!;
      const type = eventType[e]!;
      const weight = settings.typeWeights[type]!;
      total[item]! += weight;
      for (let h = 0; h < 3; h++) recent[h]![item]! += weight * decay[h]!;
      count[item]!++;
      if (e + 1 < end && itemIndex[e + 1] === item) repeats[item]!++;
      if (type === PURCHASE) purchases[item]!++;
      if (Number.isNaN(firstSeenDays[item]!)) firstSeenDays[item] = age;
      lastSeenDays[item] = age;
    }
  }

  const byTotal = Uint32Array.from({ length: items }, (_, i) => i).sort(
    (a, b) => total[b]! - total[a]! || a - b,
  );
  const rank = new Float32Array(items).fill(items);
  byTotal.forEach((item, position) => {
    if (total[item]! > 0) rank[item] = position;
  });
  // Ten imagined events at the catalogue's average keep the shares of rare items from jumping to 0 or 1.
  const share = (part: Uint32Array, prior: number) =>
    Float32Array.from(part, (n, i) => (n + prior) / (count[i]! + 10));
  const sum = (values: Uint32Array) => values.reduce((a, b) => a + b, 0);
  const all = Math.max(1, sum(count));
  return {
    total,
    recent,
    rank,
    repeatShare: share(repeats, (10 * sum(repeats)) / all),
    purchaseShare: share(purchases, (10 * sum(purchases)) / all),
    firstSeenDays,
    lastSeenDays,
    list: best(recent[2], listLength),
  };
}

/** The indices of the n highest positive scores, best first. */
export function best(scores: Float32Array, n: number): Uint32Array {
  const top = new TopN(n);
  scores.forEach((score, index) => {
    if (score > 0) top.push(index, score);
  });
  top.sort();
  return top.ids.slice(0, top.count);
}
