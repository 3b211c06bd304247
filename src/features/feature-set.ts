import { createHash } from 'node:crypto';
import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { type TableSet } from '../tables/table-set.js';
import { CatalogueFeatures } from './catalogue-features.js';
import { ContextFeatures } from './context-features.js';
import { EmbeddingFeatures } from './embedding-features.js';
import { type FeatureDescription, type FeatureGroup } from './feature-group.js';
import { PairFeatures } from './pair-features.js';
import { PopularityFeatures } from './popularity-features.js';
import { PresenceFeatures } from './presence-features.js';
import { ReturnFeatures } from './return-features.js';
import { SessionFeatures } from './session-features.js';
import { SourceFeatures } from './source-features.js';

/** Raised whenever a feature keeps its name but changes its meaning or its computation. */
const REVISION = 3;

/**
 * The ranker's input, the same for training and serving: an ordered list of named features over a table set. Its hash
 * goes into the bundle and is checked when the bundle is opened.
 */
export class FeatureSet {
  readonly descriptions: readonly FeatureDescription[];
  readonly names: readonly string[];
  /** Changes when a name, a meaning, the order or the computation changes. */
  readonly hash: string;
  /** The groups of features by name, with their columns [start, end). */
  readonly groups: readonly { name: string; columns: { start: number; end: number } }[];
  private readonly parts: readonly FeatureGroup[];

  constructor(tables: TableSet) {
    this.parts = [
      new SessionFeatures(tables.clock),
      new PresenceFeatures(tables.clock),
      new ReturnFeatures(),
      new SourceFeatures(),
      new PairFeatures(tables),
      new ContextFeatures(tables.sessionIndex),
      new EmbeddingFeatures(tables.embedding),
      new PopularityFeatures(tables),
      new CatalogueFeatures(tables.catalogue),
    ];
    let end = 0;
    this.groups = this.parts.map(({ name, features }) => ({
      name,
      columns: { start: end, end: (end += features.length) },
    }));
    this.descriptions = this.parts.flatMap((group) => group.features);
    this.names = this.descriptions.map((feature) => feature.name);
    this.hash = createHash('sha256')
      .update(JSON.stringify([REVISION, this.descriptions]))
      .digest('hex');
  }

  get count(): number {
    return this.names.length;
  }

  /** Fills `out`, row-major [candidates x features], for the candidates of a query. */
  fill(query: SessionQuery, candidates: CandidateSet, out: Float32Array): void {
    let first = 0;
    for (const group of this.parts) {
      group.fill(query, candidates, out, this.count, first);
      first += group.features.length;
    }
  }
}
