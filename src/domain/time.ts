export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Where "now" comes from: passed in, so that a run can be repeated to the byte. Milliseconds since 1970-01-01 UTC. */
export type Clock = () => number;

/**
 * A model version made from a time: `YYYYMMDD-HHMMSS` in UTC. Versions sort as strings in the order of their times.
 */
export function versionOf(timestampMs: number): string {
  const iso = new Date(timestampMs).toISOString();
  return `${iso.slice(0, 10).replaceAll('-', '')}-${iso.slice(11, 19).replaceAll(':', '')}`;
}
