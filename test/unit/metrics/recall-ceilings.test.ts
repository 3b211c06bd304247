import { expect, it } from 'vitest';
import { RecallCounter } from '../../../src/metrics/recall-ceilings.js';
import { CandidateSet } from '../../../src/retrieval/candidate-set.js';

/** Candidates of two sources, each its items best first. */
function candidates(first: readonly number[], second: readonly number[]): CandidateSet {
  const set = new CandidateSet(100, 2, 40, 20);
  set.begin();
  [first, second].forEach((items, source) => {
    set.openSource(source);
    items.forEach((item, place) => set.add(item, 1 / (1 + place)));
    set.closeSource(20);
  });
  set.finish();
  return set;
}

it('counts the right item by source and depth, in any source, and as served', () => {
  const counter = new RecallCounter(['one', 'two'], [1, 2, 4]);
  // The right item: second of one and third of two; first of two alone; found by none; fifth of one, too deep to count.
  counter.add(candidates([7, 5, 6], [1, 2, 5]), 5, { found: true, count: 10 });
  counter.add(candidates([7], [5]), 5, { found: true, count: 20 });
  counter.add(candidates([7], [8]), 5, { found: false, count: 30 });
  counter.add(candidates([1, 2, 3, 4, 5], []), 5, { found: true, count: 40 });
  expect(counter.result()).toEqual({
    depths: [1, 2, 4],
    sources: { one: [0, 1 / 4, 1 / 4], two: [1 / 4, 1 / 4, 2 / 4] },
    union: [1 / 4, 2 / 4, 2 / 4],
    served: { recall: 3 / 4, meanCandidates: 25 },
  });
});
