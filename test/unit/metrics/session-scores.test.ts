import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/domain/random.js';
import { bootstrap, comparePaired } from '../../../src/metrics/bootstrap.js';
import { comparePairedScores, sessionScores } from '../../../src/metrics/session-scores.js';

const COLUMNS = ['HR@20', 'NDCG@20', 'MRR@20'];

/** Hits of so many sessions with one to four questions each; the better model turns some misses of the other into hits. */
function twoModels(sessions: number, gain: number) {
  const random = new Random(5);
  const prefixes = Uint32Array.from({ length: sessions }, () => 1 + random.below(4));
  const sums = [0, 1].map(() => new Float64Array(sessions * COLUMNS.length));
  prefixes.forEach((count, session) => {
    for (let n = 0; n < count; n++) {
      const hit = random.next() < 0.4;
      [hit, hit || random.next() < gain].forEach((isHit, model) => {
        if (!isHit) return;
        sums[model]![session * 3]! += 1;
        sums[model]![session * 3 + 2]! += 0.5;
      });
    }
  });
  const sessionNumbers = Uint32Array.from(prefixes, (_, i) => i);
  return sums.map((each) => ({ columns: COLUMNS, sessionNumbers, prefixes, sums: each }));
}

const kept = (sums: ReturnType<typeof twoModels>[number], questions = 'q') =>
  sessionScores(sums, ['HR@20', 'MRR@20'], questions)!;

describe('two models over the same sessions', () => {
  it('differ by what the bootstrap says, with its interval', () => {
    const [base, other] = twoModels(4000, 0.05) as [
      ReturnType<typeof twoModels>[0],
      ReturnType<typeof twoModels>[0],
    ];
    const [hits, reciprocal] = comparePairedScores(kept(base), kept(other))!;
    const paired = comparePaired(bootstrap(other, { seed: 1 }), bootstrap(base, { seed: 1 }), 'HR@20');
    expect(hits!.metric).toBe('HR@20');
    expect(hits!.difference).toBeCloseTo(paired.difference, 6);
    const width = paired.high - paired.low;
    expect(Math.abs(hits!.low - paired.low)).toBeLessThan(0.1 * width);
    expect(Math.abs(hits!.high - paired.high)).toBeLessThan(0.1 * width);
    expect(hits!.low).toBeGreaterThan(0);
    expect(reciprocal!.difference).toBeCloseTo(hits!.difference / 2, 6);
    expect(hits!.other - hits!.base).toBeCloseTo(hits!.difference, 9);
  });

  it('are found equal when they are, and the other way round with the other sign', () => {
    const [base, other] = twoModels(500, 0.1) as [
      ReturnType<typeof twoModels>[0],
      ReturnType<typeof twoModels>[0],
    ];
    expect(comparePairedScores(kept(base), kept(base))![0]).toMatchObject({ difference: 0, low: 0, high: 0 });
    const [there] = comparePairedScores(kept(base), kept(other))!;
    const [back] = comparePairedScores(kept(other), kept(base))!;
    expect(back!.difference).toBeCloseTo(-there!.difference, 9);
    expect(back!.low).toBeCloseTo(-there!.high, 9);
  });

  it('by hand: three kinds of sessions', () => {
    // 40 sessions of one question: 10 gained, 2 lost, 28 alike. d is .8, -1.2 and -.2.
    const prefixes = new Uint32Array(40).fill(1);
    const sums = (hit: (session: number) => boolean) => ({
      columns: ['HR@20'],
      sessionNumbers: Uint32Array.from(prefixes, (_, i) => i),
      prefixes,
      sums: Float64Array.from(prefixes, (_, session) => Number(hit(session))),
    });
    const scores = [sums((s) => s >= 38), sums((s) => s < 10)].map((each) =>
      sessionScores(each, ['HR@20'], 'q')!,
    );
    const [found] = comparePairedScores(scores[0]!, scores[1]!)!;
    expect(found!.difference).toBeCloseTo(0.2, 9);
    const squares = 10 * 0.8 ** 2 + 2 * 1.2 ** 2 + 28 * 0.2 ** 2;
    expect(found!.high - found!.difference).toBeCloseTo((1.959964 * Math.sqrt((40 / 39) * squares)) / 40, 9);
  });

  it('cannot be told apart if they were asked something else, by few, or if a file is damaged', () => {
    const [base, other] = twoModels(100, 0.1) as [
      ReturnType<typeof twoModels>[0],
      ReturnType<typeof twoModels>[0],
    ];
    expect(comparePairedScores(kept(base), kept(other, 'else'))).toBeNull();
    expect(comparePairedScores(kept(base), kept(twoModels(101, 0.1)[1]!))).toBeNull();
    const [few, alsoFew] = twoModels(29, 0.1);
    expect(comparePairedScores(kept(few!), kept(alsoFew!))).toBeNull();
    expect(comparePairedScores(kept(base), { ...kept(other), sums: 'AAAA' })).toBeNull();
  });

  it('are not kept for very many sessions', () => {
    const many = new Uint32Array(200_001).fill(1);
    const sums = new Float64Array(many.length);
    expect(sessionScores({ columns: ['HR@20'], sessionNumbers: many, prefixes: many, sums }, ['HR@20'], 'q')).toBeNull(); // prettier-ignore
  });
});
