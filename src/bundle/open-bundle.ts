import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SectionArray, type Sections } from '../domain/sections.js';
import { NextItemError } from '../errors.js';
import { throwIfAborted } from './durable-files.js';
import { type ArrayOfDtype, type Dtype, LITTLE_ENDIAN, viewOf } from './dtype.js';
import { mapFile } from './mapped-file.js';
import { type BundleManifest, SECTIONS_FILE, sectionsByteLength } from './manifest.js';
import { unreadable, verifyBundle, type VerifyMode } from './verify.js';

/** One read call may not return more than 2 GiB; pieces of this size are as fast as any and let an abort through. */
const READ_BYTES = 64 * 1024 * 1024; // 64 MiB

/** A bundle in memory. Immutable by agreement: nobody writes into its arrays, nobody transfers them to another thread. */
export interface LoadedBundle {
  readonly dir: string;
  readonly manifest: BundleManifest;
  /** All sections by name: views over one ArrayBuffer, nothing is copied. */
  readonly sections: Sections;
  /** One section; `bundle_incompatible` if the bundle has none of this name, or of another element type than asked for. */
  section(name: string): SectionArray;
  section<D extends Dtype>(name: string, dtype: D): ArrayOfDtype[D];
  /** The bytes of a further file, or null if the bundle has none of this name. */
  file(name: string): Uint8Array | null;
  /** A further file as UTF-8 text, or null. */
  text(name: string): string | null;
}

export interface OpenOptions {
  /** Default `marker`: the first opening verifies in full, later ones trust its marker. */
  readonly verify?: VerifyMode;
  /**
   * Default true: `sections.bin` is mapped where the system can, so that processes share one copy of it. False: it is read
   * into memory of this process, for files that may change or go away while they are in use.
   */
  readonly mapped?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Verifies a bundle and opens it: `sections.bin` mapped or read in one piece, the further files as they are.
 * Errors as of verifyBundle; on a big-endian machine `bundle_incompatible`.
 */
export async function openBundle(dir: string, options: OpenOptions = {}): Promise<LoadedBundle> {
  const { verify = 'marker', mapped = true, signal } = options;
  const manifest = await verifyBundle(dir, verify, { signal });
  if (!LITTLE_ENDIAN) {
    throw new NextItemError(
      'bundle_incompatible',
      'bundles hold little-endian numbers and this machine is big-endian',
      dir,
    );
  }
  const buffer = await readSections(dir, sectionsByteLength(manifest.sections), mapped, signal);
  const sections: Sections = Object.create(null) as Sections;
  for (const { name, dtype, offset, length } of manifest.sections)
    sections[name] = viewOf(dtype, buffer, offset, length);
  const files = new Map<string, Uint8Array>();
  for (const { name, byteLength } of manifest.files) {
    throwIfAborted(signal, `reading ${dir}`);
    files.set(name, await readWhole(dir, name, byteLength));
  }
  const dtypes = new Map(manifest.sections.map(({ name, dtype }) => [name, dtype]));

  function section(name: string): SectionArray;
  function section<D extends Dtype>(name: string, dtype: D): ArrayOfDtype[D];
  function section(name: string, dtype?: Dtype): SectionArray {
    const found = sections[name];
    if (found === undefined) throw new NextItemError('bundle_incompatible', `it has no section ${name}`, dir);
    if (dtype !== undefined && dtypes.get(name) !== dtype) {
      throw new NextItemError(
        'bundle_incompatible',
        `section ${name} is ${dtypes.get(name)}, not ${dtype}`,
        dir,
      );
    }
    return found;
  }
  const file = (name: string): Uint8Array | null => files.get(name) ?? null;
  const text = (name: string): string | null => {
    const bytes = files.get(name);
    return bytes === undefined ? null : new TextDecoder().decode(bytes);
  };
  return { dir, manifest, sections, section, file, text };
}

async function readSections(
  dir: string,
  byteLength: number,
  mapped: boolean,
  signal: AbortSignal | undefined,
): Promise<ArrayBuffer> {
  try {
    const handle = await open(join(dir, SECTIONS_FILE), 'r');
    try {
      const memory = mapped ? await mapFile(handle, byteLength) : null;
      if (memory !== null) return memory;
      const buffer = new ArrayBuffer(byteLength);
      for (let at = 0; at < byteLength;) {
        throwIfAborted(signal, `reading ${dir}`);
        // A view per chunk: one view over all of it may be more than a typed array can be.
        const chunk = new Uint8Array(buffer, at, Math.min(READ_BYTES, byteLength - at));
        const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
        if (bytesRead === 0)
          throw new NextItemError('bundle_invalid', `${SECTIONS_FILE} ends too early`, dir);
        at += bytesRead;
      }
      return buffer;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(error, SECTIONS_FILE, dir);
  }
}

async function readWhole(dir: string, name: string, byteLength: number): Promise<Uint8Array> {
  try {
    const bytes = await readFile(join(dir, name));
    if (bytes.length !== byteLength)
      throw new NextItemError('bundle_invalid', `${name} changed while it was read`, dir);
    return bytes;
  } catch (error) {
    throw unreadable(error, name, dir);
  }
}
