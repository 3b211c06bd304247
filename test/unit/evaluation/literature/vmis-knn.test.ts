import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  evaluateSerenade,
  readSerenade,
  SERENADE_EVALUATIONS,
  SERENADE_PUBLISHED,
  SERENADE_SETTINGS,
} from '../../../../bench/support/serenade.js';
import { Random } from '../../../../src/domain/random.js';
import { vmisKnn, type VmisKnnSettings } from '../../../../src/evaluation/literature/vmis-knn.js';
import { rounded, Shop } from './shop.js';

const { log } = Math;

describe('VMIS-kNN', () => {
  const shop = new Shop();
  const scores = (settings: Partial<VmisKnnSettings>, of = shop) =>
    rounded(of.scores(vmisKnn.fit(of.known, { ...vmisKnn.defaults, ...settings })));

  // Weights: b, the last of two events, 2; a 1; divided by |s| = 2. A neighbour counts .9 where it shares b, .8 where
  // only a.    0 {a, b, c}: 1.5 * .9    1 {a, d}: .5 * .8    2 {b, c, d}: 1 * .9    4 {f, a, b, e}: 1.5 * .9
  const neighbours = {
    a: 1.35 + 0.4 + 1.35,
    b: 1.35 + 0.9 + 1.35,
    c: 1.35 + 0.9,
    d: 0.4 + 0.9,
    e: 1.35,
    f: 1.35,
  };
  // Sessions with the item, of 5: b counts once in session 2.
  const holding = { a: 3, b: 3, c: 3, d: 2, e: 2, f: 1 };
  const times = (idf: (sessions: number) => number) =>
    rounded(
      Object.fromEntries(
        Object.entries(neighbours).map(([item, sum]) => [
          item,
          sum * idf(holding[item as keyof typeof holding]),
        ]),
      ),
    );

  it('weighs by place from the end, by the most recent match and by rarity', () => {
    expect(scores({})).toEqual(times((sessions) => log(5 / sessions)));
    expect(scores({ idf: false })).toEqual(times(() => 1));
  });

  it("counts idf over all sessions' items as Serenade does, if asked to", () => {
    // 3 + 2 + 3 + 2 + 4 items of sessions
    expect(scores({ serenadeQuirks: true })).toEqual(times((sessions) => log(14 / sessions)));
  });

  it('can leave out the last item', () => {
    expect(scores({ answerLast: false }).b).toBeUndefined();
    expect(scores({ answerLast: false }).c).toBe(scores({}).c);
  });

  it('looks at the last events only', () => {
    // Only b: weight 1 of 1, so session 1 {a, d} is no neighbour.
    expect(scores({ lastEvents: 1, idf: false })).toEqual(
      rounded({ a: 0.9 + 0.9, b: 0.9 + 0.9 + 0.9, c: 0.9 + 0.9, d: 0.9, e: 0.9, f: 0.9 }),
    );
  });

  it('lets a match ten events back count nothing, and not against an item', () => {
    // a is 10 events back: 1 - .1 * 11 = -.1; x is the last item and in nobody's session but session 1.
    const query = ['a', ...'1234567890'.slice(0, 9), 'x'];
    const long = new Shop([['a', 'c'], ['x', 'd']], query); // prettier-ignore
    expect(Object.keys(scores({ lastEvents: 20, idf: false }, long)).sort()).toEqual(['d', 'x']);
    const { c } = scores({ lastEvents: 20, idf: false, serenadeQuirks: true }, long);
    // weight 1 of 11 distinct items
    expect(c).toBeCloseTo(-0.1 / 11, 12);
  });

  it('leaves out the longest sessions', () => {
    // Of 301 sessions the 99.5th percentile has two items: the one of ten is nobody's neighbour.
    const short = Array.from({ length: 300 }, (_, s) => [`u${s}`, `v${s}`]);
    const giant = ['b', ...Array.from({ length: 9 }, (_, i) => `w${i}`)];
    const many = new Shop([...short.slice(0, 299), ['b', 'c'], giant]); // prettier-ignore
    expect(Object.keys(scores({}, many)).sort()).toEqual(['b', 'c']);
  });
});

const DATA = join(process.cwd(), '..', 'shared', 'data', 'serenade-toy');

describe.skipIf(!existsSync(DATA))("Serenade's example data (needs ../shared/data/serenade-toy)", () => {
  it('gives what its README prints, up to the order of equal scores', async () => {
    const data = await readSerenade(DATA);
    const { evaluations, metrics } = evaluateSerenade(data, SERENADE_SETTINGS, new Random(1));
    expect(evaluations).toBe(SERENADE_EVALUATIONS);
    for (const [name, published] of Object.entries(SERENADE_PUBLISHED)) {
      // Random orders of equal scores alone spread over about .003.
      expect(Math.abs(metrics[name as keyof typeof metrics] - published), name).toBeLessThan(0.003);
    }
  });
});
