import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBuckets } from '../../../../src/http/access/token-buckets.js';

describe('TokenBuckets', () => {
  it('gives a burst, then the rate, and says how long to wait', () => {
    const buckets = new TokenBuckets({ perSecond: 2, burst: 3 }, 10);
    expect([0, 0, 0, 0].map((ms) => buckets.take('a', ms))).toEqual([0, 0, 0, 500]);
    expect(buckets.take('a', 400)).toBeCloseTo(100);
    expect(buckets.take('a', 500)).toBe(0);
    expect(buckets.take('a', 500)).toBe(500);
    expect(buckets.take('b', 500)).toBe(0); // others have their own
    expect([1e6, 1e6, 1e6, 1e6].map((ms) => buckets.take('a', ms))).toEqual([0, 0, 0, 500]); // no more than a burst
  });

  it('goes on when the clock is set back', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 10);
    expect(buckets.take('a', 1_000_000)).toBe(0);
    expect(buckets.take('a', 0)).toBe(1000);
    expect(buckets.take('a', 1000)).toBe(0);
  });

  it('remembers so many callers and forgets those who were quiet for the longest', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 3);
    for (const caller of ['a', 'b', 'c']) buckets.take(caller, 0);
    expect(buckets.take('a', 0)).toBeGreaterThan(0);
    buckets.take('d', 0); // instead of b
    expect(buckets.size).toBe(3);
    expect(buckets.take('a', 0)).toBeGreaterThan(0);
    expect(buckets.take('b', 0)).toBe(0);
    for (let i = 0; i < 10_000; i++) buckets.take(`flood-${i}`, 0);
    expect(buckets.size).toBe(3);
  });

  it('never lets more through than burst and rate allow', () =>
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 200 }),
        (perSecond, burst, gapsMs) => {
          const buckets = new TokenBuckets({ perSecond, burst }, 1);
          let nowMs = 0;
          let taken = 0;
          for (const gapMs of gapsMs) {
            nowMs += gapMs;
            const waitMs = buckets.take('a', nowMs);
            if (waitMs === 0) taken++;
            else expect(waitMs).toBeLessThanOrEqual(1000 / perSecond + 1e-6);
          }
          expect(taken).toBeLessThanOrEqual(burst + (perSecond * nowMs) / 1000 + 1e-6);
        },
      ),
    ));
});
