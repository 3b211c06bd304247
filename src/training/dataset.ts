import { type EventTable, eventCount, itemCount, sessionCount } from '../data/event-table.js';
import { eventTableFromSections, eventTableSections } from '../data/event-table-sections.js';
import { checkTarget } from '../data/target.js';
import { writeParquet } from '../data/parquet-writer.js';
import { EVENT_TYPES } from '../domain/event.js';
import { type SimulatorOptions } from '../data/simulator/simulator-options.js';
import { type Sections } from '../domain/sections.js';
import { NextItemError } from '../errors.js';
import { FeatureSet } from '../features/feature-set.js';
import { type TableSet } from '../tables/table-set.js';
import { type ExampleSet } from './examples.js';
import { type TrainingHooks } from './hooks.js';
import { type LabelExamples } from './label-examples.js';
import { labelExamplesInThread } from './label-thread.js';
import { type TrainingSettings } from './settings.js';
import { type Split, splitByTime } from './split.js';
import { type Workspace } from './workspace.js';

/** `orders`: sessions are baskets, asked in tasks of their own; `stream`: anything else. */
export type SourceKind = 'stream' | 'orders';

/** What the evaluation needs to know of where the events came from. */
export interface SourceInfo {
  readonly kind: SourceKind;
  /** The options of the simulator if the events are simulated: then the truth about them is known. */
  readonly simulation: SimulatorOptions | null;
}

/** Everything the later steps learn from and are measured on. */
export interface Dataset {
  readonly events: EventTable;
  readonly split: Split;
  readonly settings: TrainingSettings;
  /** Null: too little data for a ranker. */
  readonly examples: LabelExamples | null;
}

/** Fewer answered queries than this teach a ranker nothing that holds. */
const FEWEST_QUERIES = 50;

/**
 * Splits the events by time and makes the ranker's training examples.
 *
 * Errors: `too_little_data` when a part of the split would be empty, `invalid_option` for a target that no event answers.
 */
export async function buildDataset(
  events: EventTable,
  settings: TrainingSettings,
  hooks: TrainingHooks = {},
): Promise<Dataset> {
  checkTarget(events, settings.target);
  const split = splitByTime(events, settings);
  const examples = await labelExamplesInThread(events, split, settings, hooks);
  const enough = [examples.train, examples.validation].every(
    ({ groupSizes }) => groupSizes.length >= FEWEST_QUERIES,
  );
  return { events, split, settings, examples: enough ? examples : null };
}

const STAGE = 'dataset';

/** Writes the dataset for the next steps, and as files for people. */
export async function saveDataset(workspace: Workspace, dataset: Dataset, source: SourceInfo): Promise<void> {
  const { events, split, settings, examples } = dataset;
  await workspace.save(STAGE, {
    sections: {
      ...eventTableSections(events),
      ...(examples === null
        ? {}
        : {
            ...exampleSections('train', examples.train),
            ...exampleSections('validation', examples.validation),
          }),
    },
    json: {
      origin: source,
      source: events.source,
      clock: events.clock,
      split,
      settings,
      featureNames: examples?.train.featureNames ?? [],
      queries: examples === null ? null : [examples.train.queries, examples.validation.queries],
      targetGroups:
        examples === null ? null : [examples.train.targetGroups, examples.validation.targetGroups],
    },
    files: {},
  });
  await workspace.writeJson('dataset.json', summarise(dataset));
  await writeItemFeatures(await workspace.path('item_features.parquet'), events);
  if (examples !== null)
    await writeTrainingPairs(await workspace.path('training_pairs.parquet'), events, examples);
}

export async function loadDataset(workspace: Workspace): Promise<{ dataset: Dataset; source: SourceInfo }> {
  const { sections, json } = await workspace.load(STAGE, 'build-dataset');
  const saved = json as {
    origin: SourceInfo;
    source: string;
    clock: EventTable['clock'];
    split: Split;
    settings: TrainingSettings;
    featureNames: string[];
    queries: [number, number] | null;
    targetGroups: [number, number] | null;
  };
  const examples = (name: string, block: 0 | 1): ExampleSet => {
    const part = <T>(key: string) => sections[`examples/${name}/${key}`] as T;
    const labels = part<Float32Array>('labels');
    return {
      featureNames: saved.featureNames,
      rows: labels.length,
      features: part('features'),
      labels,
      items: part('items'),
      groupSizes: part('groupSizes'),
      sessions: part('sessions'),
      prefixLengths: part('prefixLengths'),
      queries: saved.queries![block],
      targetGroups: saved.targetGroups![block],
    };
  };
  const dataset: Dataset = {
    events: eventTableFromSections((name) => sections[name], saved.source, saved.clock),
    split: saved.split,
    settings: saved.settings,
    examples:
      saved.queries === null
        ? null
        : {
            train: examples('train', 0),
            validation: examples('validation', 1),
          },
  };
  return { dataset, source: saved.origin };
}

function exampleSections(name: string, set: ExampleSet): Sections {
  const { features, labels, items, groupSizes, sessions, prefixLengths } = set;
  return Object.fromEntries(
    Object.entries({ features, labels, items, groupSizes, sessions, prefixLengths }).map(([key, array]) => [
      `examples/${name}/${key}`,
      array,
    ]),
  );
}

/** What is in the dataset, in numbers. */
export function summarise(dataset: Dataset) {
  const { events, split, settings, examples } = dataset;
  const typeCounts = new Array<number>(EVENT_TYPES.length).fill(0);
  for (const type of events.eventType) typeCounts[type]!++;
  const block = (set: ExampleSet) => ({
    queries: set.queries,
    answered: set.groupSizes.length,
    ofTarget: set.targetGroups,
    rows: set.rows,
  });
  return {
    source: events.source,
    sessions: sessionCount(events),
    events: eventCount(events),
    items: itemCount(events),
    eventTypes: Object.fromEntries(EVENT_TYPES.map((type, code) => [type, typeCounts[code]])),
    trainSessions: split.testStart,
    testSessions: sessionCount(events) - split.testStart,
    labels: split.labels,
    target: settings.target,
    examples:
      examples === null ? null : { train: block(examples.train), validation: block(examples.validation) },
  };
}

/** The ranker's input columns with their meaning: feature_config.json. */
export function describeFeatures(tables: TableSet) {
  const featureSet = new FeatureSet(tables);
  return { hash: featureSet.hash, features: featureSet.descriptions };
}

async function writeItemFeatures(path: string, events: EventTable): Promise<void> {
  const { title, category, brand, seller, price, weightGrams, volumeCm3 } = events.catalogue;
  const coded = (column: typeof category) => (item: number) =>
    column === null || column.codes[item]! < 0 ? null : column.names.at(column.codes[item]!);
  await writeParquet(
    path,
    [
      { name: 'item_id', type: 'string', value: (item) => events.items.at(item) },
      { name: 'title', type: 'string', value: (item) => title?.at(item) ?? null },
      { name: 'category', type: 'string', value: coded(category) },
      { name: 'brand', type: 'string', value: coded(brand) },
      { name: 'seller', type: 'string', value: coded(seller) },
      { name: 'price', type: 'float', value: (item) => price?.[item] ?? null },
      { name: 'weight_grams', type: 'float', value: (item) => weightGrams?.[item] ?? null },
      { name: 'volume_cm3', type: 'float', value: (item) => volumeCm3?.[item] ?? null },
    ],
    itemCount(events),
  );
}

async function writeTrainingPairs(
  path: string,
  events: EventTable,
  examples: NonNullable<Dataset['examples']>,
): Promise<void> {
  const sets = [examples.train, examples.validation];
  const names = ['train', 'validation'];
  const total = sets[0]!.rows + sets[1]!.rows;
  const setOf = (row: number) => (row < sets[0]!.rows ? 0 : 1);
  const local = (row: number) => (row < sets[0]!.rows ? row : row - sets[0]!.rows);
  const groupOf = sets.map((set) => {
    const groups = new Uint32Array(set.rows);
    let row = 0;
    set.groupSizes.forEach((size, group) => groups.fill(group, row, (row += size)));
    return groups;
  });
  const inGroup = (row: number, column: 'sessions' | 'prefixLengths') =>
    sets[setOf(row)]![column][groupOf[setOf(row)]![local(row)]!]!;
  await writeParquet(
    path,
    [
      { name: 'block', type: 'string', value: (row) => names[setOf(row)]! },
      { name: 'session_id', type: 'string', value: (row) => events.sessionIds.at(inGroup(row, 'sessions')) },
      { name: 'events_known', type: 'integer', value: (row) => inGroup(row, 'prefixLengths') },
      {
        name: 'item_id',
        type: 'string',
        value: (row) => events.items.at(sets[setOf(row)]!.items[local(row)]!),
      },
      { name: 'label', type: 'integer', value: (row) => sets[setOf(row)]!.labels[local(row)]! },
    ],
    total,
  );
}

/** @throws NextItemError `too_little_data` when there is nothing for a ranker to learn from */
export function needExamples(dataset: Dataset): NonNullable<Dataset['examples']> {
  if (dataset.examples !== null) return dataset.examples;
  throw new NextItemError(
    'too_little_data',
    `a label block has fewer than ${FEWEST_QUERIES} queries with their answer among the candidates`,
  );
}
