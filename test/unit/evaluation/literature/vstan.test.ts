import { describe, expect, it } from 'vitest';
import { stan } from '../../../../src/evaluation/literature/stan.js';
import { vstan, type VstanSettings } from '../../../../src/evaluation/literature/vstan.js';
import { rounded, Shop } from './shop.js';

const { exp, log, sqrt } = Math;

// As in stan.test.ts; besides, a neighbour that shares a but not b counts exp(-1/5), a being one event old.
const A = exp(-1 / 2);
const near = (distance: number) => exp(-distance / 4);
// idf: events per item (b twice in session 2) of 5 sessions; its weight is 3.
const rare = (events: number) => 1 + 3 * log(5 / events);

const SETTINGS = { positionDecay: 2, ageDecayDays: 10, distanceDecay: 4, matchDecay: 5, idfWeight: 3 };

/** By the formula, from the similarity of each neighbour before its age counts. */
function expected(s0: number, s1: number, s2: number, s4: number): Record<string, number> {
  s0 *= exp(-0.4);
  s1 *= exp(-0.3) * exp(-1 / 5);
  s2 *= exp(-0.2);
  return rounded({
    a: (s0 * near(1) + s1 + s4 * near(1)) * rare(3),
    b: (s0 + s2 + s4) * rare(4),
    c: (s0 * near(1) + s2 * near(2)) * rare(3),
    d: (s1 * near(1) + s2 * near(1)) * rare(2),
    e: s4 * near(1) * rare(2),
    f: s4 * near(2) * rare(1),
  });
}

describe('VSTAN', () => {
  const shop = new Shop();
  const scores = (settings: Partial<VstanSettings>) =>
    rounded(shop.scores(vstan.fit(shop.known, { ...vstan.defaults, ...SETTINGS, ...settings })));

  it('adds rare items and recent matches to STAN', () => {
    const length = sqrt(1 + exp(-1));
    expect(scores({ similarity: 'cosine' })).toEqual(
      expected(
        (1 + A) / (length * sqrt(3)),
        A / (length * sqrt(2)),
        1 / (length * sqrt(3)),
        (1 + A) / (length * 2),
      ),
    );
  });

  it("can compare as VSKNN does: the shared items' weights over the session's size", () => {
    expect(scores({ similarity: 'vec' })).toEqual(expected((1 + A) / 2, A / 2, 1 / 2, (1 + A) / 2));
  });

  it('is STAN without its additions', () => {
    expect(scores({ similarity: 'cosine', matchDecay: 0, idfWeight: 0 })).toEqual(
      rounded(shop.scores(stan.fit(shop.known, { ...stan.defaults, ...SETTINGS }))),
    );
  });
});
