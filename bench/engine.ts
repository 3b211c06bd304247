/**
 * The engine alone: session -> candidates -> features -> scores -> top 20 on one thread, without HTTP or a store. Every
 * so many prefixes of the data's test part are asked, in a mixed order, and the answers are measured too, so that speed is
 * never bought with accuracy unseen.
 *
 * Run: npm run bench -- engine --bundle FOLDER_OF_BUNDLES [--data FOLDER_OR_FILE] [--queries 10000] [--top 20]
 *      The bundle must not know the test part: nextitem train --events DATA --serve-tables train.
 *      Without --data the sessions are walks from popular items to similar ones, and nothing is said about accuracy.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { openSource } from '../src/data/open-source.js';
import { Random } from '../src/domain/random.js';
import { type Session } from '../src/domain/session.js';
import { everyPrefix } from '../src/evaluation/cases.js';
import { latencySummary } from '../src/metrics/percentiles.js';
import { openRecommender } from '../src/recommend/open-recommender.js';
import { SessionQuery } from '../src/retrieval/session-query.js';
import { TopN } from '../src/tables/top-n.js';
import { DEFAULT_TRAINING_SETTINGS } from '../src/training/settings.js';
import { splitByTime } from '../src/training/split.js';
import { walks } from './support/shoppers.js';

const GOAL_P50_MS = 0.5;
const GOAL_P99_MS = 1.5;
const WARM_UP_QUERIES = 3000;

const { values: flags } = parseArgs({
  options: {
    bundle: { type: 'string' },
    data: { type: 'string' },
    queries: { type: 'string', default: '10000' },
    top: { type: 'string', default: '20' },
  },
});
if (flags.bundle === undefined) throw new Error('--bundle names a folder of bundles');
const queries = Number(flags.queries);
const k = Number(flags.top);

interface Question {
  readonly session: Session;
  /** null: nobody knows. */
  readonly nextItem: string | null;
}

async function testPrefixes(path: string): Promise<Question[]> {
  const { events } = await openSource({ kind: 'events', paths: [path] });
  const { testStart } = splitByTime(events, DEFAULT_TRAINING_SETTINGS);
  const all = everyPrefix(events, testStart);
  const random = new Random(1);
  return Array.from({ length: queries }, () => {
    const { start, end, nextItem } = all[random.below(all.length)]!;
    const session = Array.from({ length: end - start }, (_, e) => ({
      itemId: events.items.at(events.itemIndex[start + e]!),
      eventType: 'view' as const,
      timestampMs: events.timestampMs[start + e]!,
    }));
    return {
      session: { sessionId: 's', events: session, eventCount: session.length },
      nextItem: events.items.at(nextItem),
    };
  });
}

const recommender = await openRecommender(flags.bundle);

function walkQuestions(): Question[] {
  const nowMs = recommender.trainedAtMs;
  return walks(recommender, queries).map((steps) => {
    const events = steps.map(({ item }, step) => ({
      itemId: item,
      eventType: 'view' as const,
      timestampMs: nowMs + step,
    }));
    return { session: { sessionId: 's', events, eventCount: events.length }, nextItem: null };
  });
}

const questions = flags.data === undefined ? walkQuestions() : await testPrefixes(flags.data);
const { scorer, itemIds } = recommender;
const query = new SessionQuery();
const top = new TopN(k);
const stages = { query: 0, candidates: 0, features: 0, ranking: 0, top: 0 };
const times: number[] = [];
let found = 0;
let reciprocal = 0;
let candidateCount = 0;

function ask({ session, nextItem }: Question): void {
  const start = performance.now();
  query.fromSession(session, itemIds);
  const asked = performance.now();
  const candidates = scorer.score(query);
  const scored = performance.now();
  top.reset();
  for (let c = 0; c < candidates.count; c++) top.push(candidates.items[c]!, scorer.scores[c]!);
  top.sort();
  const end = performance.now();
  times.push(end - start);
  stages.query += asked - start;
  stages.candidates += scorer.timings.candidatesMs;
  stages.features += scorer.timings.featuresMs;
  stages.ranking += scorer.timings.rankingMs;
  stages.top += end - scored;
  candidateCount += candidates.count;
  if (nextItem === null) return;
  const rank = 1 + top.ids.subarray(0, top.count).indexOf(itemIds.indexOf(nextItem));
  if (rank === 0) return;
  found++;
  reciprocal += 1 / rank;
}

for (let n = 0; n < WARM_UP_QUERIES; n++) ask(questions[n % questions.length]!);
times.length = found = reciprocal = candidateCount = 0;
for (const stage of Object.keys(stages) as (keyof typeof stages)[]) stages[stage] = 0;
for (const question of questions) ask(question);

const { p50, p95, p99, max } = latencySummary(times);
const total = Object.values(stages).reduce((sum, ms) => sum + ms, 0);
console.log(
  `${scorer.tables.items.length} items, ${scorer.forest?.treeCount ?? 0} trees, ${scorer.featureSet.count} features, ` +
    `${(candidateCount / questions.length).toFixed(0)} candidates, ${questions.length} queries`,
);
const table = new Table({ head: ['', 'ms', 'goal'], style: { head: [], border: [] } });
table.push(
  ['p50', p50.toFixed(3), `<= ${GOAL_P50_MS}`],
  ['p95', p95.toFixed(3), ''],
  ['p99', p99.toFixed(3), `<= ${GOAL_P99_MS}`],
  ['max', max.toFixed(3), ''],
  ['mean', (total / questions.length).toFixed(3), ''],
);
for (const [stage, ms] of Object.entries(stages))
  table.push([`  ${stage}`, (ms / questions.length).toFixed(3), `${((100 * ms) / total).toFixed(0)}%`]);
console.log(table.toString());
if (flags.data !== undefined) {
  const percent = (sum: number) => ((100 * sum) / questions.length).toFixed(2);
  console.log(`HR@${k} ${percent(found)}%, MRR@${k} ${percent(reciprocal)}% on these queries`);
}
