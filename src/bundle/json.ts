/** A JSON value as read from a manifest. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Whether a parsed JSON value is an object (not null, not an array). */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The same value with the keys of every object in code-unit order, so that equal content gives equal bytes. Keys whose
 * value is undefined are left out, as in JSON. Throws a TypeError for what JSON would silently change: numbers that are
 * not finite, functions, symbols, bigints, undefined in an array, objects of a class.
 */
export function canonical(value: unknown, path = ''): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new TypeError(`${path || 'the value'} is ${value}, which JSON cannot hold`);
    return value;
  }
  if (Array.isArray(value)) return value.map((entry, i) => canonical(entry, `${path}[${i}]`));
  if (
    typeof value !== 'object' ||
    ![Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)
  ) {
    throw new TypeError(`${path || 'the value'} is not plain JSON data`);
  }
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  // fromEntries defines own properties, so a key such as __proto__ is data like any other.
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, canonical(entry, path === '' ? key : `${path}.${key}`)]),
  );
}
