import { describe, expect, it } from 'vitest';
import { LITERATURE } from '../../../../src/evaluation/literature/registry.js';
import {
  checkSettingsFile,
  methodNames,
  parseMethods,
  settingsOf,
} from '../../../../src/training/benchmark/method-catalogue.js';
import { DEFAULT_TRAINING_SETTINGS, type TrainingSettings } from '../../../../src/training/settings.js';

describe('parseMethods', () => {
  it('gives each once, in the order of the catalogue', () => {
    expect(parseMethods('nextitem, sr,pop,sr')).toEqual(['pop', 'sr', 'nextitem']);
    expect(parseMethods('all')).toEqual(methodNames());
    expect(methodNames()).toEqual([...LITERATURE.map(({ name }) => name), 'item-to-item', 'nextitem']);
  });

  it('names what it does not know, and what there is', () => {
    expect(() => parseMethods('pop,magic')).toThrow(/there is no method magic; use all or some of pop/);
    expect(() => parseMethods(' , ')).toThrow(/no method was named/);
  });
});

describe('settingsOf', () => {
  it("a method's defaults, and what is given on top", () => {
    const { defaults } = LITERATURE.find(({ name }) => name === 'vstan')!;
    expect(settingsOf('vstan')).toEqual(defaults);
    expect(settingsOf('vstan', { k: 77 })).toEqual({ ...defaults, k: 77 });
  });

  it('ours go by their path, and the ranker only gets what is given', () => {
    expect(settingsOf('nextitem')).toEqual(DEFAULT_TRAINING_SETTINGS);
    const settings = settingsOf('nextitem', {
      'retrieval.lagDecay.walk': 0.5,
      'tables.rowLength': 50,
      'ranker.leaves': 15,
    }) as TrainingSettings;
    expect(settings.retrieval.lagDecay).toEqual({
      ...DEFAULT_TRAINING_SETTINGS.retrieval.lagDecay,
      walk: 0.5,
    });
    expect(settings.tables.rowLength).toBe(50);
    expect(settings.ranker).toEqual({ ...DEFAULT_TRAINING_SETTINGS.ranker, leaves: 15 });
  });

  it.each([
    ['vstan', { neighbours: 5 }, /"neighbours" is not a setting/],
    ['vstan', { k: 'many' }, /"k" must be a number/],
    ['vsknn', { weighting: 'upside down' }, /"weighting" is one of .*quadratic/],
    ['nextitem', { 'ranker.depth': 5 }, /"ranker.depth" is not a setting/],
    ['nextitem', { 'retrieval.lagDecay': 1 }, /not a setting/],
    ['nextitem', { __proto__: null, constructor: 1 }, /not a setting/],
  ])('%s refuses %j', (method, given, message) => {
    expect(() => settingsOf(method, given as Record<string, number>)).toThrow(message);
  });
});

describe('checkSettingsFile', () => {
  it('takes what a tuner writes', () => {
    const content = { vstan: { k: 100 }, nextitem: { 'ranker.leaves': 31 } };
    expect(checkSettingsFile(content, 'tuned.json')).toBe(content);
  });

  it.each([
    [[], /a JSON object/],
    [null, /a JSON object/],
    [{ magic: {} }, /there is no method "magic"/],
    [{ sr: 5 }, /settings of sr are not an object/],
    [{ sr: { speed: 5 } }, /"speed" is not a setting/],
  ])('refuses %j', (content, message) => {
    expect(() => checkSettingsFile(content, 'tuned.json')).toThrow(message);
  });
});
