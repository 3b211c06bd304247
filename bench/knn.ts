/**
 * Session-kNN alone, one thread: VMIS-kNN as published (and as in `nextitem benchmark`) beside ours at equal m and k, on
 * the same training sessions and the same prefixes of test sessions, in turns. From a query to its best 20 items, in
 * microseconds; with the accuracy of each alone, so that speed is not bought with it.
 *
 * m: VMIS-kNN compares the m most recent sessions that share any item with the query, ours the m most recent per item.
 *
 * Run: npm run bench -- knn [--data ../shared/data/diginetica] [--queries 5000] [--pairs 500:100,500:500,1500:500]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { openSource } from '../src/data/open-source.js';
import { Random } from '../src/domain/random.js';
import { everyPrefix } from '../src/evaluation/cases.js';
import { literatureMethod } from '../src/evaluation/literature/registry.js';
import { latencySummary } from '../src/metrics/percentiles.js';
import { CandidateSet } from '../src/retrieval/candidate-set.js';
import { SessionKnnRetriever } from '../src/retrieval/session-knn.js';
import { QUERY_EVENTS, SessionQuery } from '../src/retrieval/session-query.js';
import { DEFAULT_RETRIEVAL_SETTINGS } from '../src/retrieval/settings.js';
import { knownEvents } from '../src/tables/known-events.js';
import { buildSessionIndex } from '../src/tables/session-index.js';
import { DEFAULT_TABLE_SETTINGS } from '../src/tables/settings.js';
import { TopN } from '../src/tables/top-n.js';
import { DEFAULT_TRAINING_SETTINGS } from '../src/training/settings.js';
import { splitByTime } from '../src/training/split.js';

const TOP = 20;
const BLOCK = 250;

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: join(process.cwd(), '..', 'shared', 'data', 'diginetica') },
    queries: { type: 'string', default: '5000' },
    pairs: { type: 'string', default: '500:100,500:500,1500:500' },
  },
});

const { events } = await openSource({ kind: 'events', paths: [flags.data] });
const { testStart } = splitByTime(events, DEFAULT_TRAINING_SETTINGS);
const known = knownEvents(events, testStart, testStart);
const cases = everyPrefix(events, testStart);
const random = new Random(1);
const questions = Array.from({ length: Number(flags.queries) }, () => cases[random.below(cases.length)]!);
console.log(
  `${known.items} items, ${testStart} training sessions, ${questions.length} test prefixes, node ${process.version}`,
);

/** Fills `top` with the best items of a query. */
type Ask = (query: SessionQuery, top: TopN) => void;

function vmis(m: number, k: number): Ask {
  const method = literatureMethod('vmis-knn');
  const fitted = method.fit(known, { ...method.defaults, sampleSize: m, k });
  return (query, top) => {
    const { items, scores, count } = fitted.rank(query);
    for (let n = 0; n < count; n++) top.push(items[n]!, scores[n]!);
  };
}

function ours(m: number, k: number): Ask {
  const index = buildSessionIndex(known, {
    ...DEFAULT_TABLE_SETTINGS,
    sessionIndex: { ...DEFAULT_TABLE_SETTINGS.sessionIndex, sessionsPerItem: m },
  });
  const settings = { ...DEFAULT_RETRIEVAL_SETTINGS.sessionKnn, sessionsPerItem: m, neighbours: k };
  const retriever = new SessionKnnRetriever(index, settings, QUERY_EVENTS);
  const candidates = new CandidateSet(known.items, 1, TOP, TOP);
  return (query, top) => {
    candidates.begin();
    candidates.openSource(0);
    retriever.retrieve(query, candidates);
    candidates.closeSource(TOP);
    for (let c = 0; c < candidates.count; c++) top.push(candidates.items[c]!, candidates.count - c);
  };
}

const table = new Table({
  head: ['m', 'k', '', 'p50 µs', 'p95 µs', 'p99 µs', 'mean µs', `HR@${TOP}`, `MRR@${TOP}`],
  style: { head: [], border: [] },
});
for (const pair of flags.pairs.split(',')) {
  const [m, k] = pair.split(':').map(Number) as [number, number];
  const measured = [
    { name: 'VMIS-kNN', ask: vmis(m, k) },
    { name: 'ours', ask: ours(m, k) },
  ].map((one) => ({ ...one, times: [] as number[], found: 0, reciprocal: 0 }));
  const query = new SessionQuery();
  const top = new TopN(TOP);
  // The first round is for the compiler.
  for (const counts of [false, true])
    for (let from = 0; from < questions.length; from += BLOCK)
      for (const each of measured)
        for (const { start, end, nextItem } of questions.slice(from, from + BLOCK)) {
          query.fromTable(events, start, end);
          const begun = performance.now();
          top.reset();
          each.ask(query, top);
          top.sort();
          const ms = performance.now() - begun;
          if (!counts) continue;
          each.times.push(ms);
          const rank = 1 + top.ids.subarray(0, top.count).indexOf(nextItem);
          if (rank === 0) continue;
          each.found++;
          each.reciprocal += 1 / rank;
        }
  for (const { name, times, found, reciprocal } of measured) {
    const { p50, p95, p99 } = latencySummary(times);
    const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
    const percent = (sum: number) => ((100 * sum) / times.length).toFixed(2);
    table.push([
      m,
      k,
      name,
      ...[p50, p95, p99, mean].map((ms) => (1000 * ms).toFixed(0)),
      percent(found),
      percent(reciprocal),
    ]);
  }
}
console.log(table.toString());
