import { describe, expect, it } from 'vitest';
import {
  checkFlatSettings,
  flattenSettings,
  withFlatSettings,
} from '../../../../src/evaluation/tuning/flat-settings.js';
import { partOfSpace } from '../../../../src/evaluation/tuning/part-of-space.js';
import { type SearchSpace } from '../../../../src/evaluation/tuning/search-space.js';

const nested = {
  limits: { walk: 60, next: 40 },
  weights: [1, 2.5],
  kind: 'a',
  on: true,
  names: [],
  none: null,
};
const flat = { 'limits.walk': 60, 'limits.next': 40, 'weights.0': 1, 'weights.1': 2.5, kind: 'a', on: true };

describe('flattenSettings', () => {
  it('names every value by its path', () => {
    expect(flattenSettings(nested)).toEqual(flat);
  });
});

describe('withFlatSettings', () => {
  it('replaces what is named and keeps the rest, lists as lists', () => {
    expect(withFlatSettings(nested, { 'limits.walk': 7, 'weights.1': 9, on: false })).toEqual({
      ...nested,
      limits: { walk: 7, next: 40 },
      weights: [1, 9],
      on: false,
    });
    expect(nested.limits.walk).toBe(60);
  });

  it('undoes flattening', () => {
    const changed = Object.fromEntries(Object.keys(flat).map((name, n) => [name, n]));
    expect(flattenSettings(withFlatSettings(nested, changed))).toEqual(changed);
    expect(withFlatSettings(nested, flattenSettings(nested))).toEqual(nested);
  });
});

describe('checkFlatSettings', () => {
  it('accepts settings of the right types', () => {
    expect(() => checkFlatSettings({ kind: 'b', 'weights.0': 3 }, flat, 'file')).not.toThrow();
  });

  it('tells every mistake, and the known names if one is unknown', () => {
    const check = (settings: Record<string, unknown>) => () => checkFlatSettings(settings, flat, 'file.json');
    expect(check({ 'limits.wlak': 1, kind: 3, on: 'yes' })).toThrow(
      /"limits.wlak" is not a setting\n"kind" must be a string, not 3\n"on" must be a boolean, not "yes"\nknown settings: limits.walk, /,
    );
    expect(check({ kind: 3 })).not.toThrow(/known settings/);
    expect(check({ 'weights.0': Number.NaN })).toThrow('must be a number');
    expect(check({ toString: 1 })).toThrow('is not a setting');
  });
});

describe('partOfSpace', () => {
  const space: SearchSpace = {
    'ranker.leaves': { kind: 'whole', low: 1, high: 9 },
    'ranker.rate': { kind: 'real', low: 0, high: 1 },
    rankers: { kind: 'real', low: 0, high: 1 },
  };

  it('takes names and their beginnings', () => {
    expect(Object.keys(partOfSpace(space, []))).toEqual(Object.keys(space));
    expect(Object.keys(partOfSpace(space, ['ranker']))).toEqual(['ranker.leaves', 'ranker.rate']);
    expect(Object.keys(partOfSpace(space, ['rankers', 'ranker.rate']))).toEqual(['ranker.rate', 'rankers']);
  });

  it('refuses what fits nothing', () => {
    expect(() => partOfSpace(space, ['ranker', 'rank'])).toThrow(
      'no tuned setting begins with "rank"; tuned are',
    );
    expect(() => partOfSpace({}, ['k'])).toThrow('the method has no settings');
  });
});
