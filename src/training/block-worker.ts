import { parentPort, workerData } from 'node:worker_threads';
import { eventTableFromSections } from '../data/event-table-sections.js';
import { examplesOfBlock } from './block-examples.js';
import { type BlockMessage, type BlockTask } from './block-threads.js';

/** A thread that makes the examples of one block and ends. */

const { sections, source, clock, split, block, settings } = workerData as BlockTask;
const events = eventTableFromSections((name) => sections[name], source, clock);
const port = parentPort!;
const send = (message: BlockMessage, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

const examples = await examplesOfBlock(events, split, block, settings, {
  onProgress: (activity, done, total) => send({ kind: 'progress', activity, done, total }),
});
// Views of larger buffers are copied; whole buffers move without a copy.
const { features, labels, items } = examples;
const own = { ...examples, features: features.slice(), labels: labels.slice(), items: items.slice() };
send({ kind: 'examples', examples: own }, [own.features.buffer, own.labels.buffer, own.items.buffer]);
