import { describe, expect, it } from 'vitest';
import { measureMethod, rankOf } from '../../../../src/evaluation/benchmark/measure.js';
import { benchmarkCases, benchmarkTask } from '../../../../src/evaluation/benchmark/protocol.js';
import { Random } from '../../../../src/domain/random.js';
import { conservativeRank } from '../../../../src/metrics/single-target.js';
import { eventTable } from '../../../support/event-table.js';

const answer = (scores: readonly number[]) => ({
  count: scores.length,
  items: scores.map((_, item) => item),
  scores,
});

describe('rankOf', () => {
  it('puts the item behind everything of an equal score', () => {
    expect(rankOf(1, answer([3, 2, 2, 1]))).toBe(3);
    expect(rankOf(0, answer([3, 2, 2, 1]))).toBe(1);
    expect(rankOf(3, answer([0, 0, 0, 0]))).toBe(4);
  });

  it('is 0 for what was not answered and beyond the twentieth', () => {
    expect(rankOf(7, answer([1, 2]))).toBe(0);
    expect(rankOf(0, answer([]))).toBe(0);
    expect(rankOf(20, answer(Array.from({ length: 21 }, (_, i) => -i)))).toBe(0);
    expect(rankOf(19, answer(Array.from({ length: 21 }, (_, i) => -i)))).toBe(20);
    expect(rankOf(0, answer(Array<number>(21).fill(1)))).toBe(0);
  });

  it('takes a score that is no number for the lowest', () => {
    expect(rankOf(1, answer([-5, NaN, -Infinity]))).toBe(3);
    expect(rankOf(0, answer([-5, NaN]))).toBe(1);
  });

  it('agrees with the conservative rank on random scores with many ties', () => {
    const random = new Random(3);
    for (let trial = 0; trial < 300; trial++) {
      const scores = Array.from({ length: 1 + random.below(40) }, () => random.below(8));
      const item = random.below(scores.length);
      const rank = conservativeRank(scores, scores.length, item);
      expect(rankOf(item, answer(scores))).toBe(rank > 20 ? 0 : rank);
    }
  });
});

describe('measureMethod', () => {
  const task = benchmarkTask(
    eventTable([
      ['a', 'b'],
      ['a', 'c'],
      ['a', 'b', 'c'],
      ['b', 'a'],
    ]),
    'time',
    () => 2,
  );
  const cases = benchmarkCases(task, null);
  // a 3, b 2, c 2 of everyone's scores: b and c are tied.
  const method = { name: 'fixed', label: 'Fixed', rank: () => answer([3, 2, 2]) };

  it('measures ranks, metrics by session, and what was shown', async () => {
    const { ranks, sums, queryMs, shown } = await measureMethod(method, task, cases);
    // a>b: tied with c, so 3. ab>c: 3. b>a: 1.
    expect(Array.from(ranks)).toEqual([3, 3, 1]);
    expect(queryMs).toHaveLength(3);
    expect(Array.from(sums.sessionNumbers)).toEqual([2, 3]);
    expect(Array.from(sums.prefixes)).toEqual([2, 1]);
    const column = (name: string, session: number) =>
      sums.sums[session * sums.columns.length + sums.columns.indexOf(name)]!;
    expect(column('HR@20', 0)).toBe(2);
    expect(column('MRR@20', 0)).toBeCloseTo(2 / 3, 12);
    expect(column('MRR@5', 1)).toBe(1);
    // a>{b,c}: both are found at 2 and 3: (1/2 + 2/3) / 2. ab>{c}: 1/3.
    expect(column('MAP@5', 0)).toBeCloseTo((1 / 2 + 2 / 3) / 2 + 1 / 3, 12);
    expect(shown.catalogueCoverage).toEqual({ 5: 1, 10: 1, 20: 1 });
    expect(shown.averagePopularity['20']).toBeCloseTo(4 / 3, 12);
  });

  it('reports progress to the end, and stops when it is told to', async () => {
    const seen: number[] = [];
    await measureMethod(method, task, cases, { onProgress: (done, total) => seen.push(done / total) });
    expect(seen.at(-1)).toBe(1);
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(measureMethod(method, task, cases, { signal: stopped })).rejects.toThrow('enough');
  });
});
