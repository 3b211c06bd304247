import { type EventTable, sessionCount } from '../data/event-table.js';
import { type TableSet } from '../tables/table-set.js';
import { trainBaselines } from './baselines.js';
import { buildDataset, type Dataset } from './dataset.js';
import { type TrainingHooks } from './hooks.js';
import { type TrainingSettings } from './settings.js';
import { splitByTime } from './split.js';
import { tablesUntil } from './tables-until.js';

const ACTIVITY = 'tables and examples';

/**
 * {@link buildDataset} and the tables at the same time, on two cores where the data are worth a thread.
 * What ends one ends the other.
 *
 * @param know what the tables know: `train`, the sessions before the test; `all`, which nothing may be measured with
 * Errors: those of the two.
 */
export async function buildDatasetAndTables(
  events: EventTable,
  settings: TrainingSettings,
  hooks: TrainingHooks = {},
  know: 'train' | 'all' = 'train',
): Promise<{ dataset: Dataset; tables: TableSet }> {
  const split = splitByTime(events, settings);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(hooks.signal === undefined ? [] : [hooks.signal])]);
  const shares = [0, 0];
  const hooksOf = (part: 0 | 1): TrainingHooks => ({
    signal,
    onProgress: (activity, done, total) => {
      // An activity that is less far along than the last one must not turn the bar back.
      shares[part] = Math.max(shares[part]!, shareDone(activity, done / total));
      hooks.onProgress?.(ACTIVITY, Math.round(500 * (shares[0]! + shares[1]!)), 1000);
    },
  });
  const work = [
    buildDataset(events, settings, hooksOf(0)),
    know === 'train'
      ? trainBaselines({ events, split, settings }, hooksOf(1))
      : tablesUntil(events, sessionCount(events), split, settings, hooksOf(1)),
  ] as const;
  try {
    const [dataset, tables] = await Promise.all(work);
    return { dataset, tables };
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(work);
    throw error;
  }
}

/** How much of a part's work is done: about half goes into the embedding, and the rest into tables and examples. */
function shareDone(activity: string, share: number): number {
  if (activity === 'embedding') return 0.5 * share;
  return activity.startsWith('tables') ? 0.5 + 0.25 * share : 0.75 + 0.25 * share;
}
