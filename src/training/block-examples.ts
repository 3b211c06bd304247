import { type EventTable } from '../data/event-table.js';
import { buildExamples, type ExampleSet } from './examples.js';
import { type TrainingHooks } from './hooks.js';
import { type ExampleSettings, type TrainingSettings } from './settings.js';
import { type Split } from './split.js';
import { tablesUntil } from './tables-until.js';

/**
 * The examples of one label block: tables that end before it, then its questions.
 *
 * @param block position in `split.blocks`: the first is learned from, the second decides when to stop
 */
export async function examplesOfBlock(
  events: EventTable,
  split: Split,
  block: 0 | 1,
  settings: TrainingSettings,
  hooks: TrainingHooks = {},
): Promise<ExampleSet> {
  const label = split.blocks[block];
  const tables = await tablesUntil(events, label.start, split, settings, hooks);
  hooks.signal?.throwIfAborted();
  return buildExamples(events, tables, label, {
    settings: block === 0 ? settings.examples : validationExamples(settings.examples),
    retrieval: settings.retrieval,
    target: settings.target,
    seed: settings.seed * 1000 + block,
    signal: hooks.signal,
    onProgress: (done, total) => hooks.onProgress?.(`examples, ${label.name} block`, done, total),
  });
}

/** The block that decides when to stop is asked as it will be when serving: all candidates. */
function validationExamples(settings: ExampleSettings): ExampleSettings {
  return { ...settings, maxQueries: settings.maxValidationQueries, wrongPerQuery: 0 };
}
