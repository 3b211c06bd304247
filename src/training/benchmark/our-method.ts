import { type CandidateSource, CEILING_DEPTHS } from '../../evaluation/benchmark/recall-ceilings.js';
import { itemToItemMethod, rankerMethod, type RankingMethod } from '../../evaluation/methods.js';
import { type EventTable } from '../../data/event-table.js';
import { NextItemError } from '../../errors.js';
import { Forest } from '../../ranking/forest.js';
import { SessionScorer } from '../../recommend/session-scorer.js';
import { CandidateGenerator } from '../../retrieval/candidate-generator.js';
import { type RetrievalSettings, SOURCES } from '../../retrieval/settings.js';
import { buildTables, type TableSet, tableSections } from '../../tables/table-set.js';
import { buildDatasetAndTables } from '../dataset-and-tables.js';
import { type TrainingHooks } from '../hooks.js';
import { trainRanker } from '../ranker.js';
import { type TrainingSettings } from '../settings.js';

/** What of our own pipeline a benchmark looks at. */
export interface OurMethod {
  /** Its `bytes` are what a bundle holds: the tables' sections and the ranker's text. */
  readonly method: RankingMethod;
  readonly notes: readonly string[];
  /** For recall ceilings; null where a method has no candidate sources of its own. */
  readonly candidates: CandidateSources | null;
}

export interface CandidateSources {
  readonly names: readonly string[];
  /** Every source's limit at the deepest of the ceilings. */
  readonly deep: () => CandidateSource;
  readonly served: () => CandidateSource;
}

/**
 * The pipeline as `nextitem train --serve-tables train` makes and serves it: examples of the label block, the ranker,
 * tables over the training sessions.
 *
 * Errors: those of the steps, except that too little data for a ranker means what it means in serving: none.
 */
export async function trainOurMethod(
  events: EventTable,
  settings: TrainingSettings,
  hooks: TrainingHooks,
): Promise<OurMethod> {
  const { dataset, tables } = await buildDatasetAndTables(events, settings, hooks);
  const notes: string[] = [];
  const ranker = await trainRanker(dataset, hooks).catch((error: unknown) => {
    if (!(error instanceof NextItemError) || error.code !== 'too_little_data') throw error;
    notes.push(`no ranker, item-to-item as it would be served: ${error.detail}`);
    return null;
  });
  const forest = ranker === null ? null : Forest.parse(ranker.modelText);
  const scorer = new SessionScorer(tables, settings.retrieval, forest);
  return {
    method: {
      ...rankerMethod(scorer),
      name: 'nextitem',
      label: 'nextitem',
      bytes: tableBytes(tables) + Buffer.byteLength(ranker?.modelText ?? ''),
    },
    notes,
    candidates: candidateSources(tables, settings.retrieval),
  };
}

/** Our item-to-item baseline over the same tables, without what only the ranker needs. */
export function fitItemToItem(
  events: EventTable,
  testStart: number,
  settings: TrainingSettings,
  hooks: TrainingHooks,
): OurMethod {
  const tables = buildTables(events, {
    sessionsEnd: testStart,
    scaleSessions: testStart,
    settings: settings.tables,
    onStep: (name, done, total) => hooks.onProgress?.(`tables: ${name}`, done, total),
  });
  return {
    method: { ...itemToItemMethod(tables), name: 'item-to-item', bytes: tableBytes(tables) },
    notes: [],
    candidates: null,
  };
}

function candidateSources(tables: TableSet, retrieval: RetrievalSettings): CandidateSources {
  const deepest = CEILING_DEPTHS.at(-1)!;
  const limits = Object.fromEntries(SOURCES.map((name) => [name, deepest])) as RetrievalSettings['limits'];
  return {
    names: SOURCES,
    deep: () => new CandidateGenerator(tables, { ...retrieval, limits }),
    served: () => new CandidateGenerator(tables, retrieval),
  };
}

function tableBytes(tables: TableSet): number {
  return Object.values(tableSections(tables)).reduce((sum, array) => sum + array.byteLength, 0);
}
