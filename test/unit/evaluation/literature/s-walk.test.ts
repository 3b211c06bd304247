import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/domain/random.js';
import { sWalk, type SWalkSettings } from '../../../../src/evaluation/literature/s-walk.js';
import { sessionRegression } from '../../../../src/tables/linear/session-regression.js';
import { SessionQuery } from '../../../../src/retrieval/session-query.js';
import { type KnownEvents, knownEvents } from '../../../../src/tables/known-events.js';
import { denseRidge } from '../../../support/dense-ridge.js';
import { eventTable } from '../../../support/event-table.js';

const EXACT: SWalkSettings = { ...sWalk.defaults, tolerance: 1e-13, smallestShare: 1e-12 };

/** The row of M of an item: the answer to a session of that item alone. */
function answerTo(known: KnownEvents, settings: SWalkSettings): (item: number) => Float64Array {
  const method = sWalk.fit(known, settings);
  const { itemIndex } = known.events;
  const query = new SessionQuery();
  return (item) => {
    const event = itemIndex.indexOf(item);
    const { count, items, scores } = method.rank(query.fromTable(known.events, event, event + 1));
    const row = new Float64Array(known.items);
    for (let n = 0; n < count; n++) row[items[n]!] = scores[n]!;
    return row;
  };
}

describe('S-Walk', () => {
  it('walks by hand: R leads from a to b only, T = .5 [[.5, .5], [.5, .5]] + .5 I', () => {
    const events = eventTable([['a', 'b']]);
    const row = answerTo(knownEvents(events, 1, 1), { ...EXACT, walk: 0.5, jump: 0.5 });
    // M = .5 T + .25 T R, and no walker leaves b.
    const [a, b] = [row(0), row(1)];
    expect(a[0]).toBeCloseTo(0.5 * 0.75, 12);
    expect(a[1]).toBeCloseTo(0.5 * 0.25 + 0.25 * 0.75, 12);
    expect(b[0]).toBeCloseTo(0.5 * 0.25, 12);
    expect(b[1]).toBeCloseTo(0.5 * 0.75 + 0.25 * 0.25, 12);
  });

  it('is the fixed point of M = walk M R + (1 - walk) T', () => {
    const random = new Random(11);
    const sessions = Array.from({ length: 60 }, () =>
      Array.from({ length: 2 + random.below(5) }, () => `i${random.below(8)}`),
    );
    const known = knownEvents(eventTable(sessions), sessions.length, sessions.length);
    const { items } = known;
    const settings = { ...EXACT, walk: 0.7, jump: 0.9 };
    const R = stochastic(known, settings, 0);
    const T = stochastic(known, settings, 1).map(
      (value, at) => settings.jump * value + (at % (items + 1) === 0 ? 1 - settings.jump : 0),
    );
    const row = answerTo(known, settings);
    for (let i = 0; i < items; i++) {
      const m = row(i);
      for (let j = 0; j < items; j++) {
        let walked = 0;
        for (let k = 0; k < items; k++) walked += m[k]! * R[k * items + j]!;
        expect(m[j]).toBeCloseTo(0.7 * walked + 0.3 * T[i * items + j]!, 9);
      }
    }
  });

  it('follows few walkers when told so: one step of the walk is missing at most', () => {
    const known = knownEvents(eventTable([['a', 'b', 'c']]), 1, 1);
    const all = answerTo(known, EXACT)(0);
    const none = answerTo(known, { ...EXACT, smallestShare: 1 })(0);
    const total = (row: Float64Array) => row.reduce((sum, value) => sum + value);
    expect(total(none)).toBeCloseTo(1 - EXACT.walk, 12);
    expect(total(all)).toBeGreaterThan(total(none));
  });
});

/** SLIS (similarity 1) or SLIT (0) by dense inversion, negative entries dropped, rows scaled to the sum 1. */
function stochastic(known: KnownEvents, settings: SWalkSettings, similarity: 0 | 1): Float64Array {
  const equations = sessionRegression(known, { ...settings, similarity, transition: 1 - similarity });
  const matrix = denseRidge(equations, settings.lambda).map((value) => Math.max(0, value));
  for (let i = 0; i < known.items; i++) {
    const row = matrix.subarray(i * known.items, (i + 1) * known.items);
    const sum = row.reduce((total, value) => total + value);
    if (sum > 0) row.forEach((value, j) => (row[j] = value / sum));
  }
  return matrix;
}
