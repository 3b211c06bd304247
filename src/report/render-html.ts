import { type Breakdown, type EvaluationReport } from '../metrics/evaluation-report.js';
import { importanceChart, latencyChart, learningCurve, lineByBucket, metricBars } from './charts.js';
import { escapeHtml as text } from './escape.js';
import {
  bestMethods,
  fraction,
  interval,
  labelOf,
  METRIC_QUESTIONS,
  milliseconds,
  percentage,
  signed,
  TABLE_METRICS,
  verdict,
  whole,
} from './format.js';
import { figure, page, pageHeader, section, table } from './page.js';

/**
 * The report as one HTML page: nothing is loaded, no script, light or dark as the reader's system is set, wide or on a
 * phone. All text of the report is escaped. The same report gives the same bytes.
 */
export async function renderHtml(report: EvaluationReport): Promise<string> {
  const sections = [
    await metricCharts(report),
    metricTables(report),
    comparisons(report),
    ...(await Promise.all((report.breakdowns ?? []).map((breakdown) => breakdownSection(report, breakdown)))),
    await rankerSection(report),
    await latencySection(report),
    notes(report),
  ];
  return page(report.title, header(report), sections);
}

function header(report: EvaluationReport): string {
  const { data } = report;
  const facts: [string, string][] = [
    ['Model', report.modelVersion],
    ['Trained', report.trainedAt],
    ['Data', data.source],
    ['Sessions', whole(data.sessions)],
    ['Events', whole(data.events)],
    ['Items', whole(data.items)],
    ['Test sessions', whole(data.testSessions)],
    ['Test prefixes', whole(data.testPrefixes)],
  ];
  return pageHeader(report.title, report.protocol, facts);
}

async function metricCharts(report: EvaluationReport): Promise<string> {
  // Ranking is judged where people look, at 10; finding at the longest list.
  const longest = report.cutoffs.at(-1)!;
  const middle = report.cutoffs.includes(10) ? 10 : longest;
  const shown = [
    ['HR', longest],
    ['MRR', longest],
    ['NDCG', middle],
    ['Recall', longest],
    ['Precision', middle],
    ['MAP', longest],
  ] as const;
  const figures = await Promise.all(
    shown.map(async ([metric, k]) => {
      const key = `${metric}@${k}`;
      const bars = report.methods.flatMap(({ label, metrics }) =>
        metrics[key] === undefined ? [] : [{ label, ...metrics[key] }],
      );
      if (bars.length === 0) return '';
      const best = report.reachableBest?.[key];
      return figure((width) =>
        metricBars(
          {
            title: METRIC_QUESTIONS[metric]!(k),
            subtitle: `${key}; whiskers: ${level(report)} interval`,
            width,
          },
          bars,
          best === undefined ? undefined : { label: 'best reachable', value: best },
        ),
      );
    }),
  );
  return section('How good are the recommendations?', `<div class="charts">${figures.join('')}</div>`);
}

function metricTables(report: EvaluationReport): string {
  const tables = report.cutoffs.map((k) => {
    const best = new Map(
      TABLE_METRICS.map((metric) => [
        metric,
        bestMethods(report.methods, (m) => m.metrics[`${metric}@${k}`]),
      ]),
    );
    const rows = report.methods.map(
      (method) =>
        `<tr><th scope="row">${text(method.label)}</th>${TABLE_METRICS.map((metric) => {
          const value = method.metrics[`${metric}@${k}`];
          const mark = best.get(metric)!.has(method.name) ? ' class="best"' : '';
          return `<td${mark}>${fraction(value?.mean)}<small>${interval(value, 4)}</small></td>`;
        }).join('')}<td>${percentage(method.catalogueCoverage[k])}</td><td>${percentage(
          method.sessionCoverage[k]?.mean,
        )}</td><td>${fraction(method.popularityPercentile?.[k])}</td></tr>`,
    );
    const reachable = report.reachableBest;
    if (reachable !== undefined && TABLE_METRICS.some((metric) => reachable[`${metric}@${k}`] !== undefined))
      rows.push(
        `<tr class="reference"><th scope="row">Best reachable</th>${TABLE_METRICS.map(
          (metric) => `<td>${fraction(reachable[`${metric}@${k}`])}</td>`,
        ).join('')}<td></td><td></td><td></td></tr>`,
      );
    return table(
      `The first ${k}`,
      ['Method', ...TABLE_METRICS, 'Catalogue', 'Full lists', 'Popularity'],
      rows,
    );
  });
  const legend = `<p class="legend">Bold: best of its column. Below each mean stands its ${level(report)} bootstrap interval by session. HR, MRR and NDCG
look at the next item; Precision, Recall and MAP at all remaining items of the session. Catalogue: share of the items shown at
least once. Full lists: share of the prefixes that got all k items. Popularity: mean popularity percentile of what is shown, 0.5 is chance.</p>`;
  return section('All metrics', tables.join('\n') + legend);
}

function comparisons(report: EvaluationReport): string {
  if (report.comparisons.length === 0) return '';
  const rows = report.comparisons.map((comparison) => {
    const judged = verdict(comparison);
    const style = judged === 'better' ? 'good' : judged === 'worse' ? 'bad' : 'open';
    const { relative } = comparison;
    return `<tr><th scope="row">${text(comparison.metric)}</th><td class="words">${text(
      labelOf(report, comparison.method),
    )}</td><td class="words">${text(labelOf(report, comparison.against))}</td><td>${signed(
      fraction(comparison.difference),
      comparison.difference,
    )}<small>${fraction(comparison.low)} .. ${fraction(comparison.high)}</small></td><td>${
      relative === null
        ? '–'
        : `${signed(percentage(relative.mean), relative.mean)}<small>${percentage(relative.low)} .. ${percentage(relative.high)}</small>`
    }</td><td class="words ${style}">${judged}<small>p = ${comparison.pNotBetter.toFixed(3)}</small></td></tr>`;
  });
  return section(
    'Is the difference real?',
    table(
      'Differences, paired by session',
      ['Metric', 'Method', 'Against', 'Difference', 'Relative', 'Verdict'],
      rows,
      ['Method', 'Against', 'Verdict'],
    ) +
      `<p class="legend">Better or worse: the ${level(report)} interval of the difference excludes 0. p: share of the resamples in which\nthe method was not better.</p>`,
  );
}

async function breakdownSection(report: EvaluationReport, breakdown: Breakdown): Promise<string> {
  const metric = `HR@${report.cutoffs.at(-1)}`;
  const chart = await figure((width) =>
    lineByBucket(
      {
        title: `Does it depend on ${breakdown.name}?`,
        subtitle: `${metric}; bands: ${level(report)} interval; below: number of prefixes`,
        width,
      },
      breakdown.buckets.map((bucket) => `${bucket.label}\n${whole(bucket.prefixes)}`),
      report.methods.map(({ name, label }) => ({
        label,
        values: breakdown.buckets.map((bucket) => bucket.perMethod[name]?.[metric] ?? null),
      })),
    ),
  );
  const rows = breakdown.buckets.map(
    (bucket) =>
      `<tr><th scope="row">${text(bucket.label)}</th><td>${whole(bucket.prefixes)}</td>${report.methods
        .map(({ name }) => {
          const value = bucket.perMethod[name]?.[metric];
          return `<td>${fraction(value?.mean)}<small>${interval(value, 4)}</small></td>`;
        })
        .join('')}</tr>`,
  );
  const head = [breakdown.name, 'Prefixes', ...report.methods.map(({ label }) => label)];
  return section(`By ${breakdown.name}`, `<div class="charts">${chart}${table(metric, head, rows)}</div>`);
}

async function rankerSection(report: EvaluationReport): Promise<string> {
  const { featureImportance, learningCurve: curve } = report;
  const figures: string[] = [];
  if (featureImportance !== undefined && featureImportance.length > 0)
    figures.push(
      await figure((width) =>
        importanceChart(
          { title: 'What does the ranker look at?', subtitle: 'features by share of the total gain', width },
          featureImportance,
        ),
      ),
    );
  if (curve !== undefined && curve.series.length > 0)
    figures.push(
      await figure((width) =>
        learningCurve(
          { title: 'Was training stopped at the right time?', subtitle: curve.metric, width },
          curve,
        ),
      ),
    );
  return figures.length === 0 ? '' : section('The ranker', `<div class="charts">${figures.join('')}</div>`);
}

async function latencySection(report: EvaluationReport): Promise<string> {
  const entries = Object.entries(report.latency ?? {});
  if (entries.length === 0) return '';
  const chart = await figure((width) =>
    latencyChart(
      { title: 'How long does one recommendation take?', subtitle: 'percentiles, in milliseconds', width },
      entries.map(([name, latency]) => ({ label: labelOf(report, name), latency })),
    ),
  );
  const rows = entries.map(
    ([name, { count, p50, p75, p90, p95, p99, max }]) =>
      `<tr><th scope="row">${text(labelOf(report, name))}</th><td>${whole(count)}</td>${[
        p50,
        p75,
        p90,
        p95,
        p99,
        max,
      ]
        .map((value) => `<td>${milliseconds(value)}</td>`)
        .join('')}</tr>`,
  );
  const head = ['Method', 'Measured', 'P50', 'P75', 'P90', 'P95', 'P99', 'Max'];
  return section(
    'Latency',
    `<div class="charts">${chart}${table('Milliseconds per recommendation', head, rows)}</div>`,
  );
}

function notes(report: EvaluationReport): string {
  if (report.notes.length === 0) return '';
  return section('Notes', `<ul>${report.notes.map((note) => `<li>${text(note)}</li>`).join('')}</ul>`);
}

function level(report: EvaluationReport): string {
  return `${Math.round(report.confidence * 1000) / 10}%`;
}
