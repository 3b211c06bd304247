import { describe, expect, it } from 'vitest';
import { sPop } from '../../../../src/evaluation/literature/s-pop.js';
import { PAST, rounded, Shop } from './shop.js';

describe('S-POP', () => {
  const scores = (query: string[], past: readonly (readonly string[])[] = PAST) => {
    const shop = new Shop(past, query);
    return rounded(shop.scores(sPop.fit(shop.known, {})));
  };

  // Events in training: a 3, b 4, c 3, d 2, e 2, f 1; n events break ties by n / (n + 1).
  const fillers = { a: 3 / 4, b: 4 / 5, c: 3 / 4, d: 2 / 3, e: 2 / 3, f: 1 / 2 };

  it("puts the session's items first, by count and then by popularity, and popular items behind", () => {
    expect(scores(['a', 'b', 'f', 'f'])).toEqual(
      rounded({ ...fillers, f: 2 + 1 / 2, b: 1 + 4 / 5, a: 1 + 3 / 4 }),
    );
  });

  it('counts in the running session, whatever training knows of the item', () => {
    expect(scores(['z'])).toEqual(rounded({ ...fillers, z: 1 }));
  });

  it('fills with the 200 most popular items', () => {
    // 250 items, of which the later 50 have two events each.
    const once = Array.from({ length: 250 }, (_, i) => `i${i}`);
    const found = scores(['i249', 'i0'], [once, once.slice(200)]);
    expect(Object.keys(found)).toHaveLength(200);
    expect(Object.values(found).filter((score) => score === Number((2 / 3).toFixed(12)))).toHaveLength(49);
    expect(found).toMatchObject(rounded({ i249: 1 + 2 / 3, i0: 1 + 1 / 2, i1: 1 / 2 }));
  });
});
