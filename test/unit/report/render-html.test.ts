import { beforeAll, describe, expect, it } from 'vitest';
import { type EvaluationReport } from '../../../src/report/evaluation-report.js';
import { renderHtml } from '../../../src/report/render-html.js';
import { sampleReport } from '../../support/sample-report.js';

const HOSTILE = `</title></style><script>alert('x')</script><img src=x onerror="y">&`;

describe('renderHtml', () => {
  let report: EvaluationReport;
  let page: string;
  beforeAll(async () => {
    report = sampleReport();
    page = await renderHtml(report);
  });

  it('is one page that loads nothing and runs nothing', () => {
    const own = page.replace(/ xmlns(:xlink)?="[^"]*"/g, '');
    expect(own).not.toMatch(/https?:\/\/|<script|<link|<iframe|@import|url\(| src=/);
    expect(own.match(/<!doctype html>/g)).toHaveLength(1);
    expect(own).toContain('prefers-color-scheme:dark');
    expect(own).toContain('name="viewport"');
  });

  it('shows every metric of every method at every cutoff, with its interval', () => {
    for (const { metrics, label } of report.methods) {
      expect(page).toContain(`<th scope="row">${label}</th>`);
      for (const { mean, low, high } of Object.values(metrics)) {
        const digits = (x: number): string => x.toFixed(4).replace(/^0\./, '.');
        expect(page).toContain(`${mean.toFixed(4)}<small>${digits(low)}–${digits(high)}</small>`);
      }
    }
  });

  it('marks the best of a column, and judges differences', () => {
    const best = Math.max(...report.methods.map((method) => method.metrics['HR@20']!.mean)).toFixed(4);
    expect(page).toContain(`<td class="best">${best}<small>`);
    expect(page).toMatch(/class="words good">better<small>p = 0\.005/);
  });

  it('has a chart for each question, made for wide and for narrow screens', () => {
    for (const title of [
      'HR@20; whiskers',
      'What does the ranker look at?',
      'Was training stopped',
      'How long does one',
      'Does it depend on',
    ])
      expect(page.split(`>${title}`).length - 1, title).toBe(2);
    expect(page).toContain('>best reachable<');
    expect(page).not.toMatch(/NaN|undefined|\[object/);
  });

  it('gives the same bytes for the same report, also after a trip through JSON', async () => {
    const again = await renderHtml(JSON.parse(JSON.stringify(report)) as EvaluationReport);
    expect(again === page).toBe(true);
  });

  it('escapes everything that the report brings along', async () => {
    const hostile = JSON.parse(
      JSON.stringify(report, (key, value: unknown) =>
        typeof value === 'string' && !['name', 'method', 'against', 'metric'].includes(key)
          ? `${HOSTILE}${value}`
          : value,
      ),
    ) as EvaluationReport;
    const named = { ...hostile, breakdowns: hostile.breakdowns!.map((one) => ({ ...one, name: HOSTILE })) };
    const html = await renderHtml({
      ...named,
      comparisons: hostile.comparisons.map((one) => ({ ...one, method: HOSTILE, metric: HOSTILE })),
      latency: { [HOSTILE]: Object.values(report.latency!)[0]! },
    });
    expect(html.match(/<script|<img/g)).toBeNull();
    expect(html.match(/<\/title>/g)).toHaveLength(1);
    expect(html.match(/<\/style>/g)).toHaveLength(1);
  });

  it('renders the least there can be', async () => {
    const least: EvaluationReport = {
      ...report,
      methods: [],
      comparisons: [],
      notes: [],
      breakdowns: undefined,
      latency: undefined,
      featureImportance: undefined,
      learningCurve: undefined,
      reachableBest: undefined,
    };
    const html = await renderHtml(least);
    expect(html).toContain('<h1>Evaluation on a sample</h1>');
    expect(html).not.toMatch(/NaN|undefined|<h2>The ranker|<h2>Latency|<h2>Notes/);
  });

  it('shows a dash for what was not measured', async () => {
    const [first, ...others] = report.methods;
    const html = await renderHtml({
      ...report,
      methods: [{ ...first!, metrics: {}, popularityPercentile: null }, ...others],
    });
    expect(html).toContain('<td>–<small></small></td>');
  });
});
