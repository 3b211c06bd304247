import Table from 'cli-table3';
import { type BenchmarkMethod, type BenchmarkResult } from '../evaluation/benchmark/benchmark-result.js';
import { askedIn, bytes, companyNote, comparison, isOurs, micros, seconds } from './benchmark-format.js';
import { sourcesByRecall } from './ceilings.js';
import { fraction, interval, percentage, signed, verdict, whole } from './format.js';
import { paragraph, plain, PLAIN } from './render-table.js';

/** A benchmark for a terminal: a line per method, then ours against each of the others. Plain text, no colours. */
export function renderBenchmarkTable(result: BenchmarkResult): string {
  const { data } = result;
  const entries = Object.entries(result.methods);
  return [
    `Benchmark of ${data.source}, protocol ${result.protocol}${askedIn(result)}`,
    `${whole(data.events)} events over ${whole(data.items)} items; ${whole(data.trainSessions)} training sessions; ` +
      `${whole(data.askedPrefixes)} questions in ${whole(data.askedSessions)} test sessions`,
    '',
    methodTable(entries.map(([, method]) => method)),
    ...paragraph(
      '* best of its column. Below HR and MRR: the 95% bootstrap interval by session. Shown: share of the catalogue ever shown among ' +
        "the first 20. Query: mean time on one thread. Peak: memory of the run's process. Model: size of what was learned, ~ measured " +
        'as growth of the heap.',
    ),
    ...ours(result),
    ...ceilings(result),
    ...[...result.notes, companyNote(result) ?? []]
      .flat()
      .flatMap((note) => ['', ...paragraph(`Note: ${note}`)]),
    ...entries.flatMap(([, { label, notes }]) =>
      notes.flatMap((note) => ['', ...paragraph(`Note: ${label}: ${note}`)]),
    ),
  ]
    .map(plain)
    .join('\n');
}

const SHOWN = ['hr@20', 'mrr@20', 'ndcg@10', 'recall@20', 'map@20'] as const;

function methodTable(methods: readonly BenchmarkMethod[]): string {
  const table = new Table({
    head: [
      'Method',
      ...SHOWN.map((key) => key.toUpperCase().replace('RECALL', 'Rec.')),
      'Shown',
      'Train s',
      'Query µs',
      'Peak MB',
      'Model MB',
    ],
    colAligns: ['left', ...Array<'right'>(SHOWN.length + 5).fill('right')],
    style: PLAIN,
  });
  const best = SHOWN.map((key) => Math.max(...methods.map((method) => Number(method[key]!.toFixed(4)))));
  for (const method of methods)
    table.push([
      `${plain(method.label)}\n${trainings(method)}`,
      ...SHOWN.map((key, n) => {
        const value = method[key]!;
        const mark = methods.length > 1 && Number(value.toFixed(4)) === best[n] ? '*' : '';
        const below = n < 2 ? `\n${interval(method.intervals[key])}` : '';
        return `${mark}${fraction(value)}${below}`;
      }),
      percentage(method.shown.catalogueCoverage['20']),
      seconds(method.trainSeconds),
      micros(method.queryMicros.mean),
      bytes(method.peakMemoryBytes),
      `${method.modelBytesFrom === 'heap' ? '~' : ''}${bytes(method.modelBytes)}`,
    ]);
  return table.toString();
}

/** Of which settings and seeds the figures are. */
function trainings({ settingsFrom, seeds }: BenchmarkMethod): string {
  return [
    ...(seeds.length > 1 ? [`${seeds.length} seeds`] : []),
    settingsFrom === 'file' ? 'tuned' : 'default',
  ].join(', ');
}

/** Our method against each of the others; nothing where it was not asked for. */
function ours(result: BenchmarkResult): string[] {
  const [our] = Object.keys(result.methods).filter(isOurs);
  const others = Object.keys(result.methods).filter((name) => name !== our);
  if (our === undefined || others.length === 0) return [];
  const table = new Table({
    head: [`${result.methods[our]!.label} against`, 'HR@20', 'interval', '', 'MRR@20', 'interval', ''],
    colAligns: ['left', 'right', 'right', 'left', 'right', 'right', 'left'],
    style: PLAIN,
  });
  for (const name of others)
    table.push([
      plain(result.methods[name]!.label),
      ...(['hr@20', 'mrr@20'] as const).flatMap((metric) => {
        const difference = comparison(result, our, name, metric)!;
        const { relative } = difference;
        return [
          `${signed(fraction(difference.difference), difference.difference)}${relative === null ? '' : ` (${signed(percentage(relative.mean), relative.mean)})`}`,
          `${fraction(difference.low)} .. ${fraction(difference.high)}`,
          verdict(difference),
        ];
      }),
    ]);
  return ['', 'Differences, paired by session', table.toString()];
}

function ceilings({ ceilings }: BenchmarkResult): string[] {
  if (ceilings === null) return [];
  const table = new Table({
    head: ['Recall of candidates', ...ceilings.depths.map((depth) => `best ${depth}`)],
    colAligns: ['left', ...ceilings.depths.map(() => 'right' as const)],
    style: PLAIN,
  });
  table.push(['union', ...ceilings.union.map(fraction)]);
  for (const [name, recalls] of sourcesByRecall(ceilings)) table.push([name, ...recalls.map(fraction)]);
  return [
    '',
    table.toString(),
    `as served: ${fraction(ceilings.served.recall)} with ${ceilings.served.meanCandidates.toFixed(0)} candidates on average`,
  ];
}
