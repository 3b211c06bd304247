import { type LoadedBundle } from '../bundle/open-bundle.js';
import { type EventTable, eventCount, filterEvents, itemCount, sessionCount } from '../data/event-table.js';
import { type StringIndex } from '../domain/string-column.js';
import { NextItemError } from '../errors.js';
import { type EvaluationReport } from '../metrics/evaluation-report.js';
import { openModel } from '../recommend/model.js';
import { type TableSet } from '../tables/table-set.js';
import { type SourceInfo } from './dataset.js';
import { evaluateModel, type RankerRecord } from './evaluation.js';
import { type TrainingHooks } from './hooks.js';
import { DEFAULT_TRAINING_SETTINGS, type TrainingSettings } from './settings.js';
import { testStartOf } from './split.js';

export interface EvaluateBundleOptions {
  readonly source: SourceInfo;
  /** Share of the latest sessions that are asked where the data has no split; by default as the bundle was trained. */
  readonly testShare?: number;
}

/**
 * Measures a finished bundle on events that it did not learn from. Asked are the test sessions of the data's own split,
 * else the latest share of the sessions, and of these only sessions that ended after all that the bundle's tables know.
 * Data without times cannot be compared so, unless it is what the bundle was trained on; a note then says that nothing was checked.
 *
 * Errors: `test_known` when the tables know every session that would be asked, `too_little_data` when there is nothing to
 * ask, and those of {@link openModel}.
 */
export async function evaluateBundle(
  events: EventTable,
  bundle: LoadedBundle,
  options: EvaluateBundleOptions,
  hooks: TrainingHooks = {},
): Promise<EvaluationReport[]> {
  const { manifest } = bundle;
  const settings: TrainingSettings = { ...DEFAULT_TRAINING_SETTINGS, ...manifest.settings };
  const { scorer, itemIds } = openModel(bundle);
  const { tables } = scorer;
  const share = options.testShare ?? settings.testShare;
  const { first, notes } = firstUnknown(events, tables, testStartOf(events, share), manifest.counts);
  const asked = inModelItems(events, first, tables, itemIds);
  const sameItems = itemCount(events) === tables.items.length && isPrefix(events, tables);
  const reports = await evaluateModel(
    { ...asked, target: settings.target, seed: settings.seed },
    scorer,
    rankerRecord(bundle),
    {
      modelVersion: manifest.modelVersion,
      trainedAtMs: manifest.trainedAtMs,
      // The simulator's truth speaks of its own item numbers.
      source: sameItems ? options.source : { ...options.source, simulation: null },
      notes,
    },
    hooks,
  );
  if (reports.length === 0)
    throw new NextItemError(
      'too_little_data',
      'no session after those the bundle knows has a question about items it knows',
      events.source,
    );
  return reports;
}

/** The first session from `testStart` on that the tables do not know, and what to tell the reader about it. */
function firstUnknown(
  events: EventTable,
  tables: TableSet,
  testStart: number,
  counts: Readonly<Record<string, number>>,
): { first: number; notes: string[] } {
  const sessions = sessionCount(events);
  const sameData = counts.sessions === sessions && counts.events === eventCount(events);
  if (tables.clock !== events.clock || (events.clock === 'ordinal' && !sameData)) {
    return {
      first: testStart,
      notes: [
        'Not checked: without times in the data and in the bundle it cannot be told whether the bundle learned from these sessions. If it did, the figures promise too much.',
      ],
    };
  }
  const endOf = (session: number) => events.timestampMs[events.sessionOffsets[session + 1]! - 1]!;
  let first = testStart;
  while (first < sessions && endOf(first) <= tables.lastMs) first++;
  if (first === sessions && testStart < sessions) {
    const until = events.clock === 'real' ? `until ${new Date(tables.lastMs).toISOString()}` : 'all rows';
    throw new NextItemError(
      'test_known',
      `the bundle's tables know events ${until}; no session of the test part ended after that`,
      events.source,
    );
  }
  const known = first - testStart;
  return {
    first,
    notes:
      known === 0
        ? []
        : [
            `Left out: ${known.toLocaleString('en-US')} of ${(sessions - testStart).toLocaleString('en-US')} test sessions, which the bundle's tables already know.`,
          ],
  };
}

/** The events as the model numbers items, without items that are not in its catalogue. */
function inModelItems(
  events: EventTable,
  testStart: number,
  tables: TableSet,
  itemIds: StringIndex,
): { events: EventTable; testStart: number } {
  const indexOf = Int32Array.from({ length: itemCount(events) }, (_, item) =>
    itemIds.indexOf(events.items.at(item)),
  );
  const split = new Uint8Array(sessionCount(events)).fill(1, testStart);
  const kept = filterEvents(
    { ...events, split },
    (event) => indexOf[events.itemIndex[event]!]! >= 0,
    () => 1,
  );
  const first = kept.split!.indexOf(1);
  return {
    testStart: first < 0 ? sessionCount(kept) : first,
    events: {
      ...kept,
      itemIndex: kept.itemIndex.map((item) => indexOf[item]!),
      items: tables.items,
      catalogue: tables.catalogue,
    },
  };
}

/** Whether the data's items are the first of the model's, in the same order. */
function isPrefix({ items }: EventTable, tables: TableSet): boolean {
  for (let item = 0; item < items.length; item++) if (items.at(item) !== tables.items.at(item)) return false;
  return true;
}

/** What the bundle says of its ranker; null without one. */
function rankerRecord(bundle: LoadedBundle): RankerRecord | null {
  const importance = bundle.text('importance.json');
  const curve = bundle.text('learning-curve.json');
  if (importance === null || curve === null) return null;
  return {
    importance: JSON.parse(importance) as RankerRecord['importance'],
    ...(JSON.parse(curve) as Pick<RankerRecord, 'history' | 'bestIteration'>),
  };
}
