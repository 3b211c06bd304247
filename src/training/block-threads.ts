import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { eventTableSections } from '../data/event-table-sections.js';
import { type EventTable } from '../data/event-table.js';
import { type Sections } from '../domain/sections.js';
import { examplesOfBlock } from './block-examples.js';
import { type ExampleSet } from './examples.js';
import { type TrainingHooks } from './hooks.js';
import { type TrainingSettings } from './settings.js';
import { type Split } from './split.js';

/** What a thread is given. */
export interface BlockTask {
  readonly sections: Sections;
  readonly source: string;
  readonly clock: EventTable['clock'];
  readonly split: Split;
  readonly block: 0 | 1;
  readonly settings: TrainingSettings;
}

/** What it says. */
export type BlockMessage =
  | { readonly kind: 'progress'; readonly activity: string; readonly done: number; readonly total: number }
  | { readonly kind: 'examples'; readonly examples: ExampleSet };

const SCRIPT = fileURLToPath(new URL('./block-worker.js', import.meta.url));

/** Below this many events the threads would cost more than they save. */
const FEWEST_EVENTS = 50_000;

/**
 * The examples of both label blocks, each made in a thread of its own; the result does not depend on that. Few events,
 * or sources that were not compiled, are worked on in this thread.
 */
export async function examplesOfBlocks(
  events: EventTable,
  split: Split,
  settings: TrainingSettings,
  hooks: TrainingHooks,
): Promise<[ExampleSet, ExampleSet]> {
  if (events.itemIndex.length < FEWEST_EVENTS || !existsSync(SCRIPT)) {
    const train = await examplesOfBlock(events, split, 0, settings, hooks);
    return [train, await examplesOfBlock(events, split, 1, settings, hooks)];
  }
  // What ends one thread ends the other.
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(hooks.signal === undefined ? [] : [hooks.signal])]);
  const { source, clock } = events;
  const task = { sections: eventTableSections(events), source, clock, split, settings };
  const shares = [0, 0];
  const inThread = (block: 0 | 1) =>
    runThread({ ...task, block }, signal, (share) => {
      shares[block] = share;
      hooks.onProgress?.(
        'tables and examples of two blocks',
        Math.round(500 * (shares[0]! + shares[1]!)),
        1000,
      );
    });
  try {
    return await Promise.all([inThread(0), inThread(1)]);
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

/** Rejects with the signal's reason once the thread has ended, when the signal ended it. */
function runThread(
  task: BlockTask,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<ExampleSet> {
  return new Promise((resolve, reject) => {
    // Options of this process, such as --input-type or a loader, are not for a compiled file.
    const worker = new Worker(SCRIPT, { workerData: task, execArgv: [] });
    const stop = () => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    worker.on('message', (message: BlockMessage) => {
      if (message.kind === 'examples') resolve(message.examples);
      else onShare(shareDone(message.activity, message.done / message.total));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      signal.removeEventListener('abort', stop);
      const { name } = task.split.blocks[task.block];
      reject(
        signal.aborted
          ? (signal.reason as Error)
          : new Error(`the thread of the ${name} block ended with code ${code}`),
      );
    });
  });
}

/** How much of a block's work is done: about half goes into the embedding, and the rest into tables and examples. */
function shareDone(activity: string, share: number): number {
  if (activity === 'embedding') return 0.5 * share;
  return activity.startsWith('tables') ? 0.5 + 0.25 * share : 0.75 + 0.25 * share;
}
