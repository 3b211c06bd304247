import { expect, it } from 'vitest';
import { CEILING_DEPTHS, recallCeilings } from '../../../../src/evaluation/benchmark/recall-ceilings.js';
import { benchmarkCases, benchmarkTask } from '../../../../src/evaluation/benchmark/protocol.js';
import { CandidateSet } from '../../../../src/retrieval/candidate-set.js';
import { type SessionQuery } from '../../../../src/retrieval/session-query.js';
import { eventTable } from '../../../support/event-table.js';

const ITEMS = 300;

/** Two sources over numbered items: what comes `step` after the last item, nearest first. */
function source(limit: number) {
  const candidates = new CandidateSet(ITEMS, 2, 2 * limit, limit);
  return {
    collect(query: SessionQuery) {
      const last = query.items[query.length - 1]!;
      candidates.begin();
      [1, -1].forEach((direction, s) => {
        candidates.openSource(s);
        for (let step = 1; step <= 250; step++) {
          const item = last + direction * step;
          if (item >= 0 && item < ITEMS) candidates.add(item, 1 / step);
        }
        candidates.closeSource(limit);
      });
      candidates.finish();
      return candidates;
    },
  };
}

it('counts the target within the best of each source, of any, and of what is served', async () => {
  const name = (item: number) => `item${item}`;
  const steps = [1, 20, 21, 100, 150, -50, -51, 220];
  const events = eventTable(
    [
      ['item0', 'item1'],
      ...steps.map((step) => [
        name(100 + (step > 100 ? -100 : 0)),
        name(100 + step + (step > 100 ? -100 : 0)),
      ]),
    ],
    { items: Array.from({ length: ITEMS }, (_, item) => name(item)) },
  );
  const split = Uint8Array.from([0, ...steps.map(() => 1)]);
  const task = benchmarkTask({ ...events, split }, 'srgnn', () => 1);
  const ceilings = await recallCeilings(
    source(200),
    source(20),
    ['up', 'down'],
    task,
    benchmarkCases(task, null),
  );
  expect(ceilings.depths).toEqual(CEILING_DEPTHS);
  // Of 8: up finds 1 and 20; then 21; then 100; then 150. 220 is too deep.
  expect(ceilings.sources.up).toEqual([2 / 8, 3 / 8, 4 / 8, 5 / 8]);
  expect(ceilings.sources.down).toEqual([0, 1 / 8, 2 / 8, 2 / 8]);
  expect(ceilings.union).toEqual([2 / 8, 4 / 8, 6 / 8, 7 / 8]);
  expect(ceilings.served.recall).toBe(2 / 8);
  // From item 100 there are 20 on both sides, from item 0 (steps 150 and 220) on one only.
  expect(ceilings.served.meanCandidates).toBe((6 * 40 + 2 * 20) / 8);
});
