import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NextItemError } from '../errors.js';
import { MANIFEST_FILE } from './manifest.js';
import { assertVersion, compareVersions, isVersion, latestOf } from './names.js';

/**
 * The versions in a folder of bundles, newest first: date-stamped ones before all others. Only looks at names and whether
 * there is a manifest; whether a bundle is good shows when it is opened. Empty if the folder does not exist.
 */
export async function listBundles(artifactsDir: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(artifactsDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const found: string[] = [];
  for (const name of names)
    if (isVersion(name) && (await hasManifest(join(artifactsDir, name)))) found.push(name);
  return found.sort(compareVersions);
}

/**
 * The folder of a version that is there already. `latest` is the highest date-stamped one.
 * `bundle_not_found` if there is none; the message names those there are.
 */
export async function resolveVersion(
  artifactsDir: string,
  version: string,
): Promise<{ version: string; dir: string }> {
  if (version !== 'latest') assertVersion(version);
  const versions = await listBundles(artifactsDir);
  const chosen = version === 'latest' ? latestOf(versions) : versions.includes(version) ? version : null;
  if (chosen !== null) return { version: chosen, dir: join(artifactsDir, chosen) };
  const wanted = version === 'latest' ? 'no date-stamped model (YYYYMMDD-HHMMSS)' : `no model ${version}`;
  throw new NextItemError('bundle_not_found', `${artifactsDir} has ${wanted}; ${listed(versions)}`);
}

/** For messages: the first few versions there are. */
export function listed(versions: readonly string[]): string {
  if (versions.length === 0) return 'it has no models at all';
  const more = versions.length > 5 ? ` and ${versions.length - 5} more` : '';
  return `it has ${versions.slice(0, 5).join(', ')}${more}`;
}

async function hasManifest(dir: string): Promise<boolean> {
  return stat(join(dir, MANIFEST_FILE)).then(
    (found) => found.isFile(),
    () => false,
  );
}
