import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBundle } from '../../../src/bundle/open-bundle.js';
import { writeBundle } from '../../../src/bundle/write-bundle.js';
import { sessionCount } from '../../../src/data/event-table.js';
import { simulateEventTable } from '../../../src/data/simulator/simulate-event-table.js';
import { modelContent, openModel } from '../../../src/recommend/model.js';
import { SessionScorer } from '../../../src/recommend/session-scorer.js';
import { SessionQuery } from '../../../src/retrieval/session-query.js';
import { DEFAULT_RETRIEVAL_SETTINGS, SOURCES } from '../../../src/retrieval/settings.js';
import { trainEmbedding } from '../../../src/tables/embedding/train-embedding.js';
import { knownEvents } from '../../../src/tables/known-events.js';
import { DEFAULT_TABLE_SETTINGS } from '../../../src/tables/settings.js';
import { buildTables, type TableSet } from '../../../src/tables/table-set.js';
import { fingerprint } from '../../support/fingerprint.js';

const { events } = simulateEventTable({ items: 120, events: 3000, days: 5 });
const sessions = sessionCount(events);
const embedding = await trainEmbedding(
  knownEvents(events, sessions, sessions),
  { ...DEFAULT_TABLE_SETTINGS.embedding, epochs: 1, negatives: 16 },
  { seed: 1 },
);

/** Writes a bundle, reads it back and asks it. */
async function reopened(tables: TableSet) {
  const folder = await mkdtemp(join(tmpdir(), 'nextitem-model-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const model = {
    modelVersion: '20260101-000000',
    trainedAtMs: Date.UTC(2026, 0, 1),
    source: {},
    counts: {},
    tables,
    retrieval: DEFAULT_RETRIEVAL_SETTINGS,
    settings: {},
    rankerText: null,
    files: {},
  };
  return openModel(await openBundle(await writeBundle(folder, modelContent(model)))).scorer;
}

/** Candidates and features of many sessions, the same for the same model. */
function described(scorer: SessionScorer): string {
  const query = new SessionQuery();
  const answers = Array.from({ length: 60 }, (_, s) => {
    const { count, items } = scorer.describe(
      query.fromTable(events, events.sessionOffsets[s]!, events.sessionOffsets[s + 1]!),
    );
    return [items.slice(0, count), scorer.features.slice(0, count * scorer.featureSet.count)];
  });
  return fingerprint(answers);
}

describe('a model written as a bundle and read back', () => {
  it.each([
    ['with an embedding', embedding],
    ['without one', null],
  ])('describes candidates to the bit as before, %s', async (_, withEmbedding) => {
    const options = { sessionsEnd: sessions, scaleSessions: sessions, settings: DEFAULT_TABLE_SETTINGS };
    const tables = buildTables(events, { ...options, embedding: withEmbedding });
    const before = new SessionScorer(tables, DEFAULT_RETRIEVAL_SETTINGS, null);
    const after = await reopened(tables);
    expect(fingerprint(after.tables.embedding)).toBe(fingerprint(withEmbedding));
    expect(fingerprint(after.tables.itemTables)).toBe(fingerprint(tables.itemTables));
    expect(described(after)).toBe(described(before));

    // The embedding nominates exactly where there is one.
    const query = new SessionQuery().fromTable(events, 0, events.sessionOffsets[1]!);
    const found = after.describe(query).bestScores[SOURCES.indexOf('embedding')]!;
    if (withEmbedding === null) expect(found).toBe(0);
    else expect(found).toBeGreaterThan(0);
  });
});
