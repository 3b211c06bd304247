import { NextItemError } from '../errors.js';

/** What a model version may look like; it becomes a folder's and an archive's name. */
export const VERSION_PATTERN = /^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/;

/** A version made from a time, `YYYYMMDD-HHMMSS`; only such versions take part in `latest`. */
export const DATE_STAMP_PATTERN = /^\d{8}-\d{6}$/;

/** What a file inside a bundle may be called: no folders, no hidden files. */
export const FILE_NAME_PATTERN = /^[0-9A-Za-z][0-9A-Za-z._-]{0,99}$/;

/** What a section may be called: parts joined by slashes, none of them `.` or `..`. */
export function isSectionName(name: unknown): name is string {
  return (
    typeof name === 'string' &&
    /^[0-9A-Za-z_][0-9A-Za-z._/-]{0,199}$/.test(name) &&
    name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** Whether a string can name a model. The word `latest` cannot: it means the highest date-stamped one. */
export function isVersion(version: unknown): version is string {
  return typeof version === 'string' && VERSION_PATTERN.test(version) && version !== 'latest';
}

/** Throws `bundle_not_found` for a string that cannot name a model. */
export function assertVersion(version: unknown): asserts version is string {
  if (isVersion(version)) return;
  throw new NextItemError(
    'bundle_not_found',
    `${JSON.stringify(String(version).slice(0, 80))} cannot be a model version: 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit, and not the word 'latest'`,
  );
}

/** Newest first: date-stamped versions in falling order, then all others in falling order of their names. */
export function compareVersions(a: string, b: string): number {
  const stampedA = DATE_STAMP_PATTERN.test(a);
  const stampedB = DATE_STAMP_PATTERN.test(b);
  if (stampedA !== stampedB) return stampedA ? -1 : 1;
  return a < b ? 1 : a > b ? -1 : 0;
}

/** The highest date-stamped version, or null if there is none. */
export function latestOf(versions: Iterable<string>): string | null {
  let latest: string | null = null;
  for (const version of versions) {
    if (DATE_STAMP_PATTERN.test(version) && (latest === null || version > latest)) latest = version;
  }
  return latest;
}
