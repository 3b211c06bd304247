import { type Session } from '../domain/session.js';
import { type FeatureDescription } from '../features/feature-group.js';
import { type CatalogueView } from './catalogue-view.js';
import { type SourceName } from '../retrieval/settings.js';

/** Why an item is shown. Always true of the item and the session at hand. */
export const REASONS = [
  'continue_viewing', // the session already looked at this item
  'in_cart', // the session put this item into the cart and has not bought it
  'similar_to_viewed', // shoppers who took `reason_item_id` took this one in the same visit
  'bought_together', // bought in the same basket as `reason_item_id`
  'often_next', // shoppers went on to this item from `reason_item_id`
  'shoppers_like_you', // sessions like this one contain it
  'related_to_viewed', // two or three steps from `reason_item_id` in what shoppers took one after the other
  'same_category', // of the same category as `reason_item_id`
  'same_brand', // of the same brand as `reason_item_id`
  'same_seller', // of the same seller as `reason_item_id`
  'trending', // taken more often lately than its usual share
  'popular', // among the most taken items
  'catalogue', // nothing better is left: simply from the catalogue
] as const;

export type Reason = (typeof REASONS)[number];

/** What an answer can leave out when its time runs short, in the order in which it is given up. */
export const SKIPS = [
  'ranker_skipped', // the candidates are in the order of the item-to-item score
  'knn_skipped', // sessions like this one were not looked up
] as const;

export type Skip = (typeof SKIPS)[number];

export interface Recommendation {
  readonly itemId: string;
  /** In 0..1, never rising with rank. Comparable inside one answer only. */
  readonly score: number;
  readonly reason: Reason;
  /** 1 is the first. */
  readonly rank: number;
  /** The session's item that the reason speaks of, where it speaks of one. */
  readonly reasonItemId?: string;
}

export interface RecommendOptions {
  /** 1..100; fewer come back only if the whole catalogue minus the exclusions has fewer. */
  readonly k: number;
  readonly excludeItems?: readonly string[];
  /** Whether items viewed or clicked in the session may be shown. Bought ones never are. */
  readonly includeViewed: boolean;
  /** Time there is for the answer, milliseconds; default: as long as it takes. */
  readonly budgetMs?: number;
  /** Nobody sees the answer: it is not counted in {@link Recommender.recommendedItems}. */
  readonly unseen?: boolean;
  /** Keep the feature values of the answer's items, for the feature log. */
  readonly keepFeatures?: boolean;
}

export interface RecommendAnswer {
  readonly recommendations: readonly Recommendation[];
  /** How the time was spent, milliseconds. */
  readonly timings: {
    readonly candidatesMs: number;
    readonly featuresMs: number;
    readonly rankingMs: number;
  };
  /** What was left out to keep to `budgetMs`. */
  readonly skipped: readonly Skip[];
  /** With `keepFeatures`, unless something was skipped: all candidates with their features and raw ranker scores, in candidate order. */
  readonly served?: ServedFeatures;
}

export interface ServedFeatures {
  readonly itemIds: readonly string[];
  /** Row-major [candidates x features]. */
  readonly features: Float32Array;
  readonly rawScores: Float64Array;
}

export interface InspectOptions extends Omit<RecommendOptions, 'budgetMs' | 'keepFeatures' | 'unseen'> {
  /** Candidates to describe at most, from 0. */
  readonly limit: number;
}

/** What stood behind an answer. */
export interface Inspection {
  readonly answer: RecommendAnswer;
  /** All candidates there were, shown or not. */
  readonly candidateCount: number;
  /** The best of them by score, best first. */
  readonly candidates: readonly InspectedCandidate[];
  /** The mean raw score of the training examples, to which contributions add; null without a ranker. */
  readonly expectedScore: number | null;
}

export interface InspectedCandidate {
  readonly itemId: string;
  /** Place among all candidates by score, 1 the best. */
  readonly position: number;
  /** Place in the answer; null: not in it, because it must not be shown or there was no more room. */
  readonly rank: number | null;
  /** The ranker's raw score; without a ranker the item-to-item score. */
  readonly score: number;
  /** The sources that know it, in their order. */
  readonly sources: readonly FoundBy[];
  /** [features] what the ranker saw, NaN for unknown; null without a ranker. */
  readonly values: Float32Array | null;
}

export interface FoundBy {
  readonly source: SourceName;
  /** Its place among those the source nominated; null: it knows the item and did not nominate it. */
  readonly rank: number | null;
  /** The source's own score. Comparable inside one source only. */
  readonly score: number;
}

/** A model in service. Immutable: a new model is a new recommender. Single-threaded, never waits. */
export interface Recommender {
  readonly modelVersion: string;
  /** Milliseconds since 1970 UTC. */
  readonly trainedAtMs: number;
  /** 0 when the bundle has no ranker and answers come from the item-to-item tables alone. */
  readonly featuresCount: number;
  readonly itemsCount: number;
  /** Different items {@link recommend} gave somebody so far. */
  readonly recommendedItems: number;

  /** The next items for a session; null or an empty session gets popular items. Never throws, never empty unless exclusions leave nothing. */
  recommend(session: Session | null, options: RecommendOptions): RecommendAnswer;

  /** The answer of {@link recommend}, and what it stands on. */
  inspect(session: Session | null, options: InspectOptions): Inspection;

  /**
   * [features] what each feature added to the expected score of a candidate, by exact TreeSHAP; empty without a ranker. Takes about
   * half a millisecond, so whoever asks for many lets others through in between.
   *
   * @param values of {@link InspectedCandidate.values}
   */
  contributions(values: Float32Array): Float64Array;

  /** The columns of what {@link inspect} describes, in order; empty without a ranker. */
  readonly features: readonly FeatureDescription[];

  /** Items most like one item, best first; null if the model does not know the item. */
  similar(itemId: string, k: number): readonly Recommendation[] | null;

  /** Most popular items now, best first; null if the category is named and unknown. */
  popular(k: number, category?: string): readonly Recommendation[] | null;

  /** The items it knows, to look through. */
  readonly catalogue: CatalogueView;

  /** Whether the catalogue knows an item. */
  hasItem(itemId: string): boolean;
}
