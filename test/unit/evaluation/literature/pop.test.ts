import { describe, expect, it } from 'vitest';
import { pop } from '../../../../src/evaluation/literature/pop.js';
import { PAST, Shop } from './shop.js';

describe('POP', () => {
  it('scores every item of training by its events, whatever the session', () => {
    const popularity = { a: 3, b: 4, c: 3, d: 2, e: 2, f: 1 };
    for (const query of [['a', 'b'], ['f'], ['z']]) {
      const shop = new Shop(PAST, query);
      expect(shop.scores(pop.fit(shop.known, {}))).toEqual(popularity);
    }
  });
});
