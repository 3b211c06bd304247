import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { CLICK, PURCHASE, VIEW } from '../../../src/domain/event.js';
import { EventTableBuilder } from '../../../src/data/event-table-builder.js';
import { NextItemError } from '../../../src/errors.js';
import { sessionsOf, usersOf } from './helpers.js';

function builder(options: { clock?: 'real' | 'ordinal'; idleGapMs?: number } = {}) {
  const b = new EventTableBuilder({
    source: 'test',
    clock: options.clock ?? 'real',
    idleGapMs: options.idleGapMs ?? null,
  });
  const add = (session: string, item: string, time: number, type: number = VIEW) => {
    const group = b.groups.internString(session);
    b.add(group, b.items.internString(item), type, time);
    return group;
  };
  return { b, add };
}

describe('EventTableBuilder', () => {
  it('orders sessions by last event, events by time and items by first appearance', () => {
    const { b, add } = builder();
    add('late', 'x', 50, CLICK);
    add('early', 'y', 30);
    add('late', 'z', 10);
    add('early', 'x', 20, PURCHASE);
    const table = b.finish();
    expect(sessionsOf(table)).toEqual(['early: x purchase 20, y view 30', 'late: z view 10, x click 50']);
    expect(table.items.toArray()).toEqual(['x', 'y', 'z']);
    expect([...table.sessionOffsets]).toEqual([0, 2, 4]);
  });

  it('breaks ties by input row, within a session and between sessions', () => {
    const { b, add } = builder();
    add('b', '1', 5);
    add('a', '2', 5);
    add('b', '3', 5);
    add('a', '4', 5);
    expect(sessionsOf(b.finish())).toEqual(['b: 1 view 5, 3 view 5', 'a: 2 view 5, 4 view 5']);
  });

  it('with an ordinal clock keeps sessions in file order and numbers the rows', () => {
    const { b, add } = builder({ clock: 'ordinal' });
    add('9', 'b', 1);
    add('9', 'a', 0);
    add('1', 'c', 0);
    expect(sessionsOf(b.finish())).toEqual(['9: a view 0, b view 1', '1: c view 2']);
  });

  it('cuts sessions from users where the pause is longer than the gap, not equal to it', () => {
    const { b, add } = builder({ idleGapMs: 10 });
    add('u', 'a', 0);
    add('v', 'x', 12);
    add('u', 'c', 21);
    add('u', 'b', 10);
    const table = b.finish();
    expect(sessionsOf(table)).toEqual(['u#1: a view 0, b view 10', 'v#1: x view 12', 'u#2: c view 21']);
    expect(usersOf(table)).toEqual(['u', 'v', 'u']);
  });

  it('keeps the first user of a session and numbers users in session order', () => {
    const { b, add } = builder();
    const late = add('late', 'a', 9);
    add('middle', 'a', 5);
    const early = add('early', 'a', 1);
    b.setUser(late, b.users.internString('ann'));
    b.setUser(late, b.users.internString('bob'));
    b.setUser(early, b.users.internString('cas'));
    const table = b.finish();
    expect(usersOf(table)).toEqual(['cas', null, 'ann']);
    expect(table.users.toArray()).toEqual(['cas', 'ann']);
  });

  it('has no user and split columns when nothing was named', () => {
    const { b, add } = builder();
    add('s', 'a', 1);
    const table = b.finish();
    expect(table.userIndex).toBeNull();
    expect(table.split).toBeNull();
  });

  it('makes a session named both train and test a test session', () => {
    const { b, add } = builder();
    b.setSplit(add('s', 'a', 1), 1);
    b.setSplit(add('s', 'b', 2), 0);
    b.setSplit(add('t', 'b', 3), 0);
    expect([...b.finish().split!]).toEqual([1, 0]);
  });

  it('leaves out items that no event has, and takes the latest attribute value', () => {
    const { b, add } = builder();
    b.items.internString('unused');
    add('s', 'a', 1);
    add('s', 'b', 2);
    const { price, category } = b.attributes;
    price.set(1, 5, 20);
    price.set(1, 4, 10);
    price.set(1, 6, 20);
    category.setString(2, 'shoes', 1);
    const table = b.finish();
    expect(table.items.toArray()).toEqual(['a', 'b']);
    expect([...table.catalogue.price!]).toEqual([6, NaN]);
    expect([...table.catalogue.category!.codes]).toEqual([-1, 0]);
    expect(table.catalogue.brand).toBeNull();
  });

  it('refuses to make an empty table', () => {
    expect(() => builder().b.finish()).toThrow(NextItemError);
  });

  it('equals a plain sort, for any rows, also over several chunks and long sessions', () => {
    const row = fc.tuple(
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 50 }),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 800 }), (rows) => {
        const { b, add } = builder();
        for (const [s, i, t] of rows) add(`s${s}`, `i${i}`, t);
        const bySession = new Map<string, { item: string; time: number; row: number }[]>();
        rows.forEach(([s, i, time], at) => {
          const list = bySession.get(`s${s}`) ?? [];
          bySession.set(`s${s}`, [...list, { item: `i${i}`, time, row: at }]);
        });
        const expected = [...bySession]
          .map(([id, list]) => ({
            id,
            first: list[0]!.row,
            list: list.sort((a, b) => a.time - b.time || a.row - b.row),
          }))
          .sort((a, b) => a.list.at(-1)!.time - b.list.at(-1)!.time || a.first - b.first)
          .map(({ id, list }) => `${id}: ${list.map((e) => `${e.item} view ${e.time}`).join(', ')}`);
        expect(sessionsOf(b.finish())).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('holds together over more rows than one chunk', () => {
    const { b } = builder();
    const rows = 600_000;
    for (let r = 0; r < rows; r++) {
      const group = b.groups.internString(String((r * 7919) % 100_003));
      b.add(group, b.items.internString(String(r % 1009)), VIEW, rows - r);
    }
    expect(b.length).toBe(rows);
    const table = b.finish();
    expect(table.itemIndex.length).toBe(rows);
    let ordered = true;
    for (let s = 0, last = -1; s < table.sessionIds.length; s++) {
      const end = table.sessionOffsets[s + 1]!;
      for (let e = table.sessionOffsets[s]! + 1; e < end; e++)
        ordered &&= table.timestampMs[e]! >= table.timestampMs[e - 1]!;
      ordered &&= table.timestampMs[end - 1]! >= last;
      last = table.timestampMs[end - 1]!;
    }
    expect(ordered).toBe(true);
  });
});
