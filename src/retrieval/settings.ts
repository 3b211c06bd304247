import { type ItemTableName } from '../tables/table-set.js';

/** Every candidate source, in the order in which they run; the order is part of a model (features refer to it). */
export const SOURCES = [
  'revisit',
  'next',
  'previous',
  'co_session',
  'bought_together',
  'walk',
  'slis',
  'slit',
  's_walk',
  'embedding',
  'session_knn',
  'category_popular',
  'brand_popular',
  'seller_popular',
  'popular',
] as const;
export type SourceName = (typeof SOURCES)[number];

export interface RetrievalSettings {
  /** How many of its best items each source gives to the union. */
  readonly limits: Readonly<Record<SourceName, number>>;
  /** A session item's row weighs `lagDecay^lag`; lag 0 is the last event. */
  readonly lagDecay: Readonly<Record<ItemTableName, number>>;
  readonly embedding: {
    /** Clusters of items that are looked into. */
    readonly clusters: number;
    /** A nominated item scores `exp(scale * (cosine - 1))`. */
    readonly scale: number;
  };
  readonly sessionKnn: {
    /** Most recent sessions looked at per session item (m). */
    readonly sessionsPerItem: number;
    /** Most similar sessions that vote (k). */
    readonly neighbours: number;
    /** Weight of a session item: `exp(-lag / positionDecay)`. */
    readonly positionDecay: number;
    /** Weight of a neighbour: `exp(-ageDays / ageDecayDays)`. */
    readonly ageDecayDays: number;
    /** Weight of a neighbour's item: `exp(-|its place - place of the last match| / distanceDecay)`. */
    readonly distanceDecay: number;
  };
}

export const DEFAULT_RETRIEVAL_SETTINGS: RetrievalSettings = {
  limits: {
    revisit: 30,
    next: 50,
    previous: 30,
    co_session: 40,
    bought_together: 30,
    walk: 60,
    slis: 40,
    slit: 40,
    s_walk: 80,
    embedding: 100,
    session_knn: 60,
    category_popular: 20,
    brand_popular: 20,
    seller_popular: 20,
    popular: 20,
  },
  lagDecay: {
    next: 0.6,
    previous: 0.6,
    co_session: 0.8,
    bought_together: 0.9,
    walk: 0.75,
    slis: 0.6,
    slit: 0.6,
    s_walk: 0.6,
  },
  embedding: { clusters: 12, scale: 12 },
  sessionKnn: {
    sessionsPerItem: 500,
    neighbours: 300,
    positionDecay: 2,
    ageDecayDays: 60,
    distanceDecay: 5,
  },
};

/** The most candidates a union can have. */
export function maxCandidates(settings: RetrievalSettings): number {
  return SOURCES.reduce((sum, source) => sum + settings.limits[source], 0);
}
