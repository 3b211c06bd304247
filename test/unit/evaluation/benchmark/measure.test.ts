import { describe, expect, it } from 'vitest';
import { measureMethod } from '../../../../src/evaluation/benchmark/measure.js';
import { benchmarkCases, benchmarkTask } from '../../../../src/evaluation/benchmark/protocol.js';
import { eventTable } from '../../../support/event-table.js';

const answer = (scores: readonly number[]) => ({
  count: scores.length,
  items: scores.map((_, item) => item),
  scores,
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
