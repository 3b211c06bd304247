import {
  type BenchmarkMethod,
  type BenchmarkResult,
  COMPARED_METRICS,
  type ComparedMetric,
  RESULT_METRICS,
  type ResultMetric,
} from '../evaluation/benchmark/benchmark-result.js';
import { type Breakdown } from '../metrics/evaluation-report.js';
import { costChart, lineColours, methodBars, MOST_OTHERS } from './benchmark-charts.js';
import { askedIn, bytes, companyNote, comparison, isOurs, micros, seconds } from './benchmark-format.js';
import { ceilingsAnswer } from './ceilings.js';
import { lineByBucket } from './charts.js';
import { escapeHtml as text } from './escape.js';
import { fraction, interval, METRIC_QUESTIONS, percentage, signed, verdict, whole } from './format.js';
import { figure, page, pageHeader, section, table } from './page.js';

const NAMES: Readonly<Record<(typeof RESULT_METRICS)[number], string>> = {
  hr: 'HR',
  mrr: 'MRR',
  ndcg: 'NDCG',
  precision: 'Precision',
  recall: 'Recall',
  map: 'MAP',
};

type Entry = readonly [name: string, method: BenchmarkMethod];

const STYLE = `
.matrix td{padding:5px 7px;font-size:.8rem}
.matrix th{font-size:.8rem}
td.settings{white-space:normal;overflow-wrap:anywhere;min-width:16rem}
.matrix thead th{white-space:nowrap}
`;

/**
 * A benchmark as one HTML page: nothing is loaded, no script, light or dark, wide or on a phone. All text is escaped; the
 * same result gives the same bytes.
 */
export async function renderBenchmark(result: BenchmarkResult): Promise<string> {
  const entries = Object.entries(result.methods);
  const title = `Benchmark: ${nameOf(result.data.source)}, ${result.protocol}${askedIn(result)}`;
  return page(
    title,
    header(result, title),
    [
      await accuracyCharts(result, entries),
      metricTables(result, entries),
      seedsSection(entries),
      ...COMPARED_METRICS.map((metric) => matrix(result, entries, metric)),
      ...(await Promise.all(result.breakdowns.map((one) => breakdownSection(one, entries)))),
      await ceilingsSection(result),
      await costSection(entries),
      settingsSection(entries),
      notesSection(result, entries),
    ],
    STYLE,
  );
}

function header(result: BenchmarkResult, title: string): string {
  const { data, machine } = result;
  return pageHeader(title, result.rules, [
    ['Data', data.source],
    ['Events', whole(data.events)],
    ['Items', whole(data.items)],
    ['Training sessions', whole(data.trainSessions)],
    ['Test sessions', whole(data.testSessions)],
    ['Questions asked', `${whole(data.askedPrefixes)} in ${whole(data.askedSessions)} sessions`],
    ['Made', result.createdAt],
    ['Machine', `${machine.cpu}, ${machine.cores} cores, Node.js ${machine.node}`],
    ['nextitem', result.nextitem],
  ]);
}

async function accuracyCharts(result: BenchmarkResult, entries: readonly Entry[]): Promise<string> {
  const shown: ResultMetric[] = ['hr@20', 'mrr@20', 'ndcg@20', 'recall@20', 'map@20', 'precision@20'];
  const figures = await Promise.all(
    shown.map((key) => {
      const [metric, k] = key.split('@') as [(typeof RESULT_METRICS)[number], string];
      return figure((width) =>
        methodBars(
          {
            title: METRIC_QUESTIONS[NAMES[metric]]!(Number(k)),
            subtitle: `${NAMES[metric]}@${k}; whiskers: ${level(result)} interval`,
            width,
          },
          entries.map(([name, method]) => ({
            label: method.label,
            ours: isOurs(name),
            mean: method[key]!,
            ...method.intervals[key],
          })),
        ),
      );
    }),
  );
  return section('How good are the recommendations?', `<div class="charts">${figures.join('')}</div>`);
}

function metricTables(result: BenchmarkResult, entries: readonly Entry[]): string {
  const tables = [...result.cutoffs].reverse().map((k) => {
    const best = new Map(
      RESULT_METRICS.map((metric) => [
        metric,
        Math.max(...entries.map(([, method]) => Number(method[`${metric}@${k}`]!.toFixed(4)))),
      ]),
    );
    const rows = entries.map(([, method]) => {
      const cells = RESULT_METRICS.map((metric) => {
        const value = method[`${metric}@${k}`]!;
        const mark =
          entries.length > 1 && Number(value.toFixed(4)) === best.get(metric) ? ' class="best"' : '';
        return `<td${mark}>${fraction(value)}<small>${interval(method.intervals[`${metric}@${k}`], 4)}</small></td>`;
      });
      const { catalogueCoverage, popularityPercentile, averagePopularity, gini } = method.shown;
      return `<tr><th scope="row">${text(method.label)}</th>${cells.join('')}<td>${percentage(catalogueCoverage[k])}</td><td>${fraction(
        popularityPercentile[k],
      )}</td><td>${whole(Math.round(averagePopularity[k] ?? NaN))}</td><td>${fraction(gini[k])}</td></tr>`;
    });
    return table(
      `The first ${k}`,
      [
        'Method',
        ...RESULT_METRICS.map((metric) => NAMES[metric]),
        'Catalogue',
        'Popularity',
        'Events',
        'Gini',
      ],
      rows,
    );
  });
  return section(
    'All metrics',
    `${tables.join('\n')}<p class="legend">Bold: best of its column. Below each mean: its ${level(result)} bootstrap interval by session
(${whole(result.resamples)} resamples). HR, MRR and NDCG look at the next item; Precision, Recall and MAP at all items the session still takes. What is
shown: Catalogue, share of the items shown at least once; Popularity, mean popularity percentile, 0.5 is chance; Events, mean number of training events;
Gini, inequality of exposure, 1 is everything to one item.</p>`,
  );
}

function seedsSection(entries: readonly Entry[]): string {
  const rows = entries.flatMap(([, method]) =>
    (['hr@20', 'mrr@20'] as const).flatMap((key) => {
      const spread = method.spread?.[key];
      if (spread === undefined) return [];
      return [
        `<tr><th scope="row">${text(method.label)}</th><td>${key.replace('hr', 'HR').replace('mrr', 'MRR')}</td><td>${fraction(method[key])}</td><td>${[
          spread.min,
          spread.max,
          spread.sd,
        ]
          .map(fraction)
          .join('</td><td>')}</td><td>${spread.values.map(fraction).join(' ')}</td></tr>`,
      ];
    }),
  );
  if (rows.length === 0) return '';
  return section(
    'Does the seed matter?',
    table('Over the seeds', ['Method', 'Metric', 'Mean', 'Lowest', 'Highest', 'Deviation', 'Each'], rows),
  );
}

function matrix(result: BenchmarkResult, entries: readonly Entry[], metric: ComparedMetric): string {
  if (entries.length < 2) return '';
  const rows = entries.map(([name, method]) => {
    const cells = entries.map(([other]) => {
      const difference = comparison(result, name, other, metric);
      if (difference === null) return '<td></td>';
      const judged = verdict(difference);
      const style = judged === 'better' ? 'good' : judged === 'worse' ? 'bad' : 'open';
      const relative =
        difference.relative === null
          ? ''
          : signed(percentage(difference.relative.mean), difference.relative.mean);
      return `<td class="${style}" title="${fraction(difference.low)} .. ${fraction(difference.high)}">${signed(
        (difference.difference * 100).toFixed(2),
        difference.difference,
      )}<small>${relative}</small></td>`;
    });
    return `<tr><th scope="row">${text(method.label)}</th>${cells.join('')}</tr>`;
  });
  const name = metric === 'hr@20' ? 'HR@20' : 'MRR@20';
  return section(
    `Is the difference real? ${name}`,
    `<div class="matrix">${table('Row minus column, in points of 100', ['', ...entries.map(([, { label }]) => label)], rows)}</div>
<p class="legend">Paired by session. Coloured: the ${level(result)} interval of the difference excludes 0; grey: the data cannot tell. Below: relative to the column.
The intervals are in the JSON, and under the pointer.</p>`,
  );
}

async function breakdownSection(breakdown: Breakdown, entries: readonly Entry[]): Promise<string> {
  const lines = linesOf(entries);
  const colours = lineColours(lines.map(([name, { label }]) => ({ label, ours: isOurs(name) })));
  const charts = await Promise.all(
    ['HR@20', 'MRR@20'].map((metric) =>
      figure((width) =>
        lineByBucket(
          {
            title: `Does ${metric} depend on ${breakdown.name}?`,
            subtitle: 'bands: 95% interval; below: number of questions',
            width,
          },
          breakdown.buckets.map((bucket) => `${bucket.label.replace(': ', '\n')}\n${whole(bucket.prefixes)}`),
          lines.map(([name, { label }], n) => ({
            label,
            colour: colours[n]!,
            values: breakdown.buckets.map((bucket) => bucket.perMethod[name]?.[metric] ?? null),
          })),
        ),
      ),
    ),
  );
  const tables = ['HR@20', 'MRR@20'].map((metric) =>
    table(
      metric,
      ['Method', ...breakdown.buckets.map(({ label }) => label)],
      entries.map(
        ([name, { label }]) =>
          `<tr><th scope="row">${text(label)}</th>${breakdown.buckets
            .map((bucket) => {
              const value = bucket.perMethod[name]?.[metric];
              return `<td>${fraction(value?.mean)}<small>${interval(value)}</small></td>`;
            })
            .join('')}</tr>`,
      ),
    ),
  );
  return section(`By ${breakdown.name}`, `<div class="charts">${charts.join('')}</div>${tables.join('\n')}`);
}

/** Ours, and of the others those that are best at HR@20 and MRR@20 together; in the order of the result. */
function linesOf(entries: readonly Entry[]): Entry[] {
  const merit = ([name, method]: Entry) => (isOurs(name) ? 2 : 0) + method['hr@20']! + method['mrr@20']!;
  const best = [...entries].sort((a, b) => merit(b) - merit(a)).slice(0, MOST_OTHERS);
  return entries.filter((entry) => best.includes(entry));
}

async function ceilingsSection({ ceilings }: BenchmarkResult): Promise<string> {
  if (ceilings === null) return '';
  const { plots, beside, below } = ceilingsAnswer(ceilings);
  const charts = await Promise.all(plots.map(({ draw }) => figure(draw)));
  return section(
    'What can the ranker reach?',
    `<div class="charts">${charts.join('')}${beside}</div>\n${below}`,
  );
}

async function costSection(entries: readonly Entry[]): Promise<string> {
  const chart = (title: string, xTitle: string, cost: (method: BenchmarkMethod) => number) =>
    figure((width) =>
      costChart(
        { title, subtitle: `HR@20, by ${xTitle} on a logarithmic scale`, xTitle, width },
        entries.map(([name, method]) => ({
          label: method.label,
          ours: isOurs(name),
          x: cost(method),
          y: method['hr@20']!,
        })),
      ),
    );
  const charts = await Promise.all([
    chart(
      'What does accuracy cost per query?',
      'microseconds per query',
      ({ queryMicros }) => queryMicros.mean,
    ),
    chart('What does accuracy cost in training?', 'seconds of training', ({ trainSeconds }) => trainSeconds),
  ]);
  const rows = entries.map(
    ([, { label, trainSeconds, queryMicros, peakMemoryBytes, modelBytes, modelBytesFrom, sideBySide }]) =>
      `<tr><th scope="row">${text(label)}</th><td>${seconds(trainSeconds)}</td>${[
        queryMicros.mean,
        queryMicros.p50,
        queryMicros.p95,
        queryMicros.p99,
      ]
        .map((value) => `<td>${micros(value)}</td>`)
        .join('')}<td>${bytes(peakMemoryBytes)}</td><td>${modelBytesFrom === 'heap' ? '≈ ' : ''}${bytes(
        modelBytes,
      )}</td><td>${sideBySide}</td></tr>`,
  );
  const head = [
    'Method',
    'Training, s',
    'Query, µs',
    'P50',
    'P95',
    'P99',
    'Peak, MB',
    'Model, MB',
    'Side by side',
  ];
  return section(
    'What does it cost?',
    `<div class="charts">${charts.join('')}</div>${table('Cost', head, rows)}
<p class="legend">Each run has a process of its own; a query runs on one thread. Peak: the most memory that process ever had in RAM, the events included. Model: the
size of what was learned; ≈ is the growth of the process's heap, where a method does not count its own. Side by side: runs allowed at the same time; times are only
fair at 1 (--jobs 1).</p>`,
  );
}

function settingsSection(entries: readonly Entry[]): string {
  const rows = entries.map(
    ([, { label, settings, settingsFrom, seeds }]) =>
      `<tr><th scope="row">${text(label)}</th><td class="words">${settingsFrom === 'file' ? 'tuned' : 'defaults'}</td><td>${
        seeds.length === 0 ? '–' : seeds.join(', ')
      }</td><td class="words settings">${text(shortSettings(settings))}</td></tr>`,
  );
  return section(
    'Settings',
    table('', ['Method', 'From', 'Seeds', 'Settings'], rows, ['From', 'Settings']).replace(
      '<caption></caption>',
      '',
    ),
  );
}

/** Flat settings as they are; nested ones (our own training settings) are in the JSON. */
function shortSettings(settings: object): string {
  const entries = Object.entries(settings) as [string, unknown][];
  if (entries.length === 0) return 'none';
  if (entries.some(([, value]) => typeof value === 'object')) return 'the training settings, see the JSON';
  return entries.map(([name, value]) => `${name} ${String(value)}`).join(', ');
}

function notesSection(result: BenchmarkResult, entries: readonly Entry[]): string {
  const company = companyNote(result);
  const notes = [
    ...result.notes,
    ...(company === null ? [] : [company]),
    ...entries.flatMap(([, { label, notes: own }]) => own.map((note) => `${label}: ${note}`)),
  ];
  if (notes.length === 0) return '';
  return section('Notes', `<ul>${notes.map((note) => `<li>${text(note)}</li>`).join('')}</ul>`);
}

function nameOf(source: string): string {
  return source.split(/[/\\]/).filter(Boolean).at(-1) ?? source;
}

function level(result: BenchmarkResult): string {
  return `${Math.round(result.confidence * 1000) / 10}%`;
}
