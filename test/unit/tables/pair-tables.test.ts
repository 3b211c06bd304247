import { describe, expect, it } from 'vitest';
import { type EventTable } from '../../../src/data/event-table.js';
import { knownEvents } from '../../../src/tables/known-events.js';
import { buildPairTable, type PairKind } from '../../../src/tables/pair-tables.js';
import { DEFAULT_TABLE_SETTINGS, type PairTableSettings } from '../../../src/tables/settings.js';
import { buildWalkTable } from '../../../src/tables/walk-table.js';
import { type ItemTable } from '../../../src/tables/item-table.js';
import { eventTable } from '../../support/event-table.js';

const settings = { ...DEFAULT_TABLE_SETTINGS, rowLength: 5, typeWeights: [1, 1, 2, 3] as const };
const plain: PairTableSettings = { maxDistance: 10, distancePower: 1, halfLifeDays: 1e9, popularityPower: 0 };

function row(table: ItemTable, events: EventTable, item: string): Record<string, number> {
  const i = events.items.toArray().indexOf(item);
  const entries: [string, number][] = [];
  for (let e = table.offsets[i]!; e < table.offsets[i + 1]!; e++) {
    entries.push([events.items.at(table.neighbours[e]!), Number(table.weights[e]!.toFixed(4))]);
  }
  return Object.fromEntries(entries);
}

function build(
  events: EventTable,
  kind: PairKind,
  pair = plain,
  sessions = events.sessionOffsets.length - 1,
) {
  return buildPairTable(knownEvents(events, sessions, sessions), kind, pair, settings);
}

describe('buildPairTable', () => {
  const events = eventTable([
    ['a', 'b', 'c', 'a'],
    ['a', 'b'],
  ]);

  it('counts what follows, by one over the distance', () => {
    expect(row(build(events, 'next'), events, 'a')).toEqual({ b: 2, c: 0.5 });
    expect(row(build(events, 'next'), events, 'b')).toEqual({ c: 1, a: 0.5 });
  });

  it('counts what came before in the previous table', () => {
    expect(row(build(events, 'previous'), events, 'a')).toEqual({ c: 1, b: 0.5 });
    expect(row(build(events, 'previous'), events, 'b')).toEqual({ a: 2 });
  });

  it('counts a pair once per session in the co_session table', () => {
    const flat = { ...plain, distancePower: 0 };
    expect(row(build(events, 'co_session', flat), events, 'a')).toEqual({ b: 2, c: 1 });
    expect(row(build(events, 'co_session', flat), events, 'c')).toEqual({ b: 1, a: 1 });
  });

  it('weighs the event type of the neighbour, and counts only purchases as bought together', () => {
    const typed = eventTable([['a', ['b', 'add_to_cart'], ['c', 'purchase'], ['d', 'purchase']]]);
    const flat = { ...plain, distancePower: 0 };
    expect(row(build(typed, 'co_session', flat), typed, 'a')).toEqual({ c: 3, d: 3, b: 2 });
    expect(row(build(typed, 'bought_together', flat), typed, 'c')).toEqual({ d: 3 });
    expect(row(build(typed, 'bought_together', flat), typed, 'a')).toEqual({});
  });

  it('halves a session after its half-life', () => {
    const aged = { ...plain, halfLifeDays: 1 };
    // Session 0 is a day and ten seconds times two older than session 1: close to half.
    expect(row(build(events, 'next', aged), events, 'a').b).toBeCloseTo(1.5, 2);
  });

  it('divides by the damped popularity of both items', () => {
    const cosine = { ...plain, distancePower: 0, popularityPower: 0.5 };
    // a occurs 3 times, b twice; they share two sessions.
    expect(row(build(events, 'co_session', cosine), events, 'a').b).toBeCloseTo(2 / Math.sqrt(23 * 22), 4);
  });

  it('knows nothing behind the cut', () => {
    expect(row(build(events, 'next', plain, 1), events, 'a')).toEqual({ b: 1, c: 0.5 });
    expect(row(build(events, 'next', plain, 0), events, 'a')).toEqual({});
  });

  it('keeps the best entries of a row, in order, without the item itself', () => {
    const wide = eventTable([['a', 'b', 'a', 'c', 'd', 'e', 'f', 'g', 'h']]);
    const table = build(wide, 'next');
    expect(Object.keys(row(table, wide, 'a'))).toHaveLength(settings.rowLength);
    const weights = [...table.weights.subarray(table.offsets[0], table.offsets[1])];
    expect(weights).toEqual([...weights].sort((x, y) => y - x));
  });
});

describe('buildWalkTable', () => {
  it('reaches items two and three steps away', () => {
    const events = eventTable([
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd'],
    ]);
    const known = knownEvents(events, 3, 3);
    const walk = { backwardWeight: 0, fanOut: 10, popularityPower: 0 };
    const table = buildWalkTable(known, build(events, 'next'), build(events, 'previous'), {
      ...settings,
      walk,
    });
    expect(row(table, events, 'a')).toEqual({ c: 1, d: 1 });
    expect(row(table, events, 'c')).toEqual({});
  });
});
