/** How a pair of events in one session is counted. */
export interface PairTableSettings {
  /** Pairs further apart than this many steps are not counted. */
  readonly maxDistance: number;
  /** A pair d steps apart weighs `d^-distancePower` (0: distance does not matter). */
  readonly distancePower: number;
  /** A session that old weighs half. */
  readonly halfLifeDays: number;
  /** The row's weights are divided by `popularity(neighbour)^popularityPower`. */
  readonly popularityPower: number;
}

/** The regressions from item to item and the walks over them, see tables/linear/linear-tables.ts. */
export interface LinearSettings {
  /** Decay by distance inside a session, in events. */
  readonly deltaTrain: number;
  /** Decay by a session's age, in days. */
  readonly deltaSession: number;
  /** Ridge penalty. */
  readonly lambda: number;
  /** How exactly rows are solved, see tables/linear/sparse-ridge.ts. */
  readonly tolerance: number;
  /** Most recent events learned from at most; bounds time and memory on very large logs. */
  readonly maxEvents: number;
  readonly walk: { readonly walk: number; readonly jump: number; readonly smallestShare: number };
}

/** How the session embedding is learned, see tables/embedding/train-embedding.ts. */
export interface EmbeddingSettings {
  /** Times every example is learned from; 0 trains no embedding. */
  readonly epochs: number;
  /** Events of a session that count, the most recent ones. */
  readonly lags: number;
  /** Wrong items per batch; a multiple of 4. */
  readonly negatives: number;
  /** Negatives are drawn in proportion to `events^negativePower`. */
  readonly negativePower: number;
  /** What a cosine of 1 is worth in the softmax, in nats. */
  readonly scale: number;
  /** Of the first batch; it falls in a straight line to a twentieth of that. */
  readonly learningRate: number;
  readonly gateLearningRate: number;
  /** An example from a session that old weighs half. */
  readonly halfLifeDays: number;
  /** Most recent examples learned from at most; bounds the time on very large logs. */
  readonly maxExamples: number;
}

export interface TableSettings {
  /** Entries kept per item and table. */
  readonly rowLength: number;
  /** Up to so many items rows are as long as that; a larger catalogue makes do with less of everything, see {@link scaledTo}. */
  readonly fullRowsUpTo: number;
  /** Weight of an event by type: view, click, add_to_cart, purchase. */
  readonly typeWeights: readonly [number, number, number, number];
  readonly next: PairTableSettings;
  readonly coSession: PairTableSettings;
  readonly boughtTogether: PairTableSettings;
  readonly walk: {
    readonly backwardWeight: number;
    readonly fanOut: number;
    readonly popularityPower: number;
  };
  readonly linear: LinearSettings;
  readonly embedding: EmbeddingSettings;
  readonly sessionIndex: {
    /** Most recent sessions kept per item. */
    readonly sessionsPerItem: number;
    /** Most recent sessions kept at all; bounds memory on very large logs. */
    readonly maxSessions: number;
    /** Most recent events kept of a session. */
    readonly eventsPerSession: number;
  };
  readonly popularity: {
    /** Half-lives, in days, of the three popularity clocks: fast, middle, slow. */
    readonly halfLivesDays: readonly [number, number, number];
    /** Items kept in the popular list and per category. */
    readonly listLength: number;
  };
}

export const DEFAULT_TABLE_SETTINGS: TableSettings = {
  rowLength: 200,
  fullRowsUpTo: 250_000,
  typeWeights: [1, 1, 2, 3],
  next: { maxDistance: 10, distancePower: 1, halfLifeDays: 60, popularityPower: 0 },
  coSession: { maxDistance: 100, distancePower: 0, halfLifeDays: 90, popularityPower: 0.5 },
  boughtTogether: { maxDistance: 200, distancePower: 0, halfLifeDays: 180, popularityPower: 0.5 },
  walk: { backwardWeight: 0.5, fanOut: 60, popularityPower: 0.25 },
  linear: {
    deltaTrain: 0.5,
    deltaSession: 100,
    lambda: 10,
    tolerance: 1e-3,
    maxEvents: 10_000_000,
    walk: { walk: 0.5, jump: 0.9, smallestShare: 1e-3 },
  },
  embedding: {
    epochs: 5,
    lags: 12,
    negatives: 1024,
    negativePower: 0.75,
    scale: 12,
    learningRate: 0.1,
    gateLearningRate: 0.05,
    halfLifeDays: 35,
    maxExamples: 3_000_000,
  },
  sessionIndex: { sessionsPerItem: 1000, maxSessions: 2_000_000, eventsPerSession: 50 },
  popularity: { halfLivesDays: [1, 7, 60], listLength: 500 },
};

const SHORTEST_ROW = 50;
const SMALLEST_FAN_OUT = 20;

/**
 * The settings for a catalogue of so many items. Above `fullRowsUpTo`, tables keep the number of entries they have there:
 * rows get shorter in proportion (200 entries for 250,000 items, 50 for 1,000,000), walks fan out less, and the
 * regressions, whose rows cost more the more items there are, learn from fewer events. Everything else stays.
 */
export function scaledTo(items: number, settings: TableSettings): TableSettings {
  const share = settings.fullRowsUpTo / items;
  if (share >= 1) return settings;
  const { rowLength, walk, linear } = settings;
  const less = (value: number, by: number, least: number) =>
    Math.max(Math.min(value, least), Math.round(value * by));
  return {
    ...settings,
    rowLength: less(rowLength, share, SHORTEST_ROW),
    // A step of a walk costs the square of this.
    walk: { ...walk, fanOut: less(walk.fanOut, Math.sqrt(share), SMALLEST_FAN_OUT) },
    linear: { ...linear, maxEvents: Math.round(linear.maxEvents * share) },
  };
}
