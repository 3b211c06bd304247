import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/domain/random.js';
import { type ItemTable } from '../../../../src/tables/item-table.js';
import { knownEvents } from '../../../../src/tables/known-events.js';
import { buildLinearTables } from '../../../../src/tables/linear/linear-tables.js';
import { sessionRegression } from '../../../../src/tables/linear/session-regression.js';
import { DEFAULT_TABLE_SETTINGS, type LinearSettings } from '../../../../src/tables/settings.js';
import { denseRidge } from '../../../support/dense-ridge.js';
import { eventTable } from '../../../support/event-table.js';

const EXACT: LinearSettings = {
  ...DEFAULT_TABLE_SETTINGS.linear,
  tolerance: 1e-13,
  walk: { walk: 0.5, jump: 0.9, smallestShare: 1e-12 },
};

function tablesOf(
  sessions: readonly (readonly string[])[],
  settings = EXACT,
  rowLength = 200,
  items?: string[],
) {
  const events = eventTable(sessions, items === undefined ? {} : { items });
  return buildLinearTables(knownEvents(events, sessions.length, sessions.length), settings, rowLength);
}

/** By item its neighbours with their weights, in the order of the row. */
function rows({ offsets, neighbours, weights }: ItemTable): [number, number][][] {
  return Array.from({ length: offsets.length - 1 }, (_, item) =>
    Array.from({ length: offsets[item + 1]! - offsets[item]! }, (_, n) => {
      const at = offsets[item]! + n;
      return [neighbours[at]!, weights[at]!];
    }),
  );
}

function expectRows(table: ItemTable, expected: [number, number][][]): void {
  const actual = rows(table);
  expect(actual.map((row) => row.map(([item]) => item))).toEqual(
    expected.map((row) => row.map(([item]) => item)),
  );
  expected.forEach((row, item) =>
    row.forEach(([, weight], n) => expect(actual[item]![n]![1]).toBeCloseTo(weight, 6)),
  );
}

describe('buildLinearTables', () => {
  it('solves one session of two items by hand', () => {
    const { slis, slit, walk } = tablesOf([['a', 'b']]);
    // SLIS: X = [.5, .5], Y = [1, 1]; B = (X'X + 10 I)^-1 X'Y has all entries alike, so rows are .5, .5 when normalised.
    expectRows(slis, [[[1, 0.5]], [[0, 0.5]]]);
    // SLIT: X = [1, 0], Y = [0, 1]; only a leads anywhere.
    expectRows(slit, [[[1, 1]], []]);
    // T = .9 [[.5, .5], [.5, .5]] + .1 I = [[.55, .45], [.45, .55]]; M = .5 T + .25 T R, and no walker leaves b.
    expectRows(walk, [[[1, 0.5 * 0.45 + 0.25 * 0.55]], [[0, 0.5 * 0.45]]]);
  });

  it('tells together from after', () => {
    const { slis, slit } = tablesOf(
      [
        ['a', 'b', 'c'],
        ['a', 'b', 'c'],
        ['c', 'd'],
      ],
      EXACT,
      200,
      ['a', 'b', 'c', 'd', 'unseen'],
    );
    const neighbours = (table: ItemTable) =>
      rows(table).map((row) => row.map(([item]) => item).sort((x, y) => x - y));
    expect(neighbours(slis)).toEqual([[1, 2], [0, 2], [0, 1, 3], [2], []]);
    expect(neighbours(slit)).toEqual([expect.arrayContaining([1]), expect.arrayContaining([2]), [3], [], []]);
  });

  describe('on a shop', () => {
    const random = new Random(12);
    const sessions = Array.from({ length: 200 }, () => {
      const start = random.below(15);
      return Array.from({ length: 2 + random.below(5) }, () => `i${(start + random.below(5)) % 15}`);
    });
    const known = knownEvents(eventTable(sessions), sessions.length, sessions.length);

    it('has the rows of the dense solution: above 0, normalised, the largest first, without the item itself', () => {
      for (const [name, similarity] of [
        ['slis', 1],
        ['slit', 0],
      ] as const) {
        const equations = sessionRegression(known, {
          ...EXACT,
          context: 'past',
          similarity,
          transition: 1 - similarity,
        });
        const exact = denseRidge(equations, EXACT.lambda);
        const expected = Array.from({ length: known.items }, (_, item) => {
          const row = [...exact.subarray(item * known.items, (item + 1) * known.items)];
          const sum = row.reduce((total, value) => total + Math.max(0, value), 0);
          return row
            .map((value, neighbour): [number, number] => [neighbour, value / sum])
            .filter(([neighbour, weight]) => neighbour !== item && weight > 0)
            .sort((a, b) => b[1] - a[1]);
        });
        expectRows(buildLinearTables(known, EXACT, 200)[name], expected);
      }
    });

    it('cuts rows to the length asked for', () => {
      const whole = buildLinearTables(known, EXACT, 200);
      const cut = buildLinearTables(known, EXACT, 3);
      for (const table of [cut.slis, cut.slit, cut.walk]) {
        const lengths = rows(table).map((row) => row.length);
        expect(Math.max(...lengths)).toBeLessThanOrEqual(3);
        expect(Math.max(...lengths)).toBeGreaterThanOrEqual(2);
      }
      // What is left are the best of the whole row.
      const best = (table: ItemTable, length: number) =>
        rows(table).map((row) => row.slice(0, length).map(([item]) => item));
      const lengths = rows(cut.slit).map((row) => row.length);
      best(cut.slit, 3).forEach((row, item) => expect(row).toEqual(best(whole.slit, lengths[item]!)[item]));
    });

    it('is near the exact one at the default tolerance', () => {
      const [exact, usual] = [EXACT, DEFAULT_TABLE_SETTINGS.linear].map((settings) =>
        buildLinearTables(known, settings, 200),
      );
      for (const name of ['slis', 'slit', 'walk'] as const) {
        const weights = (tables: typeof exact) => rows(tables![name]).map((row) => new Map(row));
        const others = weights(usual);
        weights(exact).forEach((row, item) =>
          row.forEach((weight, neighbour) =>
            expect(Math.abs((others[item]!.get(neighbour) ?? 0) - weight)).toBeLessThan(0.02),
          ),
        );
      }
    });
  });

  it('has empty rows where nothing is known', () => {
    for (const sessions of [[], [['a']], [['a', 'a']]]) {
      const { slis, slit, walk } = tablesOf(sessions, EXACT, 200, ['a', 'b']);
      for (const table of [slis, slit, walk]) expect(rows(table)).toEqual([[], []]);
    }
  });
});
