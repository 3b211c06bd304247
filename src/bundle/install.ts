import { join } from 'node:path';
import { NextItemError } from '../errors.js';
import { throwIfAborted, withTemporaryFolder } from './durable-files.js';
import { assertVersion } from './names.js';
import { type ByteProgress } from './object-store.js';
import { placeBundle } from './place-bundle.js';
import { openSource, type SourceOptions } from './source.js';
import { verifyBundle } from './verify.js';

export interface InstallOptions extends SourceOptions {
  /** A version, or `latest` for what the source calls its latest. */
  readonly version: string;
  /** MODEL_SOURCE: a path, file://, https:// or s3:// address. */
  readonly source: string;
  /** Where bundles live on this machine. Made if needed. */
  readonly artifactsDir: string;
  /** Told the bytes that came. */
  readonly onProgress?: ByteProgress;
}

export interface InstalledBundle {
  readonly version: string;
  readonly dir: string;
  /** False if the version was there already and nothing was fetched. */
  readonly fetched: boolean;
}

/**
 * Makes sure that a version of a source is in `artifactsDir`: fetched under a temporary name, verified in full, renamed.
 * A good bundle of that version that is there already is taken as it is; a damaged one is replaced. Nothing else changes,
 * and on an error or an abort nothing remains.
 *
 * Errors: `bundle_source_failed` (not reached, not offered, wrong checksum), `bundle_invalid`, `bundle_incompatible`,
 * `bundle_exists` (another model stands under this version), `bundle_not_found` (impossible version), `interrupted`.
 */
export async function installBundle(options: InstallOptions): Promise<InstalledBundle> {
  const { version, artifactsDir, signal, onProgress } = options;
  if (version !== 'latest') assertVersion(version);
  throwIfAborted(signal, 'fetching the model');
  const source = openSource(options.source, options);
  const located = await source.locate(version);
  if (located.version !== null) {
    const dir = join(artifactsDir, located.version);
    if (await isGood(dir, located.version, signal)) return { version: located.version, dir, fetched: false };
  }
  return withTemporaryFolder(artifactsDir, 'fetch', async (work) => {
    const dir = await located.fetch(work, onProgress);
    const manifest = await verifyBundle(dir, 'full', { signal });
    const expected = version === 'latest' ? located.version : version;
    if (expected !== null && manifest.modelVersion !== expected) {
      throw new NextItemError(
        'bundle_source_failed',
        `${source.address} offers ${expected}, but what came is model ${manifest.modelVersion}`,
      );
    }
    throwIfAborted(signal, 'fetching the model');
    const placed = await placeBundle(dir, manifest, artifactsDir, work);
    return { version: manifest.modelVersion, dir: placed, fetched: true };
  });
}

/** Whether a folder holds a usable bundle of the version it is named after. */
async function isGood(dir: string, version: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    return (await verifyBundle(dir, 'marker', { signal })).modelVersion === version;
  } catch (error) {
    if (!(error instanceof NextItemError) || error.code === 'interrupted') throw error;
    return false;
  }
}
