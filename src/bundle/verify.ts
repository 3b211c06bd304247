import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NextItemError } from '../errors.js';
import { replaceFile, throwIfAborted } from './durable-files.js';
import {
  type BundleManifest, MANIFEST_FILE, MAX_MANIFEST_BYTES, parseManifest, SECTIONS_FILE, sectionsByteLength, sha256Of,
} from './manifest.js'; // prettier-ignore

/** Names what was verified: manifest hash, file sizes and times. Not part of the bundle; losing it costs one full verification. */
export const MARKER_FILE = '.verified';

/** Hashing stops this often to let other work of the process through: about 3 ms of SHA-256. */
const CHUNK_BYTES = 4 * 1024 * 1024; // 4 MiB

/** `full` reads and hashes every byte; `marker` trusts an earlier full verification whose files have not changed since. */
export type VerifyMode = 'full' | 'marker';

export interface VerifyOptions {
  readonly signal?: AbortSignal;
  /** Told the bytes hashed so far and in all. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Verifies a bundle in a folder and returns its manifest. With `marker` it is enough that the manifest, the sizes and the
 * modification times of all files are those of an earlier full verification; else everything is read and hashed and the
 * marker is written (where the folder can be written to).
 *
 * Errors: `bundle_not_found` if there is no manifest, `bundle_invalid` with the reason, `bundle_incompatible`, `interrupted`.
 */
export async function verifyBundle(
  dir: string,
  mode: VerifyMode,
  options: VerifyOptions = {},
): Promise<BundleManifest> {
  const bytes = await readManifestBytes(dir);
  const manifest = parseManifest(bytes, dir);
  // Taken before reading: a file that changes meanwhile gets a newer time and will not match its marker.
  const stamps = await fileStamps(dir, manifest);
  const marker = markerText(sha256Of(bytes), stamps);
  if (mode === 'marker' && (await readMarker(dir)) === marker) return manifest;
  await hashEverything(dir, manifest, options);
  try {
    await replaceFile(join(dir, MARKER_FILE), marker);
  } catch {
    // A read-only folder is fine: the next start verifies in full again.
  }
  return manifest;
}

async function readManifestBytes(dir: string): Promise<Uint8Array> {
  const path = join(dir, MANIFEST_FILE);
  try {
    const { size } = await regularFile(path);
    if (size > MAX_MANIFEST_BYTES)
      throw new NextItemError(
        'bundle_invalid',
        `${MANIFEST_FILE} has ${size} bytes, which no bundle needs`,
        dir,
      );
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(error, MANIFEST_FILE, dir);
    if (await exists(dir)) throw new NextItemError('bundle_invalid', `${MANIFEST_FILE} is missing`, dir);
    throw new NextItemError('bundle_not_found', 'there is no such folder', dir);
  }
}

/** The files a manifest speaks of, with the sizes they must have. */
export function bundleFiles(manifest: BundleManifest): { name: string; byteLength: number }[] {
  return [{ name: SECTIONS_FILE, byteLength: sectionsByteLength(manifest.sections) }, ...manifest.files];
}

/** Checks that every file is there with its size; returns name -> [size, modification time in ns]. */
async function fileStamps(dir: string, manifest: BundleManifest): Promise<Record<string, [number, string]>> {
  const stamps: Record<string, [number, string]> = {};
  for (const { name, byteLength } of bundleFiles(manifest)) {
    let found: { size: number; mtimeNs: bigint };
    try {
      found = await regularFile(join(dir, name));
    } catch (error) {
      throw unreadable(error, name, dir);
    }
    if (found.size !== byteLength) {
      throw new NextItemError(
        'bundle_invalid',
        `${name} has ${found.size} bytes instead of ${byteLength}`,
        dir,
      );
    }
    stamps[name] = [found.size, String(found.mtimeNs)];
  }
  return stamps;
}

function markerText(manifestSha256: string, files: Record<string, [number, string]>): string {
  return `${JSON.stringify({ manifestSha256, files }, null, 2)}\n`;
}

async function readMarker(dir: string): Promise<string | null> {
  try {
    return await readFile(join(dir, MARKER_FILE), 'utf8');
  } catch {
    return null;
  }
}

/** Hashes all files and compares with the manifest; reads with one small buffer, whatever the size of the model. */
async function hashEverything(dir: string, manifest: BundleManifest, options: VerifyOptions): Promise<void> {
  const totalBytes = bundleFiles(manifest).reduce((sum, { byteLength }) => sum + byteLength, 0);
  const buffer = new Uint8Array(Math.min(CHUNK_BYTES, Math.max(1, totalBytes)));
  let done = 0;
  const hashRange = async (
    handle: FileHandle,
    what: string,
    offset: number,
    byteLength: number,
  ): Promise<string> => {
    const hash = createHash('sha256');
    for (let at = 0; at < byteLength;) {
      throwIfAborted(options.signal, `verifying ${dir}`);
      const { bytesRead } = await handle.read(
        buffer,
        0,
        Math.min(buffer.length, byteLength - at),
        offset + at,
      );
      if (bytesRead === 0) throw new NextItemError('bundle_invalid', `${what} ends too early`, dir);
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
      done += bytesRead;
      options.onProgress?.(done, totalBytes);
    }
    return hash.digest('hex');
  };
  await withFile(dir, SECTIONS_FILE, async (handle) => {
    let end = 0;
    for (const { name, offset, byteLength, sha256 } of manifest.sections) {
      const padding = await handle.read(new Uint8Array(offset - end), 0, offset - end, end);
      if (padding.buffer.some((byte) => byte !== 0)) {
        throw new NextItemError(
          'bundle_invalid',
          `${SECTIONS_FILE}: the padding before section ${name} is not zero`,
          dir,
        );
      }
      if ((await hashRange(handle, SECTIONS_FILE, offset, byteLength)) !== sha256) {
        throw new NextItemError(
          'bundle_invalid',
          `${SECTIONS_FILE}: section ${name} was changed, its checksum differs`,
          dir,
        );
      }
      end = offset + byteLength;
    }
  });
  for (const { name, byteLength, sha256 } of manifest.files) {
    await withFile(dir, name, async (handle) => {
      if ((await hashRange(handle, name, 0, byteLength)) !== sha256) {
        throw new NextItemError('bundle_invalid', `${name} was changed, its checksum differs`, dir);
      }
    });
  }
}

async function withFile(
  dir: string,
  name: string,
  work: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(join(dir, name), 'r');
  } catch (error) {
    throw unreadable(error, name, dir);
  }
  try {
    await work(handle);
  } catch (error) {
    throw unreadable(error, name, dir);
  } finally {
    await handle.close();
  }
}

/** Size and time of a path that must be a file: opening a pipe or a device could wait for ever. */
async function regularFile(path: string): Promise<{ size: number; mtimeNs: bigint }> {
  const found = await stat(path, { bigint: true });
  if (!found.isFile()) throw Object.assign(new Error('it is not a file'), { code: 'EISDIR' });
  return { size: Number(found.size), mtimeNs: found.mtimeNs };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** A failure of the file system as a failure of the bundle; errors of our own stay as they are. */
export function unreadable(error: unknown, name: string, dir: string): NextItemError {
  if (error instanceof NextItemError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = code === 'ENOENT' ? `${name} is missing` : `${name} cannot be read: ${message}`;
  return new NextItemError('bundle_invalid', reason, dir, { cause: error });
}
