import { describe, expect, it } from 'vitest';
import { LITERATURE, literatureMethod } from '../../../../src/evaluation/literature/registry.js';
import { Shop } from './shop.js';

const NAMES = [
  'pop',
  's-pop',
  'repeat-only',
  'ar',
  'markov',
  'sr',
  'item-knn',
  'sknn',
  'vsknn',
  'stan',
  'vstan',
  'vmis-knn',
  'slist',
  's-walk',
];

describe('the registry of published methods', () => {
  it('has each of them once', () => {
    expect(LITERATURE.map(({ name }) => name)).toEqual(NAMES);
  });

  it('finds a method by its name, and names the known ones otherwise', () => {
    for (const method of LITERATURE) expect(literatureMethod(method.name)).toBe(method);
    expect(() => literatureMethod('knn')).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: expect.stringContaining(`"knn"; there are ${NAMES.join(', ')}`) as string,
      }),
    );
  });

  describe.each(LITERATURE)('$name', (method) => {
    it('is cited', () => {
      expect(method.source).toMatch(/\b(19|20)\d\d\b/);
      expect(method.label).not.toBe('');
    });

    it('lets only settings be tuned that it has', () => {
      expect(Object.keys(method.defaults)).toEqual(expect.arrayContaining(Object.keys(method.space)));
    });

    it('answers items with finite scores, the same every time', () => {
      const shop = new Shop();
      const fitted = method.fit(shop.known, method.defaults);
      expect(fitted.name).toBe(method.name);
      const first = shop.scores(fitted);
      expect(Object.keys(first).length).toBeGreaterThan(0);
      for (const score of Object.values(first)) expect(score).toSatisfy(Number.isFinite);
      expect(shop.scores(fitted)).toEqual(first);
    });
  });
});
