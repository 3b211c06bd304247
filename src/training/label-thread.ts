import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { eventTableSections } from '../data/event-table-sections.js';
import { StringColumn } from '../domain/string-column.js';
import { type EventTable } from '../data/event-table.js';
import { type Sections } from '../domain/sections.js';
import { type TrainingHooks } from './hooks.js';
import { labelExamples, type LabelExamples } from './label-examples.js';
import { type TrainingSettings } from './settings.js';
import { type Split } from './split.js';

/** What the thread is given. */
export interface LabelTask {
  readonly sections: Sections;
  readonly source: string;
  readonly clock: EventTable['clock'];
  readonly split: Split;
  readonly settings: TrainingSettings;
}

/** What it says. */
export type LabelMessage =
  | { readonly kind: 'progress'; readonly activity: string; readonly done: number; readonly total: number }
  | { readonly kind: 'examples'; readonly examples: LabelExamples };

const SCRIPT = fileURLToPath(new URL('./label-worker.js', import.meta.url));

/** Below this many events the thread would cost more than it saves. */
const FEWEST_EVENTS = 50_000;

/**
 * The ranker's examples, made in a thread of their own, so that this one can build other tables meanwhile; the result
 * does not depend on that. Few events, or sources that were not compiled, are worked on in this thread.
 *
 * Errors: rejects with the signal's reason once the thread has ended, when the signal ended it.
 */
export function labelExamplesInThread(
  events: EventTable,
  split: Split,
  settings: TrainingSettings,
  hooks: TrainingHooks,
): Promise<LabelExamples> {
  if (events.itemIndex.length < FEWEST_EVENTS || !existsSync(SCRIPT))
    return labelExamples(events, split, settings, hooks);
  const { source, clock } = events;
  const { signal } = hooks;
  const task: LabelTask = { sections: eventTableSections(asked(events)), source, clock, split, settings };
  return new Promise((resolve, reject) => {
    // Options of this process, such as --input-type or a loader, are not for a compiled file.
    const worker = new Worker(SCRIPT, { workerData: task, execArgv: [] });
    const stop = () => void worker.terminate();
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    worker.on('message', (message: LabelMessage) => {
      if (message.kind === 'examples') resolve(message.examples);
      else hooks.onProgress?.(message.activity, message.done, message.total);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      reject(
        signal?.aborted === true
          ? (signal.reason as Error)
          : new Error(`the thread of the ranker's examples ended with code ${code}`),
      );
    });
  });
}

/** Without the names of sessions and users: the thread gets a copy of everything, and of a large log these are a third. */
function asked(events: EventTable): EventTable {
  const none = StringColumn.from([]);
  return { ...events, sessionIds: none, userIndex: null, users: none };
}
