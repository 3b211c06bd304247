import { createHash } from 'node:crypto';
import { NextItemError } from '../errors.js';
import { bytesPerElement, type Dtype, isDtype } from './dtype.js';
import { canonical, isObject, type JsonObject } from './json.js';
import { FILE_NAME_PATTERN, isSectionName, isVersion } from './names.js';

/** The format this version of nextitem writes and reads. Format 1 kept the embedding's vectors as floats. */
export const FORMAT_VERSION = 2;

export const MANIFEST_FILE = 'manifest.json';
export const SECTIONS_FILE = 'sections.bin';
/** LightGBM's text model; a bundle without it answers from its item tables alone. */
export const RANKER_FILE = 'ranker.txt';

/** Sections begin at multiples of this many bytes: a cache line, and enough for any vector load. */
export const SECTION_ALIGNMENT = 64;

/** A manifest larger than this is refused before it is parsed. */
export const MAX_MANIFEST_BYTES = 32 * 1024 * 1024; // 32 MiB

/** One typed array in `sections.bin`. */
export interface SectionEntry {
  readonly name: string;
  readonly dtype: Dtype;
  /** Elements. */
  readonly length: number;
  /** Bytes from the start of `sections.bin`, a multiple of {@link SECTION_ALIGNMENT}. */
  readonly offset: number;
  readonly byteLength: number;
  /** Lower-case hex, of the section's bytes without padding. */
  readonly sha256: string;
}

/** One further file of the bundle. */
export interface FileEntry {
  readonly name: string;
  readonly byteLength: number;
  readonly sha256: string;
}

/** What a bundle says of the model in it, apart from the bytes. */
export interface ModelDescription {
  readonly modelVersion: string;
  /** Milliseconds since 1970 UTC. */
  readonly trainedAtMs: number;
  /** What it was trained on: a summary without secrets. Plain JSON data. */
  readonly source: object;
  /** How many of what: items, sessions, events ... */
  readonly counts: Readonly<Record<string, number>>;
  /** The settings it was trained with. Plain JSON data. */
  readonly settings: object;
  /** The ranker's features in column order; empty without a ranker. */
  readonly featureNames: readonly string[];
  /** Hash of the feature set that filled those columns; empty without a ranker. */
  readonly featureSetHash: string;
  /** What the tables need to know besides their sections. Plain JSON data. */
  readonly tables: object;
}

/** `manifest.json`: what the model is, and the place, type and checksum of every byte of it. */
export interface BundleManifest extends ModelDescription {
  readonly formatVersion: number;
  readonly source: JsonObject;
  readonly settings: JsonObject;
  readonly tables: JsonObject;
  /** In the order they lie in `sections.bin`, which is the order of their names. */
  readonly sections: readonly SectionEntry[];
  /** In the order of their names. */
  readonly files: readonly FileEntry[];
  /** SHA-256 of the manifest's own text before this field; equal checksums mean equal bundles. */
  readonly checksum: string;
}

/** Bytes up to the next multiple of {@link SECTION_ALIGNMENT}. */
export function alignedOffset(offset: number): number {
  return Math.ceil(offset / SECTION_ALIGNMENT) * SECTION_ALIGNMENT;
}

/** The size `sections.bin` must have: the end of its last section. */
export function sectionsByteLength(sections: readonly SectionEntry[]): number {
  const last = sections.at(-1);
  return last === undefined ? 0 : last.offset + last.byteLength;
}

/** Lower-case hex SHA-256. */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The manifest as text: fixed order of the known fields, sorted keys below them, and a last field `checksum` that makes
 * every change of the text noticeable. Equal content gives equal bytes. Throws a TypeError for content that is not plain JSON.
 */
export function encodeManifest(
  model: ModelDescription,
  sections: readonly SectionEntry[],
  files: readonly FileEntry[],
): string {
  const text = JSON.stringify(
    {
      formatVersion: FORMAT_VERSION,
      modelVersion: model.modelVersion,
      trainedAtMs: model.trainedAtMs,
      source: canonical(model.source, 'source'),
      counts: canonical(model.counts, 'counts'),
      settings: canonical(model.settings, 'settings'),
      featureNames: canonical(model.featureNames, 'featureNames'),
      featureSetHash: model.featureSetHash,
      tables: canonical(model.tables, 'tables'),
      sections: sections.map(({ name, dtype, length, offset, byteLength, sha256 }) => ({
        name,
        dtype,
        length,
        offset,
        byteLength,
        sha256, // prettier-ignore
      })),
      files: files.map(({ name, byteLength, sha256 }) => ({ name, byteLength, sha256 })),
    },
    null,
    2,
  );
  const head = text.slice(0, -'\n}'.length);
  return `${head},\n  "checksum": "${sha256Of(head)}"\n}\n`;
}

const CHECKSUM_TAIL = /^,\n {2}"checksum": "([0-9a-f]{64})"\n\}\n$/;
const CHECKSUM_TAIL_LENGTH = ',\n  "checksum": ""\n}\n'.length + 64;
const SHA256_PATTERN = /^[0-9a-f]{64}$/;

/**
 * Reads a manifest's bytes and checks all of it: its own checksum, the type of every field, and that sections follow each
 * other without gap or overlap. `bundle_invalid` if anything is wrong, `bundle_incompatible` for a newer format or an
 * element type this version does not know.
 *
 * @param where what to name in errors, normally the bundle's folder
 */
export function parseManifest(bytes: Uint8Array, where: string): BundleManifest {
  const refuse = (reason: string): never => {
    throw new NextItemError('bundle_invalid', `${MANIFEST_FILE}: ${reason}`, where);
  };
  let value: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return refuse('it is not JSON in UTF-8');
  }
  if (!isObject(value)) return refuse('it is not a JSON object');
  const { formatVersion } = value;
  if (!Number.isSafeInteger(formatVersion) || (formatVersion as number) < 1)
    return refuse('formatVersion is missing');
  if (formatVersion !== FORMAT_VERSION) {
    throw new NextItemError(
      'bundle_incompatible',
      `its format is ${formatVersion as number}; this version of nextitem reads format ${FORMAT_VERSION}`,
      where,
    );
  }
  const tail = CHECKSUM_TAIL.exec(text.slice(-CHECKSUM_TAIL_LENGTH));
  if (tail === null) return refuse('it does not end with its checksum');
  if (sha256Of(text.slice(0, -CHECKSUM_TAIL_LENGTH)) !== tail[1])
    return refuse('it was changed: its checksum differs');

  if (!isVersion(value.modelVersion)) return refuse('modelVersion is not a model version');
  if (!Number.isSafeInteger(value.trainedAtMs)) return refuse('trainedAtMs is not a whole number');
  for (const field of ['source', 'settings', 'tables'])
    if (!isObject(value[field])) return refuse(`${field} is not an object`);
  const { counts, featureNames, featureSetHash, sections, files } = value;
  if (!isObject(counts) || !Object.values(counts).every((count) => typeof count === 'number')) {
    return refuse('counts is not an object of numbers');
  }
  if (!Array.isArray(featureNames) || !featureNames.every((name) => typeof name === 'string')) {
    return refuse('featureNames is not a list of strings');
  }
  if (typeof featureSetHash !== 'string') return refuse('featureSetHash is not a string');
  if (!Array.isArray(sections)) return refuse('sections is not a list');
  if (!Array.isArray(files)) return refuse('files is not a list');
  checkSections(sections, refuse, where);
  checkFiles(files, refuse);
  return value as unknown as BundleManifest;
}

function checkSections(sections: readonly unknown[], refuse: (reason: string) => never, where: string): void {
  const names = new Set<string>();
  let end = 0;
  for (const section of sections) {
    if (!isObject(section)) return refuse('a section is not an object');
    const { name, dtype, length, offset, byteLength, sha256 } = section;
    if (!isSectionName(name)) return refuse(`a section has the impossible name ${shown(name)}`);
    if (names.has(name)) return refuse(`there are two sections ${name}`);
    names.add(name);
    if (typeof dtype !== 'string') return refuse(`section ${name} has no dtype`);
    if (!isDtype(dtype)) {
      throw new NextItemError(
        'bundle_incompatible',
        `section ${name} has the unknown dtype ${shown(dtype)}`,
        where,
      );
    }
    if (!isSize(length) || !isSize(offset) || !isSize(byteLength)) {
      return refuse(`section ${name} has a size or offset that is not a whole number from 0`);
    }
    if (byteLength !== length * bytesPerElement(dtype))
      return refuse(`section ${name} has a byteLength unlike its length`);
    // Sections lie one after the other, so overlaps, gaps and places outside the file need no rules of their own.
    if (offset !== alignedOffset(end))
      return refuse(`section ${name} does not begin where the one before it ends`);
    end = offset + byteLength;
    if (!isSize(end)) return refuse(`section ${name} ends beyond any file`);
    if (!isSha256(sha256)) return refuse(`section ${name} has no sha256`);
  }
}

function checkFiles(files: readonly unknown[], refuse: (reason: string) => never): void {
  // Some file systems ignore case: two names that differ only there would be one file.
  const names = new Set([MANIFEST_FILE, SECTIONS_FILE]);
  for (const file of files) {
    if (!isObject(file)) return refuse('a file is not an object');
    const { name, byteLength, sha256 } = file;
    if (typeof name !== 'string' || !FILE_NAME_PATTERN.test(name))
      return refuse(`a file has the impossible name ${shown(name)}`);
    if (names.has(name.toLowerCase())) return refuse(`there are two files ${name}`);
    names.add(name.toLowerCase());
    if (!isSize(byteLength)) return refuse(`file ${name} has a byteLength that is not a whole number from 0`);
    if (!isSha256(sha256)) return refuse(`file ${name} has no sha256`);
  }
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSha256(value: unknown): value is string {
  return typeof value === 'string' && SHA256_PATTERN.test(value);
}

/** A hostile value, cut short and escaped so that it can stand in a message. */
function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 80);
}
