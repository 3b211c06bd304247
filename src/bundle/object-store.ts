import { type Expected } from './http-transfer.js';

/** A flat place that holds archives and their index: a folder, an HTTP(S) address, a bucket. Names are plain file names. */
export interface ObjectStore {
  /** The address for messages, without secrets. */
  readonly address: string;
  /** A small text object, or null if there is none of this name. */
  readText(name: string): Promise<string | null>;
  /** Copies an object into a file, synced and checked; `bundle_source_failed` if it is missing or not what was expected. */
  download(name: string, toFile: string, expected: Expected, onProgress?: ByteProgress): Promise<void>;
}

/** An {@link ObjectStore} that can be published to. Every put replaces an object in one step: a reader sees old or new. */
export interface WritableObjectStore extends ObjectStore {
  /** The names of all objects. */
  list(): Promise<string[]>;
  putText(name: string, text: string): Promise<void>;
  putFile(name: string, fromFile: string, sha256: string, onProgress?: ByteProgress): Promise<void>;
}

/** Bytes done and in all; null while the whole is unknown. */
export type ByteProgress = (doneBytes: number, totalBytes: number | null) => void;

/** Index and descriptor files are refused beyond this size. */
export const MAX_TEXT_BYTES = 8 * 1024 * 1024; // 8 MiB
