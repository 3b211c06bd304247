import { type SettingImportance } from '../evaluation/tuning/importance.js';
import { type Dimension, type SettingValue } from '../evaluation/tuning/search-space.js';
import { colour } from './palette.js';
import { type ChartFrame, renderChart } from './render-chart.js';

/** A trial as a point. */
export interface TrialPoint {
  readonly trial: number;
  /** The objective with the full budget, measured or estimated. */
  readonly value: number;
  /** Whether it got the full budget. */
  readonly full: boolean;
}

const MEASURED = 'measured in full';
const STOPPED = 'stopped early, estimated';
const BEST = 'best so far';

/** How the search went: every trial, and the best of those measured in full up to then. */
export function searchChart(
  frame: ChartFrame,
  trials: readonly TrialPoint[],
  defaultValue: number,
): Promise<string> {
  let best = -Infinity;
  const line = trials.flatMap(({ trial, value, full }) => {
    if (full) best = Math.max(best, value);
    return best > -Infinity ? [{ trial, value: best, label: BEST }] : [];
  });
  const x = {
    field: 'trial',
    type: 'quantitative',
    scale: { nice: false },
    axis: { title: 'trial', grid: false, tickCount: 6, tickMinStep: 1, format: 'd' },
  };
  return renderChart(frame, {
    height: 220,
    layer: [
      defaultRule(defaultValue),
      {
        data: { values: line },
        mark: { type: 'line', strokeWidth: 2, interpolate: 'step-after', color: colour('series2') },
        encoding: { x, y: VALUE_AXIS },
      },
      pointLayer(trials.map(pointRow), x),
    ],
  } as never);
}

/** The objective against one setting, a point per trial. */
export function settingChart(
  frame: ChartFrame,
  dimension: Dimension,
  points: readonly (TrialPoint & { readonly setting: SettingValue })[],
  defaultValue: number,
): Promise<string> {
  const x =
    dimension.kind === 'choice'
      ? {
          field: 'setting',
          type: 'ordinal',
          sort: dimension.values.map(String),
          axis: { title: null, labelAngle: 0, labelOverlap: false },
        }
      : {
          field: 'setting',
          type: 'quantitative',
          scale: { type: dimension.log === true ? 'log' : 'linear', nice: false, zero: false, padding: 10 },
          axis: { title: null, grid: false, tickCount: 5, format: '~g' },
        };
  const rows = points.map((point) => ({
    ...pointRow(point),
    setting: dimension.kind === 'choice' ? String(point.setting) : point.setting,
  }));
  return renderChart(frame, {
    height: 170,
    layer: [defaultRule(defaultValue), pointLayer(rows, x)],
  } as never);
}

/** What each setting explains of the objective's variance, with a mark where chance would put it. */
export function settingImportanceChart(
  frame: ChartFrame,
  importance: readonly SettingImportance[],
  limit = 20,
): Promise<string> {
  const shown = importance
    .slice(0, limit)
    .map((one) => ({ ...one, text: `${(one.share * 100).toFixed(1)}%` }));
  const most = Math.max(...shown.map(({ share, chance }) => Math.max(share, chance)), 0);
  const scale = { domain: [0, most > 0 ? most * 1.25 : 1], nice: false };
  const x = { type: 'quantitative', scale, axis: { title: null, tickCount: 4, format: '~%', domain: false } };
  return renderChart(frame, {
    height: { step: 21 },
    data: { values: shown },
    encoding: {
      y: {
        field: 'setting',
        type: 'nominal',
        sort: null,
        axis: { title: null, labelLimit: 200, domain: false },
      },
    },
    layer: [
      {
        mark: { type: 'bar', height: 12, color: colour('series2') },
        encoding: { x: { field: 'share', ...x } },
      },
      {
        mark: { type: 'tick', thickness: 2, size: 16, color: colour('series1') },
        encoding: { x: { field: 'chance', ...x } },
      },
      {
        transform: [{ calculate: 'max(datum.share, datum.chance)', as: 'end' }],
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 10.5, color: colour('muted') },
        encoding: { x: { field: 'end', ...x }, text: { field: 'text' } },
      },
    ],
  } as never);
}

const VALUE_AXIS = {
  field: 'value',
  type: 'quantitative',
  scale: { zero: false },
  axis: { title: null, tickCount: 5, domain: false, format: '.3f' },
};

function pointRow({ trial, value, full }: TrialPoint) {
  return { trial, value, label: full ? MEASURED : STOPPED };
}

function pointLayer(rows: readonly object[], x: object): object {
  return {
    data: { values: rows },
    mark: { type: 'point', filled: true, size: 42, opacity: 0.85 },
    encoding: {
      x,
      y: VALUE_AXIS,
      color: {
        field: 'label',
        type: 'nominal',
        sort: null,
        legend: { columns: 2 },
        scale: { domain: [MEASURED, STOPPED], range: [colour('series2'), colour('series0')] },
      },
    },
  };
}

function defaultRule(value: number): object {
  return {
    data: { values: [{ value }] },
    mark: { type: 'rule', strokeDash: [4, 3], strokeWidth: 1.5, color: colour('series1') },
    encoding: { y: VALUE_AXIS },
  };
}
