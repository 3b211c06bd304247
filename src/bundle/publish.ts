import { join } from 'node:path';
import { NextItemError } from '../errors.js';
import { packBundle } from './archive.js';
import {
  archiveName, descriptorName, encodeEntry, encodeIndex, INDEX_FILE, type IndexEntry, parseEntry, parseIndex,
} from './bundle-index.js'; // prettier-ignore
import { throwIfAborted, withTemporaryFolder } from './durable-files.js';
import { type ByteProgress, type WritableObjectStore } from './object-store.js';
import { isVersion } from './names.js';
import { openTarget, type SourceOptions } from './source.js';
import { verifyBundle } from './verify.js';
import { resolveVersion } from './versions.js';

export interface PublishOptions extends SourceOptions {
  readonly artifactsDir: string;
  /** A version in `artifactsDir`, or `latest`. */
  readonly version: string;
  /** A path, file:// or s3:// address. A folder may then be served by any static web server, or be uploaded as the assets of a release. */
  readonly target: string;
  readonly onProgress?: ByteProgress;
}

export interface PublishedBundle {
  readonly address: string;
  readonly entry: IndexEntry;
  /** What `latest` now means at the target. */
  readonly latest: string | null;
  /** False if the same model was published before; only the index was checked. */
  readonly uploaded: boolean;
}

/** A publisher gives up on the index when others kept changing it this many times in a row. */
const INDEX_ATTEMPTS = 20;

const FAILED = 'bundle_publish_failed';

/**
 * Publishes a version: its archive, then a small descriptor beside it, then `index.json`. A reader of the index never meets
 * a version whose archive is not there. Publishing the same model again is safe and completes an interrupted publication.
 *
 * Errors: `bundle_exists` if another model was published under this version, `bundle_publish_failed`, `bundle_not_found`,
 * `bundle_invalid` or `bundle_incompatible` for what is in `artifactsDir`, `interrupted`.
 */
export async function publishBundle(options: PublishOptions): Promise<PublishedBundle> {
  const { artifactsDir, signal, onProgress } = options;
  const store = openTarget(options.target, options);
  const { version, dir } = await resolveVersion(artifactsDir, options.version);
  const manifest = await verifyBundle(dir, 'full', { signal });
  if (manifest.modelVersion !== version) {
    throw new NextItemError('bundle_invalid', `the folder holds model ${manifest.modelVersion}`, dir);
  }
  const file = archiveName(version);
  const published = await store.readText(descriptorName(version));
  let entry = published === null ? null : parseEntry(published, version, store.address, FAILED);
  if (entry !== null && entry.checksum !== manifest.checksum) {
    throw new NextItemError('bundle_exists', `another model ${version} was published there`, store.address);
  }
  const uploaded = entry === null || !(await store.list()).includes(file);
  if (uploaded) {
    entry = await withTemporaryFolder(artifactsDir, 'publish', async (work) => {
      const archive = join(work, file);
      const { sha256, bytes } = await packBundle(dir, manifest, archive, { signal });
      await store.putFile(file, archive, sha256, onProgress);
      return { version, file, sha256, bytes, checksum: manifest.checksum };
    });
    await store.putText(descriptorName(version), encodeEntry(entry));
  }
  const latest = await refreshIndex(store, version, signal);
  return { address: store.address, entry: entry!, latest, uploaded };
}

/**
 * Makes `index.json` say what is there, and returns its `latest`.
 *
 * Several may publish at once, and not every store can refuse a write that is based on an old read. So the index is never
 * edited but derived from the list of descriptors, and a publisher is done only when it finds, after its own write, the
 * index equal to a list taken after that write. Whoever writes the index last has therefore listed all descriptors put
 * before, and whoever put one later looks again: no version is lost. It needs lists that show every finished write, as
 * those of S3 (since 2020), its compatible servers and local file systems do.
 */
async function refreshIndex(
  store: WritableObjectStore,
  published: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  for (let attempt = 0; attempt < INDEX_ATTEMPTS; attempt++) {
    throwIfAborted(signal, `publishing to ${store.address}`);
    const names = new Set(await store.list());
    const current = await store.readText(INDEX_FILE);
    const text = encodeIndex(await entriesOf(store, names, current, published));
    if (text === current) return parseIndex(text, store.address, FAILED).latest;
    await store.putText(INDEX_FILE, text);
  }
  throw new NextItemError(FAILED, `others kept changing ${INDEX_FILE} at ${store.address}`);
}

/** All versions whose archive is there: those the index has already, and those of new descriptors. */
async function entriesOf(
  store: WritableObjectStore,
  names: ReadonlySet<string>,
  current: string | null,
  published: string,
): Promise<IndexEntry[]> {
  const known = current === null ? [] : parseIndex(current, store.address, FAILED).versions;
  const entries = new Map(known.filter(({ file }) => names.has(file)).map((entry) => [entry.version, entry]));
  const suffix = descriptorName('');
  for (const name of names) {
    const version = name.slice(0, -suffix.length);
    if (!name.endsWith(suffix) || !isVersion(version) || !names.has(archiveName(version))) continue;
    // A version never changes, but its archive may have been lost and made anew by a machine that compresses differently.
    if (entries.has(version) && version !== published) continue;
    const text = await store.readText(name);
    if (text !== null) entries.set(version, parseEntry(text, version, store.address, FAILED));
  }
  return [...entries.values()];
}
