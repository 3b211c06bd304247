import { openBundle } from '../bundle/open-bundle.js';
import { resolveVersion } from '../bundle/versions.js';
import { openModel } from './model.js';
import { type SessionRecommender } from './recommender.js';

/**
 * Opens a trained model from a folder of bundles.
 *
 * @param artifactsDir such as `artifacts`, where `nextitem train` puts them
 * @param version a version such as `20260131-120000`, or `latest`
 * @throws NextItemError `bundle_not_found`, which names the versions there are; `bundle_invalid`; `bundle_incompatible`
 */
export async function openRecommender(artifactsDir: string, version = 'latest'): Promise<SessionRecommender> {
  const { dir } = await resolveVersion(artifactsDir, version);
  return openModel(await openBundle(dir));
}
