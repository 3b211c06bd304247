import { type EventTable } from '../data/event-table.js';
import { type TableSet } from '../tables/table-set.js';
import { buildExamples, type ExampleSet, type SessionRange } from './examples.js';
import { type TrainingHooks } from './hooks.js';
import { type ExampleSettings, type TrainingSettings } from './settings.js';
import { type LabelBlock, type Split } from './split.js';
import { tablesUntil } from './tables-until.js';

/** What the ranker learns from, and what decides when it stops. */
export interface LabelExamples {
  readonly train: ExampleSet;
  readonly validation: ExampleSet;
}

/** The examples of a split's label block: tables that end before it, then its questions. */
export async function labelExamples(
  events: EventTable,
  split: Split,
  settings: TrainingSettings,
  hooks: TrainingHooks = {},
): Promise<LabelExamples> {
  const tables = await tablesUntil(events, split.labels.start, split, settings, hooks);
  return askLabels(events, tables, split.labels, settings, hooks);
}

/** @param tables know sessions [0, labels.start) */
export async function askLabels(
  events: EventTable,
  tables: TableSet,
  { start, validationStart, end }: LabelBlock,
  settings: TrainingSettings,
  hooks: TrainingHooks = {},
): Promise<LabelExamples> {
  const { examples, retrieval, target, seed } = settings;
  const ask = (name: string, sessions: SessionRange, asked: ExampleSettings, number: 0 | 1) => {
    hooks.signal?.throwIfAborted();
    return buildExamples(events, tables, sessions, {
      settings: asked,
      retrieval,
      target,
      seed: seed * 1000 + number,
      signal: hooks.signal,
      onProgress: (done, total) => hooks.onProgress?.(`examples ${name}`, done, total),
    });
  };
  // What decides when to stop is asked as it will be when serving: all candidates.
  const stopping = { ...examples, maxQueries: examples.maxValidationQueries, wrongPerQuery: 0 };
  return {
    train: await ask('to learn from', { start, end: validationStart }, examples, 0),
    validation: await ask('to stop by', { start: validationStart, end }, stopping, 1),
  };
}
