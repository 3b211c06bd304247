import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FeatureImportance, type LearningCurve } from '../metrics/evaluation-report.js';
import { type LatencySummary } from '../metrics/percentiles.js';
import { colour, resolveTheme, seriesColours, type Theme } from './palette.js';
import { CHART_WIDTH, type ChartFrame, LEGEND, renderChart } from './render-chart.js';
import { textWidth } from './text-width.js';

/**
 * The charts of reports and docs, each a self-contained SVG string; equal input gives equal bytes. Bars have square ends:
 * Vega draws round ones with clip paths, whose numbered ids differ from run to run and collide within a page. Labels of series, bars
 * and buckets must differ within a chart. Colours go by position, so a method keeps its colour from chart to chart as long
 * as the order is kept.
 */

export interface MetricBar {
  readonly label: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface ReferenceLine {
  readonly label: string;
  readonly value: number;
}

/** One bar per method with its interval as a whisker, in the order given; optionally a line for the best reachable. */
export function metricBars(
  frame: ChartFrame,
  bars: readonly MetricBar[],
  reference?: ReferenceLine,
): Promise<string> {
  const most = Math.max(0, ...bars.map((bar) => bar.high), reference?.value ?? 0);
  const x = {
    type: 'quantitative',
    // Room for the number that stands behind the longest whisker.
    scale: { domain: [0, most > 0 ? most * 1.22 : 1], nice: false },
    axis: { title: null, tickCount: 4, domain: false },
  };
  const y = {
    field: 'label',
    type: 'nominal',
    sort: null,
    axis: { title: null, labelLimit: 150, domain: false },
  };
  return renderChart(frame, {
    height: { step: 26 },
    data: { values: bars.map((bar) => ({ ...bar, text: bar.mean.toFixed(3) })) },
    encoding: { y },
    layer: [
      {
        mark: { type: 'bar', height: 15 },
        encoding: {
          x: { field: 'mean', ...x },
          color: colourBy(
            bars.map((bar) => bar.label),
            null,
          ),
        },
      },
      {
        mark: { type: 'rule', strokeWidth: 1.5, color: colour('ink') },
        encoding: { x: { field: 'low', ...x }, x2: { field: 'high' } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 11.5, color: colour('ink') },
        encoding: { x: { field: 'high', ...x }, text: { field: 'text' } },
      },
      ...referenceLayers(reference, 'x'),
    ],
  } as never);
}

/** The features that the ranker gained most from, at most 30, as shares of the total gain. */
export function importanceChart(
  frame: ChartFrame,
  features: readonly FeatureImportance[],
  limit = 30,
): Promise<string> {
  const total = features.reduce((sum, feature) => sum + feature.gain, 0);
  const shown = [...features]
    .sort((a, b) => b.gain - a.gain || (a.feature < b.feature ? -1 : 1))
    .slice(0, limit)
    .map(({ feature, gain }) => {
      const share = total > 0 ? gain / total : 0;
      return { feature, share, text: percent(share) };
    });
  const most = shown[0]?.share ?? 0;
  const x = {
    field: 'share',
    type: 'quantitative',
    scale: { domain: [0, most > 0 ? most * 1.35 : 1], nice: false },
    axis: { title: null, tickCount: 4, format: '~%', domain: false },
  };
  return renderChart(frame, {
    height: { step: 19 },
    data: { values: shown },
    encoding: {
      x,
      y: {
        field: 'feature',
        type: 'nominal',
        sort: null,
        axis: { title: null, labelLimit: 190, domain: false },
      },
    },
    layer: [
      { mark: { type: 'bar', height: 12, color: colour('series2') } },
      {
        mark: { type: 'text', align: 'left', dx: 5, fontSize: 10.5, color: colour('muted') },
        encoding: { text: { field: 'text' } },
      },
    ],
  } as never);
}

/** A metric by boosting round, one line per series, the kept round marked. */
export function learningCurve(frame: ChartFrame, curve: LearningCurve): Promise<string> {
  const labels = curve.series.map((series) => series.label);
  return renderChart(frame, {
    height: 220,
    layer: [
      {
        data: {
          values: curve.series.flatMap(({ label, points }) => points.map((point) => ({ label, ...point }))),
        },
        mark: { type: 'line', strokeWidth: 2 },
        encoding: {
          x: {
            field: 'round',
            type: 'quantitative',
            axis: { title: 'boosting round', grid: false, tickCount: 6 },
            scale: { nice: false },
          },
          y: {
            field: 'value',
            type: 'quantitative',
            scale: { zero: false },
            axis: { title: null, tickCount: 5, domain: false },
          },
          color: colourBy(
            labels,
            legendFor(labels, frame, 'stroke'),
            seriesColours(2 + labels.length).slice(2),
          ),
        },
      },
      ...referenceLayers(
        curve.bestRound === undefined
          ? undefined
          : { label: `kept: ${curve.bestRound}`, value: curve.bestRound },
        'x',
      ),
    ],
  } as never);
}

/** Percentiles of the time per answer, milliseconds, one bar per percentile and series; optionally a line for the goal. */
export function latencyChart(
  frame: ChartFrame,
  series: readonly { readonly label: string; readonly latency: LatencySummary }[],
  goal?: ReferenceLine,
): Promise<string> {
  const percentiles = ['p50', 'p75', 'p90', 'p95', 'p99'] as const;
  const values = series.flatMap(({ label, latency }) =>
    percentiles.map((p) => ({
      label,
      percentile: p.toUpperCase(),
      ms: latency[p],
      text: `${shortNumber(latency[p])} ms`,
    })),
  );
  const most = Math.max(0, ...values.map((value) => value.ms), goal?.value ?? 0);
  const labels = series.map((one) => one.label);
  return renderChart(frame, {
    height: { step: 15, for: 'offset' },
    data: { values },
    encoding: {
      y: {
        field: 'percentile',
        type: 'nominal',
        sort: null,
        scale: { paddingInner: 0.3 },
        axis: { title: null, domain: false },
      },
      yOffset: { field: 'label', sort: null },
      x: {
        field: 'ms',
        type: 'quantitative',
        scale: { domain: [0, most > 0 ? most * 1.25 : 1], nice: false },
        axis: { title: 'milliseconds', tickCount: 5, domain: false },
      },
    },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: { color: colourBy(labels, legendFor(labels, frame)) },
      },
      {
        mark: { type: 'text', align: 'left', dx: 5, fontSize: 11, color: colour('ink') },
        encoding: { text: { field: 'text' } },
      },
      ...referenceLayers(goal, 'x', { y: null, yOffset: null }),
    ],
  } as never);
}

export interface BucketSeries {
  readonly label: string;
  /** By position if left out; of one chart's series all or none say it. */
  readonly colour?: string;
  /** One value per bucket, in their order; null where there is none. */
  readonly values: readonly ({ readonly mean: number; readonly low: number; readonly high: number } | null)[];
}

/** A metric over ordered buckets, one line per method with its interval as a band. A line feed in a bucket's label breaks it. */
export function lineByBucket(
  frame: ChartFrame & { readonly bucketTitle?: string },
  buckets: readonly string[],
  series: readonly BucketSeries[],
): Promise<string> {
  const labels = series.map((one) => one.label);
  const colours = series.flatMap(({ colour }) => colour ?? []);
  const color = colourBy(labels, legendFor(labels, frame), colours.length === 0 ? undefined : colours);
  return renderChart(frame, {
    height: 220,
    data: {
      values: series.flatMap(({ label, values }) =>
        values.flatMap((value, i) => (value === null ? [] : [{ label, bucket: buckets[i]!, ...value }])),
      ),
    },
    encoding: {
      x: {
        field: 'bucket',
        type: 'ordinal',
        sort: [...buckets],
        scale: { type: 'point', padding: 0.3, domain: [...buckets] },
        axis: {
          title: frame.bucketTitle ?? null,
          labelAngle: 0,
          labelExpr: "split(datum.label, '\\n')",
          labelLineHeight: 14,
          ticks: false,
          labelPadding: 8,
          labelOverlap: false,
        },
      },
      color,
    },
    layer: [
      {
        mark: { type: 'area', opacity: 0.16 },
        encoding: {
          y: { field: 'low', type: 'quantitative', axis: { title: null, tickCount: 5, domain: false } },
          y2: { field: 'high' },
        },
      },
      { mark: { type: 'line', strokeWidth: 2 }, encoding: { y: { field: 'mean', type: 'quantitative' } } },
      {
        mark: { type: 'point', filled: true, size: 40, opacity: 1 },
        encoding: { y: { field: 'mean', type: 'quantitative' } },
      },
    ],
  } as never);
}

/**
 * Writes a chart as a file that stands alone, with the theme's colours and background written out; makes the folder.
 */
export async function saveSvg(path: string, svg: string, theme: Theme = 'light'): Promise<void> {
  const background = `<rect width="100%" height="100%" fill="${colour('panel')}"/>`;
  const standalone = resolveTheme(
    svg.replace(/^<svg [^>]*>/, (tag) => tag + background),
    theme,
  );
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${standalone}\n`);
}

/** A colour per label, by position unless a range is given. */
export function colourBy(
  labels: readonly string[],
  legend: object | null,
  range: readonly string[] = seriesColours(labels.length),
): object {
  return {
    field: 'label',
    type: 'nominal',
    sort: null,
    legend,
    scale: { domain: [...labels], range },
  };
}

/** What an axis of numbers takes of a chart's width, about, pixels. */
const AXIS_WIDTH = 56;

/**
 * A legend in as many columns as fit beside the axis, four at most. None for one series: the title names it.
 *
 * @param left what stands left of the plot and so of the legend, pixels
 */
export function legendFor(
  labels: readonly string[],
  frame: Pick<ChartFrame, 'width'>,
  symbolType: 'circle' | 'stroke' = 'circle',
  left = AXIS_WIDTH,
): object | null {
  if (labels.length < 2) return null;
  const room = (frame.width ?? CHART_WIDTH) - left;
  let columns = Math.min(4, labels.length);
  while (columns > 1 && legendWidth(labels, columns) > room) columns--;
  return { columns, symbolType, symbolStrokeWidth: symbolType === 'stroke' ? 3 : 0 };
}

/** Each column is as wide as its widest label with its symbol; labels fill row by row. */
function legendWidth(labels: readonly string[], columns: number): number {
  const { labelFontSize, labelLimit, columnPadding } = LEGEND;
  let width = (columns - 1) * columnPadding;
  for (let column = 0; column < columns; column++) {
    const own = labels.filter((_, i) => i % columns === column);
    width +=
      SYMBOL_WIDTH + Math.min(labelLimit, Math.max(...own.map((label) => textWidth(label, labelFontSize))));
  }
  return width;
}

/** A legend's symbol and the gap behind it. */
const SYMBOL_WIDTH = 18;

/** What the names of rows take of a chart's width, pixels. @param limit after which they are cut */
export function namesWidth(names: readonly string[], limit: number): number {
  return 16 + Math.min(limit, Math.max(0, ...names.map((name) => textWidth(name, 11.5))));
}

/** Where the ticks of a logarithmic axis belong. */
export function powersOfTen(low: number, high: number): number[] {
  const powers: number[] = [];
  for (let e = Math.ceil(Math.log10(low)); 10 ** e <= high; e++) powers.push(10 ** e);
  return powers;
}

function referenceLayers(line: ReferenceLine | undefined, axis: 'x', unset: object = { y: null }): object[] {
  if (line === undefined) return [];
  const encoding = { ...unset, [axis]: { field: 'value', type: 'quantitative' } };
  const data = { values: [line] };
  return [
    { data, mark: { type: 'rule', strokeDash: [4, 3], strokeWidth: 1.5, color: colour('muted') }, encoding },
    {
      data,
      mark: {
        type: 'text',
        align: 'center',
        baseline: 'bottom',
        dy: -3,
        y: 0,
        fontSize: 10.5,
        color: colour('muted'),
      },
      encoding: { ...encoding, text: { field: 'label' } },
    },
  ];
}

/** Three significant digits below 100, none behind the point above. */
function shortNumber(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toPrecision(3);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)}%`;
}
