import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, NextItemError } from '../errors.js';
import { unpackBundle, UNPACK_LIMITS } from './archive.js';
import { INDEX_FILE, parseIndex } from './bundle-index.js';
import { copyFile, FolderStore } from './folder-store.js';
import { HttpStore } from './http-store.js';
import { type TransferOptions } from './http-transfer.js';
import { MANIFEST_FILE } from './manifest.js';
import { isVersion, latestOf } from './names.js';
import { type ByteProgress, type ObjectStore, type WritableObjectStore } from './object-store.js';
import { type S3Environment, S3Store } from './s3-store.js';
import { syncFolder } from './durable-files.js';
import { bundleFiles, verifyBundle } from './verify.js';
import { listBundles, listed } from './versions.js';

export interface SourceOptions extends TransferOptions {
  /** Where S3 endpoint and credentials are looked up; see S3Store. Default `process.env`. */
  readonly env?: S3Environment;
}

/** A place that models are fetched from (MODEL_SOURCE). */
export interface BundleSource {
  /** The address for messages, without secrets. */
  readonly address: string;
  /** Finds a version or `latest`; `bundle_source_failed` if the source does not answer or does not have it. */
  locate(version: string): Promise<LocatedBundle>;
}

export interface LocatedBundle {
  /** Null where only the archive itself will tell. */
  readonly version: string | null;
  /** Brings the bundle into a new folder inside `workDir` and returns it: whole, synced, not verified. */
  fetch(workDir: string, onProgress?: ByteProgress): Promise<string>;
}

/**
 * A source by its address:
 * - a path or file:// address: a folder with `index.json` and archives, or a folder of bundles, or one `.tar.gz`
 * - https:// (http:// to this machine): what `index.json` and the archives are appended to, or one `.tar.gz`
 * - s3://bucket/prefix: the same in a bucket
 */
export function openSource(address: string, options: SourceOptions = {}): BundleSource {
  const place = placeOf(address, 'bundle_source_failed');
  if (place.kind === 's3') {
    const { parent, archive } = splitArchive(address);
    return sourceOf(new S3Store(parent, options.env ?? process.env, options), archive, options);
  }
  if (place.kind === 'http') {
    const { parent, archive } = splitArchive(place.url.pathname);
    const base = new URL(place.url);
    base.pathname = parent;
    return sourceOf(
      new HttpStore(base, options),
      archive === null ? null : decodeURIComponent(archive),
      options,
    );
  }
  if (place.path.endsWith('.tar.gz')) {
    return sourceOf(new FolderStore(dirname(place.path), options), basename(place.path), options);
  }
  return folderSource(place.path, options);
}

/** The place to publish to by its address: a path, a file:// address or s3://bucket/prefix. */
export function openTarget(address: string, options: SourceOptions = {}): WritableObjectStore {
  const withCode = { ...options, errorCode: 'bundle_publish_failed' } as const;
  const place = placeOf(address, 'bundle_publish_failed');
  if (place.kind === 's3') return new S3Store(address, options.env ?? process.env, withCode);
  if (place.kind === 'folder') return new FolderStore(place.path, withCode);
  throw new NextItemError(
    'bundle_publish_failed',
    'an HTTP address cannot be published to; publish to a folder or a bucket and let your web server or release serve its files',
  );
}

type Place = { kind: 's3' } | { kind: 'http'; url: URL } | { kind: 'folder'; path: string };

function placeOf(address: string, errorCode: ErrorCode): Place {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(address)?.[1]?.toLowerCase();
  if (scheme === 's3') return { kind: 's3' };
  if (scheme === undefined && address !== '') return { kind: 'folder', path: resolve(address) };
  // The address itself is not shown: it may hold a password.
  if (!URL.canParse(address))
    throw new NextItemError(errorCode, 'the address of the model source cannot be read');
  if (scheme === 'http' || scheme === 'https') return { kind: 'http', url: new URL(address) };
  if (scheme !== 'file')
    throw new NextItemError(errorCode, `${scheme}:// is not one of file://, https://, s3:// or a path`);
  try {
    return { kind: 'folder', path: fileURLToPath(address) };
  } catch (error) {
    throw new NextItemError(errorCode, (error as Error).message, undefined, { cause: error });
  }
}

function splitArchive(path: string): { parent: string; archive: string | null } {
  if (!path.endsWith('.tar.gz')) return { parent: path, archive: null };
  const slash = path.lastIndexOf('/');
  return { parent: path.slice(0, slash), archive: path.slice(slash + 1) };
}

function sourceOf(store: ObjectStore, archive: string | null, options: SourceOptions): BundleSource {
  return archive === null ? indexSource(store, options) : archiveSource(store, archive, options);
}

/** Many versions: an index names them, each is one archive. */
function indexSource(store: ObjectStore, options: SourceOptions): BundleSource {
  const { address } = store;
  return {
    address,
    async locate(version) {
      const text = await store.readText(INDEX_FILE);
      if (text === null) throw failed(`${address} has no ${INDEX_FILE}`);
      const index = parseIndex(text, address);
      const wanted = version === 'latest' ? index.latest : version;
      const entry = index.versions.find((candidate) => candidate.version === wanted);
      const names = index.versions.map((candidate) => candidate.version);
      if (entry === undefined) throw missing(address, version, names);
      return {
        version: entry.version,
        fetch: (workDir, onProgress) => fetchArchive(store, entry.file, entry, workDir, options, onProgress),
      };
    },
  };
}

/** One version: the address is that of an archive. Its checksum is unknown before; the manifest inside still guards the model. */
function archiveSource(store: ObjectStore, archive: string, options: SourceOptions): BundleSource {
  const named = archive.slice(0, -'.tar.gz'.length);
  return {
    address: `${store.address.replace(/\/+$/, '')}/${archive}`,
    locate: async () => ({
      // Only a date-stamped name is taken at its word; `model.tar.gz` may be a new model every day.
      version: latestOf([named]),
      fetch: (workDir, onProgress) => fetchArchive(store, archive, {}, workDir, options, onProgress),
    }),
  };
}

async function fetchArchive(
  store: ObjectStore,
  file: string,
  expected: { readonly sha256?: string; readonly bytes?: number },
  workDir: string,
  options: SourceOptions,
  onProgress?: ByteProgress,
): Promise<string> {
  const archive = join(workDir, 'archive.tar.gz');
  const dir = join(workDir, 'unpacked');
  await store.download(file, archive, { ...expected, maxBytes: UNPACK_LIMITS.bytes }, onProgress);
  await unpackBundle(archive, dir, { signal: options.signal });
  await rm(archive);
  return dir;
}

/** A folder: with an index it is what publish made, without one it may hold bundles as they are. */
function folderSource(path: string, options: SourceOptions): BundleSource {
  return {
    address: path,
    async locate(version) {
      const found = await stat(path).catch(() => null);
      if (found === null || !found.isDirectory()) throw failed(`${path} is not a folder`);
      const store = new FolderStore(path, options);
      if ((await store.readText(INDEX_FILE)) !== null) return indexSource(store, options).locate(version);
      const versions = await listBundles(path);
      const wanted = version === 'latest' ? latestOf(versions) : version;
      if (wanted === null || !versions.includes(wanted)) throw missing(path, version, versions);
      return {
        version: wanted,
        fetch: (workDir, onProgress) => copyBundle(join(path, wanted), workDir, options, onProgress),
      };
    },
  };
}

async function copyBundle(
  fromDir: string,
  workDir: string,
  options: SourceOptions,
  onProgress?: ByteProgress,
): Promise<string> {
  const manifest = await verifyBundle(fromDir, 'marker', { signal: options.signal });
  const files = bundleFiles(manifest);
  const totalBytes = files.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const dir = join(workDir, 'copied');
  await mkdir(dir);
  let done = 0;
  for (const { name, byteLength } of [...files, { name: MANIFEST_FILE, byteLength: 0 }]) {
    await copyFile(join(fromDir, name), join(dir, name), options.signal, (bytes) =>
      onProgress?.(done + Math.min(bytes, byteLength), totalBytes),
    );
    done += byteLength;
  }
  await syncFolder(dir);
  return dir;
}

function failed(reason: string): NextItemError {
  return new NextItemError('bundle_source_failed', reason);
}

function missing(address: string, version: string, versions: readonly string[]): NextItemError {
  const wanted =
    version === 'latest'
      ? 'no date-stamped model'
      : isVersion(version)
        ? `no model ${version}`
        : 'no such model';
  return failed(`${address} has ${wanted}; ${listed(versions)}`);
}
