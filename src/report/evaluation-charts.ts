import { type MetricInterval } from '../metrics/bootstrap.js';
import { type Calibration, type Reliability } from '../metrics/calibration.js';
import { type Breakdown, type Exposure, type MethodReport } from '../metrics/evaluation-report.js';
import { colourBy, legendFor, namesWidth, powersOfTen } from './charts.js';
import { verdict, whole } from './format.js';
import { colour, seriesColours } from './palette.js';
import { type ChartFrame, renderChart } from './render-chart.js';

/** What an axis of numbers with a title beside it takes of a chart's width, about, pixels. */
const TITLED_AXIS_WIDTH = 72;

/** A paired difference in a chart. */
export interface DifferenceRow {
  /** What the method is compared with. */
  readonly label: string;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/** Differences with their intervals, one row each, and a line at none: coloured where the interval leaves it out. */
export function differenceChart(frame: ChartFrame, rows: readonly DifferenceRow[]): Promise<string> {
  const low = Math.min(0, ...rows.map((row) => row.low));
  const high = Math.max(0, ...rows.map((row) => row.high));
  const room = (high - low) * 0.08 || 1;
  const x = {
    type: 'quantitative',
    scale: { domain: [low - room, high + room], nice: false },
    axis: {
      title: null,
      tickCount: 5,
      domain: false,
      labelExpr: "datum.value === 0 ? '0' : format(datum.value, '+~r')",
    },
  };
  const colours = { better: colour('good'), worse: colour('bad'), 'not told apart': colour('muted') };
  const color = {
    field: 'verdict',
    type: 'nominal',
    legend: null,
    scale: { domain: Object.keys(colours), range: Object.values(colours) },
  };
  return renderChart(frame, {
    height: { step: 28 },
    layer: [
      {
        data: { values: [{ at: 0 }] },
        mark: { type: 'rule', strokeDash: [4, 3], strokeWidth: 1.5, color: colour('muted') },
        encoding: { x: { field: 'at', ...x } },
      },
      {
        data: {
          values: rows.map((row) => ({
            ...row,
            verdict: verdict(row),
            text: `${row.difference > 0 ? '+' : ''}${row.difference.toFixed(3)}`,
          })),
        },
        encoding: {
          y: {
            field: 'label',
            type: 'nominal',
            sort: null,
            axis: { title: null, labelLimit: 150, domain: false },
          },
        },
        layer: [
          {
            mark: { type: 'rule', strokeWidth: 2 },
            encoding: { x: { field: 'low', ...x }, x2: { field: 'high' }, color },
          },
          {
            mark: { type: 'point', filled: true, size: 60, opacity: 1 },
            encoding: { x: { field: 'difference', ...x }, color },
          },
          {
            mark: { type: 'text', dy: -10, fontSize: 11, color: colour('ink') },
            encoding: { x: { field: 'difference', ...x }, text: { field: 'text' } },
          },
        ],
      },
    ],
  } as never);
}

/** A metric on parts that have names: a point with its interval for each method, parts below each other. */
export function pointsByName(
  frame: ChartFrame,
  { buckets }: Breakdown,
  methods: readonly Pick<MethodReport, 'name' | 'label'>[],
  metric: string,
): Promise<string> {
  const labels = methods.map(({ label }) => label);
  const rows = buckets.map(({ label, prefixes }) => `${label}\n${whole(prefixes)}`);
  const values = methods.flatMap(({ name, label }) =>
    buckets.flatMap(({ perMethod }, b) => {
      const value: MetricInterval | undefined = perMethod[name]?.[metric];
      return value === undefined ? [] : [{ label, row: rows[b]!, ...value }];
    }),
  );
  const x = {
    type: 'quantitative',
    scale: { nice: false, zero: true },
    axis: { title: null, tickCount: 5, domain: false },
  };
  return renderChart(frame, {
    height: { step: 8, for: 'offset' },
    data: { values },
    encoding: {
      y: {
        field: 'row',
        type: 'nominal',
        sort: null,
        scale: { domain: rows, paddingInner: 0.35 },
        axis: {
          title: null,
          labelLimit: 170,
          labelExpr: "split(datum.label, '\\n')",
          labelLineHeight: 14,
          domain: false,
        },
      },
      yOffset: { field: 'label', sort: null, scale: { domain: labels } },
      color: colourBy(
        labels,
        legendFor(
          labels,
          frame,
          'circle',
          namesWidth(
            rows.flatMap((row) => row.split('\n')),
            170,
          ),
        ),
      ),
    },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 1.5 },
        encoding: { x: { field: 'low', ...x }, x2: { field: 'high' } },
      },
      {
        mark: { type: 'point', filled: true, size: 32, opacity: 1 },
        encoding: { x: { field: 'mean', ...x } },
      },
    ],
  } as never);
}

const PLAIN = 'softmax of the scores';
const ISOTONIC = 'after the isotonic fit';
const BOTH = [PLAIN, ISOTONIC];
const BOTH_COLOURS = [colour('series1'), colour('series2')];

/** What was promised against what came true, both on square-root axes, because most probabilities are small. */
export function reliabilityChart(
  frame: ChartFrame,
  { plain, isotonic }: Pick<Calibration, 'plain' | 'isotonic'>,
): Promise<string> {
  const values = bothRows(plain, isotonic, ({ meanProbability, observed, low, high }) => ({
    meanProbability,
    observed,
    low,
    high,
  }));
  const most = Math.max(
    0.01,
    ...values.flatMap(({ meanProbability, observed }) => [meanProbability, observed]),
  );
  const axis = {
    type: 'quantitative',
    scale: { type: 'sqrt', domain: [0, Math.min(1, most * 1.1)], nice: false, clamp: true },
    axis: { tickCount: 6, format: '~%', domain: false },
  };
  const x = { ...axis, axis: { ...axis.axis, title: 'probability promised' } };
  const y = { ...axis, axis: { ...axis.axis, title: 'share that came true' } };
  return renderChart(frame, {
    height: 300,
    layer: [
      {
        data: { values: [{ at: 0 }, { at: Math.min(1, most * 1.1) }] },
        mark: { type: 'line', strokeDash: [4, 3], strokeWidth: 1.5, color: colour('muted') },
        encoding: { x: { field: 'at', ...x }, y: { field: 'at', ...y } },
      },
      {
        data: { values },
        encoding: {
          x: { field: 'meanProbability', ...x },
          color: colourBy(BOTH, legendFor(BOTH, frame, 'circle', TITLED_AXIS_WIDTH), BOTH_COLOURS),
        },
        layer: [
          {
            mark: { type: 'rule', strokeWidth: 1.5 },
            encoding: { y: { field: 'low', ...y }, y2: { field: 'high' } },
          },
          {
            mark: { type: 'line', strokeWidth: 1.5, opacity: 0.6 },
            encoding: { y: { field: 'observed', ...y } },
          },
          {
            mark: { type: 'point', filled: true, size: 50, opacity: 1 },
            encoding: { y: { field: 'observed', ...y } },
          },
        ],
      },
    ],
  } as never);
}

/** How many shown items stand behind each point of {@link reliabilityChart}, on a logarithmic axis. */
export function reliabilityCounts(
  frame: ChartFrame,
  { plain, isotonic }: Pick<Calibration, 'plain' | 'isotonic'>,
): Promise<string> {
  const values = bothRows(plain, isotonic, ({ from, to, pairs }) => ({
    row: `${percentTick(from)} to ${percentTick(to)}`,
    from,
    pairs,
    text: whole(pairs),
    one: 1,
  }));
  const rows = [...values].sort((a, b) => a.from - b.from).map(({ row }) => row);
  const most = Math.max(10, ...values.map(({ pairs }) => pairs));
  const x = {
    type: 'quantitative',
    // Room for the number that stands behind the longest bar.
    scale: { type: 'log', domain: [1, most * 40], nice: false },
    axis: { title: null, values: powersOfTen(1, most), format: '~s', domain: false },
  };
  return renderChart(frame, {
    height: { step: 11, for: 'offset' },
    data: { values },
    encoding: {
      y: {
        field: 'row',
        type: 'nominal',
        sort: null,
        scale: { domain: [...new Set(rows)], paddingInner: 0.25 },
        axis: { title: null, domain: false },
      },
      yOffset: { field: 'label', sort: null, scale: { domain: BOTH } },
    },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          x: { field: 'one', ...x },
          x2: { field: 'pairs' },
          color: colourBy(BOTH, legendFor(BOTH, frame, 'circle', namesWidth(rows, 150)), BOTH_COLOURS),
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 4, fontSize: 10, color: colour('ink') },
        encoding: { x: { field: 'pairs', ...x }, text: { field: 'text' } },
      },
    ],
  } as never);
}

/** The Lorenz curve of every method, and the diagonal of showing all items alike. */
export function lorenzChart(
  frame: ChartFrame,
  exposure: Exposure,
  methods: readonly Pick<MethodReport, 'name' | 'label'>[],
): Promise<string> {
  const labels = methods.map(({ label }) => label);
  const axis = {
    type: 'quantitative',
    scale: { domain: [0, 1], nice: false },
    axis: { tickCount: 5, format: '~%', domain: false },
  };
  const x = { ...axis, axis: { ...axis.axis, title: 'share of the catalogue, the least shown items first' } };
  const y = { ...axis, axis: { ...axis.axis, title: 'share of all that is shown' } };
  return renderChart(frame, {
    height: 300,
    layer: [
      {
        data: { values: [{ at: 0 }, { at: 1 }] },
        mark: { type: 'line', strokeDash: [4, 3], strokeWidth: 1.5, color: colour('muted') },
        encoding: { x: { field: 'at', ...x }, y: { field: 'at', ...y } },
      },
      {
        data: {
          values: methods.flatMap(({ name, label }) =>
            (exposure.methods[name]?.lorenz ?? []).map((share, i, all) => ({
              label,
              at: i / (all.length - 1),
              share,
            })),
          ),
        },
        mark: { type: 'line', strokeWidth: 2 },
        encoding: {
          x: { field: 'at', ...x },
          y: { field: 'share', ...y },
          color: colourBy(labels, legendFor(labels, frame, 'stroke', TITLED_AXIS_WIDTH)),
        },
      },
    ],
  } as never);
}

/** What is shown by popularity of the item: a bar per method, parted by tier, below those of the catalogue and the right answers. */
export function tierChart(
  frame: ChartFrame,
  exposure: Exposure,
  methods: readonly Pick<MethodReport, 'name' | 'label'>[],
): Promise<string> {
  const rows = [
    { row: '(the catalogue)', shares: exposure.catalogue },
    { row: '(the right items)', shares: exposure.answers },
    ...methods.flatMap(({ name, label }) => {
      const shares = exposure.methods[name]?.tiers;
      return shares === undefined ? [] : [{ row: label, shares }];
    }),
  ];
  const { tiers } = exposure;
  return renderChart(frame, {
    height: { step: 26 },
    data: {
      values: rows.flatMap(({ row, shares }) =>
        shares.map((share, t) => ({ row, share, label: tiers[t]!, order: t })),
      ),
    },
    mark: { type: 'bar', height: 15 },
    encoding: {
      y: {
        field: 'row',
        type: 'nominal',
        sort: null,
        scale: { domain: rows.map(({ row }) => row) },
        axis: { title: null, labelLimit: 150, domain: false },
      },
      x: {
        field: 'share',
        type: 'quantitative',
        scale: { domain: [0, 1], nice: false },
        axis: { title: null, tickCount: 5, format: '~%', domain: false },
      },
      order: { field: 'order', type: 'quantitative' },
      color: colourBy(
        tiers,
        legendFor(
          tiers,
          frame,
          'circle',
          namesWidth(
            rows.map(({ row }) => row),
            150,
          ),
        ),
        seriesColours(6).slice(6 - tiers.length),
      ),
    },
  } as never);
}

function bothRows<T>(
  plain: Reliability,
  isotonic: Reliability,
  row: (bin: Reliability['bins'][number]) => T,
): (T & { label: string })[] {
  return [plain, isotonic].flatMap(({ bins }, n) => bins.map((bin) => ({ ...row(bin), label: BOTH[n]! })));
}

/** `0%`, `0.7%`, `17%`. */
export function percentTick(share: number): string {
  const percent = share * 100;
  return `${percent === 0 || percent >= 9.95 ? percent.toFixed(0) : percent.toFixed(1)}%`;
}
