/**
 * Accuracy of what is shipped, on the data sets at hand and on the simulator: popular, item-to-item and the ranker, by the
 * pipeline that trains and serves. Prints every table, writes docs/results.json and the README's charts.
 *
 * Run: npm run bench -- accuracy [name ...]      names: simulator, yoochoose-100k, online-retail, olist
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EventTable } from '../src/data/event-table.js';
import { openSource } from '../src/data/open-source.js';
import { simulateEventTable } from '../src/data/simulator/simulate-event-table.js';
import { type EvaluationReport } from '../src/metrics/evaluation-report.js';
import { importanceChart, metricBars, saveSvg } from '../src/report/charts.js';
import { renderTable } from '../src/report/render-table.js';
import { type SourceInfo } from '../src/training/dataset.js';
import { buildDatasetAndTables } from '../src/training/dataset-and-tables.js';
import { evaluateDataset } from '../src/training/evaluation.js';
import { trainRanker } from '../src/training/ranker.js';
import { DEFAULT_TRAINING_SETTINGS } from '../src/training/settings.js';

const DATA = join(process.cwd(), '..', 'shared', 'data');
const RESULTS = join('docs', 'results.json');

interface Loaded {
  readonly events: EventTable;
  readonly source: SourceInfo;
  /** Olist's sample has few cases: a larger test part gives narrower intervals. */
  readonly testShare?: number;
}

const STREAM: SourceInfo = { kind: 'stream', simulation: null };

const SOURCES: Record<string, () => Promise<Loaded>> = {
  async simulator() {
    return { events: simulateEventTable().events, source: { kind: 'stream', simulation: {} } };
  },
  'yoochoose-100k': async () => ({ events: await eventsOf('yoochoose-100k'), source: STREAM }),
  'online-retail': async () => ({ events: await eventsOf('online-retail'), source: STREAM }),
  async olist() {
    const { events } = await openSource({ kind: 'olist', folder: join(DATA, 'olist') });
    return { events, source: { kind: 'orders', simulation: null }, testShare: 0.3 };
  },
};

async function eventsOf(folder: string): Promise<EventTable> {
  return (await openSource({ kind: 'events', paths: [join(DATA, folder)] })).events;
}

interface Result {
  readonly data: string;
  readonly task: string;
  readonly testSessions: number;
  readonly testPrefixes: number;
  readonly methods: Record<string, Record<string, { mean: number; low: number; high: number }>>;
  /** The ranker minus item-to-item. */
  readonly gain: Record<string, { difference: number; low: number; high: number }>;
}

const KEPT = ['HR@20', 'MRR@20', 'NDCG@10', 'MAP@20', 'Recall@20'];

async function measure(name: string): Promise<Result[]> {
  const { events, source, testShare } = await SOURCES[name]!();
  const settings = { ...DEFAULT_TRAINING_SETTINGS, ...(testShare === undefined ? {} : { testShare }) };
  const { dataset, tables } = await buildDatasetAndTables(events, settings);
  const ranker = await trainRanker(dataset);
  const reports = await evaluateDataset(dataset, tables, ranker, {
    source,
    modelVersion: name,
    trainedAtMs: Date.now(),
  });
  for (const report of reports) console.log(`\n=== ${name} ===\n${renderTable(report)}`);
  if (name === 'simulator') await chartsOf(reports[0]!);
  return reports.map((report) => ({
    data: name,
    task: report.title,
    testSessions: report.data.testSessions,
    testPrefixes: report.data.testPrefixes,
    methods: Object.fromEntries(
      report.methods.map(({ label, metrics }) => [
        label,
        Object.fromEntries(KEPT.map((metric) => [metric, metrics[metric]!])),
      ]),
    ),
    gain: Object.fromEntries(
      report.comparisons
        .filter(({ against }) => against === 'item_to_item')
        .map(({ metric, difference, low, high }) => [metric, { difference, low, high }]),
    ),
  }));
}

async function chartsOf(report: EvaluationReport): Promise<void> {
  const bars = report.methods.map(({ label, metrics }) => ({ label, ...metrics['HR@20']! }));
  const subtitle = 'HR@20 on the simulated shop, whole catalogue; whiskers are 95% intervals by session';
  await saveSvg(
    join('docs', 'img', 'accuracy.svg'),
    await metricBars({ title: 'How often is the next item among the first 20?', subtitle }, bars),
  );
  await saveSvg(
    join('docs', 'img', 'importance.svg'),
    await importanceChart(
      {
        title: 'What the ranker looks at',
        subtitle: 'total gain of the splits on each feature, simulated shop',
      },
      report.featureImportance!,
      15,
    ),
  );
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SOURCES);
await mkdir(join('docs', 'img'), { recursive: true });
const results: Result[] = existsSync(RESULTS)
  ? (JSON.parse(await readFile(RESULTS, 'utf8')) as Result[])
  : [];
for (const name of wanted) {
  if (SOURCES[name] === undefined)
    throw new Error(`no data set ${name}; there are ${Object.keys(SOURCES).join(', ')}`);
  if (name !== 'simulator' && !existsSync(join(DATA, name))) {
    console.log(`${name}: not here (${join('..', 'shared', 'data', name)}), left out`);
    continue;
  }
  const fresh = await measure(name);
  results.splice(0, results.length, ...results.filter(({ data }) => data !== name), ...fresh);
  await writeFile(RESULTS, `${JSON.stringify(results, null, 1)}\n`);
}
