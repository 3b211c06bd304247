import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NextItemError } from '../errors.js';
import { type BundleManifest, MANIFEST_FILE, MAX_MANIFEST_BYTES, parseManifest } from './manifest.js';
import { bundleFiles } from './verify.js';

/** A bundle from the outside: what it says of itself, without opening its tables. */
export interface BundleDescription {
  readonly manifest: BundleManifest;
  /** Of all its files. */
  readonly byteLength: number;
  /** A further file that holds JSON; null if the bundle has none of this name, or one that cannot be read. */
  json(name: string): Promise<unknown>;
}

/** A file of JSON larger than this is not read: those that training writes have some tens of kilobytes. */
const MAX_JSON_BYTES = 16 * 1024 * 1024;

/** Errors: `bundle_invalid`, `bundle_incompatible`. Checks the manifest and nothing else. */
export async function describeBundle(dir: string): Promise<BundleDescription> {
  const path = join(dir, MANIFEST_FILE);
  const { size } = await stat(path);
  if (size > MAX_MANIFEST_BYTES)
    throw new NextItemError(
      'bundle_invalid',
      `${MANIFEST_FILE} has ${size} bytes, which no bundle needs`,
      dir,
    );
  const manifest = parseManifest(await readFile(path), dir);
  return {
    manifest,
    byteLength: bundleFiles(manifest).reduce((sum, file) => sum + file.byteLength, size),
    async json(name) {
      const entry = manifest.files.find((file) => file.name === name);
      if (entry === undefined || entry.byteLength > MAX_JSON_BYTES) return null;
      try {
        return JSON.parse(await readFile(join(dir, name), 'utf8')) as unknown;
      } catch {
        return null;
      }
    },
  };
}
