import { type Breakdown, type EvaluationReport, type MethodReport } from '../metrics/evaluation-report.js';
import { ceilingsAnswer } from './ceilings.js';
import { importanceChart, latencyChart, learningCurve, lineByBucket, metricBars } from './charts.js';
import { escapeHtml as text } from './escape.js';
import { differenceChart, pointsByName } from './evaluation-charts.js';
import { calibrationAnswer, exposureAnswer } from './evaluation-diagnosis.js';
import { examplesAnswer } from './evaluation-examples.js';
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
import { type Answer, folded, type Plot, slug, table } from './page.js';

/** Every question of a task that its report can answer, in the order of the page. */
export function taskAnswers(report: EvaluationReport): Answer[] {
  return [
    metrics(report),
    listLength(report),
    ...differences(report),
    ...(report.breakdowns ?? []).map((breakdown) => breakdownAnswer(report, breakdown)),
    ...(report.ceilings === undefined ? [] : [ceilingsAnswer(report.ceilings)]),
    ...calibrationAnswer(report),
    ...exposureAnswer(report),
    ...examplesAnswer(report),
    ...latency(report),
    figures(report),
    ...notes(report),
  ];
}

function metrics(report: EvaluationReport): Answer {
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
  return {
    id: 'metrics',
    question: 'How good are the recommendations?',
    plots: shown.flatMap(([metric, k]) => {
      const key = `${metric}@${k}`;
      const bars = report.methods.flatMap(({ label, metrics: values }) =>
        values[key] === undefined ? [] : [{ label, ...values[key] }],
      );
      if (bars.length === 0) return [];
      const best = report.reachableBest?.[key];
      return {
        name: `metrics-${metric.toLowerCase()}-${k}`,
        draw: (width: number) =>
          metricBars(
            {
              title: METRIC_QUESTIONS[metric]!(k),
              subtitle: `${key}; whiskers: ${level(report)} interval`,
              width,
            },
            bars,
            best === undefined ? undefined : { label: 'best reachable', value: best },
          ),
      };
    }),
  };
}

/** What the metrics by length of the list ask. */
const AT_K: Readonly<Record<string, string>> = {
  HR: 'How often is the next item among the first k?',
  MRR: 'How high does it stand among the first k?',
  NDCG: 'How well is it ranked among the first k?',
  MAP: "How well is the session's rest ranked among the first k?",
};

function listLength(report: EvaluationReport): Answer {
  const { cutoffs, methods } = report;
  const lines = (name: string, title: string, subtitle: string, value: ValueAtK): Plot => ({
    name: `at-k-${name}`,
    draw: (width) =>
      lineByBucket(
        { title, subtitle, width, bucketTitle: 'k, length of the list' },
        cutoffs.map(String),
        methods.map((method) => ({ label: method.label, values: cutoffs.map((k) => value(method, k)) })),
      ),
  });
  const coverage: ValueAtK = ({ catalogueCoverage }, k) => {
    const share = catalogueCoverage[k];
    return share === undefined ? null : { mean: share, low: share, high: share };
  };
  return {
    id: 'list-length',
    question: 'How much does a longer list help?',
    plots: [
      ...Object.entries(AT_K).map(([metric, title]) =>
        lines(
          metric.toLowerCase(),
          title,
          `${metric} at k; bands: ${level(report)} interval`,
          (method, k) => method.metrics[`${metric}@${k}`] ?? null,
        ),
      ),
      lines(
        'coverage',
        'How much of the catalogue is shown?',
        'share of the items that are among the first k at least once',
        coverage,
      ),
    ],
  };
}

type ValueAtK = (
  method: MethodReport,
  k: number,
) => { readonly mean: number; readonly low: number; readonly high: number } | null;

function figures(report: EvaluationReport): Answer {
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
  return {
    id: 'figures',
    question: 'What are all the figures?',
    plots: [],
    below: folded('Every metric of every method', tables.join('\n')) + legend,
  };
}

function differences(report: EvaluationReport): Answer[] {
  if (report.comparisons.length === 0) return [];
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
  const method = labelOf(report, report.comparisons[0]!.method);
  const compared = [...new Set(report.comparisons.map(({ metric }) => metric))];
  return [
    {
      id: 'differences',
      question: 'Is the difference real?',
      plots: compared.map((metric) => ({
        name: `difference-${slug(metric)}`,
        draw: (width) =>
          differenceChart(
            {
              title: `${method} minus each other method, ${metric}`,
              subtitle: `paired by session; lines: ${level(report)} interval; grey: the data cannot tell`,
              width,
            },
            report.comparisons
              .filter((one) => one.metric === metric)
              .map((one) => ({ ...one, label: labelOf(report, one.against) })),
          ),
      })),
      below:
        folded(
          'All differences as a table',
          table(
            'Differences, paired by session',
            ['Metric', 'Method', 'Against', 'Difference', 'Relative', 'Verdict'],
            rows,
            ['Method', 'Against', 'Verdict'],
          ),
        ) +
        `<p class="legend">Better or worse: the ${level(report)} interval of the difference excludes 0. p: share of the resamples in which
the method was not better.</p>`,
    },
  ];
}

/** The questions of the breakdowns that evaluation makes, by their names. */
const BREAKDOWN_QUESTIONS: Readonly<Record<string, string>> = {
  'events known': 'Does it depend on how much of the session is known?',
  'popularity of the next item': 'Does it depend on how popular the next item is?',
  'next item': 'Does it depend on whether the item was seen before?',
  'category of the next item': 'Does it depend on the category?',
};

function breakdownAnswer(report: EvaluationReport, breakdown: Breakdown): Answer {
  const metric = `HR@${report.cutoffs.at(-1)}`;
  const question = BREAKDOWN_QUESTIONS[breakdown.name] ?? `Does it depend on ${breakdown.name}?`;
  const plot = (key: string): Plot => ({
    name: `by-${slug(breakdown.name)}-${slug(key)}`,
    draw: (width) =>
      breakdown.named === true
        ? pointsByName(
            {
              title: `${key} by ${breakdown.name}`,
              subtitle: `lines: ${level(report)} interval; below each name: number of prefixes`,
              width,
            },
            breakdown,
            report.methods,
            key,
          )
        : lineByBucket(
            {
              title: `${key} by ${breakdown.name}`,
              subtitle: `bands: ${level(report)} interval; below: number of prefixes`,
              width,
            },
            breakdown.buckets.map(
              (bucket) => `${bucket.label.replace(': ', '\n')}\n${whole(bucket.prefixes)}`,
            ),
            report.methods.map(({ name, label }) => ({
              label,
              values: breakdown.buckets.map((bucket) => bucket.perMethod[name]?.[key] ?? null),
            })),
          ),
  });
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
  return {
    id: `by-${slug(breakdown.name)}`,
    question,
    plots: [plot(metric), plot(metric.replace('HR', 'MRR'))],
    below: folded('The same as a table', table(metric, head, rows)),
  };
}

/** What the ranker learned: the same for all tasks of a run. Empty for a report without a ranker. */
export function rankerAnswers({ featureImportance, learningCurve: curve }: EvaluationReport): Answer[] {
  const plots: Plot[] = [];
  if (featureImportance !== undefined && featureImportance.length > 0)
    plots.push({
      name: 'ranker-features',
      draw: (width) =>
        importanceChart(
          { title: 'Features by share of the total gain', subtitle: 'summed over all splits', width },
          featureImportance,
        ),
    });
  if (curve !== undefined && curve.series.length > 0)
    plots.push({
      name: 'ranker-learning-curve',
      draw: (width) =>
        learningCurve(
          { title: 'Was training stopped at the right time?', subtitle: curve.metric, width },
          curve,
        ),
    });
  return plots.length === 0 ? [] : [{ id: 'ranker', question: 'What does the ranker look at?', plots }];
}

function latency(report: EvaluationReport): Answer[] {
  const entries = Object.entries(report.latency ?? {});
  if (entries.length === 0) return [];
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
  return [
    {
      id: 'latency',
      question: 'How long does one recommendation take?',
      plots: [
        {
          name: 'latency',
          draw: (width) =>
            latencyChart(
              { title: 'Time per recommendation', subtitle: 'percentiles, in milliseconds', width },
              entries.map(([name, measured]) => ({ label: labelOf(report, name), latency: measured })),
            ),
        },
      ],
      below: folded('The same as a table', table('Milliseconds per recommendation', head, rows)),
    },
  ];
}

function notes({ notes: all }: EvaluationReport): Answer[] {
  if (all.length === 0) return [];
  const list = `<ul>${all.map((note) => `<li>${text(note)}</li>`).join('')}</ul>`;
  return [{ id: 'notes', question: 'What else should be known?', plots: [], below: list }];
}

function level(report: EvaluationReport): string {
  return `${Math.round(report.confidence * 1000) / 10}%`;
}
