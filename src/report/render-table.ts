import Table from 'cli-table3';
import { type EvaluationReport } from '../metrics/evaluation-report.js';
import {
  bestMethods,
  fraction,
  interval,
  labelOf,
  milliseconds,
  percentage,
  signed,
  TABLE_METRICS,
  verdict,
  whole,
} from './format.js';

/**
 * The report for a terminal, at most 115 columns for labels up to 18 characters (longer ones wrap): one table per cutoff with
 * intervals below the means, the best of a column marked with `*`; then paired differences, breakdowns, how answers went, latency, notes.
 * Plain text without colours; control characters of titles and labels are removed.
 */
export function renderTable(report: EvaluationReport): string {
  const { data } = report;
  const lines = [
    report.title,
    `model ${report.modelVersion}, trained ${report.trainedAt}`,
    `data  ${data.source}: ${whole(data.sessions)} sessions, ${whole(data.events)} events, ${whole(data.items)} items`,
    `test  ${whole(data.testSessions)} sessions, ${whole(data.testPrefixes)} prefixes`,
    ...paragraph(report.protocol),
    '',
    ...report.cutoffs.flatMap((k) => [cutoffTable(report, k), '']),
    ...paragraph(
      `* best of its column. Below each mean: its ${percentage(report.confidence).replace('.0%', '%')} bootstrap interval by session. ` +
        'HR, MRR, NDCG: the next item. Prec., Recall, MAP: all remaining items. Catalogue: share of items ever shown. ' +
        'Full: share of prefixes that got a full list.',
    ),
  ];
  if (report.comparisons.length > 0)
    lines.push('', 'Differences, paired by session', comparisonTable(report));
  for (const breakdown of report.breakdowns ?? []) lines.push('', ...breakdownTable(report, breakdown));
  if (report.outcomes !== undefined && report.ceilings !== undefined) {
    const shares = report.outcomes.map(({ outcome, share }) => `${outcome} ${percentage(share)}`);
    const candidates = report.ceilings.served.meanCandidates.toFixed(0);
    lines.push(
      '',
      ...paragraph(`The right item: ${shares.join(', ')}; ${candidates} candidates on average.`),
    );
  }
  if (report.latency !== undefined) lines.push('', 'Milliseconds per recommendation', latencyTable(report));
  if (report.notes.length > 0)
    lines.push('', 'Notes', ...report.notes.flatMap((note) => paragraph(`- ${note}`)));
  return lines.map(plain).join('\n');
}

function cutoffTable(report: EvaluationReport, k: number): string {
  const table = new Table({
    head: ['First ' + k, 'HR', 'MRR', 'NDCG', 'Prec.', 'Recall', 'MAP', 'Catalogue', 'Full'],
    colWidths: [20, 11, 11, 11, 11, 11, 11, 11, 8],
    colAligns: ['left', ...Array<'right'>(8).fill('right')],
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: PLAIN,
  });
  const best = new Map(
    TABLE_METRICS.map((metric) => [metric, bestMethods(report.methods, (m) => m.metrics[`${metric}@${k}`])]),
  );
  for (const method of report.methods) {
    table.push([
      plain(method.label),
      ...TABLE_METRICS.map((metric) => {
        const value = method.metrics[`${metric}@${k}`];
        const mark = best.get(metric)!.has(method.name) ? '*' : '';
        return `${mark}${fraction(value?.mean)}\n${interval(value)}`;
      }),
      percentage(method.catalogueCoverage[k]),
      percentage(method.sessionCoverage[k]?.mean),
    ]);
  }
  const reachable = report.reachableBest;
  if (reachable !== undefined && TABLE_METRICS.some((metric) => reachable[`${metric}@${k}`] !== undefined))
    table.push([
      'best reachable',
      ...TABLE_METRICS.map((metric) => fraction(reachable[`${metric}@${k}`])),
      '',
      '',
    ]);
  return table.toString();
}

function comparisonTable(report: EvaluationReport): string {
  const table = new Table({
    head: ['Metric', 'Method', 'against', 'difference', 'interval', 'relative', 'verdict'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'left'],
    style: PLAIN,
  });
  for (const comparison of report.comparisons)
    table.push([
      plain(comparison.metric),
      plain(labelOf(report, comparison.method)),
      plain(labelOf(report, comparison.against)),
      signed(fraction(comparison.difference), comparison.difference),
      `${fraction(comparison.low)} .. ${fraction(comparison.high)}`,
      comparison.relative === null
        ? '–'
        : signed(percentage(comparison.relative.mean), comparison.relative.mean),
      verdict(comparison),
    ]);
  return table.toString();
}

function breakdownTable(
  report: EvaluationReport,
  breakdown: NonNullable<EvaluationReport['breakdowns']>[number],
): string[] {
  const metric = `HR@${report.cutoffs.at(-1)}`;
  const table = new Table({
    head: [plain(breakdown.name), 'prefixes', ...report.methods.map((method) => plain(method.label))],
    // Names of categories can be of any length.
    colWidths: [29],
    wordWrap: true,
    wrapOnWordBoundary: false,
    colAligns: ['left', ...Array<'right'>(report.methods.length + 1).fill('right')],
    style: PLAIN,
  });
  for (const bucket of breakdown.buckets)
    table.push([
      plain(bucket.label),
      whole(bucket.prefixes),
      ...report.methods.map((method) => {
        const value = bucket.perMethod[method.name]?.[metric];
        return `${fraction(value?.mean)}\n${interval(value)}`;
      }),
    ]);
  return [`${metric} by ${breakdown.name}`, table.toString()];
}

function latencyTable(report: EvaluationReport): string {
  const table = new Table({
    head: ['Method', 'P50', 'P75', 'P90', 'P95', 'P99', 'max'],
    colAligns: ['left', ...Array<'right'>(6).fill('right')],
    style: PLAIN,
  });
  for (const [name, { p50, p75, p90, p95, p99, max }] of Object.entries(report.latency ?? {}))
    table.push([plain(labelOf(report, name)), ...[p50, p75, p90, p95, p99, max].map(milliseconds)]);
  return table.toString();
}

/** Lines of at most 112 characters, the width of the tables; a longer word stays whole. */
export function paragraph(words: string): string[] {
  const lines = [''];
  for (const word of words.split(/\s+/)) {
    const line = lines.at(-1)!;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length > 112) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** Tables without colours, a line per row. */
export const PLAIN = { head: [], border: [], compact: true };

/** Without control characters, so without escape sequences: a title from a file name must not drive the terminal. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ');
}
