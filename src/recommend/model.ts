import { type BundleContent } from '../bundle/write-bundle.js';
import { RANKER_FILE } from '../bundle/manifest.js';
import { type LoadedBundle } from '../bundle/open-bundle.js';
import { NextItemError } from '../errors.js';
import { FeatureSet } from '../features/feature-set.js';
import { type RetrievalSettings } from '../retrieval/settings.js';
import { type TableSet, tablesFromSections, tableSections } from '../tables/table-set.js';
import { SessionRecommender } from './recommender.js';

/** A trained model before it is a bundle. */
export interface Model {
  readonly modelVersion: string;
  readonly trainedAtMs: number;
  /** What it was trained on, for people. */
  readonly source: object;
  readonly counts: Readonly<Record<string, number>>;
  readonly tables: TableSet;
  readonly retrieval: RetrievalSettings;
  /** All training settings, `retrieval` included, for the record. */
  readonly settings: object;
  /** LightGBM's text model, or null. */
  readonly rankerText: string | null;
  /** Further small files, such as metrics.json. */
  readonly files: Readonly<Record<string, string>>;
}

/** What {@link openModel} reads back, as bundle content. */
export function modelContent(model: Model): BundleContent {
  const featureSet = model.rankerText === null ? null : new FeatureSet(model.tables);
  return {
    modelVersion: model.modelVersion,
    trainedAtMs: model.trainedAtMs,
    source: model.source,
    counts: model.counts,
    settings: { ...model.settings, retrieval: model.retrieval },
    featureNames: featureSet?.names ?? [],
    featureSetHash: featureSet?.hash ?? '',
    tables: {},
    sections: tableSections(model.tables),
    files: { ...model.files, ...(model.rankerText === null ? {} : { [RANKER_FILE]: model.rankerText }) },
  };
}

/**
 * Makes a bundle ready to answer.
 *
 * Errors: `bundle_invalid` when a table is missing, `bundle_incompatible` when this version computes other features than
 * the ranker learned from, `invalid_ranker` when the ranker cannot be read.
 */
export function openModel(bundle: LoadedBundle): SessionRecommender {
  const { manifest, sections, dir } = bundle;
  const { tables, itemIds } = tablesFromSections(
    (name) => sections[name],
    (name) => {
      throw new NextItemError('bundle_invalid', `the table ${name} is missing`, dir);
    },
  );
  const rankerText = bundle.text(RANKER_FILE);
  const recommender = new SessionRecommender({
    modelVersion: manifest.modelVersion,
    trainedAtMs: manifest.trainedAtMs,
    tables,
    itemIds,
    retrieval: (manifest.settings as unknown as { retrieval: RetrievalSettings }).retrieval,
    rankerText,
  });
  const { hash } = recommender.featureSet;
  if (rankerText !== null && manifest.featureSetHash !== hash) {
    throw new NextItemError(
      'bundle_incompatible',
      `its ranker learned from feature set ${manifest.featureSetHash.slice(0, 12)}, this version computes ${hash.slice(0, 12)}`,
      dir,
    );
  }
  return recommender;
}
