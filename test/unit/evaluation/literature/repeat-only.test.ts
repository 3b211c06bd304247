import { describe, expect, it } from 'vitest';
import { repeatOnly } from '../../../../src/evaluation/literature/repeat-only.js';
import { PAST, rounded, Shop } from './shop.js';

describe('Repeat-only', () => {
  it("answers the session's own items, the most recently taken first, and nothing else", () => {
    const shop = new Shop(PAST, ['a', 'b', 'a', 'f', 'z']);
    const method = repeatOnly.fit(shop.known, {});
    expect(rounded(shop.scores(method))).toEqual(rounded({ z: 1, f: 1 / 2, a: 1 / 3, b: 1 / 4 }));
  });

  it('does not carry items over to the next question', () => {
    const shop = new Shop(PAST, ['a', 'b', 'c']);
    const method = repeatOnly.fit(shop.known, {});
    shop.scores(method);
    expect(new Shop(PAST, ['d']).scores(method)).toEqual({ d: 1 });
  });
});
