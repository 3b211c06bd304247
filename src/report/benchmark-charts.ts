import { powersOfTen } from './charts.js';
import { colour, seriesColours } from './palette.js';
import { placeLabels } from './place-labels.js';
import { CHART_WIDTH, type ChartFrame, renderChart } from './render-chart.js';

/** A method in a chart; `ours` stands out. */
export interface ChartMethod {
  readonly label: string;
  readonly ours: boolean;
}

export interface MethodBar extends ChartMethod {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface MethodPoint extends ChartMethod {
  readonly x: number;
  readonly y: number;
}

const OURS = colour('series2');
/** Told apart from ours; more than so many lines in one chart cannot be told apart. */
export const MOST_OTHERS = 6;

/** Colours of lines, ours the same as in the other charts. */
export function lineColours(methods: readonly ChartMethod[]): string[] {
  const others = seriesColours(MOST_OTHERS + 2).filter((one) => one !== OURS);
  return methods.map(({ ours }) => (ours ? OURS : others.shift()!));
}
const OTHERS = colour('series0');
const BY_OURS = { condition: { test: 'datum.ours', value: OURS }, value: OTHERS };

/** One bar per method, in the order given, its interval as a whisker. Room for twenty. */
export function methodBars(frame: ChartFrame, bars: readonly MethodBar[]): Promise<string> {
  const most = Math.max(0, ...bars.map(({ high }) => high));
  const x = {
    type: 'quantitative',
    // Room for the number that stands behind the longest whisker.
    scale: { domain: [0, most > 0 ? most * 1.22 : 1], nice: false },
    axis: { title: null, tickCount: 4, domain: false },
  };
  return renderChart(frame, {
    height: { step: 21 },
    data: { values: bars.map((bar) => ({ ...bar, text: bar.mean.toFixed(4) })) },
    encoding: {
      y: {
        field: 'label',
        type: 'nominal',
        sort: null,
        axis: { title: null, labelLimit: 130, domain: false },
      },
    },
    layer: [
      { mark: { type: 'bar', height: 13 }, encoding: { x: { field: 'mean', ...x }, color: BY_OURS } },
      {
        mark: { type: 'rule', strokeWidth: 1.5, color: colour('ink') },
        encoding: { x: { field: 'low', ...x }, x2: { field: 'high' } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 11, color: colour('ink') },
        encoding: { x: { field: 'high', ...x }, text: { field: 'text' } },
      },
    ],
  } as never);
}

const COST_HEIGHT = 340;
const COST_FONT = 10.5;
/** What axis and padding take of a chart's width, about: labels are placed before the chart is laid out. */
const COST_MARGIN = 46;

/**
 * Accuracy by what it costs: one labelled point per method, cost on a logarithmic axis. A cost of 0 is drawn at the
 * smallest one above it.
 */
export function costChart(
  frame: ChartFrame & { readonly xTitle: string },
  points: readonly MethodPoint[],
): Promise<string> {
  const costs = points.map(({ x }) => x).filter((x) => x > 0);
  const least = costs.length === 0 ? 1 : Math.min(...costs);
  const [low, high] = [least / 2, 8 * Math.max(least, ...costs)];
  const ys = points.map(({ y }) => y);
  const pad = Math.max(0.01, (Math.max(...ys) - Math.min(...ys)) * 0.1);
  const [bottom, top] = [Math.max(0, Math.min(...ys) - pad), Math.max(...ys) + pad];

  const width = (frame.width ?? CHART_WIDTH) - COST_MARGIN;
  const decades = Math.log(high / low);
  // The highest first: it is looked for first, and keeps the place beside its point.
  const shown = points.map((point) => ({ ...point, x: Math.max(point.x, least) })).sort((a, b) => b.y - a.y);
  const places = placeLabels(
    shown.map(({ x, y, label }) => ({
      label,
      x: (Math.log(x / low) / decades) * width,
      y: ((top - y) / (top - bottom)) * COST_HEIGHT,
    })),
    { width, height: COST_HEIGHT },
    COST_FONT,
  );
  const values = shown.map((point, n) => ({
    ...point,
    labelX: low * Math.exp((places[n]!.x / width) * decades),
    labelY: top - (places[n]!.y / COST_HEIGHT) * (top - bottom),
  }));
  const x = {
    type: 'quantitative',
    scale: { type: 'log', domain: [low, high], nice: false },
    axis: { title: frame.xTitle, values: powersOfTen(low, high), format: ',~r', domain: false },
  };
  const y = {
    type: 'quantitative',
    scale: { domain: [bottom, top], nice: false },
    axis: { title: null, tickCount: 5, domain: false },
  };
  return renderChart(frame, {
    height: COST_HEIGHT,
    data: { values },
    layer: [
      {
        mark: { type: 'point', filled: true, size: 55, opacity: 1 },
        encoding: { x: { field: 'x', ...x }, y: { field: 'y', ...y }, color: BY_OURS },
      },
      {
        mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: COST_FONT, color: colour('ink') },
        encoding: { x: { field: 'labelX', ...x }, y: { field: 'labelY', ...y }, text: { field: 'label' } },
      },
    ],
  } as never);
}
