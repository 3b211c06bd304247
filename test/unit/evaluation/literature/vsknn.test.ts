import { describe, expect, it } from 'vitest';
import {
  matchWeight,
  positionWeight,
  vsknn,
  type VsknnSettings,
} from '../../../../src/evaluation/literature/vsknn.js';
import { rounded, Shop } from './shop.js';

describe('VSKNN', () => {
  const shop = new Shop();
  const scores = (settings: Partial<VsknnSettings>) =>
    rounded(shop.scores(vsknn.fit(shop.known, { ...vsknn.defaults, ...settings })));

  it('weighs recent items, recent matches and rare items', () => {
    // Quadratic: w(a) = (1/2)^2 = .25, w(b) = (2/2)^2 = 1; divided by |s| = 2. The decay is 1 where b, the last item,
    // is shared, and 1/2 where only a is.
    //   0 {a, b, c}: 1.25 / 2 * 1     1 {a, d}: .25 / 2 * 1/2
    //   2 {b, c, d}: 1 / 2 * 1        4 {f, a, b, e}: 1.25 / 2 * 1
    // idf counts events: a 3, b 4 (twice in session 2), c 3, d 2, e 2, f 1 of 5 sessions; its weight is 2.
    const rare = (events: number) => 1 + 2 * Math.log(5 / events);
    expect(scores({ weighting: 'quadratic', scoreWeighting: 'div', idfWeight: 2 })).toEqual(
      rounded({
        a: (0.625 + 0.0625 + 0.625) * rare(3),
        b: (0.625 + 0.5 + 0.625) * rare(4),
        c: (0.625 + 0.5) * rare(3),
        d: (0.0625 + 0.5) * rare(2),
        e: 0.625 * rare(2),
        f: 0.625 * rare(1),
      }),
    );
  });

  it('takes the neighbours by similarity, of equal ones the more recent', () => {
    // Sessions 0 and 4 are equally similar (.75 with "div": (.5 + 1) / 2).
    expect(scores({ k: 1 })).toEqual({ a: 0.75, b: 0.75, e: 0.75, f: 0.75 });
  });

  it('counts an item at its last position', () => {
    // a b a: w(a) = 3/3, w(b) = 2/3, |s| = 2. Session 1 {a, d} shares the last item.
    const again = new Shop([['a', 'd'], ['b', 'e']], ['a', 'b', 'a']); // prettier-ignore
    const method = vsknn.fit(again.known, { ...vsknn.defaults, scoreWeighting: 'quadratic' });
    expect(rounded(again.scores(method))).toEqual(
      rounded({ a: 1 / 2, d: 1 / 2, b: 2 / 3 / 2 / 4, e: 2 / 3 / 2 / 4 }),
    );
  });
});

describe('decays', () => {
  it('weigh positions of a session of four', () => {
    const at = (weighting: VsknnSettings['weighting']) => [1, 4].map((p) => positionWeight(weighting, p, 4));
    expect(at('same')).toEqual([1, 1]);
    expect(at('linear')).toEqual([1 - 0.1 * 3, 1]);
    expect(at('div')).toEqual([1 / 4, 1]);
    expect(at('quadratic')).toEqual([1 / 16, 1]);
    expect(at('log')).toEqual([1 / Math.log10(4.7), 1 / Math.log10(1.7)]);
  });

  it('weigh steps from the end', () => {
    const at = (weighting: VsknnSettings['scoreWeighting']) => [1, 3].map((s) => matchWeight(weighting, s));
    expect(at('same')).toEqual([1, 1]);
    expect(at('linear')).toEqual([0.9, 1 - 0.1 * 3]);
    expect(at('div')).toEqual([1, 1 / 3]);
    expect(at('quadratic')).toEqual([1, 1 / 9]);
    expect(at('log')).toEqual([1 / Math.log10(2.7), 1 / Math.log10(4.7)]);
  });

  it('never fall below nothing', () => {
    expect(positionWeight('linear', 1, 30)).toBe(0);
    expect(positionWeight('linear', 30, 30)).toBe(1);
    expect(matchWeight('linear', 30)).toBe(0);
  });
});
