import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { latencySummary } from '../../../src/metrics/percentiles.js';
import {
  importanceChart,
  latencyChart,
  learningCurve,
  legendFor,
  lineByBucket,
  metricBars,
  saveSvg,
} from '../../../src/report/charts.js';

const frame = { title: 'How often is the next item among the first 20?' };
const bars = [
  { label: 'Popular', mean: 0.1, low: 0.08, high: 0.12 },
  { label: 'Ranker', mean: 0.4, low: 0.35, high: 0.45 },
];
const value = { mean: 0.3, low: 0.25, high: 0.35 };

const charts: Record<string, (title: string, label: string) => Promise<string>> = {
  metricBars: (title, label) =>
    metricBars({ title }, [{ ...bars[0]!, label }, bars[1]!], { label: 'best', value: 0.6 }),
  importanceChart: (title, label) =>
    importanceChart({ title }, [
      { feature: label, gain: 3 },
      { feature: 'b', gain: 1 },
    ]),
  learningCurve: (title, label) =>
    learningCurve(
      { title },
      {
        metric: 'NDCG@20',
        bestRound: 2,
        series: [
          {
            label,
            points: [
              { round: 1, value: 0.1 },
              { round: 2, value: 0.2 },
            ],
          },
          { label: 'b', points: [{ round: 1, value: 0.3 }] },
        ],
      },
    ),
  latencyChart: (title, label) =>
    latencyChart(
      { title },
      [
        { label, latency: latencySummary([1, 2, 9]) },
        { label: 'b', latency: latencySummary([3]) },
      ],
      { label: 'goal', value: 10 },
    ),
  lineByBucket: (title, label) =>
    lineByBucket(
      { title },
      ['1\n(10)', '2'],
      [
        { label, values: [value, null] },
        { label: 'b', values: [value, value] },
      ],
    ),
};

/** Lengths in pixels of the bars of a chart, in drawing order. */
function barLengths(svg: string): number[] {
  return [...svg.matchAll(/<path d="M0,[\d.]+h([\d.]+)/g)].map((match) => Number(match[1]));
}

describe.each(Object.entries(charts))('%s', (_, draw) => {
  it('draws the same bytes every time, with its title and labels, and without a word from Vega', async () => {
    const said = (['warn', 'error', 'log', 'info', 'debug'] as const).map((level) =>
      vi.spyOn(console, level),
    );
    const [first, second] = [
      await draw('A question?', 'Item-to-item'),
      await draw('A question?', 'Item-to-item'),
    ];
    expect(first).toBe(second);
    expect(first).toMatch(/^<svg role="img" aria-label="A question\?" /);
    expect(first).toContain('>A question?<');
    expect(first).toContain('>Item-to-item<');
    expect(first).not.toMatch(/NaN|undefined|null/);
    for (const spy of said) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('escapes hostile text', async () => {
    const svg = await draw('"><script>alert(1)</script>', '<img onerror="x">');
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('<img');
    expect(svg).toContain('&lt;img');
  });

  it('has nothing to load and no ids that could collide in one page', async () => {
    const svg = (await draw('A question?', 'a')).replace(/ xmlns(:xlink)?="[^"]*"/g, '');
    expect(svg).not.toMatch(/https?:|href=|url\(| id="/);
  });
});

describe('charts', () => {
  it('draws bars as long as their values', async () => {
    const [popular, ranker] = barLengths(await metricBars(frame, bars));
    expect(ranker! / popular!).toBeGreaterThan(3.8);
    expect(ranker! / popular!).toBeLessThan(4.2);
  });

  it('has the width it was asked for', async () => {
    for (const width of [340, 520, 800])
      expect(await metricBars({ ...frame, width }, bars)).toContain(` width="${width}" `);
  });

  it('lays a legend out in as many columns as fit', () => {
    expect(legendFor(['one'], {})).toBeNull();
    const short = ['Popular', 'Item-to-item', 'Ranker', 'Best', 'More'];
    const long = ['Same-category popular', 'Same-seller popular'];
    expect(legendFor(short, {})).toMatchObject({ columns: 4 });
    expect(legendFor(short, { width: 340 })).toMatchObject({ columns: 3 });
    expect(legendFor(long, {})).toMatchObject({ columns: 2 });
    expect(legendFor(long, { width: 340 }, 'circle', 100)).toMatchObject({ columns: 1 });
  });

  it('wraps a long title instead of cutting it', async () => {
    const svg = await metricBars({ title: 'word '.repeat(40).trim(), width: 340 }, bars);
    expect(svg.match(/<tspan/g)!.length).toBeGreaterThan(3);
  });

  it('shows the thirty features with the greatest gain, as shares of all', async () => {
    const features = Array.from({ length: 50 }, (_, i) => ({ feature: `f_${i}_`, gain: i }));
    const svg = await importanceChart(frame, features);
    expect(svg.match(/>f_\d+_</g)).toEqual(Array.from({ length: 30 }, (_, i) => `>f_${49 - i}_<`));
    expect(svg).toContain('>4.0%<'); // 49 of 1225
  });

  it('draws zeros and nothing at all', async () => {
    const zero = { label: 'Nothing', mean: 0, low: 0, high: 0 };
    for (const svg of [
      await metricBars(frame, [zero]),
      await metricBars(frame, []),
      await importanceChart(frame, [{ feature: 'a', gain: 0 }]),
      await importanceChart(frame, []),
      await latencyChart(frame, []),
      await lineByBucket(frame, [], []),
      await learningCurve(frame, { metric: 'x', series: [] }),
    ])
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('saveSvg', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'nextitem-charts-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('writes a file that needs no style sheet, in either theme', async () => {
    const svg = await metricBars(frame, bars);
    expect(svg).toContain('var(--ni-ink, #1b2430)');
    const read = async (theme: 'light' | 'dark'): Promise<string> => {
      const path = join(folder, 'deep', `${theme}.svg`);
      await saveSvg(path, svg, theme);
      return readFile(path, 'utf8');
    };
    const [light, dark] = [await read('light'), await read('dark')];
    for (const file of [light, dark]) expect(file).not.toContain('var(');
    expect(light).toContain('fill="#ffffff"/>');
    expect(light).toContain('#1b2430');
    expect(dark).not.toContain('#1b2430');
  });
});
