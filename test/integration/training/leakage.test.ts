import { describe, expect, it } from 'vitest';
import { type EventTable, sessionCount } from '../../../src/data/event-table.js';
import { simulateEventTable } from '../../../src/data/simulator/simulate-event-table.js';
import { Random } from '../../../src/domain/random.js';
import { Forest } from '../../../src/ranking/forest.js';
import { SessionScorer } from '../../../src/recommend/session-scorer.js';
import { SessionQuery } from '../../../src/retrieval/session-query.js';
import { type SessionRange } from '../../../src/training/examples.js';
import { askLabels } from '../../../src/training/label-examples.js';
import { trainRanker } from '../../../src/training/ranker.js';
import { DEFAULT_TRAINING_SETTINGS, type TrainingSettings } from '../../../src/training/settings.js';
import { splitByTime } from '../../../src/training/split.js';
import { tablesUntil } from '../../../src/training/tables-until.js';
import { fingerprint } from '../../support/fingerprint.js';

// Nothing of a label's own session, and nothing after it, may be in what the ranker learns from or is asked with.

const { events } = simulateEventTable({ items: 400, events: 20_000, days: 14 });
const settings: TrainingSettings = {
  ...DEFAULT_TRAINING_SETTINGS,
  tables: {
    ...DEFAULT_TRAINING_SETTINGS.tables,
    embedding: { ...DEFAULT_TRAINING_SETTINGS.tables.embedding, epochs: 3, negatives: 128 },
  },
  examples: { maxQueries: 1500, maxValidationQueries: 1500, wrongPerQuery: 0, maxRows: 600_000 },
  ranker: { rounds: 40, leaves: 15 },
};
const split = splitByTime(events, settings);
const test: SessionRange = { start: split.testStart, end: sessionCount(events) };

/** Where the tables that are asked about some sessions end, as the pipeline does it. */
const beforeLabels = (asked: SessionRange) => asked.start;
/** The mistake these tests would notice: the labels' sessions are in the tables. */
const afterLabels = (asked: SessionRange) => asked.end;

/** What comes next in label block and test has nothing to do with what was before: their items stand in a random order. */
function withPermutedLabels(table: EventTable): EventTable {
  const { sessionOffsets } = table;
  const itemIndex = table.itemIndex.slice();
  const random = new Random(9);
  for (const { start, end } of [split.labels, test])
    random.shuffle(itemIndex.subarray(sessionOffsets[start], sessionOffsets[end]));
  return { ...table, itemIndex };
}
const permuted = withPermutedLabels(events);

interface Hits {
  /** [questions of the test] 1 where the right item is among the first 20, ties against us. */
  readonly ranker: number[];
  /** The same for the base, which knows nothing of the session: the candidates by recent popularity. */
  readonly popularity: number[];
}

/** Trains a ranker on the label block and asks it every prefix of the test. */
async function hitsOnTest(table: EventTable, tablesEnd: (asked: SessionRange) => number): Promise<Hits> {
  const tablesFor = (asked: SessionRange) => tablesUntil(table, tablesEnd(asked), split, settings);
  const examples = await askLabels(table, await tablesFor(split.labels), split.labels, settings);
  const { modelText } = await trainRanker({ events: table, split, settings, examples });

  const tables = await tablesFor(test);
  const scorer = new SessionScorer(tables, settings.retrieval, Forest.parse(modelText));
  const query = new SessionQuery();
  const hits: Hits = { ranker: [], popularity: [] };
  for (let s = test.start; s < test.end; s++) {
    const start = table.sessionOffsets[s]!;
    for (let e = start + 1; e < table.sessionOffsets[s + 1]!; e++) {
      const { count, items } = scorer.score(query.fromTable(table, start, e));
      const right = items.subarray(0, count).indexOf(table.itemIndex[e]!);
      const hit = (scoreOf: (candidate: number) => number) => {
        let above = 0;
        for (let c = 0; c < count; c++) if (c !== right && scoreOf(c) >= scoreOf(right)) above++;
        return right >= 0 && above < 20 ? 1 : 0;
      };
      hits.ranker.push(hit((c) => scorer.scores[c]!));
      hits.popularity.push(hit((c) => tables.popularity.recent[0][items[c]!]!));
    }
  }
  return hits;
}

/** How much better the ranker is than the base, in standard errors of the paired difference. */
function advantage({ ranker, popularity }: Hits): number {
  const differences = ranker.map((hit, n) => hit - popularity[n]!);
  const mean = differences.reduce((a, b) => a + b, 0) / differences.length;
  const squares = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0);
  return mean / Math.sqrt(squares / (differences.length - 1) / differences.length);
}

const hitRate = ({ ranker }: Hits) => ranker.reduce((a, b) => a + b, 0) / ranker.length;

describe('a ranker whose labels were shuffled', () => {
  it('collapses to the base: nothing it is told knows the answer', async () => {
    const honest = await hitsOnTest(events, beforeLabels);
    const shuffled = await hitsOnTest(permuted, beforeLabels);
    expect(shuffled.ranker.length).toBeGreaterThan(1000);
    expect(advantage(shuffled)).toBeLessThan(3);
    expect(hitRate(shuffled)).toBeLessThan(hitRate(honest) / 2);
    expect(advantage(honest)).toBeGreaterThan(10);
  });

  it('would not, if the tables knew the sessions of the labels', async () => {
    expect(advantage(await hitsOnTest(permuted, afterLabels))).toBeGreaterThan(10);
  });
});

describe('the tables and the embedding that are asked', () => {
  /** Other items, types and times from an event on. */
  function withAnotherFuture(from: number): EventTable {
    const random = new Random(3);
    const changed = {
      ...events,
      itemIndex: events.itemIndex.slice(),
      eventType: events.eventType.slice(),
      timestampMs: events.timestampMs.slice(),
    };
    for (let e = from; e < changed.itemIndex.length; e++) {
      changed.itemIndex[e] = random.below(events.items.length);
      changed.eventType[e] = random.below(4);
      changed.timestampMs[e]! += 60_000;
    }
    return changed;
  }
  const fingerprintsOf = async (table: EventTable, end: number) => {
    const tables = await tablesUntil(table, end, split, settings);
    const { itemTables, embedding } = tables;
    return {
      tables: fingerprint(tables),
      itemTables: fingerprint(itemTables),
      embedding: fingerprint(embedding),
    };
  };

  it.each([
    ['label block', split.labels.start],
    ['test', split.testStart],
  ])('do not change with anything from the %s on', async (_name, start) => {
    const before = await fingerprintsOf(events, start);
    const first = events.sessionOffsets[start]!;
    expect(await fingerprintsOf(withAnotherFuture(first), start)).toEqual(before);
    // Their last known event does count.
    const after = await fingerprintsOf(withAnotherFuture(first - 1), start);
    expect(after.itemTables).not.toBe(before.itemTables);
    expect(after.embedding).not.toBe(before.embedding);
  });
});
