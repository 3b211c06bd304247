import { describe, expect, it } from 'vitest';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  problems: string[];
}

const { countTests, summaryLine } = (await import(
  new URL('../../../scripts/test-count.mjs', import.meta.url).href
)) as {
  countTests(report: unknown, code: number): Counts;
  summaryLine(counts: Pick<Counts, 'passed' | 'failed' | 'skipped'>): string;
};

const file = (status: string, statuses: string[], message = '') => ({
  name: 'a.test.ts',
  status,
  message,
  assertionResults: statuses.map((each, i) => ({ status: each, fullName: `test ${i}` })),
});

describe('countTests', () => {
  it('adds the tests of all files', () => {
    const report = {
      testResults: [
        file('passed', ['passed', 'passed', 'skipped']),
        file('failed', ['failed', 'passed', 'todo']),
      ],
    };
    expect(countTests(report, 1)).toEqual({
      passed: 3,
      failed: 1,
      skipped: 2,
      problems: ['a.test.ts: test 0'],
    });
  });

  it('counts a file that could not be loaded as one failure', () => {
    const report = { testResults: [file('failed', [], 'no such module'), file('passed', ['passed'])] };
    expect(countTests(report, 1)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
      problems: ['a.test.ts: no such module'],
    });
  });

  it('counts a failed hook, which leaves its tests skipped, as one failure', () => {
    const counts = countTests({ testResults: [file('failed', ['skipped', 'skipped'], 'beforeAll')] }, 1);
    expect(counts).toMatchObject({ passed: 0, failed: 1, skipped: 2 });
  });

  it('takes no executed test for a failure, whatever the exit code', () => {
    const nothing = { passed: 0, failed: 1, problems: ['no test was executed'] };
    expect(countTests({ testResults: [] }, 0)).toMatchObject(nothing);
    expect(countTests({ testResults: [file('skipped', ['skipped'])] }, 0)).toMatchObject({
      ...nothing,
      skipped: 1,
    });
  });

  it('takes an error outside of any test and a missing report for failures', () => {
    const report = { testResults: [file('passed', ['passed'])] };
    expect(countTests(report, 1)).toMatchObject({ passed: 1, failed: 1 });
    expect(countTests(null, 137).problems).toEqual(['vitest ended with code 137 and left no report']);
  });
});

describe('summaryLine', () => {
  it('names skipped tests only where there are any', () => {
    expect(summaryLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(summaryLine({ passed: 12, failed: 3, skipped: 4 })).toBe('12 passed, 3 failed, 4 skipped');
  });
});
