import { type ErrorCode, NextItemError } from '../errors.js';
import { isObject } from './json.js';
import { compareVersions, FILE_NAME_PATTERN, isVersion, latestOf } from './names.js';

/** The list of what a source offers. */
export const INDEX_FILE = 'index.json';

/** One published version. */
export interface IndexEntry {
  readonly version: string;
  /** The archive's name beside the index. */
  readonly file: string;
  /** Lower-case hex, of the archive. */
  readonly sha256: string;
  /** Size of the archive. */
  readonly bytes: number;
  /** The manifest's checksum: equal ones mean equal models, also when their archives were compressed differently. */
  readonly checksum?: string;
}

/** `index.json` of a source. */
export interface BundleIndex {
  /** The highest date-stamped version, or null if none is date-stamped. */
  readonly latest: string | null;
  /** Newest first. */
  readonly versions: readonly IndexEntry[];
}

/** The archive of a version. */
export function archiveName(version: string): string {
  return `${version}.tar.gz`;
}

/** The small file beside an archive that holds its {@link IndexEntry}; the index is made from these. */
export function descriptorName(version: string): string {
  return `${archiveName(version)}.json`;
}

export function encodeEntry({ version, file, sha256, bytes, checksum }: IndexEntry): string {
  return `${JSON.stringify({ version, file, sha256, bytes, checksum }, null, 2)}\n`;
}

/** An index of these entries as text; the same entries give the same bytes. */
export function encodeIndex(entries: readonly IndexEntry[]): string {
  const versions = [...entries]
    .sort((a, b) => compareVersions(a.version, b.version))
    .map(({ version, file, sha256, bytes, checksum }) => ({ version, file, sha256, bytes, checksum }));
  return `${JSON.stringify({ latest: latestOf(versions.map(({ version }) => version)), versions }, null, 2)}\n`;
}

/**
 * Reads an index; a hand-written one may leave `latest` out.
 * @param where what to name in errors
 * @param code of the error if it is not an index
 */
export function parseIndex(
  text: string,
  where: string,
  code: ErrorCode = 'bundle_source_failed',
): BundleIndex {
  const refused = refusal(where, code);
  const value = parseJson(text, refused);
  if (!isObject(value) || !Array.isArray(value.versions))
    throw refused('it is not an object with a list "versions"');
  const versions = value.versions.map((entry) => checkEntry(entry, refused));
  const names = versions.map(({ version }) => version);
  if (new Set(names).size !== names.length) throw refused('a version is listed twice');
  const { latest = latestOf(names) } = value;
  if (latest !== null && (typeof latest !== 'string' || !names.includes(latest))) {
    throw refused('"latest" is not one of its versions');
  }
  return { latest, versions: versions.sort((a, b) => compareVersions(a.version, b.version)) };
}

/** Reads the descriptor of a version. Arguments and errors as of {@link parseIndex}. */
export function parseEntry(text: string, version: string, where: string, code: ErrorCode): IndexEntry {
  const refused = refusal(where, code);
  const entry = checkEntry(parseJson(text, refused), refused);
  if (entry.version !== version) throw refused(`it speaks of ${entry.version} instead of ${version}`);
  return entry;
}

type Refusal = (reason: string) => NextItemError;

function refusal(where: string, code: ErrorCode): Refusal {
  return (reason) => new NextItemError(code, `the index cannot be used: ${reason}`, where);
}

function parseJson(text: string, refused: Refusal): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw refused('it is not JSON');
  }
}

function checkEntry(value: unknown, refused: Refusal): IndexEntry {
  if (!isObject(value)) throw refused('a version is not an object');
  const { version, file, sha256, bytes, checksum } = value;
  if (!isVersion(version)) throw refused('a version has an impossible name');
  if (typeof file !== 'string' || !FILE_NAME_PATTERN.test(file)) {
    throw refused(`the file of ${version} is not a plain file name`);
  }
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw refused(`${version} has no sha256`);
  if (!Number.isSafeInteger(bytes) || (bytes as number) < 1)
    throw refused(`${version} has no size in "bytes"`);
  if (checksum !== undefined && typeof checksum !== 'string') {
    throw refused(`the checksum of ${version} is not a string`);
  }
  return { version, file, sha256, bytes: bytes as number, ...(checksum === undefined ? {} : { checksum }) };
}
