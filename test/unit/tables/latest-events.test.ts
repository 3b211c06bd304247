import { describe, expect, it } from 'vitest';
import { simulateEventTable } from '../../../src/data/simulator/simulate-event-table.js';
import { knownEvents, latestEvents } from '../../../src/tables/known-events.js';
import { bestOfRows } from '../../../src/tables/item-table.js';
import { buildPairTable } from '../../../src/tables/pair-tables.js';
import { DEFAULT_TABLE_SETTINGS, scaledTo } from '../../../src/tables/settings.js';

const { events } = simulateEventTable({ items: 60, events: 3000 });
const sessions = events.sessionIds.length;
const known = knownEvents(events, sessions - 20, sessions);

describe('the latest events', () => {
  it('are all of them where there are no more', () => {
    expect(latestEvents(known, known.eventsEnd)).toBe(known);
  });

  it('are whole sessions, the last ones, numbered from 0', () => {
    const latest = latestEvents(known, 1000);
    expect(latest.eventsEnd).toBeLessThanOrEqual(1000);
    const first = known.sessionsEnd - latest.sessionsEnd;
    const firstEvent = known.eventsEnd - latest.eventsEnd;
    expect(events.sessionOffsets[first]).toBe(firstEvent);
    // One more session would have been too much.
    expect(known.eventsEnd - events.sessionOffsets[first - 1]!).toBeGreaterThan(1000);
    expect(latest.events.sessionOffsets).toHaveLength(latest.sessionsEnd + 1);
    expect(latest.events.sessionOffsets.at(-1)).toBe(latest.eventsEnd);
    for (let e = 0; e < latest.eventsEnd; e++) {
      expect(latest.events.itemIndex[e]).toBe(events.itemIndex[firstEvent + e]);
      const session = latest.sessionOf[e]!;
      expect(session + first).toBe(known.sessionOf[firstEvent + e]);
      expect(latest.ageDays[session]).toBe(known.ageDays[session + first]);
    }
  });

  it('count as if there were no others', () => {
    const latest = latestEvents(known, 1000);
    const { items, postingOffsets, postings } = latest;
    for (let item = 0; item < items; item++) {
      const own = Array.from(postings.subarray(postingOffsets[item], postingOffsets[item + 1]));
      const expected = Array.from(latest.events.itemIndex.keys()).filter(
        (e) => latest.events.itemIndex[e] === item,
      );
      expect(own).toEqual(expected);
    }
    const { next, typeWeights } = DEFAULT_TABLE_SETTINGS;
    expect(typeWeights).toHaveLength(4);
    const table = buildPairTable(latest, 'next', next, DEFAULT_TABLE_SETTINGS);
    const all = buildPairTable(known, 'next', next, DEFAULT_TABLE_SETTINGS);
    expect(table.neighbours.length).toBeGreaterThan(0);
    expect(table.neighbours.length).toBeLessThan(all.neighbours.length);
  });

  it('hold one session at least', () => {
    expect(latestEvents(known, 0).sessionsEnd).toBe(1);
  });
});

describe('the best of rows', () => {
  it('are the first entries of each', () => {
    const table = buildPairTable(
      known,
      'co_session',
      DEFAULT_TABLE_SETTINGS.coSession,
      DEFAULT_TABLE_SETTINGS,
    );
    const short = bestOfRows(table, 3);
    for (let row = 0; row < 60; row++) {
      const whole = Array.from(table.neighbours.subarray(table.offsets[row], table.offsets[row + 1]));
      const [from, end] = [short.offsets[row]!, short.offsets[row + 1]!];
      expect(Array.from(short.neighbours.subarray(from, end))).toEqual(whole.slice(0, 3));
      expect(Array.from(short.weights.subarray(from, end))).toEqual(
        Array.from(
          table.weights.subarray(table.offsets[row], table.offsets[row]! + Math.min(3, whole.length)),
        ),
      );
    }
    expect(short.neighbours).toHaveLength(short.offsets[60]!);
  });
});

describe('settings for a large catalogue', () => {
  it('are the same up to the limit', () => {
    expect(scaledTo(DEFAULT_TABLE_SETTINGS.fullRowsUpTo, DEFAULT_TABLE_SETTINGS)).toBe(
      DEFAULT_TABLE_SETTINGS,
    );
  });

  it('keep the number of entries above it, down to rows that are still of use', () => {
    expect(scaledTo(500_000, DEFAULT_TABLE_SETTINGS).rowLength).toBe(100);
    expect(scaledTo(1_000_000, DEFAULT_TABLE_SETTINGS)).toMatchObject({
      rowLength: 50,
      walk: { fanOut: 30 },
      linear: { maxEvents: 2_500_000 },
    });
    expect(scaledTo(50_000_000, DEFAULT_TABLE_SETTINGS)).toMatchObject({
      rowLength: 50,
      walk: { fanOut: 20 },
    });
    const few = { ...DEFAULT_TABLE_SETTINGS, rowLength: 10 };
    expect(scaledTo(1_000_000, few).rowLength).toBe(10);
  });
});
