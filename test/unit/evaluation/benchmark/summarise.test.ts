import { beforeAll, describe, expect, it } from 'vitest';
import { type BenchmarkResult } from '../../../../src/evaluation/benchmark/benchmark-result.js';
import { meanOfSums, spreadOf } from '../../../../src/evaluation/benchmark/seeds.js';
import { type RunResult } from '../../../../src/evaluation/benchmark/run-store.js';
import { benchmarkRun, benchmarkSample, sampleBenchmark } from '../../../support/sample-benchmark.js';

describe('summarise', () => {
  let result: BenchmarkResult;
  let runs: Record<'pop' | 'sr' | 'markov', RunResult>;
  beforeAll(async () => {
    result = await sampleBenchmark();
    runs = {
      pop: await benchmarkRun('pop'),
      sr: await benchmarkRun('sr'),
      markov: await benchmarkRun('markov'),
    };
  });
  const hitRate = ({ ranks }: RunResult) => ranks.filter((rank) => rank > 0).length / ranks.length;
  const reciprocal = ({ ranks }: RunResult) =>
    ranks.reduce((sum, rank) => sum + (rank > 0 ? 1 / rank : 0), 0) / ranks.length;

  it('means are over all questions', () => {
    expect(result.methods.pop!['hr@20']).toBeCloseTo(hitRate(runs.pop), 12);
    expect(result.methods.pop!['mrr@20']).toBeCloseTo(reciprocal(runs.pop), 12);
    const { low, high } = result.methods.pop!.intervals['hr@20'];
    expect(low).toBeLessThan(result.methods.pop!['hr@20']!);
    expect(high).toBeGreaterThan(result.methods.pop!['hr@20']!);
  });

  it('several seeds count by their mean, and their spread is told', () => {
    const [one, two] = [hitRate(runs.sr), hitRate(runs.markov)];
    const { nextitem } = result.methods;
    expect(nextitem!.seeds).toEqual([1, 2]);
    expect(nextitem!['hr@20']).toBeCloseTo((one + two) / 2, 12);
    const spread = nextitem!.spread!['hr@20'];
    expect(spread.values.map((value) => value.toFixed(9))).toEqual(
      [one, two].map((value) => value.toFixed(9)),
    );
    expect(spread.sd).toBeCloseTo(Math.abs(one - two) / Math.SQRT2, 9);
    expect(result.methods.pop!.spread).toBeUndefined();
  });

  it('compares every pair once on every metric', () => {
    expect(result.comparisons.map(({ method, against, metric }) => `${method} ${against} ${metric}`)).toEqual(
      [
        'pop s-pop hr@20',
        'pop s-pop mrr@20',
        'pop nextitem hr@20',
        'pop nextitem mrr@20',
        's-pop nextitem hr@20',
        's-pop nextitem mrr@20',
      ],
    );
    const { difference, low, high } = result.comparisons[2]!;
    expect(difference).toBeCloseTo(result.methods.pop!['hr@20']! - result.methods.nextitem!['hr@20']!, 12);
    expect(low).toBeLessThanOrEqual(difference);
    expect(high).toBeGreaterThanOrEqual(difference);
  });

  it('every breakdown covers every question once, and its parts add up to the whole', () => {
    expect(result.breakdowns.map(({ name }) => name)).toEqual([
      'events known',
      'popularity of the next item',
      'next item',
    ]);
    const questions = benchmarkSample().cases.length;
    for (const { buckets } of result.breakdowns) {
      expect(buckets.reduce((sum, { prefixes }) => sum + prefixes, 0)).toBe(questions);
      for (const [method, metric, whole] of [
        ['pop', 'HR@20', result.methods.pop!['hr@20']!],
        ['nextitem', 'MRR@20', result.methods.nextitem!['mrr@20']!],
      ] as const) {
        const sum = buckets.reduce(
          (total, { prefixes, perMethod }) => total + prefixes * perMethod[method]![metric]!.mean,
          0,
        );
        expect(sum / questions).toBeCloseTo(whole, 9);
      }
    }
  });

  it('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});

describe('seeds', () => {
  it('averages session by session', () => {
    const sums = (values: number[]) => ({
      columns: ['HR@20'],
      sessionNumbers: Uint32Array.of(4, 9),
      prefixes: Uint32Array.of(2, 1),
      sums: Float64Array.from(values),
    });
    expect(meanOfSums([sums([2, 0]), sums([1, 1])])).toEqual(sums([1.5, 0.5]));
  });

  it('one value has no spread; of several the sample deviation', () => {
    expect(spreadOf([0.5])).toEqual({ min: 0.5, max: 0.5, sd: 0, values: [0.5] });
    expect(spreadOf([1, 2, 3]).sd).toBe(1);
  });
});
