import { describe, expect, it } from 'vitest';
import { renderTable } from '../../../src/report/render-table.js';
import { sampleReport } from '../../support/sample-report.js';

describe('renderTable', () => {
  const report = sampleReport();
  const lines = renderTable(report).split('\n');

  it('fits into 115 columns and holds no escape sequences', () => {
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(115);
    expect(lines.join('')).not.toContain('\u001b');
  });

  it('has a table per cutoff with means above their intervals', () => {
    for (const k of report.cutoffs) {
      const start = lines.findIndex((line) => line.includes(`First ${k} `));
      expect(start).toBeGreaterThan(0);
      for (const [i, { label, metrics }] of report.methods.entries()) {
        const row = lines[start + 2 + 2 * i]!;
        expect(row).toContain(label);
        expect(row).toContain(metrics[`HR@${k}`]!.mean.toFixed(4));
        expect(lines[start + 3 + 2 * i]).toContain(metrics[`HR@${k}`]!.low.toFixed(3).slice(1));
      }
    }
  });

  it('says how answers went', () => {
    expect(lines).toContain(
      'The right item: shown 50.0%, ranked too low 20.0%, not found 30.0%; 123 candidates on average.',
    );
    expect(renderTable({ ...report, ceilings: undefined })).not.toContain('The right item:');
  });

  it('marks the best, and nothing where nobody wins', () => {
    const best = report.methods.map(({ metrics }) => metrics['MAP@10']!.mean).sort((a, b) => b - a)[0]!;
    expect(lines.join('\n')).toContain(`*${best.toFixed(4)}`);
    const alone = renderTable({ ...report, methods: report.methods.slice(0, 1) });
    expect(alone).not.toMatch(/\*\d/);
  });

  it('marks all that print the same best', () => {
    const [first] = report.methods;
    const text = renderTable({ ...report, methods: [first!, { ...first!, name: 'twin', label: 'Twin' }] });
    expect(text.match(/\*\d/g)).toHaveLength(2 * 6 * report.cutoffs.length);
  });

  it('says better, worse, or not told apart', () => {
    const base = { ...report.comparisons[0]!, relative: null };
    const text = renderTable({
      ...report,
      comparisons: [
        { ...base, difference: 0.1, low: 0.05, high: 0.2 },
        { ...base, difference: -0.1, low: -0.2, high: -0.05 },
        { ...base, difference: 0.1, low: -0.05, high: 0.2 },
      ],
    });
    expect(text).toMatch(/\+0\.1000 .* better[^]*-0\.1000 .* worse[^]*\+0\.1000 .* not told apart/);
  });

  it('removes control characters from text that is not ours', () => {
    const text = renderTable({
      ...report,
      title: 'a\u001b[31mred\u0007\u0000b',
      notes: ['\u001b]0;title\u0007x'],
    });
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(text.split('\n')[0]).toBe('a [31mred  b');
  });
});
