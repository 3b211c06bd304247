import { type EventTable } from '../data/event-table.js';
import { trainEmbedding } from '../tables/embedding/train-embedding.js';
import { knownEvents } from '../tables/known-events.js';
import { buildTables, type TableSet } from '../tables/table-set.js';
import { type TrainingHooks } from './hooks.js';
import { type TrainingSettings } from './settings.js';
import { type Split } from './split.js';

/** Tables that know the sessions before `sessionsEnd`. Ages mean the same in all tables of one run. */
export async function tablesUntil(
  events: EventTable,
  sessionsEnd: number,
  split: Split,
  settings: TrainingSettings,
  hooks: TrainingHooks = {},
): Promise<TableSet> {
  const embedding = await trainEmbedding(
    knownEvents(events, sessionsEnd, split.testStart),
    settings.tables.embedding,
    {
      seed: settings.seed,
      signal: hooks.signal,
      onProgress: (done, total) => hooks.onProgress?.('embedding', done, total),
    },
  );
  return buildTables(events, {
    sessionsEnd,
    scaleSessions: split.testStart,
    settings: settings.tables,
    embedding,
    onStep: (name, done, total) => hooks.onProgress?.(`tables: ${name}`, done, total),
  });
}
