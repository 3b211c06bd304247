import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { eventTypeCode } from '../../src/domain/event.js';
import { type EventTable, sessionCount } from '../../src/data/event-table.js';
import { EventTableBuilder } from '../../src/data/event-table-builder.js';
import { type Random } from '../../src/domain/random.js';
import { StringIndex } from '../../src/domain/string-column.js';
import { vmisKnn, type VmisKnnSettings } from '../../src/evaluation/literature/vmis-knn.js';
import { type RankedItems } from '../../src/evaluation/methods.js';
import { latencySummary } from '../../src/metrics/percentiles.js';
import { SessionQuery } from '../../src/retrieval/session-query.js';
import { knownEvents } from '../../src/tables/known-events.js';

/** What Serenade's README prints for its example data. */
export const SERENADE_PUBLISHED = {
  'mrr@20': 0.3277,
  'hr@20': 0.6402,
  'recall@20': 0.4456,
  'ndcg@20': 0.3553,
};
export const SERENADE_EVALUATIONS = 931;

/**
 * The `[model]` section of the example's configuration as the README first gave it. It does not say what the printed
 * figures were made with; of the settings that it shows anywhere only these give them.
 */
export const SERENADE_SETTINGS: VmisKnnSettings = {
  sampleSize: 500,
  k: 50,
  lastEvents: 2,
  idf: true,
  answerLast: false,
  serenadeQuirks: true,
};

/** Results of one run by Serenade's rules; metrics are means over the evaluations, as fractions. */
export interface SerenadeResult {
  readonly settings: VmisKnnSettings;
  readonly evaluations: number;
  readonly metrics: Readonly<Record<keyof typeof SERENADE_PUBLISHED, number>>;
  readonly fitMs: number;
  readonly p90QueryMs: number;
}

const CUTOFF = 20;

/** The example's `train` and `test` rows. Its `valid` rows are for the choice of settings only. */
export interface SerenadeData {
  readonly train: EventTable;
  readonly test: EventTable;
}

/** Reads `events.csv.gz` of a folder: session_id, item_id, timestamp_ms, event_type, split. */
export async function readSerenade(folder: string): Promise<SerenadeData> {
  const text = gunzipSync(await readFile(join(folder, 'events.csv.gz'))).toString('utf8');
  const builders = { train: newBuilder(folder), test: newBuilder(folder) };
  const view = eventTypeCode('view');
  for (const line of text.split('\n').slice(1)) {
    const [session, item, time, , split] = line.trim().split(',');
    if (split !== 'train' && split !== 'test') continue;
    const builder = builders[split];
    builder.add(builder.groups.internString(session!), builder.items.internString(item!), view, Number(time));
  }
  return { train: builders.train.finish(), test: builders.test.finish() };
}

function newBuilder(source: string): EventTableBuilder {
  return new EventTableBuilder({ source, clock: 'real', idleGapMs: null });
}

/**
 * VMIS-kNN on Serenade's example data by the rules of its evaluator: every prefix of every test session, lists of 20.
 * HR and MRR look for the next item; recall is the share of the remaining events (repeats counted in the divisor only)
 * that the list holds; NDCG counts every remaining item in the list, place 1 and place 2 alike in full, place r from
 * then on `1 / log2(r)`, over that of the remaining events themselves.
 *
 * @param random decides the order of items with equal scores, as a hash table's order does in Serenade; without it they
 *   stand in the order that is worst for us
 */
export function evaluateSerenade(
  { train, test }: SerenadeData,
  settings: VmisKnnSettings = SERENADE_SETTINGS,
  random?: Random,
): SerenadeResult {
  const started = performance.now();
  const sessions = sessionCount(train);
  const method = vmisKnn.fit(knownEvents(train, sessions, sessions), settings);
  const fitMs = performance.now() - started;

  const itemIds = StringIndex.of(train.items);
  const trainItem = Int32Array.from(test.items.toArray(), (id) => itemIds.indexOf(id));
  const query = new SessionQuery();
  const sums = { 'mrr@20': 0, 'hr@20': 0, 'recall@20': 0, 'ndcg@20': 0 };
  const millis: number[] = [];
  for (let s = 0; s < sessionCount(test); s++) {
    const start = test.sessionOffsets[s]!;
    const stop = test.sessionOffsets[s + 1]!;
    const events = Array.from({ length: stop - start }, (_, e) => ({
      itemId: test.items.at(test.itemIndex[start + e]!),
      eventType: 'view' as const,
      timestampMs: test.timestampMs[start + e]!,
    }));
    const items = test.itemIndex.subarray(start, stop);
    for (let known = 1; known < items.length; known++) {
      query.fromSession({ sessionId: '', events: events.slice(0, known), eventCount: known }, itemIds);
      const asked = performance.now();
      const ranked = method.rank(query);
      millis.push(performance.now() - asked);
      const remaining = Array.from(items.subarray(known), (item) => trainItem[item]!);
      const relevant = new Set(remaining);
      let gain = 0;
      let found = 0;
      firstOf(ranked, relevant, random).forEach((item, r) => {
        if (!relevant.has(item)) return;
        found++;
        gain += discount(r);
        if (item !== remaining[0]) return;
        sums['hr@20'] += 1;
        sums['mrr@20'] += 1 / (r + 1);
      });
      let ideal = 0;
      for (let r = 0; r < Math.min(CUTOFF, remaining.length); r++) ideal += discount(r);
      sums['recall@20'] += found / remaining.length;
      sums['ndcg@20'] += gain / ideal;
    }
  }
  const evaluations = millis.length;
  for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] /= evaluations;
  return {
    settings,
    evaluations,
    metrics: sums,
    fitMs,
    p90QueryMs: latencySummary(Float64Array.from(millis)).p90,
  };
}

/** The best {@link CUTOFF} items; equal ones in a random order, or the wrong ones first. */
function firstOf(
  { count, items, scores }: RankedItems,
  relevant: ReadonlySet<number>,
  random?: Random,
): number[] {
  const tie = Float64Array.from({ length: count }, (_, place) =>
    random === undefined ? Number(relevant.has(items[place]!)) : random.next(),
  );
  return Array.from({ length: count }, (_, place) => place)
    .sort((a, b) => scores[b]! - scores[a]! || tie[a]! - tie[b]!)
    .slice(0, CUTOFF)
    .map((place) => items[place]!);
}

/** @param place from 0 */
function discount(place: number): number {
  return place === 0 ? 1 : 1 / Math.log2(place + 1);
}
