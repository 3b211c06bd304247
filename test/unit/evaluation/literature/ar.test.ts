import { describe, expect, it } from 'vitest';
import { ar } from '../../../../src/evaluation/literature/ar.js';
import { PAST, Shop } from './shop.js';

describe('AR', () => {
  it('counts pairs of events with the last item, in any order, itself included', () => {
    const shop = new Shop();
    // From b: a b c gives a, c; b c d b gives c, d, b from the first b and b, c, d from the second; f a b e gives f, a, e.
    expect(shop.scores(ar.fit(shop.known, {}))).toEqual({ a: 2, b: 2, c: 3, d: 2, e: 1, f: 1 });
  });

  it('answers nothing for an item that no past session holds', () => {
    const unknown = new Shop(PAST, ['z']);
    expect(unknown.scores(ar.fit(unknown.known, {}))).toEqual({});
  });
});
