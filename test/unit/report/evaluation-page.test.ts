import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type EvaluationReport } from '../../../src/report/evaluation-report.js';
import { renderEvaluation, saveEvaluationPlots } from '../../../src/report/evaluation-page.js';
import { sampleReport } from '../../support/sample-report.js';

const HOSTILE = `</title></style><script>alert('x')</script><img src=x onerror="y">&`;

describe('renderEvaluation', () => {
  let report: EvaluationReport;
  let page: string;
  beforeAll(async () => {
    report = sampleReport();
    page = await renderEvaluation([report, { ...report, title: 'Another task' }]);
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

  it('has a chart for each question and task, made for wide and for narrow screens', () => {
    const drawn = (title: string) => page.split(`aria-label="${title}`).length - 1;
    for (const title of [
      'How often is the next item among the first 20?',
      'How often is the next item among the first k?',
      'How much of the catalogue is shown?',
      'Ranker minus each other method, HR@20',
      'HR@20 by items already in the session',
      'HR@20 by category of the next item',
      'How often is the next item among the candidates?',
      'Of the items promised with a probability',
      'How many items stand behind each point?',
      'How much of what is shown goes to how few items?',
      'How popular is what is shown?',
      'Time per recommendation',
    ])
      expect(drawn(title), title).toBe(4);
    for (const title of ['Features by share of the total gain', 'Was training stopped at the right time?'])
      expect(drawn(title), title).toBe(2);
    expect(page).toContain('>best reachable<');
    expect(page).not.toMatch(/NaN|undefined|\[object/);
  });

  it('links to every task and every question in it, with ids of their own', () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    const links = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id!);
    expect(links).toContain('another-task-calibration');
    expect(links.filter((link) => !ids.includes(link))).toEqual([]);
    expect(ids.filter((id) => id !== 'ranker' && !links.includes(id))).toEqual([]);
  });

  it('shows how an answer went: what was known, what was answered, what came and who found it', () => {
    expect(page).toContain('<li class="open">3 earlier</li><li>Walnut shelf 1 <small>add to cart, furniture');
    expect(page).toMatch(/<li class="good">Walnut shelf 2 .*✓<\/li>/);
    expect(page).toContain('Rank 2 of 150 candidates. Found by next (1), walk (4).');
    expect(page).toContain('None of the 90 candidates: no source found it.');
    expect(page).toContain('ranked too low: 20.0% of the questions');
  });

  it('gives the same bytes for the same report, also after a trip through JSON', async () => {
    const again = await renderEvaluation(
      JSON.parse(JSON.stringify([report, { ...report, title: 'Another task' }])) as EvaluationReport[],
    );
    expect(again === page).toBe(true);
  });

  it('escapes everything that the report brings along', async () => {
    const hostile = JSON.parse(
      JSON.stringify(report, (key, value: unknown) =>
        typeof value === 'string' && !['name', 'method', 'against', 'metric', 'outcome'].includes(key)
          ? `${HOSTILE}${value}`
          : value,
      ),
    ) as EvaluationReport;
    const named = { ...hostile, breakdowns: hostile.breakdowns!.map((one) => ({ ...one, name: HOSTILE })) };
    const html = await renderEvaluation([
      {
        ...named,
        comparisons: hostile.comparisons.map((one) => ({ ...one, method: HOSTILE, metric: HOSTILE })),
        latency: { [HOSTILE]: Object.values(report.latency!)[0]! },
        ceilings: { ...report.ceilings!, sources: { [HOSTILE]: [0.1, 0.2] } },
      },
    ]);
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
      ceilings: undefined,
      calibration: undefined,
      exposure: undefined,
      outcomes: undefined,
      latency: undefined,
      featureImportance: undefined,
      learningCurve: undefined,
      reachableBest: undefined,
    };
    const html = await renderEvaluation([least]);
    expect(html).toContain('<h2>Evaluation on a sample</h2>');
    expect(html).not.toMatch(/NaN|undefined|Infinity|<h2>The ranker|<h3>How long|<h3>What else/);
  });

  it('says so where calibration could not be told', async () => {
    const html = await renderEvaluation([{ ...report, calibration: null }]);
    expect(html).toContain('Too few right items were shown to tell.');
  });

  it('shows a dash for what was not measured', async () => {
    const [first, ...others] = report.methods;
    const html = await renderEvaluation([
      {
        ...report,
        methods: [{ ...first!, metrics: {}, popularityPercentile: null }, ...others],
      },
    ]);
    expect(html).toContain('<td>–<small></small></td>');
  });
});

it('saves every plot of the page as a file of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nextitem-plots-'));
  try {
    const report = sampleReport();
    const names = await saveEvaluationPlots(
      [report, { ...report, title: 'Another task' }],
      join(folder, 'plots'),
    );
    expect((await readdir(join(folder, 'plots'))).sort()).toEqual([...names].sort());
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('another-task-calibration.svg');
    expect(names).toContain('ranker-features.svg');
    const page = await renderEvaluation([report, { ...report, title: 'Another task' }]);
    expect(page.match(/<svg /g)).toHaveLength(2 * names.length);
    const svg = await readFile(join(folder, 'plots', 'another-task-calibration.svg'), 'utf8');
    expect(svg).toMatch(/^<svg role="img" aria-label="[^"]+" /);
    expect(svg).not.toContain('var(');
    expect(svg.match(/ role=/g)).toHaveLength(1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
