import { describe, expect, it } from 'vitest';
import { toUnit, unitDimensions } from '../../../../src/evaluation/tuning/unit-space.js';
import { DEFAULT_TRAINING_SETTINGS } from '../../../../src/training/settings.js';
import { OUR_SETTINGS, withOurSettings } from '../../../../src/training/tuning/our-settings.js';
import { OUR_SPACE } from '../../../../src/training/tuning/our-space.js';

describe('withOurSettings', () => {
  it('changes what is named, and nothing else', () => {
    const changed = withOurSettings(DEFAULT_TRAINING_SETTINGS, {
      'retrieval.limits.walk': 7,
      'tables.typeWeights.3': 9,
      'ranker.leaves': 20,
    });
    expect(changed).toEqual({
      ...DEFAULT_TRAINING_SETTINGS,
      retrieval: {
        ...DEFAULT_TRAINING_SETTINGS.retrieval,
        limits: { ...DEFAULT_TRAINING_SETTINGS.retrieval.limits, walk: 7 },
      },
      tables: {
        ...DEFAULT_TRAINING_SETTINGS.tables,
        typeWeights: [...DEFAULT_TRAINING_SETTINGS.tables.typeWeights.slice(0, 3), 9],
      },
      ranker: { ...DEFAULT_TRAINING_SETTINGS.ranker, leaves: 20 },
    });
  });

  it('leaves the ranker what it chooses by the size of the data', () => {
    expect(withOurSettings(DEFAULT_TRAINING_SETTINGS, {})).toEqual(DEFAULT_TRAINING_SETTINGS);
    expect(OUR_SPACE).not.toHaveProperty('ranker.minDataInLeaf');
  });
});

describe('OUR_SPACE', () => {
  it('tunes settings of all three kinds that exist', () => {
    const names = Object.keys(OUR_SPACE);
    for (const kind of ['tables.', 'retrieval.', 'ranker.'])
      expect(names.filter((name) => name.startsWith(kind)).length).toBeGreaterThan(4);
    expect(names.every((name) => name in OUR_SETTINGS)).toBe(true);
  });

  it('has every default inside', () => {
    for (const dimension of unitDimensions(OUR_SPACE)) {
      const value = OUR_SETTINGS[dimension.name]!;
      expect(toUnit(dimension, value), dimension.name).toBeGreaterThanOrEqual(0);
      if (dimension.dimension.kind === 'choice') continue;
      const { low, high } = dimension.dimension;
      expect(Number(value) >= low && Number(value) <= high, dimension.name).toBe(true);
    }
  });

  it('never draws the seed or the number of threads', () => {
    expect(OUR_SPACE).not.toHaveProperty('ranker.seed');
    expect(OUR_SPACE).not.toHaveProperty('ranker.threads');
  });
});
