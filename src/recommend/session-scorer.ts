import { FeatureSet } from '../features/feature-set.js';
import { type Forest } from '../ranking/forest.js';
import { CandidateGenerator } from '../retrieval/candidate-generator.js';
import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { type Skip } from './contract.js';
import { TimeEstimate } from './time-estimate.js';
import { maxCandidates, type RetrievalSettings, SOURCES } from '../retrieval/settings.js';
import { type TableSet } from '../tables/table-set.js';

/** Where the time of one query went, milliseconds. */
export interface ScoreTimings {
  candidatesMs: number;
  featuresMs: number;
  rankingMs: number;
}

/**
 * The stretch that training, evaluation and serving share: session -> candidates -> features -> scores. One per thread;
 * its results are valid until the next call.
 */
export class SessionScorer {
  readonly featureSet: FeatureSet;
  /** Row-major [candidates x features] of the last query. */
  readonly features: Float32Array;
  /** [candidates] of the last query: the ranker's raw scores, or the fused item-to-item score without a ranker. */
  readonly scores: Float64Array;
  readonly timings: ScoreTimings = { candidatesMs: 0, featuresMs: 0, rankingMs: 0 };
  /** What the last query left out because its time ran short. */
  skipped: readonly Skip[] = NOTHING;
  private readonly usual = { candidates: new TimeEstimate(), ranking: new TimeEstimate() };
  private readonly generator: CandidateGenerator;

  /** @param forest null: candidates are ordered by {@link fuseSources} */
  constructor(
    readonly tables: TableSet,
    retrieval: RetrievalSettings,
    readonly forest: Forest | null,
  ) {
    this.generator = new CandidateGenerator(tables, retrieval);
    this.featureSet = new FeatureSet(tables);
    const capacity = maxCandidates(retrieval);
    this.features = new Float32Array(capacity * this.featureSet.count);
    this.scores = new Float64Array(capacity);
  }

  /** Those of the last query. */
  get candidates(): CandidateSet {
    return this.generator.candidates;
  }

  /** Finds and describes the candidates of a session, without scoring them. */
  describe(query: SessionQuery): CandidateSet {
    const candidates = this.generator.collect(query);
    this.featureSet.fill(query, candidates, this.features);
    return candidates;
  }

  /**
   * Finds, describes and scores the candidates of a session: {@link scores} holds one per candidate, higher is better.
   *
   * @param budgetMs time there is. Stages that take longer than that lately are left out: first the ranker, whose place
   *   the fused item-to-item score takes, then session-kNN too
   */
  score(query: SessionQuery, budgetMs = Infinity): CandidateSet {
    const { usual, timings, forest } = this;
    const start = performance.now();
    const withKnn = usual.candidates.ms <= budgetMs;
    const candidates = this.generator.collect(query, withKnn);
    const collected = performance.now();
    timings.candidatesMs = collected - start;
    if (withKnn) usual.candidates.observe(timings.candidatesMs);
    else usual.candidates.skipped();

    let described = collected;
    const ranked = forest !== null && usual.ranking.ms <= budgetMs - timings.candidatesMs;
    if (ranked) {
      this.featureSet.fill(query, candidates, this.features);
      described = performance.now();
      forest.score(this.features, candidates.count, this.scores);
    } else {
      fuseSources(candidates, this.scores);
    }
    const end = performance.now();
    timings.featuresMs = described - collected;
    timings.rankingMs = end - described;
    if (ranked) usual.ranking.observe(end - collected);
    else if (forest !== null) usual.ranking.skipped();
    const unranked = forest !== null && !ranked;
    this.skipped = withKnn ? (unranked ? RANKER : NOTHING) : unranked ? BOTH : KNN;
    return candidates;
  }
}

const NOTHING: readonly Skip[] = [];
const RANKER: readonly Skip[] = ['ranker_skipped'];
const KNN: readonly Skip[] = ['knn_skipped'];
const BOTH: readonly Skip[] = ['ranker_skipped', 'knn_skipped'];

/** What each source's share counts without a ranker; popularity only orders what nothing else knows. */
const FUSION_WEIGHTS: Partial<Record<(typeof SOURCES)[number], number>> = {
  next: 1,
  previous: 0.5,
  co_session: 0.5,
  category_popular: 0.01,
  brand_popular: 0.005,
  seller_popular: 0.005,
  popular: 0.001,
};

/**
 * Item-to-item recommendation without a ranker: a weighted sum of each source's share of its best score.
 *
 * @param out [candidates] the fused score, above 0 for everything a weighted source knows
 */
export function fuseSources(candidates: CandidateSet, out: Float64Array): void {
  out.fill(0, 0, candidates.count);
  for (let s = 0; s < SOURCES.length; s++) {
    const best = candidates.bestScores[s]!;
    const weight = FUSION_WEIGHTS[SOURCES[s]!] ?? 0;
    if (best === 0 || weight === 0) continue;
    const scores = candidates.scores[s]!;
    for (let c = 0; c < candidates.count; c++) out[c]! += (weight * scores[c]!) / best;
  }
}
