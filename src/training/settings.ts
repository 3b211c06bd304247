import { type Target } from '../data/target.js';
import { type RankerParameters } from '../ranking/lightgbm/parameters.js';
import { DEFAULT_RETRIEVAL_SETTINGS, type RetrievalSettings } from '../retrieval/settings.js';
import { DEFAULT_TABLE_SETTINGS, type TableSettings } from '../tables/settings.js';

/** Everything that decides what a training run makes of its events. Written into the bundle's manifest. */
export interface TrainingSettings {
  readonly seed: number;
  /** Share of the sessions, the latest ones, that is held out as test where the source brings no split. */
  readonly testShare: number;
  /** What the ranker learns to predict and the evaluation asks. The tables and the embedding are the same for all. */
  readonly target: Target;
  readonly tables: TableSettings;
  readonly retrieval: RetrievalSettings;
  readonly examples: ExampleSettings;
  readonly ranker: Partial<RankerParameters>;
}

export interface ExampleSettings {
  /** Queries (session prefixes) the ranker learns from, at most. */
  readonly maxQueries: number;
  /** Later queries that decide when to stop, at most. */
  readonly maxValidationQueries: number;
  /** Wrong candidates kept per training query, drawn at random; 0 keeps all. Those that decide when to stop keep all. */
  readonly wrongPerQuery: number;
  /** Rows (candidates of queries) kept of each of the two at most; bounds memory: 4 bytes per row and feature. */
  readonly maxRows: number;
}

export const DEFAULT_TRAINING_SETTINGS: TrainingSettings = {
  seed: 1,
  testShare: 0.1,
  target: 'item',
  tables: DEFAULT_TABLE_SETTINGS,
  retrieval: DEFAULT_RETRIEVAL_SETTINGS,
  examples: { maxQueries: 40_000, maxValidationQueries: 6_000, wrongPerQuery: 25, maxRows: 2_500_000 },
  ranker: {},
};
