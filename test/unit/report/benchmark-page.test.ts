import { beforeAll, describe, expect, it } from 'vitest';
import { type BenchmarkResult } from '../../../src/evaluation/benchmark/benchmark-result.js';
import { comparison, companyNote } from '../../../src/report/benchmark-format.js';
import { renderBenchmark } from '../../../src/report/benchmark-page.js';
import { renderBenchmarkTable } from '../../../src/report/benchmark-table.js';
import { sampleBenchmark } from '../../support/sample-benchmark.js';

const HOSTILE = `</title></style><script>alert('x')</script><img src=x onerror="y">&\u001b[31m`;

let result: BenchmarkResult;
beforeAll(async () => void (result = await sampleBenchmark()));

/** The result with text everywhere that tries to get out. */
const hostile = (): BenchmarkResult => ({
  ...result,
  data: { ...result.data, source: HOSTILE },
  machine: { ...result.machine, cpu: HOSTILE },
  notes: [HOSTILE],
  methods: Object.fromEntries(
    Object.entries(result.methods).map(([name, method]) => [
      name,
      { ...method, label: `${name} ${HOSTILE}`, notes: [HOSTILE], settings: { [HOSTILE]: HOSTILE } },
    ]),
  ),
});

describe('renderBenchmark', () => {
  let page: string;
  beforeAll(async () => void (page = await renderBenchmark(result)));

  it('is one page that loads nothing and runs nothing, the same every time', async () => {
    const own = page.replace(/ xmlns(:xlink)?="[^"]*"/g, '');
    expect(own).not.toMatch(/https?:\/\/|<script|<link|<iframe|@import|url\(| src=/);
    expect(await renderBenchmark(result)).toBe(page);
  });

  it('shows every metric at every cutoff with its interval', () => {
    for (const method of Object.values(result.methods)) {
      for (const metric of ['hr', 'mrr', 'ndcg', 'precision', 'recall', 'map'] as const) {
        for (const k of [5, 10, 20])
          expect(page).toContain(`>${method[`${metric}@${k}`]!.toFixed(4)}<small>`);
      }
    }
  });

  it('answers every question it should', () => {
    for (const heading of [
      'How good are the recommendations?',
      'Does the seed matter?',
      'Is the difference real? HR@20',
      'Is the difference real? MRR@20',
      'By events known',
      'By popularity of the next item',
      'By next item',
      'What can the ranker reach?',
      'What does it cost?',
      'Notes',
    ])
      expect(page).toContain(`<h2>${heading}</h2>`);
    // Each chart for wide and for narrow screens: 6 metrics, 3 x 2 breakdowns, ceilings, 2 of cost.
    expect(page.match(/<svg /g)).toHaveLength(2 * (6 + 6 + 1 + 2));
    expect(page).not.toContain('brand_popular');
    expect(page).toContain('123 candidates');
  });

  it('leaves out what was not measured', async () => {
    const { pop } = result.methods;
    const alone = await renderBenchmark({
      ...result,
      methods: { pop: pop! },
      comparisons: [],
      ceilings: null,
      notes: [],
    });
    expect(alone).not.toContain('Is the difference real');
    expect(alone).not.toContain('What can the ranker reach');
    expect(alone).not.toContain('Does the seed matter');
    expect(alone).not.toMatch(/NaN|undefined/);
  });

  it('escapes all text', async () => {
    const own = await renderBenchmark(hostile());
    expect(own).not.toContain('<script');
    expect(own).not.toContain('<img');
    expect(own.match(/<\/style>/g)).toHaveLength(1);
  });
});

describe('renderBenchmarkTable', () => {
  it('has a line per method and ours against the others, for a terminal of 125 columns', () => {
    const text = renderBenchmarkTable(result);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(125);
    for (const { label, ...method } of Object.values(result.methods)) {
      expect(text).toMatch(new RegExp(`│ ${label} +│ +\\*?${method['hr@20']!.toFixed(4)} │`));
    }
    expect(text).toContain('nextitem against');
    expect(text).toContain('2 seeds, default');
    expect(text).toContain('as served: 0.7500 with 123 candidates');
    expect(text).toContain('Note: a note');
    expect(text).toContain('Note: Times of POP, S-POP were taken with other runs beside them');
  });

  it('lets no control character through', () => {
    // eslint-disable-next-line no-control-regex
    expect(renderBenchmarkTable(hostile())).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe('comparison', () => {
  it('is the same either way round, with the sign turned', () => {
    const straight = comparison(result, 'pop', 'nextitem', 'hr@20')!;
    const turned = comparison(result, 'nextitem', 'pop', 'hr@20')!;
    expect(turned.difference).toBe(-straight.difference);
    expect([turned.low, turned.high]).toEqual([-straight.high, -straight.low]);
    const [a, b] = [result.methods.pop!['hr@20']!, result.methods.nextitem!['hr@20']!];
    expect(straight.relative!.mean).toBeCloseTo((a - b) / b, 12);
    expect(turned.relative!.mean).toBeCloseTo((b - a) / a, 12);
    expect(turned.relative!.low).toBeLessThan(turned.relative!.high);
    expect(comparison(result, 'pop', 'pop', 'hr@20')).toBeNull();
  });
});

describe('companyNote', () => {
  it('says nothing where every run was alone', () => {
    const methods = Object.fromEntries(
      Object.entries(result.methods).map(([name, method]) => [name, { ...method, sideBySide: 1 }]),
    );
    expect(companyNote({ ...result, methods })).toBeNull();
  });
});
