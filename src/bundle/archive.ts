import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Header } from 'tar';
import { NextItemError } from '../errors.js';
import { syncFile, syncFolder, throwIfAborted } from './durable-files.js';
import { type BundleManifest, MANIFEST_FILE } from './manifest.js';
import { FILE_NAME_PATTERN, isVersion } from './names.js';
import { bundleFiles } from './verify.js';

/** An archive is refused beyond these; a bundle has about ten files. */
export const UNPACK_LIMITS = {
  files: 1000,
  bytes: 64 * 1024 ** 3, // 64 GiB unpacked
} as const;

const BLOCK_BYTES = 512;
/** tar programs fill the last record with zeros; more than this is not filling. */
const MAX_TRAILER_BYTES = 1024 * 1024; // 1 MiB

/**
 * Packs a verified bundle into `<version>.tar.gz`: one folder named by the version, the manifest first.
 *
 * The tar inside depends on nothing but the bundle's bytes: no times, owners or machine's modes. The gzip around it has a
 * fixed header; its body is the same wherever the zlib inside Node.js is the same.
 */
export async function packBundle(
  dir: string,
  manifest: BundleManifest,
  toFile: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    await pipeline(
      tarBlocks(dir, manifest),
      createGzip({ level: 6 }),
      fixedGzipHeader(),
      counted,
      createWriteStream(toFile),
      { signal: options.signal },
    );
  } catch (error) {
    throwIfAborted(options.signal, `packing ${dir}`);
    throw error;
  }
  await syncFile(toFile);
  return { sha256: hash.digest('hex'), bytes };
}

async function* tarBlocks(dir: string, manifest: BundleManifest): AsyncGenerator<Uint8Array> {
  const names = [MANIFEST_FILE, ...bundleFiles(manifest).map(({ name }) => name)];
  for (const name of names) {
    const path = join(dir, name);
    const { size } = await stat(path);
    const header = new Header({ path: `${manifest.modelVersion}/${name}`, mode: 0o644, size, type: 'File' });
    const block = Buffer.alloc(BLOCK_BYTES);
    header.encode(block, 0);
    yield block;
    if (size > 0)
      yield* createReadStream(path, { highWaterMark: 1024 * 1024, end: size - 1 }) as AsyncIterable<Buffer>;
    yield Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
  }
  yield Buffer.alloc(2 * BLOCK_BYTES);
}

/** Byte 9 of a gzip file names the operating system it was made on; 255 says "unknown" everywhere. */
function fixedGzipHeader(): Transform {
  let position = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (position <= 9 && position + chunk.length > 9) chunk[9 - position] = 255;
      position += chunk.length;
      done(null, chunk);
    },
  });
}

/**
 * Unpacks an archive into a new folder, synced; returns the version the archive names. What comes out is not verified yet.
 *
 * Only plain files in the one folder `<version>/` are taken. Links, devices, absolute paths, `..`, sub-folders, two files of
 * one name, two folders, or more than {@link UNPACK_LIMITS} are `bundle_invalid`, as is anything that is not a whole gzipped
 * tar. Extended headers (pax) are skipped: they can say nothing a bundle needs.
 */
export async function unpackBundle(
  archive: string,
  toDir: string,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (unpackedBytes: number) => void } = {},
): Promise<string> {
  const { signal, onProgress } = options;
  await mkdir(toDir);
  const file = createReadStream(archive);
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  const tar = new ByteReader(file.pipe(gunzip), () => throwIfAborted(signal, `unpacking ${archive}`));
  const names = new Set<string>();
  let version: string | null = null;
  try {
    for (let total = 0; ;) {
      const header = new Header(await tar.exactly(BLOCK_BYTES), 0);
      if (header.nullBlock) break;
      if (!header.cksumValid) throw refused('a header is damaged');
      const size = header.size ?? 0;
      total += size;
      if (size < 0 || total > UNPACK_LIMITS.bytes)
        throw refused(`it holds more than ${UNPACK_LIMITS.bytes} bytes`);
      const place = placeOf(header);
      if (place === null) {
        for await (const _ of tar.chunks(size)); // skipped
      } else {
        if (version !== null && version !== place.folder)
          throw refused(`it holds both ${version} and ${place.folder}`);
        version = place.folder;
        if (place.name !== '') {
          if (names.has(place.name.toLowerCase())) throw refused(`it holds ${place.name} twice`);
          if (names.size >= UNPACK_LIMITS.files)
            throw refused(`it holds more than ${UNPACK_LIMITS.files} files`);
          names.add(place.name.toLowerCase());
          await writeFile(join(toDir, place.name), tar.chunks(size));
          onProgress?.(total);
        }
      }
      await tar.exactly((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
    }
    await tar.rest(MAX_TRAILER_BYTES);
  } catch (error) {
    if (error instanceof NextItemError) throw error;
    // A full disk is not the archive's fault.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw refused((error as Error).message, error);
  } finally {
    file.destroy();
    gunzip.destroy();
  }
  if (version === null || names.size === 0) throw refused('it is empty');
  await syncFolder(toDir);
  return version;
}

/** Where an entry goes: folder and file (empty for the folder itself); null for an entry to skip. Throws for all that is not allowed. */
function placeOf(header: Header): { folder: string; name: string } | null {
  const { type, path = '' } = header;
  if (type === 'ExtendedHeader' || type === 'GlobalExtendedHeader') return null;
  if (type === 'Directory' && path === './') return null;
  const [folder, name = '', ...deeper] = path.replace(/^\.\//, '').split('/');
  const isFile = type === 'File' || type === 'OldFile';
  const isFolder = type === 'Directory' && name === '';
  if (!isVersion(folder) || deeper.length > 0 || (isFile && !FILE_NAME_PATTERN.test(name))) {
    throw refused(`the path ${JSON.stringify(path.slice(0, 80))} is not of the form <version>/<file>`);
  }
  if (!isFile && !isFolder) throw refused(`${path} is a ${type}, not a file`);
  return { folder, name };
}

async function writeFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx', 0o644);
  try {
    for await (const chunk of chunks) await handle.writeFile(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Hands out a stream in pieces of wanted sizes. Throws when the stream ends too early. */
class ByteReader {
  private readonly source: AsyncIterator<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array(0);

  /** @param check called before each read; it throws to stop */
  constructor(
    stream: AsyncIterable<Uint8Array>,
    private readonly check: () => void,
  ) {
    this.source = stream[Symbol.asyncIterator]();
  }

  async exactly(length: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.chunks(length)) parts.push(part);
    return Buffer.concat(parts);
  }

  async *chunks(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0;) {
      if (this.chunk.length === 0 && !(await this.fill())) throw refused('it ends too early');
      const part = this.chunk.subarray(0, left);
      this.chunk = this.chunk.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  /** Reads to the end, so that the checksum of the compression is checked too. */
  async rest(maxBytes: number): Promise<void> {
    let bytes = this.chunk.length;
    while (await this.fill()) {
      bytes += this.chunk.length;
      if (bytes > maxBytes) throw refused('there is something after its end');
    }
  }

  private async fill(): Promise<boolean> {
    this.check();
    const { done, value } = await this.source.next();
    if (done) return false;
    this.chunk = value;
    return true;
  }
}

function refused(reason: string, cause?: unknown): NextItemError {
  return new NextItemError('bundle_invalid', `the archive was refused: ${reason}`, undefined, { cause });
}
