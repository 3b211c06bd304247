import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventCount, itemCount, sessionCount } from '../../src/data/event-table.js';
import { reachableBest } from '../../src/data/simulator/reachable.js';
import { itemLife, itemTitleOf } from '../../src/data/simulator/shop.js';
import { simulateEventTable } from '../../src/data/simulator/simulate-event-table.js';
import { DAY_MS } from '../../src/domain/time.js';

const share = fc.double({ min: 0, max: 0.9, noNaN: true });

const anyOptions = fc.record({
  items: fc.integer({ min: 20, max: 900 }),
  events: fc.integer({ min: 1, max: 1500 }),
  days: fc.integer({ min: 1, max: 40 }),
  users: fc.integer({ min: 1, max: 500 }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  startMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  guestShare: fc.double({ min: 0, max: 1, noNaN: true }),
  launchShare: share,
  retireShare: share,
  drift: fc.double({ min: 0, max: 3, noNaN: true }),
});

describe('any simulated shop', () => {
  it('gives a table that keeps its promises, and a truth that sums to 1', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const { events, truth } = simulateEventTable(options);
        const { sessionOffsets, itemIndex, eventType, timestampMs, userIndex } = events;
        const sessions = sessionCount(events);
        expect(sessions).toBe(truth.shop.options.sessions);
        expect(itemCount(events)).toBe(options.items);
        expect([sessionOffsets[0], sessionOffsets[sessions]]).toEqual([0, eventCount(events)]);
        expect([events.sessionIds.length, userIndex?.length ?? sessions]).toEqual([sessions, sessions]);
        expect(new Set(events.sessionIds.toArray()).size).toBe(sessions);
        expect(userIndex?.every((user) => user >= -1 && user < events.users.length) ?? true).toBe(true);

        const lives = Array.from({ length: options.items }, (_, item) => itemLife(truth.shop, item));
        const dayOf = (timeMs: number) => Math.floor((timeMs - options.startMs) / DAY_MS);
        let lastEnd = 0;
        const wrong: string[] = [];
        for (let s = 0; s < sessions; s++) {
          const [start, end] = [sessionOffsets[s]!, sessionOffsets[s + 1]!];
          if (end <= start) wrong.push('empty session');
          for (let e = start; e < end; e++) {
            const { fromMs, toMs } = lives[itemIndex[e]!]!;
            const timeMs = timestampMs[e]!;
            if (timeMs < fromMs || timeMs >= toMs) wrong.push('off sale');
            if (e > start && timeMs <= timestampMs[e - 1]!) wrong.push('time does not rise');
            if (dayOf(timeMs) !== dayOf(timestampMs[start]!)) wrong.push('over the turn of the day');
            if (e > start ? eventType[e]! > 3 : eventType[e] !== 0) wrong.push('type');
          }
          if (timestampMs[end - 1]! < lastEnd) wrong.push('sessions out of order');
          lastEnd = timestampMs[end - 1]!;
        }
        expect(wrong).toEqual([]);
        expect(dayOf(lastEnd)).toBeLessThan(options.days);
        const titles = Array.from({ length: options.items }, (_, item) => itemTitleOf(truth.shop, item));
        expect(new Set(titles).size).toBe(options.items);

        const longest = [...sessionOffsets.keys()].slice(0, -1).reduce((a, b) => {
          const length = (s: number) => sessionOffsets[s + 1]! - sessionOffsets[s]!;
          return length(b) > length(a) ? b : a;
        });
        const [start, end] = [sessionOffsets[longest]!, sessionOffsets[longest + 1]!];
        const prefix = {
          items: itemIndex.subarray(start, end),
          types: eventType.subarray(start, end),
          timeMs: timestampMs[start]!,
        };
        const { items, probabilities } = reachableBest(truth, prefix, options.items);
        expect(new Set(items).size).toBe(items.length);
        expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 8);
        expect(probabilities.every((probability, i) => i === 0 || probability <= probabilities[i - 1]!)).toBe(
          true,
        );
      }),
      { numRuns: 60 },
    );
  });
});
