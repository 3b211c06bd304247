import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildNeighbourIndex,
  inverseFrequency,
  NeighbourSearch,
} from '../../../../src/evaluation/literature/neighbour-sessions.js';
import { SessionQuery } from '../../../../src/retrieval/session-query.js';
import { knownEvents } from '../../../../src/tables/known-events.js';
import { eventTable } from '../../../support/event-table.js';
import { PAST, Shop } from './shop.js';

describe('neighbour index', () => {
  const { known } = new Shop();
  const index = buildNeighbourIndex(known);
  const name = (item: number) => known.events.items.at(item);

  it("holds a session's distinct items, latest first, with their last places", () => {
    const rows = PAST.map((_, s) => {
      const [from, to] = [index.itemOffsets[s]!, index.itemOffsets[s + 1]!];
      return Array.from(
        index.items.subarray(from, to),
        (item, i) => `${name(item)}${index.lastPositions[from + i]}`,
      );
    });
    expect(rows).toEqual([
      ['c3', 'b2', 'a1'],
      ['d2', 'a1'],
      ['b4', 'd3', 'c2'],
      ['e2', 'c1'],
      ['e4', 'b3', 'a2', 'f1'],
    ]);
  });

  it("holds an item's sessions once each, most recent first", () => {
    const lists = Array.from({ length: known.items }, (_, item) => [
      name(item),
      Array.from(index.postings.subarray(index.postingOffsets[item], index.postingOffsets[item + 1])),
    ]);
    expect(Object.fromEntries(lists)).toEqual({
      a: [4, 1, 0],
      b: [4, 2, 0],
      c: [3, 2, 0],
      d: [2, 1],
      e: [4, 3],
      f: [4],
    });
  });

  it('leaves out sessions with too many distinct items', () => {
    const short = buildNeighbourIndex(known, 3);
    const b = Array.from({ length: known.items }, (_, item) => item).find((item) => name(item) === 'b')!;
    expect(Array.from(short.postings.subarray(short.postingOffsets[b], short.postingOffsets[b + 1]))).toEqual(
      [2, 0],
    );
    expect(short.itemOffsets[5]).toBe(short.itemOffsets[4]);
  });

  it('counts events for the inverse frequency, and knows no item of the future', () => {
    const events = eventTable([['a', 'a', 'b'], ['c']]);
    expect(Array.from(inverseFrequency(knownEvents(events, 1, 1)))).toEqual([Math.log(1 / 2), 0, 0]);
  });
});

describe('neighbour search', () => {
  it('samples as a plain search over all sessions would', () => {
    const item = fc.integer({ min: 0, max: 12 }).map(String);
    fc.assert(
      fc.property(
        fc.array(fc.array(item, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 40 }),
        fc.array(item, { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 30 }),
        (past, asked, sampleSize) => {
          const events = eventTable([...past, asked], { clock: 'ordinal' });
          const known = knownEvents(events, past.length, past.length);
          const search = new NeighbourSearch(buildNeighbourIndex(known), sampleSize, 5);
          const start = events.sessionOffsets[past.length]!;
          const query = new SessionQuery().fromTable(events, start, start + asked.length);
          const weights = Float64Array.from({ length: query.distinctCount }, (_, d) => 2 ** d);
          search.sample(query, weights);

          const distinct = [...new Set([...asked].reverse())];
          const expected = past
            .map((items, session) => {
              const shared = distinct.map((id) => items.includes(id));
              const overlap = shared.reduce((sum, is, d) => sum + (is ? 2 ** d : 0), 0);
              return { session, overlap, match: shared.indexOf(true) };
            })
            .filter(({ overlap }) => overlap > 0)
            .reverse()
            .slice(0, sampleSize);
          const found = Array.from({ length: search.count }, (_, c) => ({
            session: search.sessions[c],
            overlap: search.overlap[c],
            match: search.match[c],
          }));
          expect(found).toEqual(expected);
        },
      ),
    );
  });
});
