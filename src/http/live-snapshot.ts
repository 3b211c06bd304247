/** What happens on a server, from two readings of its metrics. Rates are a second, times milliseconds. */
export interface LiveSnapshot {
  readonly requests_per_second: number;
  readonly routes: readonly {
    readonly route: string;
    readonly per_second: number;
    readonly errors_per_second: number;
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  }[];
  readonly stages: readonly { readonly stage: string; readonly mean: number; readonly p99: number | null }[];
  /** Recommended items a second, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Answers that had to do without something, a second, by what. */
  readonly degraded: Readonly<Record<string, number>>;
  /** Events a second, by outcome. */
  readonly events: Readonly<Record<string, number>>;
  readonly refused_per_second: number;
  /** Sessions the workers remember: those of the last half hour. */
  readonly active_sessions: number;
  /** Share of the catalogue that was recommended since the model went into service, of the worker that showed most. */
  readonly coverage: number;
  readonly memory_mib: number;
  readonly event_loop_lag_ms: number;
  readonly model_version: string;
}

/** A reading of Prometheus metrics: by name, each series' labels and value. */
export type Reading = ReadonlyMap<string, readonly Series[]>;

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads the text format of Prometheus; lines that are none are left out. */
export function readMetrics(text: string): Reading {
  const reading = new Map<string, Series[]>();
  for (const line of text.split('\n')) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const labels = Object.fromEntries(
      [...(match[2] ?? '').matchAll(LABEL)].map((label) => [label[1]!, label[2]!]),
    );
    const series = { labels, value: Number(match[3]) };
    const known = reading.get(match[1]!);
    if (known === undefined) reading.set(match[1]!, [series]);
    else known.push(series);
  }
  return reading;
}

/** What happened between two readings. A series that fell, because a worker was replaced, counts from 0. */
export function snapshot(before: Reading, now: Reading, seconds: number): LiveSnapshot {
  const sinceThen = increase(before, now);
  const rate = (name: string, label: string) => {
    const sums: Record<string, number> = {};
    for (const [key, value] of sinceThen(name, label)) if (value > 0) sums[key] = round(value / seconds);
    return sums;
  };
  const total = (rates: Readonly<Record<string, number>>) =>
    round(Object.values(rates).reduce((sum, value) => sum + value, 0));
  const gauge = (name: string) => (now.get(name) ?? []).reduce((sum, { value }) => sum + value, 0);

  const answered = rate('nextitem_http_requests_total', 'route');
  const failed = sinceThen('nextitem_http_requests_total', 'route', ({ status }) => (status ?? '') >= '500');
  const routes = Object.keys(answered)
    .sort((a, b) => answered[b]! - answered[a]!)
    .map((route) => {
      const times = histogram(sinceThen, 'nextitem_http_request_duration_seconds', 'route', route);
      return {
        route,
        per_second: answered[route]!,
        errors_per_second: round((failed.get(route) ?? 0) / seconds),
        p50: times.quantile(0.5),
        p95: times.quantile(0.95),
        p99: times.quantile(0.99),
      };
    });
  const stages = [...sinceThen('nextitem_stage_duration_seconds_count', 'stage')]
    .filter(([, count]) => count > 0)
    .map(([stage, count]) => ({
      stage,
      mean: round(
        (1000 * (sinceThen('nextitem_stage_duration_seconds_sum', 'stage').get(stage) ?? 0)) / count,
      ),
      p99: histogram(sinceThen, 'nextitem_stage_duration_seconds', 'stage', stage).quantile(0.99),
    }));
  const items = gauge('nextitem_model_items');
  return {
    requests_per_second: total(answered),
    routes,
    stages,
    reasons: rate('nextitem_recommendations_total', 'reason'),
    degraded: rate('nextitem_degraded_recommendations_total', 'reason'),
    events: rate('nextitem_events_total', 'outcome'),
    refused_per_second: total(rate('nextitem_shed_requests_total', 'reason')),
    active_sessions: gauge('nextitem_recent_sessions'),
    coverage: items === 0 ? 0 : round(gauge('nextitem_recommended_items') / items, 5),
    memory_mib: Math.round(gauge('nextitem_process_resident_memory_bytes') / 1024 ** 2),
    event_loop_lag_ms: round(1000 * gauge('nextitem_nodejs_eventloop_lag_p99_seconds')),
    model_version: now.get('nextitem_model_info')?.find(({ value }) => value > 0)?.labels.version ?? '',
  };
}

type Increase = (
  name: string,
  label: string,
  where?: (labels: Readonly<Record<string, string>>) => boolean,
) => Map<string, number>;

/** By how much the series of a name grew, summed by one of their labels. */
function increase(before: Reading, now: Reading): Increase {
  return (name, label, where = () => true) => {
    const keyOf = (labels: object) => JSON.stringify(labels);
    const was = new Map((before.get(name) ?? []).map(({ labels, value }) => [keyOf(labels), value]));
    const sums = new Map<string, number>();
    for (const { labels, value } of now.get(name) ?? []) {
      if (!where(labels)) continue;
      const earlier = was.get(keyOf(labels)) ?? 0;
      const grown = value >= earlier ? value - earlier : value;
      const key = labels[label] ?? '';
      sums.set(key, (sums.get(key) ?? 0) + grown);
    }
    return sums;
  };
}

/** The times of one value of a label. Inside a bucket times are taken to be spread evenly. */
function histogram(sinceThen: Increase, name: string, label: string, value: string) {
  const counts = [...sinceThen(`${name}_bucket`, 'le', (labels) => labels[label] === value)]
    .map(([bound, count]) => ({ bound: bound === '+Inf' ? Infinity : Number(bound), count }))
    .sort((a, b) => a.bound - b.bound);
  return {
    /** Milliseconds; null if nothing happened, the largest finite bound if it took longer. */
    quantile(share: number): number | null {
      const all = counts.at(-1)?.count ?? 0;
      if (all === 0) return null;
      let [lower, below] = [0, 0];
      for (const { bound, count } of counts) {
        if (count >= share * all) {
          if (bound === Infinity) return round(1000 * lower);
          const inside = count === below ? 1 : (share * all - below) / (count - below);
          return round(1000 * (lower + inside * (bound - lower)));
        }
        [lower, below] = [bound, count];
      }
      return round(1000 * lower);
    },
  };
}

function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
