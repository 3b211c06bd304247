import { describe, expect, it } from 'vitest';
import { eventCount, sessionCount } from '../../../../src/data/event-table.js';
import { itemIdOf, itemLife } from '../../../../src/data/simulator/shop.js';
import { openShop, sessionIdOf, simulate, userIdOf } from '../../../../src/data/simulator/simulate.js';
import { simulateEventTable } from '../../../../src/data/simulator/simulate-event-table.js';
import { ADD_TO_CART, CLICK, PURCHASE, VIEW } from '../../../../src/domain/event.js';
import { DAY_MS, HOUR_MS } from '../../../../src/domain/time.js';
import { NextItemError } from '../../../../src/errors.js';

const demo = simulateEventTable();
const { events, truth } = demo;
const sessions = sessionCount(events);

/** The items and types of every session of the demo. */
function* demoSessions(): Generator<{
  items: Uint32Array;
  types: Uint8Array;
  times: Float64Array;
  session: number;
}> {
  for (let session = 0; session < sessions; session++) {
    const [start, end] = [events.sessionOffsets[session]!, events.sessionOffsets[session + 1]!];
    yield {
      session,
      items: events.itemIndex.subarray(start, end),
      types: events.eventType.subarray(start, end),
      times: events.timestampMs.subarray(start, end),
    };
  }
}

describe('simulated events', () => {
  it('repeat themselves for the same options, and differ for another seed', () => {
    const small = { items: 200, events: 5000, days: 5 };
    const first = simulateEventTable(small).events;
    expect(simulateEventTable(small).events).toEqual(first);
    const other = simulateEventTable({ ...small, seed: 2 }).events;
    expect(other.itemIndex.slice(0, 500)).not.toEqual(first.itemIndex.slice(0, 500));
    expect(other.catalogue.price).not.toEqual(first.catalogue.price);
  });

  it('are the same streamed and as a table', () => {
    const options = { items: 300, events: 8000, days: 4, seed: 9 };
    const { events: table } = simulateEventTable(options);
    const shop = openShop(options);
    const inTable = new Map<string, number>();
    for (let s = 0; s < sessionCount(table); s++) inTable.set(table.sessionIds.at(s), s);
    let streamed = 0;
    let beganMs = 0;
    for (const session of simulate(options)) {
      const s = inTable.get(sessionIdOf(shop, session.sessionNumber))!;
      const [start, end] = [table.sessionOffsets[s]!, table.sessionOffsets[s + 1]!];
      expect(table.itemIndex.slice(start, end)).toEqual(session.items.slice(0, session.length));
      expect(table.eventType.slice(start, end)).toEqual(session.types.slice(0, session.length));
      expect(table.timestampMs.slice(start, end)).toEqual(session.timesMs.slice(0, session.length));
      const user = table.userIndex![s]!;
      expect(user < 0 ? -1 : table.users.at(user)).toBe(session.user < 0 ? -1 : userIdOf(shop, session.user));
      expect(session.timesMs[0]!).toBeGreaterThanOrEqual(beganMs);
      beganMs = session.timesMs[0]!;
      streamed++;
    }
    expect(streamed).toBe(sessionCount(table));
    expect(table.items.toArray()).toEqual(Array.from({ length: 300 }, (_, item) => itemIdOf(shop, item)));
  });

  it('keep the order that tables promise', () => {
    let lastEnd = 0;
    let lastId = '';
    let wrong = 0;
    for (const { times, session } of demoSessions()) {
      for (let i = 1; i < times.length; i++) if (!(times[i]! > times[i - 1]!)) wrong++;
      const end = times.at(-1)!;
      const id = events.sessionIds.at(session);
      if (!(end > lastEnd || (end === lastEnd && id > lastId))) wrong++;
      [lastEnd, lastId] = [end, id];
    }
    expect(wrong).toBe(0);
    expect(events.sessionOffsets[0]).toBe(0);
    expect(events.sessionOffsets.at(-1)).toBe(eventCount(events));
  });

  it('are about as many as asked for, in sessions of realistic lengths', () => {
    expect(sessions).toBe(40_000);
    expect(Math.abs(eventCount(events) / 200_000 - 1)).toBeLessThan(0.02);
    const lengths = Array.from(demoSessions(), ({ items }) => items.length);
    const shareOf = (test: (length: number) => boolean) => lengths.filter(test).length / sessions;
    expect(shareOf((length) => length === 1)).toBeGreaterThan(0.25);
    expect(shareOf((length) => length <= 3)).toBeGreaterThan(0.5);
    expect(shareOf((length) => length > 10)).toBeGreaterThan(0.08);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(60);
  });

  it('follow the funnel: click after view, cart after click, purchase of what is in the cart', () => {
    const counts = [0, 0, 0, 0];
    for (const { items, types } of demoSessions()) {
      const cart: number[] = [];
      items.forEach((item, i) => {
        counts[types[i]!]!++;
        if (types[i] === CLICK) expect([items[i - 1], types[i - 1]]).toEqual([item, VIEW]);
        if (types[i] === ADD_TO_CART) {
          expect([items[i - 1], types[i - 1]]).toEqual([item, CLICK]);
          if (cart.includes(item)) cart.splice(cart.indexOf(item), 1);
          cart.push(item);
        }
        if (types[i] === PURCHASE) expect(cart.pop()).toBe(item);
      });
    }
    for (let type = 1; type < 4; type++) expect(counts[type]!).toBeLessThan(counts[type - 1]! / 2);
    expect(counts[PURCHASE]!).toBeGreaterThan(500);
  });

  it('name items only while they are on sale, and sessions stay on one day of the shop', () => {
    const { shop } = truth;
    const lives = Array.from({ length: 2000 }, (_, item) => itemLife(shop, item));
    const dayOf = (timeMs: number) => Math.floor((timeMs - shop.options.startMs) / DAY_MS);
    let wrong = 0;
    for (const { items, times } of demoSessions()) {
      items.forEach((item, i) => {
        if (!(times[i]! >= lives[item]!.fromMs && times[i]! < lives[item]!.toMs)) wrong++;
      });
      if (dayOf(times[0]!) !== dayOf(times.at(-1)!)) wrong++;
    }
    expect(wrong).toBe(0);
    const launched = lives.filter(({ fromMs }) => fromMs > shop.options.startMs).length;
    const retired = lives.filter(({ toMs }) => toMs < shop.options.startMs + 30 * DAY_MS).length;
    expect(launched).toBeGreaterThan(200);
    expect(retired).toBeGreaterThan(120);
  });

  it('give few items most of the attention, by a power law', () => {
    const counts = new Float64Array(2000);
    for (const item of events.itemIndex) counts[item]!++;
    const sorted = counts.sort().reverse();
    const head = sorted.slice(0, 400).reduce((a, b) => a + b, 0);
    expect(head / eventCount(events)).toBeGreaterThan(0.5);
    // Slope of log count over log rank in the middle of the list.
    const ranks = [10, 20, 40, 80, 160, 320, 640];
    const points = ranks.map((rank) => [Math.log(rank), Math.log(sorted[rank]!)] as const);
    const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
    const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
    const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
    const varianceX = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
    const varianceY = points.reduce((sum, [, y]) => sum + (y - meanY) ** 2, 0);
    expect(covariance / varianceX).toBeLessThan(-0.5);
    expect(covariance / varianceX).toBeGreaterThan(-1.2);
    expect(covariance ** 2 / (varianceX * varianceY)).toBeGreaterThan(0.9);
  });

  it('drift: the top of the first days is not the top of the last', () => {
    const topOf = (fromDay: number, toDay: number, of = events) => {
      const from = Date.UTC(2025, 8, 1, 4) + fromDay * DAY_MS;
      const counts = new Map<number, number>();
      of.itemIndex.forEach((item, e) => {
        const day = (of.timestampMs[e]! - from) / DAY_MS;
        if (day >= 0 && day < toDay - fromDay) counts.set(item, (counts.get(item) ?? 0) + 1);
      });
      return new Set(
        [...counts]
          .sort((a, b) => b[1] - a[1])
          .slice(0, 50)
          .map(([item]) => item),
      );
    };
    const common = (a: Set<number>, b: Set<number>) => [...a].filter((item) => b.has(item)).length;
    const still = simulateEventTable({ drift: 0, launchShare: 0, retireShare: 0 }).events;
    const moved = common(topOf(0, 5), topOf(25, 30));
    const stayed = common(topOf(0, 5, still), topOf(25, 30, still));
    expect(stayed).toBeGreaterThan(moved + 8);
    expect(moved).toBeGreaterThan(0);
  });

  it('come by the rhythm of the day and of the week', () => {
    const byHour = new Float64Array(24);
    const byWeekday = new Float64Array(7);
    for (const { times } of demoSessions()) {
      byHour[new Date(times[0]!).getUTCHours()]!++;
      // Four whole weeks, so that every weekday counts as often.
      if (times[0]! < events.timestampMs[0]! + 28 * DAY_MS - 4 * HOUR_MS)
        byWeekday[new Date(times[0]!).getUTCDay()]!++;
    }
    expect(byHour[20]!).toBeGreaterThan(10 * byHour[4]!);
    expect(byHour[20]!).toBeGreaterThan(1.3 * byHour[14]!);
    expect(byWeekday[0]!).toBeGreaterThan(1.2 * byWeekday[3]!);
  });

  it('have users that come back, few of them often, and guests', () => {
    const visits = new Map<number, number>();
    for (const user of events.userIndex!) visits.set(user, (visits.get(user) ?? 0) + 1);
    expect(visits.get(-1)! / sessions).toBeCloseTo(0.4, 1);
    visits.delete(-1);
    const counts = [...visits.values()].sort((a, b) => b - a);
    expect(events.users.length).toBe(counts.length);
    expect(counts.filter((count) => count > 1).length / counts.length).toBeGreaterThan(0.3);
    expect(counts[0]!).toBeGreaterThan(20);
    expect(simulateEventTable({ items: 50, events: 200, guestShare: 1 }).events.userIndex).toBeNull();
  });

  it('lead from an item to its complements after it went into the cart', () => {
    const { categories, catalogue } = truth.shop;
    const after = { cart: [0, 0], view: [0, 0] };
    for (const { items, types } of demoSessions()) {
      for (let i = 1; i < items.length; i++) {
        const group = types[i - 1] === ADD_TO_CART ? after.cart : types[i - 1] === VIEW ? after.view : null;
        if (group === null) continue;
        group[1]!++;
        const [from, to] = [catalogue.category[items[i - 1]!]!, catalogue.category[items[i]!]!];
        if (categories.complements[from]!.includes(to)) group[0]!++;
      }
    }
    expect(after.cart[0]! / after.cart[1]!).toBeGreaterThan(0.35);
    expect(after.view[0]! / after.view[1]!).toBeLessThan(0.2);
  });

  it('report progress and stop when asked to', () => {
    const seen: number[] = [];
    simulateEventTable({ items: 50, events: 5000 }, { onProgress: ({ sessions: done }) => seen.push(done) });
    expect(seen.length).toBeGreaterThan(50);
    expect(seen.at(-1)).toBe(1000);
    const controller = new AbortController();
    const stop = () =>
      simulateEventTable(
        { items: 50, events: 5000 },
        { signal: controller.signal, onProgress: () => controller.abort() },
      );
    expect(stop).toThrow(NextItemError);
    expect(stop).toThrow(/stopped/);
  });
});
