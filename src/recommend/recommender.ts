import { type Session } from '../domain/session.js';
import { type StringIndex } from '../domain/string-column.js';
import { type FeatureSet } from '../features/feature-set.js';
import { type FeatureDescription } from '../features/feature-group.js';
import { Forest } from '../ranking/forest.js';
import { TreeShap } from '../ranking/tree-shap.js';
import { SessionQuery } from '../retrieval/session-query.js';
import { type RetrievalSettings } from '../retrieval/settings.js';
import { type TableSet } from '../tables/table-set.js';
import { TopN } from '../tables/top-n.js';
import { CatalogueView } from './catalogue-view.js';
import {
  type Inspection,
  type InspectOptions,
  type Recommendation,
  type RecommendAnswer,
  type Recommender,
  type RecommendOptions,
} from './contract.js';
import { inspectAnswer } from './inspector.js';
import { explain, popularityReason } from './reasons.js';
import { SessionScorer } from './session-scorer.js';
import { similarItems } from './similar-items.js';

/** The most recommendations one answer can hold. */
export const MAX_K = 100;

export interface SessionRecommenderOptions {
  readonly modelVersion: string;
  readonly trainedAtMs: number;
  readonly tables: TableSet;
  /** The index over `tables.items`. */
  readonly itemIds: StringIndex;
  readonly retrieval: RetrievalSettings;
  /** LightGBM's text model; null: answers come from the item-to-item tables alone. */
  readonly rankerText: string | null;
}

/**
 * A model that answers. It holds scratch memory and answers one call at a time, which on one thread is always so.
 *
 * Rules, in this order: items of `excludeItems`, items the session bought and, unless `includeViewed`, items it
 * otherwise touched are left out; then the best by score; then, if k is not reached, popular items and at last any item.
 */
export class SessionRecommender implements Recommender {
  readonly modelVersion: string;
  readonly trainedAtMs: number;
  readonly featuresCount: number;
  readonly itemsCount: number;
  /** The stretch that training shares; its scratch memory is used by every call of this recommender. */
  readonly scorer: SessionScorer;
  /** From an item's id to its dense index. */
  readonly itemIds: StringIndex;
  readonly features: readonly FeatureDescription[];
  readonly catalogue: CatalogueView;
  private readonly tables: TableSet;
  private readonly rankerText: string | null;
  /** Made when somebody first asks why. */
  private treeShap: TreeShap | null = null;
  private readonly query = new SessionQuery();
  private readonly top = new TopN(MAX_K);
  private readonly popularityRank: Uint32Array;
  /** [items] equal to `answer` while the item must not be shown (again) in the running answer. */
  private readonly barred: Uint32Array;
  private answer = 0;
  recommendedItems = 0;
  /** [items] 1 for those that were ever recommended. */
  private readonly wasRecommended: Uint8Array;

  /** Errors: `invalid_ranker`. */
  constructor(options: SessionRecommenderOptions) {
    const { rankerText } = options;
    const forest = rankerText === null ? null : Forest.parse(rankerText);
    this.modelVersion = options.modelVersion;
    this.trainedAtMs = options.trainedAtMs;
    this.tables = options.tables;
    this.itemIds = options.itemIds;
    this.scorer = new SessionScorer(options.tables, options.retrieval, forest);
    this.featuresCount = forest === null ? 0 : this.scorer.featureSet.count;
    this.features = forest === null ? [] : this.scorer.featureSet.descriptions;
    this.rankerText = rankerText;
    this.catalogue = new CatalogueView(options.tables, options.itemIds);
    this.itemsCount = options.tables.items.length;
    this.barred = new Uint32Array(this.itemsCount);
    this.wasRecommended = new Uint8Array(this.itemsCount);
    this.popularityRank = options.tables.popularity.list;
  }

  get featureSet(): FeatureSet {
    return this.scorer.featureSet;
  }

  hasItem(itemId: string): boolean {
    return this.itemIds.indexOf(itemId) >= 0;
  }

  recommend(session: Session | null, options: RecommendOptions): RecommendAnswer {
    const { scorer, tables, top, query } = this;
    query.fromSession(session, this.itemIds);
    const candidates = scorer.score(query, options.budgetMs);
    const ranking = performance.now();
    this.bar(session, options);

    top.reset(options.k);
    for (let c = 0; c < candidates.count; c++) {
      if (this.barred[candidates.items[c]!] !== this.answer) top.push(c, scorer.scores[c]!);
    }
    top.sort();
    const recommendations: Recommendation[] = [];
    for (let r = 0; r < top.count; r++) {
      const candidate = top.ids[r]!;
      const { reason, reasonItem } = explain(candidate, query, candidates, tables);
      const item = candidates.items[candidate]!;
      const itemId = tables.items.at(item);
      const score = sigmoid(top.scores[r]!);
      // Two literals, as in the API's answer: objects put together from parts are slow to make and to read.
      recommendations.push(
        reasonItem < 0
          ? { itemId, score, reason, rank: r + 1 }
          : { itemId, score, reason, rank: r + 1, reasonItemId: tables.items.at(reasonItem) },
      );
      this.barred[item] = this.answer;
      if (this.wasRecommended[item] === 0 && options.unseen !== true) {
        this.wasRecommended[item] = 1;
        this.recommendedItems++;
      }
    }
    this.fill(recommendations, options.k);
    const { candidatesMs, featuresMs, rankingMs } = scorer.timings;
    return {
      recommendations,
      timings: { candidatesMs, featuresMs, rankingMs: rankingMs + performance.now() - ranking },
      skipped: scorer.skipped,
      ...(options.keepFeatures && scorer.skipped.length === 0
        ? { served: this.served(candidates.items.subarray(0, candidates.count)) }
        : {}),
    };
  }

  inspect(session: Session | null, options: InspectOptions): Inspection {
    const answer = this.recommend(session, { ...options, unseen: true });
    return inspectAnswer(
      answer,
      this.scorer,
      this.tables.items,
      this.shap()?.expectedScore ?? null,
      options.limit,
    );
  }

  contributions(values: Float32Array): Float64Array {
    const shap = this.shap();
    const out = new Float64Array(shap === null ? 0 : values.length);
    shap?.explain(values, out);
    return out;
  }

  similar(itemId: string, k: number): readonly Recommendation[] | null {
    const item = this.itemIds.indexOf(itemId);
    if (item < 0) return null;
    const recommendations = similarItems(this.tables, item, k);
    this.answer++;
    this.barred[item] = this.answer;
    for (const { itemId: shown } of recommendations) this.barred[this.itemIds.indexOf(shown)] = this.answer;
    this.fill(recommendations, k);
    return recommendations;
  }

  popular(k: number, category?: string): readonly Recommendation[] | null {
    const { popularity, attributeIndexes, catalogue } = this.tables;
    let list = popularity.list;
    if (category !== undefined) {
      const code = catalogue.category?.names.toArray().indexOf(category) ?? -1;
      if (code < 0) return null;
      const { items, offsets } = attributeIndexes.category;
      list = items.subarray(offsets[code], offsets[code + 1]);
    }
    const slow = popularity.recent[2];
    const best = list.length === 0 ? 1 : slow[list[0]!]!;
    const recommendations = Array.from(list.subarray(0, k), (item, r) => ({
      itemId: this.tables.items.at(item),
      score: slow[item]! / best,
      reason: popularityReason(this.tables, item),
      rank: r + 1,
    }));
    if (category === undefined) {
      this.answer++;
      for (const item of list.subarray(0, k)) this.barred[item] = this.answer;
      this.fill(recommendations, k);
    }
    return recommendations;
  }

  /** Marks what must not be shown. */
  private bar(session: Session | null, options: RecommendOptions): void {
    this.answer++;
    for (const itemId of options.excludeItems ?? []) this.barItem(itemId);
    for (const event of session?.events ?? []) {
      if (event.eventType === 'purchase' || !options.includeViewed) this.barItem(event.itemId);
    }
  }

  private barItem(itemId: string): void {
    const item = this.itemIds.indexOf(itemId);
    if (item >= 0) this.barred[item] = this.answer;
  }

  /** Appends popular items, then any others, until there are k. Their scores fall below the last one's. */
  private fill(recommendations: Recommendation[], k: number): void {
    const lowest = recommendations.at(-1)?.score ?? 1;
    const add = (item: number) => {
      if (this.barred[item] === this.answer) return;
      this.barred[item] = this.answer;
      const rank = recommendations.length + 1;
      recommendations.push({
        itemId: this.tables.items.at(item),
        score: lowest / (1 + rank),
        reason: popularityReason(this.tables, item),
        rank,
      });
    };
    for (let p = 0; p < this.popularityRank.length && recommendations.length < k; p++)
      add(this.popularityRank[p]!);
    for (let item = 0; item < this.itemsCount && recommendations.length < k; item++) add(item);
  }

  private shap(): TreeShap | null {
    if (this.rankerText !== null) this.treeShap ??= TreeShap.parse(this.rankerText);
    return this.treeShap;
  }

  private served(items: Uint32Array): RecommendAnswer['served'] {
    const { scorer } = this;
    return {
      itemIds: Array.from(items, (item) => this.tables.items.at(item)),
      features: scorer.features.slice(0, items.length * scorer.featureSet.count),
      rawScores: scorer.scores.slice(0, items.length),
    };
  }
}

/** Raw scores to 0..1, keeping their order. */
function sigmoid(raw: number): number {
  return 1 / (1 + Math.exp(-raw));
}
