import { describe, expect, it } from 'vitest';
import { markov } from '../../../../src/evaluation/literature/markov.js';
import { PAST, Shop } from './shop.js';

describe('Markov', () => {
  const scores = (past: readonly (readonly string[])[], query: string[]) => {
    const shop = new Shop(past, query);
    return shop.scores(markov.fit(shop.known, {}));
  };

  it('counts what came directly after the last item', () => {
    // c after b in a b c and in b c d b, e after b in f a b e; the last b of b c d b has no successor.
    expect(scores(PAST, ['a', 'b'])).toEqual({ c: 2, e: 1 });
  });

  it('lets an item follow itself, and does not look across sessions', () => {
    expect(scores([['x', 'x', 'y', 'x'], ['z']], ['x'])).toEqual({ x: 1, y: 1 });
  });

  it('looks at the last item only, and answers nothing when nothing ever followed it', () => {
    expect(scores(PAST, ['d', 'e'])).toEqual({});
    expect(scores(PAST, ['e', 'd'])).toEqual({ b: 1 });
  });
});
