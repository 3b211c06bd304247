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

export interface TableSettings {
  /** Entries kept per item and table. */
  readonly rowLength: number;
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
  typeWeights: [1, 1, 2, 3],
  next: { maxDistance: 10, distancePower: 1, halfLifeDays: 60, popularityPower: 0 },
  coSession: { maxDistance: 100, distancePower: 0, halfLifeDays: 90, popularityPower: 0.5 },
  boughtTogether: { maxDistance: 200, distancePower: 0, halfLifeDays: 180, popularityPower: 0.5 },
  walk: { backwardWeight: 0.5, fanOut: 60, popularityPower: 0.25 },
  sessionIndex: { sessionsPerItem: 1000, maxSessions: 2_000_000, eventsPerSession: 50 },
  popularity: { halfLivesDays: [1, 7, 60], listLength: 500 },
};
