import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { NextItemError } from '../errors.js';
import { syncFolder, temporaryName } from './durable-files.js';
import { type BundleManifest, MANIFEST_FILE } from './manifest.js';
import { verifyBundle } from './verify.js';

/**
 * Renames a finished, verified, synced folder to `<artifactsDir>/<version>` and returns that path.
 *
 * An equal bundle that is there already stays (the new folder is left to its owner); a damaged one makes room;
 * anything else is `bundle_exists`. Several processes may place the same version at once.
 *
 * @param fromDir the finished folder, on the file system of `artifactsDir`
 * @param spareDir a temporary folder that its owner will remove: a damaged bundle is moved into it
 */
export async function placeBundle(
  fromDir: string,
  manifest: BundleManifest,
  artifactsDir: string,
  spareDir: string,
): Promise<string> {
  const target = join(artifactsDir, manifest.modelVersion);
  for (let attempt = 0; attempt < 5; attempt++) {
    const present = await lookAt(target);
    if (present === manifest.checksum) return target;
    if (present === 'damaged') {
      await mkdir(spareDir, { recursive: true });
      await rename(target, join(spareDir, temporaryName('damaged'))).catch(ignoreMissing);
    } else if (present !== 'absent') {
      const what = present === 'foreign' ? 'is there but is not a model' : 'is another model';
      throw new NextItemError('bundle_exists', `${manifest.modelVersion} ${what}`, target);
    }
    try {
      await rename(fromDir, target);
      await syncFolder(artifactsDir);
      return target;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another process placed the version between the look and the rename: look again.
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
    }
  }
  throw new NextItemError('bundle_exists', `${manifest.modelVersion} is being written by others`, target);
}

/** What stands at a path: nothing, something that is no bundle, a damaged bundle, or a good one with this checksum. */
async function lookAt(target: string): Promise<string> {
  try {
    const names = await readdir(target);
    if (names.length === 0) return 'absent'; // a rename replaces an empty folder
    if (!names.includes(MANIFEST_FILE)) return 'foreign';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'foreign';
  }
  try {
    return (await verifyBundle(target, 'full')).checksum;
  } catch (error) {
    if (!(error instanceof NextItemError)) throw error;
    if (error.code === 'bundle_incompatible') return 'foreign';
    return error.code === 'bundle_not_found' ? 'absent' : 'damaged';
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
