import { describe, expect, it } from 'vitest';
import { type EventTable, sessionCount } from '../../../../src/data/event-table.js';
import {
  bestReachableAccuracy,
  itemNumbersIn,
  reachableBest,
} from '../../../../src/data/simulator/reachable.js';
import { ShopTruth } from '../../../../src/data/simulator/shop-truth.js';
import { openShop, simulate } from '../../../../src/data/simulator/simulate.js';
import { simulateEventTable } from '../../../../src/data/simulator/simulate-event-table.js';
import { TopItems } from '../../../../src/data/simulator/top-items.js';
import { ADD_TO_CART, CLICK, PURCHASE, VIEW } from '../../../../src/domain/event.js';
import { DAY_MS } from '../../../../src/domain/time.js';
import { NextItemError } from '../../../../src/errors.js';
import { EnumeratedTruth, type Step } from './enumerated-truth.js';

const TINY = { items: 24, days: 3, users: 7, events: 2_000_000, launchShare: 0.2, retireShare: 0.2, seed: 3 };

function distribution(truth: ShopTruth, day: number, steps: readonly Step[]): Float64Array {
  const posterior = truth.posterior.begin(truth.shop.options.startMs + day * DAY_MS + 1000);
  for (const [item, type] of steps) posterior.observe(item, type);
  return Float64Array.from({ length: truth.shop.options.items }, (_, item) => posterior.probabilityOf(item));
}

describe('the posterior of the next item', () => {
  it('equals the sum over all hidden paths, for real sessions with carts, purchases and returns', () => {
    const shop = openShop({ ...TINY, events: 60_000 });
    const truth = new ShopTruth(shop);
    const enumerated = new EnumeratedTruth(shop);
    const prefixes: { day: number; steps: Step[] }[] = [{ day: 1, steps: [] }];
    const wanted = new Map([
      ['view', 6],
      ['click', 4],
      ['cart', 4],
      ['purchase', 4],
      ['return', 4],
    ]);
    for (const session of simulate(shop)) {
      const steps = Array.from({ length: Math.min(4, session.length) }, (_, i): Step => [
        session.items[i]!,
        session.types[i]!,
      ]);
      const types = steps.map(([, type]) => type);
      const kind = types.includes(PURCHASE)
        ? 'purchase'
        : types.includes(ADD_TO_CART)
          ? 'cart'
          : types.includes(CLICK)
            ? 'click'
            : steps.length === 4 && steps[0]![0] === steps[3]![0] && steps[1]![0] !== steps[0]![0]
              ? 'return'
              : 'view';
      if (wanted.get(kind)! === 0) continue;
      wanted.set(kind, wanted.get(kind)! - 1);
      const day = Math.floor((session.timesMs[0]! - shop.options.startMs) / DAY_MS);
      prefixes.push({ day, steps });
    }
    expect([...wanted.values()]).toEqual([0, 0, 0, 0, 0]);
    for (const { day, steps } of prefixes) {
      const exact = enumerated.nextItems(day, steps);
      const filtered = distribution(truth, day, steps);
      for (let item = 0; item < exact.length; item++) expect(filtered[item]!).toBeCloseTo(exact[item]!, 10);
    }
  });

  it('equals the frequencies of millions of simulated events', () => {
    const shop = openShop(TINY);
    const truth = new ShopTruth(shop);
    // What came next after each (day, first event) and (day, first two events).
    const seen = new Map<string, { day: number; steps: Step[]; counts: Float64Array; total: number }>();
    for (const { items, types, length, timesMs } of simulate(shop)) {
      const day = Math.floor((timesMs[0]! - shop.options.startMs) / DAY_MS);
      for (let n = 1; n <= 3 && n < length; n++) {
        let key = `${day}`;
        for (let i = 0; i < n; i++) key += `,${items[i]},${types[i]}`;
        let entry = seen.get(key);
        if (entry === undefined) {
          const steps = Array.from({ length: n }, (_, i): Step => [items[i]!, types[i]!]);
          seen.set(key, (entry = { day, steps, counts: new Float64Array(24), total: 0 }));
        }
        entry.counts[items[n]!]!++;
        entry.total++;
      }
    }
    let chiSquare = 0;
    let freedom = 0;
    let tested = 0;
    for (const { day, steps, counts, total } of seen.values()) {
      if (total < 600) continue;
      const expected = distribution(truth, day, steps).map((probability) => probability * total);
      let own = 0;
      let terms = 0;
      for (let item = 0; item < 24; item++) {
        if (expected[item]! === 0) expect(counts[item]).toBe(0);
        if (expected[item]! < 8) continue;
        own += (counts[item]! - expected[item]!) ** 2 / expected[item]!;
        // What the term is on average: the variance of a count over its mean.
        terms += 1 - expected[item]! / total;
      }
      // A single prefix may be unlucky, but not by six standard deviations.
      expect((own - terms) / Math.sqrt(2 * terms)).toBeLessThan(6);
      chiSquare += own;
      freedom += terms;
      tested++;
    }
    expect(tested).toBeGreaterThan(150);
    expect(Math.abs(chiSquare - freedom) / Math.sqrt(2 * freedom)).toBeLessThan(4);
    // Wrong probabilities are noticed: the same counts against the wrong day.
    let wrong = 0;
    for (const { day, steps, counts, total } of seen.values()) {
      if (total < 600) continue;
      const expected = distribution(truth, (day + 1) % 3, steps).map((probability) => probability * total);
      expected.forEach((value, item) => (wrong += value < 8 ? 0 : (counts[item]! - value) ** 2 / value));
    }
    expect(wrong).toBeGreaterThan(3 * chiSquare);
  });

  it('is calibrated in the demo shop after every type of event and at every length', () => {
    const { events, truth } = simulateEventTable({ events: 40_000, days: 10 });
    const calibration = new Calibration(5);
    const { posterior } = truth;
    for (let s = 0; s < sessionCount(events); s++) {
      const start = events.sessionOffsets[s]!;
      posterior.begin(events.timestampMs[start]!);
      for (let e = start; e < events.sessionOffsets[s + 1]! - 1; e++) {
        posterior.observe(events.itemIndex[e]!, events.eventType[e]!);
        posterior.top(calibration.top);
        calibration.add(`type ${events.eventType[e]}`, events.itemIndex[e + 1]!);
        calibration.add(`length ${Math.min(8, e - start + 1)}`, events.itemIndex[e + 1]!);
      }
    }
    expect(calibration.groups.size).toBe(5 * (4 + 8));
    expect(calibration.surprises(4)).toEqual([]);
  });

  it('is calibrated once something was bought, when the need is a new one', () => {
    const shop = openShop(TINY);
    const { posterior } = new ShopTruth(shop);
    const calibration = new Calibration(10);
    for (const { items, types, length, timesMs } of simulate(shop)) {
      const bought = types.subarray(0, length).indexOf(PURCHASE);
      if (bought < 0) continue;
      posterior.begin(timesMs[0]!);
      for (let i = 0; i < length - 1; i++) {
        posterior.observe(items[i]!, types[i]!);
        if (i < bought) continue;
        posterior.top(calibration.top);
        calibration.add(`${Math.min(3, i - bought)} later`, items[i + 1]!);
      }
    }
    expect(calibration.groups.get('0 later, rank 0')!.variance).toBeGreaterThan(500);
    expect(calibration.surprises(4)).toEqual([]);
  });

  it('sums to 1 and gives the top without looking at all items', () => {
    const shop = openShop({ items: 3000, days: 5, events: 2000 });
    const truth = new ShopTruth(shop);
    const posterior = truth.newPosterior();
    let compared = 0;
    for (const { items, types, length, timesMs, sessionNumber } of simulate(shop)) {
      if (sessionNumber % 20 !== 0) continue;
      posterior.begin(timesMs[0]!);
      for (let i = 0; i < length; i++) posterior.observe(items[i]!, types[i]!);
      const all = Float64Array.from({ length: 3000 }, (_, item) => posterior.probabilityOf(item));
      expect(all.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      expect(posterior.state.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      const top = new TopItems(50);
      posterior.top(top);
      const best = [...all].sort((a, b) => b - a).slice(0, 50);
      best.forEach((probability, rank) => {
        expect(top.probabilities[rank]! / probability).toBeCloseTo(1, 9);
        expect(all[top.items[rank]!]! / probability).toBeCloseTo(1, 9);
      });
      expect(new Set(top.items).size).toBe(50);
      compared++;
    }
    expect(compared).toBe(20);
  });

  it('answers a prefix, an empty one, one with unknown or impossible events, and lists shorter than k', () => {
    const { events, truth } = simulateEventTable({ items: 40, events: 500, days: 1 });
    const timeMs = events.timestampMs[0]!;
    const empty = reachableBest(truth, { items: [], types: [], timeMs }, 100);
    expect(empty.items.length).toBe(40);
    expect(empty.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    const viewed = reachableBest(truth, { items: [7], types: [VIEW], timeMs }, 3);
    expect(viewed.items.length).toBe(3);
    expect(viewed.items).toContain(7);
    const noise = reachableBest(truth, { items: [7, -1, 99], types: [VIEW, VIEW, CLICK], timeMs }, 3);
    expect(noise).toEqual(viewed);
    const odd = reachableBest(truth, { items: [7, 3, 5], types: [PURCHASE, CLICK, PURCHASE], timeMs }, 100);
    expect(odd.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    const long = Array.from({ length: 400 }, (_, i) => i % 40);
    const far = reachableBest(truth, { items: long, types: long.map(() => ADD_TO_CART), timeMs: 0 }, 100);
    expect(far.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    for (const k of [0, 1.5, NaN])
      expect(() => reachableBest(truth, { items: [], types: [], timeMs }, k)).toThrow(NextItemError);
  });
});

describe('the best reachable accuracy', () => {
  const { events, truth } = simulateEventTable({ events: 50_000 });
  const firstSession = Math.floor(sessionCount(events) * 0.8);
  const best = bestReachableAccuracy(truth, events, 20, { firstSession });

  it('is what the best list really reaches', () => {
    const error = 4 * Math.sqrt(0.25 / best.prefixes);
    expect(Math.abs(best.hitRate - best.expectedHitRate)).toBeLessThan(error);
    expect(Math.abs(best.reciprocalRank - best.expectedReciprocalRank)).toBeLessThan(error);
    expect(best.hitRate).toBeGreaterThan(0.6);
    expect(best.hitRate).toBeLessThan(0.9);
  });

  it('leaves popularity far behind, and co-visitation some way', () => {
    const popular = accuracyOf(events, firstSession, popularScorer(events, firstSession));
    const coVisited = accuracyOf(events, firstSession, coVisitScorer(events, firstSession));
    expect(best.hitRate).toBeGreaterThan(5 * popular);
    expect(coVisited).toBeGreaterThan(3 * popular);
    expect(best.hitRate).toBeGreaterThan(coVisited + 0.08);
  });

  it('is the same for a table whose items are numbered otherwise', () => {
    const order = Uint32Array.from(new Set(events.itemIndex.slice().reverse()));
    const indexOf = new Map(Array.from(order, (item, index) => [item, index]));
    const renumbered: EventTable = {
      ...events,
      itemIndex: events.itemIndex.map((item) => indexOf.get(item)!),
      items: {
        ...events.items,
        length: order.length,
        at: (index: number) => events.items.at(order[index]!),
      } as EventTable['items'],
    };
    const itemNumbers = itemNumbersIn(truth, renumbered.items);
    expect(bestReachableAccuracy(truth, renumbered, 20, { firstSession, itemNumbers })).toEqual(best);
  });

  it('needs a session of two events', () => {
    expect(() => bestReachableAccuracy(truth, events, 20, { firstSession: sessionCount(events) })).toThrow(
      NextItemError,
    );
  });
});

/** Counts how often the item at each rank of a list came next, and how often it should have by its probability. */
class Calibration {
  readonly top: TopItems;
  readonly groups = new Map<string, { hits: number; expected: number; variance: number }>();

  constructor(k: number) {
    this.top = new TopItems(k);
  }

  add(name: string, next: number): void {
    const { items, probabilities, count } = this.top;
    for (let rank = 0; rank < count; rank++) {
      const key = `${name}, rank ${rank}`;
      let group = this.groups.get(key);
      if (group === undefined) this.groups.set(key, (group = { hits: 0, expected: 0, variance: 0 }));
      if (items[rank] === next) group.hits++;
      group.expected += probabilities[rank]!;
      group.variance += probabilities[rank]! * (1 - probabilities[rank]!);
    }
  }

  /** Groups more than so many standard deviations off. */
  surprises(limit: number): string[] {
    return [...this.groups]
      .map(([name, { hits, expected, variance }]) => ({ name, z: (hits - expected) / Math.sqrt(variance) }))
      .filter(({ z }) => !(Math.abs(z) <= limit))
      .map(({ name, z }) => `${name}: ${z.toFixed(1)}`);
  }
}

type Scorer = (past: Uint32Array) => Map<number, number>;

/** HR@20 of a scorer, ties against it. */
function accuracyOf(events: EventTable, firstSession: number, scorer: Scorer): number {
  let hits = 0;
  let prefixes = 0;
  for (let s = firstSession; s < sessionCount(events); s++) {
    const start = events.sessionOffsets[s]!;
    for (let e = start + 1; e < events.sessionOffsets[s + 1]!; e++) {
      const scores = scorer(events.itemIndex.subarray(start, e));
      const score = scores.get(events.itemIndex[e]!) ?? 0;
      if (score > 0 && [...scores.values()].filter((other) => other >= score).length <= 20) hits++;
      prefixes++;
    }
  }
  return hits / prefixes;
}

function popularScorer(events: EventTable, firstSession: number): Scorer {
  const counts = new Map<number, number>();
  for (const item of events.itemIndex.subarray(0, events.sessionOffsets[firstSession]))
    counts.set(item, (counts.get(item) ?? 0) + 1);
  const best = new Map([...counts].sort((a, b) => b[1] - a[1]).slice(0, 21));
  return () => best;
}

function coVisitScorer(events: EventTable, firstSession: number): Scorer {
  const rows = new Map<number, Map<number, number>>();
  for (let s = 0; s < firstSession; s++) {
    const end = events.sessionOffsets[s + 1]!;
    for (let a = events.sessionOffsets[s]!; a < end; a++) {
      for (let b = a + 1; b < Math.min(end, a + 6); b++) {
        const row = rows.get(events.itemIndex[a]!) ?? new Map<number, number>();
        rows.set(events.itemIndex[a]!, row);
        row.set(events.itemIndex[b]!, (row.get(events.itemIndex[b]!) ?? 0) + 1 / (b - a));
      }
    }
  }
  return (past) => {
    const scores = new Map<number, number>();
    past
      .slice(-5)
      .reverse()
      .forEach((item, lag) => {
        for (const [other, weight] of rows.get(item) ?? [])
          scores.set(other, (scores.get(other) ?? 0) + weight * 0.6 ** lag);
      });
    return scores;
  };
}
