import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Sections } from '../domain/sections.js';
import { NextItemError } from '../errors.js';
import { bytesOf, dtypeOf, LITTLE_ENDIAN } from './dtype.js';
import { syncFolder, throwIfAborted, withTemporaryFolder, writeNewFile } from './durable-files.js';
import {
  alignedOffset, encodeManifest, type FileEntry, MANIFEST_FILE, type ModelDescription, parseManifest, SECTIONS_FILE,
  type SectionEntry, sha256Of,
} from './manifest.js'; // prettier-ignore
import { assertVersion } from './names.js';
import { placeBundle } from './place-bundle.js';
import { verifyBundle } from './verify.js';

/** Everything that goes into a bundle. */
export interface BundleContent extends ModelDescription {
  readonly sections: Sections;
  /** Further small files by name: `ranker.txt`, `metrics.json` ... Strings are written as UTF-8. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

const WRITE_BYTES = 16 * 1024 * 1024; // 16 MiB between two looks at the signal

/**
 * Writes a model as `<artifactsDir>/<modelVersion>/` and returns that path. The same content gives the same bytes.
 *
 * The folder appears at once and complete: it is written under a temporary name, every file synced, read back and
 * verified, then renamed. On an error or an abort nothing remains. An equal bundle that is there already is left alone.
 *
 * Errors: `bundle_exists` if the version is there with other content, `interrupted`, `bundle_not_found` for an impossible
 * version, `bundle_invalid` for impossible names and content that is not plain JSON; those of the file system as they come.
 */
export async function writeBundle(
  artifactsDir: string,
  content: BundleContent,
  options: { readonly signal?: AbortSignal } = {},
): Promise<string> {
  const { modelVersion } = content;
  const { signal } = options;
  assertVersion(modelVersion);
  if (!LITTLE_ENDIAN) {
    throw new NextItemError(
      'bundle_incompatible',
      'bundles hold little-endian numbers and this machine is big-endian',
    );
  }
  return withTemporaryFolder(artifactsDir, modelVersion, async (work) => {
    const dir = join(work, modelVersion);
    await mkdir(dir);
    throwIfAborted(signal, `writing model ${modelVersion}`);
    // The manifest is made and checked twice: first with empty checksums, before anything large is written.
    const planned = planSections(content.sections);
    const files = fileContents(content.files);
    checkedManifest(content, planned, files.map(({ entry }) => entry), dir); // prettier-ignore
    const sections = await writeSections(join(dir, SECTIONS_FILE), content.sections, planned, signal);
    for (const { entry, bytes } of files) {
      throwIfAborted(signal, `writing model ${modelVersion}`);
      await writeNewFile(join(dir, entry.name), bytes);
    }
    await writeNewFile(join(dir, MANIFEST_FILE), checkedManifest(content, sections, files.map(({ entry }) => entry), dir)); // prettier-ignore
    await syncFolder(dir);
    const manifest = await verifyBundle(dir, 'full', { signal });
    throwIfAborted(signal, `writing model ${modelVersion}`);
    return placeBundle(dir, manifest, artifactsDir, work);
  });
}

const NO_HASH = '0'.repeat(64);

/** Where each section goes, in the order of their names; checksums are still missing. */
function planSections(sections: Sections): SectionEntry[] {
  let end = 0;
  return Object.keys(sections)
    .sort()
    .map((name) => {
      const array = sections[name]!;
      const offset = alignedOffset(end);
      end = offset + array.byteLength;
      return {
        name,
        dtype: dtypeOf(array),
        length: array.length,
        offset,
        byteLength: array.byteLength,
        sha256: NO_HASH,
      };
    });
}

function fileContents(files: BundleContent['files']): { entry: FileEntry; bytes: Uint8Array }[] {
  return Object.keys(files)
    .sort()
    .map((name) => {
      const content = files[name]!;
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      return { entry: { name, byteLength: bytes.length, sha256: sha256Of(bytes) }, bytes };
    });
}

/** The manifest's text, having passed the same checks a reader makes. */
function checkedManifest(
  content: BundleContent,
  sections: SectionEntry[],
  files: FileEntry[],
  dir: string,
): string {
  let text: string;
  try {
    text = encodeManifest(content, sections, files);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new NextItemError('bundle_invalid', error.message, dir, { cause: error });
  }
  parseManifest(new TextEncoder().encode(text), dir);
  return text;
}

async function writeSections(
  path: string,
  sections: Sections,
  planned: readonly SectionEntry[],
  signal: AbortSignal | undefined,
): Promise<SectionEntry[]> {
  const handle = await open(path, 'wx');
  try {
    let end = 0;
    const written: SectionEntry[] = [];
    const put = async (bytes: Uint8Array): Promise<void> => {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, end);
        at += bytesWritten;
        end += bytesWritten;
      }
    };
    for (const entry of planned) {
      await put(new Uint8Array(entry.offset - end));
      const bytes = bytesOf(sections[entry.name]!);
      const hash = createHash('sha256');
      for (let at = 0; at < bytes.length; at += WRITE_BYTES) {
        throwIfAborted(signal, 'writing the model');
        const chunk = bytes.subarray(at, at + WRITE_BYTES);
        hash.update(chunk);
        await put(chunk);
      }
      written.push({ ...entry, sha256: hash.digest('hex') });
    }
    await handle.sync();
    return written;
  } finally {
    await handle.close();
  }
}
