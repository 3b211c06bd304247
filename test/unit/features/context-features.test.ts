import { describe, expect, it } from 'vitest';
import { ContextFeatures } from '../../../src/features/context-features.js';
import { CandidateSet } from '../../../src/retrieval/candidate-set.js';
import { SessionQuery } from '../../../src/retrieval/session-query.js';
import { type SessionIndex } from '../../../src/tables/session-index.js';
import { eventTable } from '../../support/event-table.js';

const names = ['a', 'b', 'c', 'd', 'e', 'new'];
const FIRST = 1;
const COLUMNS = 7;
const WIDTH = COLUMNS + 2;
/** A session of 60 days ago counts this much. */
const OLD = Math.exp(-1);

function sessionIndex(sessions: readonly { items: string; ageDays: number }[]): SessionIndex {
  const holders = names.map((name) =>
    sessions.flatMap(({ items }, s) => (items.split(' ').includes(name) ? [s] : [])).reverse(),
  );
  const offsets = (rows: readonly { length: number }[]) =>
    Uint32Array.from([
      0,
      ...rows.map((_, r) => rows.slice(0, r + 1).reduce((sum, row) => sum + row.length, 0)),
    ]);
  const items = sessions.map((session) => session.items.split(' ').map((name) => names.indexOf(name)));
  return {
    sessionsOffsets: offsets(holders),
    sessions: Uint32Array.from(holders.flat()),
    itemsOffsets: offsets(items),
    items: Uint32Array.from(items.flat()),
    ageDays: Float32Array.from(sessions, ({ ageDays }) => ageDays),
  };
}

const index = sessionIndex([
  { items: 'a b c', ageDays: 60 },
  { items: 'e a b d', ageDays: 0 },
  { items: 'b a c', ageDays: 0 },
  { items: 'b c', ageDays: 0 },
]);

/** By candidate its features; the cells beside them must stay as they were. */
function featuresOf(session: string, candidates: string): number[][] {
  const events = session.split(' ');
  const query = new SessionQuery().fromTable(eventTable([events], { items: names }), 0, events.length);
  const asked = candidates.split(' ');
  const set = new CandidateSet(names.length, 1, 10, 10);
  set.begin();
  set.openSource(0);
  asked.forEach((name, n) => set.add(names.indexOf(name), 10 - n));
  set.closeSource(10);
  set.finish();
  const out = new Float32Array(asked.length * WIDTH).fill(77);
  const group = new ContextFeatures(index);
  expect(group.features).toHaveLength(COLUMNS);
  // A second query must not see the first one.
  group.fill(query, set, out, WIDTH, FIRST);
  group.fill(query, set, out, WIDTH, FIRST);
  return asked.map((_, c) => {
    const row = [...out.subarray(c * WIDTH, (c + 1) * WIDTH)];
    expect([row[0], row.at(-1)]).toEqual([77, 77]);
    return row.slice(FIRST, FIRST + COLUMNS);
  });
}

function expectRows(actual: readonly number[][], expected: readonly (readonly number[])[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((row, c) =>
    row.forEach((value, f) => {
      if (Number.isNaN(value)) expect(actual[c]![f], `candidate ${c}, feature ${f}`).toBeNaN();
      else expect(actual[c]![f], `candidate ${c}, feature ${f}`).toBeCloseTo(value, 6);
    }),
  );
}

describe('ContextFeatures', () => {
  // After a, b: c came once long ago and d once lately, from e as well. In the third session a came after b.
  const two = OLD + 1;
  const both = OLD + 2;

  it('are what a hand computes', () => {
    expectRows(featuresOf('e a b', 'c d a b'), [
      [OLD / two, two, 0, 1, (OLD + 0.5) / both, (OLD + 1) / both, both],
      [1 / two, two, 1, 1, 1 / both, 1 / both, both],
      [0, two, 0, 1, 1 / both, 1, both],
      [0, two, 0, 1, 0, 1, both],
    ]);
  });

  it('take a repeated item for one step', () => {
    expectRows(featuresOf('e a a b b b', 'd'), featuresOf('e a b', 'd'));
  });

  it('know no share where no known session went that way', () => {
    expectRows(featuresOf('d b', 'c'), [[NaN, 0, NaN, 0, 0, 0, 1]]);
    expectRows(featuresOf('c d', 'a'), [[NaN, 0, NaN, 0, NaN, NaN, 0]]);
    expectRows(featuresOf('c new', 'a'), [[NaN, 0, NaN, 0, NaN, NaN, 0]]);
  });

  it('are unknown for a session of one distinct item', () => {
    expectRows(featuresOf('b b', 'c'), [[NaN, NaN, NaN, NaN, NaN, NaN, NaN]]);
  });
});
