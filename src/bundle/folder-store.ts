import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, NextItemError } from '../errors.js';
import { replaceFile, sweepTemporaries, syncFolder, temporaryName, throwIfAborted } from './durable-files.js';
import { type Expected } from './http-transfer.js';
import { type ByteProgress, MAX_TEXT_BYTES, type WritableObjectStore } from './object-store.js';

const COPY_BYTES = 4 * 1024 * 1024; // 4 MiB

/** Files in a folder, for example a network share, or what a static web server serves. */
export class FolderStore implements WritableObjectStore {
  constructor(
    readonly address: string,
    private readonly options: { readonly signal?: AbortSignal; readonly errorCode?: ErrorCode } = {},
  ) {}

  async readText(name: string): Promise<string | null> {
    const path = join(this.address, name);
    try {
      const { size } = await stat(path);
      if (size > MAX_TEXT_BYTES) throw this.failure(`${path} has ${size} bytes, which no index needs`);
      return await readFile(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return null;
      throw this.asFailure(error, path);
    }
  }

  async download(name: string, toFile: string, expected: Expected, onProgress?: ByteProgress): Promise<void> {
    const path = join(this.address, name);
    try {
      const { size } = await stat(path);
      if (size > expected.maxBytes) throw this.failure(`${path} has more than ${expected.maxBytes} bytes`);
      const sha256 = await copyFile(path, toFile, this.options.signal, onProgress);
      if (expected.sha256 !== undefined && sha256 !== expected.sha256) {
        throw this.failure(`the SHA-256 of ${path} is not that of the index`);
      }
    } catch (error) {
      throw this.asFailure(error, path);
    }
  }

  async list(): Promise<string[]> {
    try {
      return await readdir(this.address);
    } catch (error) {
      if (isMissing(error)) return [];
      throw this.asFailure(error, this.address);
    }
  }

  async putText(name: string, text: string): Promise<void> {
    const path = join(this.address, name);
    try {
      await mkdir(this.address, { recursive: true });
      await replaceFile(path, text);
    } catch (error) {
      throw this.asFailure(error, path);
    }
  }

  async putFile(name: string, fromFile: string, _sha256: string, onProgress?: ByteProgress): Promise<void> {
    const path = join(this.address, name);
    const temporary = join(this.address, temporaryName('put'));
    try {
      await mkdir(this.address, { recursive: true });
      await sweepTemporaries(this.address);
      await copyFile(fromFile, temporary, this.options.signal, onProgress);
      await rename(temporary, path);
      await syncFolder(this.address);
    } catch (error) {
      throw this.asFailure(error, path);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  private failure(reason: string): NextItemError {
    return new NextItemError(this.options.errorCode ?? 'bundle_source_failed', reason);
  }

  private asFailure(error: unknown, path: string): NextItemError {
    if (error instanceof NextItemError) return error;
    if (isMissing(error)) return this.failure(`${path} does not exist`);
    return new NextItemError(
      this.options.errorCode ?? 'bundle_source_failed',
      (error as Error).message,
      path,
      { cause: error },
    );
  }
}

/** Copies a file, synced, and returns the SHA-256 of what was copied. */
export async function copyFile(
  fromFile: string,
  toFile: string,
  signal: AbortSignal | undefined,
  onProgress?: ByteProgress,
): Promise<string> {
  const from = await open(fromFile, 'r');
  try {
    const to = await open(toFile, 'w');
    try {
      const { size } = await from.stat();
      const buffer = new Uint8Array(COPY_BYTES);
      const hash = createHash('sha256');
      for (let done = 0; ;) {
        throwIfAborted(signal, `copying ${fromFile}`);
        const { bytesRead } = await from.read(buffer, 0, buffer.length, done);
        if (bytesRead === 0) break;
        hash.update(buffer.subarray(0, bytesRead));
        await to.writeFile(buffer.subarray(0, bytesRead));
        done += bytesRead;
        onProgress?.(done, size);
      }
      await to.sync();
      return hash.digest('hex');
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
