import { describe, expect, it } from 'vitest';
import { sr } from '../../../../src/evaluation/literature/sr.js';
import { PAST, Shop } from './shop.js';

describe('SR', () => {
  const shop = new Shop();
  const scores = (settings: object) => shop.scores(sr.fit(shop.known, { ...sr.defaults, ...settings }));
  // Weights are stored as 32-bit floats.
  const floats = (values: Record<string, number>) =>
    Object.fromEntries(Object.entries(values).map(([item, weight]) => [item, Math.fround(weight)]));

  // After a b: c at 1 (a b c); c at 1, d at 2, b at 3 (b c d b); e at 1 (f a b e).
  it('sums the weight of every distance at which an item followed the last one', () => {
    expect(scores({})).toEqual(floats({ c: 2, e: 1, d: 1 / 2, b: 1 / 3 }));
    expect(scores({ weighting: 'same' })).toEqual(floats({ c: 2, e: 1, d: 1, b: 1 }));
    expect(scores({ weighting: 'linear' })).toEqual(floats({ c: 1.8, e: 0.9, d: 0.8, b: 0.7 }));
    expect(scores({ weighting: 'quadratic' })).toEqual(floats({ c: 2, e: 1, d: 1 / 4, b: 1 / 9 }));
    const log = (x: number) => 1 / Math.log10(x + 1.7);
    expect(scores({ weighting: 'log' })).toEqual(floats({ c: 2 * log(1), e: log(1), d: log(2), b: log(3) }));
  });

  it('follows no further than its steps', () => {
    expect(scores({ steps: 2 })).toEqual({ c: 2, e: 1, d: 0.5 });
    expect(scores({ steps: 1 })).toEqual({ c: 2, e: 1 });
  });

  it('gives no weight to a distance of ten or more with linear weights', () => {
    const long = new Shop([['x', ...'123456789', 'tenth', 'eleventh']], ['x']);
    const found = long.scores(sr.fit(long.known, { steps: 20, weighting: 'linear' }));
    expect(Object.keys(found).sort()).toEqual([...'123456789']);
  });

  it('answers nothing for an item that no past session holds', () => {
    const unknown = new Shop(PAST, ['z']);
    expect(unknown.scores(sr.fit(unknown.known, sr.defaults))).toEqual({});
  });
});
