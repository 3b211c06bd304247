import { NextItemError } from '../../errors.js';
import { literatureMethod, LITERATURE } from '../../evaluation/literature/registry.js';
import { checkFlatSettings } from '../../evaluation/tuning/flat-settings.js';
import {
  type Dimension,
  type FlatSettings,
  type SettingValue,
} from '../../evaluation/tuning/search-space.js';
import { DEFAULT_TRAINING_SETTINGS } from '../settings.js';
import { OUR_SETTINGS, withOurSettings } from '../tuning/our-settings.js';

/** Our pipeline and our baseline, beside the methods of the literature. */
export const OUR_METHODS = ['item-to-item', 'nextitem'] as const;

/** Every method a benchmark knows, in the order in which results show them: the literature first, ours last. */
export function methodNames(): string[] {
  return [...LITERATURE.map(({ name }) => name), ...OUR_METHODS];
}

/** Whether a method draws random numbers, so that several seeds give several models. */
export function isSeeded(name: string): boolean {
  return name === 'nextitem';
}

/** Settings by method name, as a tuner writes them. */
export type SettingsFile = Readonly<Record<string, FlatSettings>>;

/**
 * The names asked for, each once, in the order of {@link methodNames}.
 *
 * @param list separated by commas; `all` stands for every method
 * @throws NextItemError `invalid_option` naming what is not known
 */
export function parseMethods(list: string): string[] {
  const known = methodNames();
  const asked = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = asked.filter((name) => name !== 'all' && !known.includes(name));
  if (asked.length === 0 || unknown.length > 0) {
    throw new NextItemError(
      'invalid_option',
      `${unknown.length === 0 ? 'no method was named' : `there is no method ${unknown.join(', ')}`}; use all or some of ${known.join(', ')}`,
      '--methods',
    );
  }
  return asked.includes('all') ? known : known.filter((name) => asked.includes(name));
}

/**
 * All settings of a method: its defaults, and on top of them what the file says. A setting of ours is named by its path
 * in the training settings, such as `retrieval.lagDecay.walk` or `ranker.leaves`.
 *
 * @param where the file they were read from
 * @throws NextItemError `invalid_option` for settings that the method does not have, or of another type
 */
export function settingsOf(name: string, given: FlatSettings = {}, where = '--settings'): object {
  if (!isOurs(name)) {
    const { defaults, space } = literatureMethod(name);
    checkFlatSettings(given, defaults, `${where}, ${name}`);
    for (const [key, value] of Object.entries(given)) checkWord(key, value, space[key], `${where}, ${name}`);
    return { ...defaults, ...given };
  }
  checkFlatSettings(given, OUR_SETTINGS, `${where}, ${name}`);
  return withOurSettings(DEFAULT_TRAINING_SETTINGS, given);
}

/** A word must be one of the known ones; a number may lie beside those that a tuner tries. */
function checkWord(key: string, value: SettingValue, dimension: Dimension | undefined, where: string): void {
  if (typeof value !== 'string' || dimension?.kind !== 'choice' || dimension.values.includes(value)) return;
  throw new NextItemError(
    'invalid_option',
    `"${key}" is one of ${dimension.values.join(', ')}, not "${value}"`,
    where,
  );
}

/** @throws NextItemError `invalid_option` naming what is wrong in the file's content */
export function checkSettingsFile(content: unknown, path: string): SettingsFile {
  const wrong = (what: string) => new NextItemError('invalid_option', what, path);
  if (!isObject(content))
    throw wrong('settings are a JSON object: a method name, and an object of its settings');
  for (const [name, settings] of Object.entries(content)) {
    if (!methodNames().includes(name))
      throw wrong(`there is no method ${JSON.stringify(name)}; there are ${methodNames().join(', ')}`);
    if (!isObject(settings)) throw wrong(`the settings of ${name} are not an object`);
    settingsOf(name, settings as FlatSettings, path);
  }
  return content as SettingsFile;
}

/** Whether a method is {@link OUR_METHODS}, and not of the literature. */
export function isOurs(name: string): boolean {
  return (OUR_METHODS as readonly string[]).includes(name);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
