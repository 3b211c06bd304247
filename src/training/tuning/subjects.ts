import { NextItemError } from '../../errors.js';
import { LITERATURE, literatureMethod } from '../../evaluation/literature/registry.js';
import { literatureSubject } from '../../evaluation/tuning/literature-subject.js';
import { type TunableMethod } from '../../evaluation/tuning/tunable-method.js';
import { type TrainingSettings } from '../settings.js';
import { ourSubject } from './our-subject.js';

/** What can be tuned: ours, and the literature in the order of its registry. */
export function tunableNames(): string[] {
  return ['nextitem', ...LITERATURE.map(({ name }) => name)];
}

/**
 * The names asked for, each once.
 *
 * @param list separated by commas; `all` stands for every method of the literature that has settings
 * @throws NextItemError `invalid_option` naming what is not known
 */
export function parseTunable(list: string): string[] {
  const asked = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = asked.filter((name) => name !== 'all' && !tunableNames().includes(name));
  if (asked.length === 0 || unknown.length > 0) {
    throw new NextItemError(
      'invalid_option',
      `${asked.length === 0 ? 'no method was named' : `there is no method ${unknown.join(', ')}`}; use all or some of ${tunableNames().join(', ')}`,
      '--method',
    );
  }
  const withSettings = LITERATURE.filter(({ space }) => Object.keys(space).length > 0);
  return [...new Set(asked.flatMap((name) => (name === 'all' ? withSettings.map((one) => one.name) : name)))];
}

/** @param training settings of our pipeline that are not tuned */
export function tunableMethod(name: string, training: TrainingSettings): TunableMethod {
  return name === 'nextitem' ? ourSubject(training) : literatureSubject(literatureMethod(name));
}
