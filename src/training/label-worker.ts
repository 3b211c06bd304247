import { parentPort, workerData } from 'node:worker_threads';
import { eventTableFromSections } from '../data/event-table-sections.js';
import { type ExampleSet } from './examples.js';
import { labelExamples } from './label-examples.js';
import { type LabelMessage, type LabelTask } from './label-thread.js';

/** A thread that makes the ranker's examples and ends. */

const { sections, source, clock, split, settings } = workerData as LabelTask;
const events = eventTableFromSections((name) => sections[name], source, clock);
const port = parentPort!;
const send = (message: LabelMessage, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

const { train, validation } = await labelExamples(events, split, settings, {
  onProgress: (activity, done, total) => send({ kind: 'progress', activity, done, total }),
});
// Views of larger buffers are copied; whole buffers move without a copy.
const own = (set: ExampleSet) => ({
  ...set,
  features: set.features.slice(),
  labels: set.labels.slice(),
  items: set.items.slice(),
});
const examples = { train: own(train), validation: own(validation) };
send(
  { kind: 'examples', examples },
  [examples.train, examples.validation].flatMap(({ features, labels, items }) => [
    features.buffer,
    labels.buffer,
    items.buffer,
  ]),
);
