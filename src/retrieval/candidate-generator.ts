import { type Attribute, type ItemTableName, type TableSet } from '../tables/table-set.js';
import { CandidateSet } from './candidate-set.js';
import { EmbeddingRetriever } from './embedding.js';
import { AttributePopularRetriever, PopularRetriever } from './popular.js';
import { type Retriever } from './retriever.js';
import { RevisitRetriever } from './revisit.js';
import { RowSumRetriever } from './row-sum.js';
import { SessionKnnRetriever } from './session-knn.js';
import { QUERY_EVENTS, type SessionQuery } from './session-query.js';
import { maxCandidates, SOURCES, type RetrievalSettings, type SourceName } from './settings.js';

/** Runs every source and merges what they find. Holds scratch memory: one per thread, one query at a time. */
export class CandidateGenerator {
  private readonly retrievers: readonly Retriever[];
  /** Those of the last query. */
  readonly candidates: CandidateSet;

  constructor(
    tables: TableSet,
    private readonly settings: RetrievalSettings,
  ) {
    const { limits, lagDecay } = settings;
    const rows = (name: ItemTableName) =>
      new RowSumRetriever(name, tables.itemTables[name], lagDecay[name], QUERY_EVENTS);
    const attribute = (name: SourceName, of: Attribute) =>
      new AttributePopularRetriever(name, tables.catalogue[of], tables.attributeIndexes[of], limits[name]);
    const bySource: Record<SourceName, Retriever> = {
      revisit: new RevisitRetriever(),
      next: rows('next'),
      previous: rows('previous'),
      co_session: rows('co_session'),
      bought_together: rows('bought_together'),
      walk: rows('walk'),
      slis: rows('slis'),
      slit: rows('slit'),
      s_walk: rows('s_walk'),
      embedding: new EmbeddingRetriever(tables.embedding, settings.embedding, limits.embedding),
      session_knn: new SessionKnnRetriever(tables.sessionIndex, settings.sessionKnn, QUERY_EVENTS),
      category_popular: attribute('category_popular', 'category'),
      brand_popular: attribute('brand_popular', 'brand'),
      seller_popular: attribute('seller_popular', 'seller'),
      popular: new PopularRetriever(tables.popularity.list, limits.popular),
    };
    this.retrievers = SOURCES.map((name) => bySource[name]);
    this.candidates = new CandidateSet(
      tables.items.length,
      SOURCES.length,
      maxCandidates(settings),
      Math.max(...SOURCES.map((name) => limits[name])),
    );
  }

  /**
   * The candidates of a session. The same object every time: valid until the next call.
   *
   * @param withKnn whether to ask session-kNN, the source that takes longest
   */
  collect(query: SessionQuery, withKnn = true): CandidateSet {
    const { candidates, retrievers } = this;
    candidates.begin();
    for (let s = 0; s < retrievers.length; s++) {
      candidates.openSource(s);
      if (withKnn || SOURCES[s] !== 'session_knn') retrievers[s]!.retrieve(query, candidates);
      candidates.closeSource(this.settings.limits[SOURCES[s]!]);
    }
    candidates.finish();
    return candidates;
  }
}
