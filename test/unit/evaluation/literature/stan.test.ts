import { describe, expect, it } from 'vitest';
import { stan, type StanSettings } from '../../../../src/evaluation/literature/stan.js';
import { rounded, Shop } from './shop.js';

const { exp, sqrt } = Math;

// w(b) = 1, w(a) = exp(-1/2) with positionDecay 2; its length is sqrt(1 + exp(-1)).
// Ages: session 4 is 0 days old, 2 is 2, 1 is 3, 0 is 4; ageDecayDays 10.
const A = exp(-1 / 2);
const LENGTH = sqrt(1 + exp(-1));
const S0 = ((1 + A) / (LENGTH * sqrt(3))) * exp(-0.4);
const S1 = (A / (LENGTH * sqrt(2))) * exp(-0.3);
const S2 = (1 / (LENGTH * sqrt(3))) * exp(-0.2);
const S4 = (1 + A) / (LENGTH * sqrt(4));
// Distances from the last shared item inside the neighbour, distanceDecay 4:
//   0 [a, b, c]     b at 2: a 1, b 0, c 1
//   1 [a, d]        a at 1: a 0, d 1
//   2 [b, c, d, b]  b at 4 (its last place): c 2, d 1, b 0
//   4 [f, a, b, e]  b at 3: f 2, a 1, b 0, e 1
const near = (distance: number) => exp(-distance / 4);

const SETTINGS = { positionDecay: 2, ageDecayDays: 10, distanceDecay: 4 };

describe('STAN', () => {
  const shop = new Shop();
  const scores = (settings: Partial<StanSettings>) =>
    rounded(shop.scores(stan.fit(shop.known, { ...stan.defaults, ...SETTINGS, ...settings })));

  it('knows positions in the session, ages of neighbours and distances inside them', () => {
    expect(scores({})).toEqual(
      rounded({
        a: S0 * near(1) + S1 + S4 * near(1),
        b: S0 + S2 + S4,
        c: S0 * near(1) + S2 * near(2),
        d: S1 * near(1) + S2 * near(1),
        e: S4 * near(1),
        f: S4 * near(2),
      }),
    );
  });

  it('prefers the younger of two alike sessions', () => {
    const twice = new Shop([['a', 'b', 'c'], ['a', 'b', 'd']]); // prettier-ignore
    const { c, d } = twice.scores(stan.fit(twice.known, { ...stan.defaults, ...SETTINGS }));
    expect(c! / d!).toBeCloseTo(exp(-1 / 10), 12);
    const kept = twice.scores(stan.fit(twice.known, { ...stan.defaults, ...SETTINGS, k: 1 }));
    expect(Object.keys(kept).sort()).toEqual(['a', 'b', 'd']);
  });

  it('takes 0 for no decay', () => {
    const flat = scores({ positionDecay: 0, ageDecayDays: 0, distanceDecay: 0 });
    // Plain cosine, as SKNN.
    expect(flat).toEqual(
      rounded({
        a: 2 / sqrt(6) + 1 / 2 + 2 / sqrt(8),
        b: 2 / sqrt(6) + 1 / sqrt(6) + 2 / sqrt(8),
        c: 2 / sqrt(6) + 1 / sqrt(6),
        d: 1 / 2 + 1 / sqrt(6),
        e: 2 / sqrt(8),
        f: 2 / sqrt(8),
      }),
    );
  });

  it('looks at the last item alone with a tiny position decay', () => {
    // d stands in session 2, which holds b, and in session 1, which does not.
    expect(scores({ positionDecay: 0.00001 }).d).toBeCloseTo((exp(-0.2) / sqrt(3)) * near(1), 12);
  });
});
