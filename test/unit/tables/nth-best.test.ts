import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NthBest } from '../../../src/tables/nth-best.js';

const CAPACITY = 300;

/** Few different scores, so that many are equal; scores that are equal as 32-bit floats only; none too large or small for those. */
const score = fc.oneof(
  fc.constantFrom(0, 1e-60, 1e-30, 0.1, 0.1 + 1e-15, 0.25, 1, 1 + 1e-15, 1e60),
  fc.double({ min: 0, max: 2, noNaN: true }),
);

describe('NthBest', () => {
  const best = new NthBest(CAPACITY, CAPACITY);

  it('includes exactly the n best, list after list', () => {
    fc.assert(
      fc.property(
        fc.array(score, { minLength: 1, maxLength: CAPACITY }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (values, share, seed) => {
          const n = 1 + Math.floor(share * (values.length - 1));
          const scores = Float64Array.from(values);
          // Ids without order: multiples of the seed modulo a prime.
          const ids = Uint32Array.from(values, (_, i) => ((i + 1) * seed) % 1_000_003);
          best.find(ids, scores, values.length, n);
          const sorted = values.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || ids[a]! - ids[b]!);
          const included = values.map((_, i) => i).filter((i) => best.includes(ids[i]!, scores[i]!));
          expect(included).toEqual(sorted.slice(0, n).sort((a, b) => a - b));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('looks at no more of the arrays than it is told', () => {
    best.find(Uint32Array.of(7, 8, 9), Float64Array.of(1, 2, 50), 2, 1);
    expect([7, 8].map((id, i) => best.includes(id, i + 1))).toEqual([false, true]);
  });
});
