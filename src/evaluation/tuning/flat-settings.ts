import { NextItemError } from '../../errors.js';
import { type FlatSettings, type SettingValue } from './search-space.js';

/** Settings as people write them in code: objects and lists of values. */
export type NestedSettings = { readonly [name: string]: unknown };

/**
 * Nested settings as one level: `{ limits: { walk: 60 }, weights: [1, 2] }` becomes
 * `{ 'limits.walk': 60, 'weights.0': 1, 'weights.1': 2 }`. Empty objects and lists leave nothing.
 */
export function flattenSettings(settings: object, prefix = ''): FlatSettings {
  const flat: Record<string, SettingValue> = {};
  for (const [name, value] of Object.entries(settings) as [string, unknown][]) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (typeof value === 'object' && value !== null) Object.assign(flat, flattenSettings(value, path));
    else if (isSettingValue(value)) flat[path] = value;
  }
  return flat;
}

/** A copy of nested settings with some values replaced, by the names of {@link flattenSettings}; others stay. */
export function withFlatSettings<S extends object>(settings: S, flat: FlatSettings, prefix = ''): S {
  const entries = (Object.entries(settings) as [string, unknown][]).map(([name, value]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (typeof value === 'object' && value !== null)
      return [name, withFlatSettings(value, flat, path)] as const;
    return [name, flat[path] ?? value] as const;
  });
  return (Array.isArray(settings) ? entries.map(([, value]) => value) : Object.fromEntries(entries)) as S;
}

/**
 * Refuses settings that do not exist or are of another type than the known ones.
 *
 * @param known every setting there is, with a value of its type
 * @param where the file they were read from
 * @throws NextItemError `invalid_option` that lists all mistakes, and the known names if one is unknown
 */
export function checkFlatSettings(
  settings: NestedSettings,
  known: FlatSettings,
  where: string,
): asserts settings is FlatSettings {
  const unknown = Object.keys(settings).filter((name) => !Object.hasOwn(known, name));
  const mistakes = unknown.map((name) => `"${name}" is not a setting`);
  for (const [name, value] of Object.entries(settings)) {
    if (unknown.includes(name)) continue;
    const type = typeof known[name];
    if (typeof value !== type || (type === 'number' && !Number.isFinite(value)))
      mistakes.push(`"${name}" must be a ${type}, not ${JSON.stringify(value)}`);
  }
  if (mistakes.length === 0) return;
  const help = unknown.length === 0 ? [] : [`known settings: ${Object.keys(known).join(', ')}`];
  throw new NextItemError('invalid_option', [...mistakes, ...help].join('\n'), where);
}

function isSettingValue(value: unknown): value is SettingValue {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
