import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ByteDictionary } from '../../../src/data/byte-dictionary.js';

describe('ByteDictionary', () => {
  it('numbers strings by first appearance, as a Map does, through any growth', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { maxLength: 2000 }), (values) => {
        const dictionary = new ByteDictionary();
        const numbers = new Map<string, number>();
        for (const text of values) {
          if (!numbers.has(text)) numbers.set(text, numbers.size);
          expect(dictionary.internString(text)).toBe(numbers.get(text));
        }
        expect(dictionary.length).toBe(numbers.size);
        const all = Uint32Array.from(numbers.values()).reverse();
        expect(dictionary.select(all).toArray()).toEqual([...numbers.keys()].reverse());
      }),
      { numRuns: 30 },
    );
  });

  it('finds each of many, and none that was not added', () => {
    const dictionary = new ByteDictionary();
    for (let i = 0; i < 200_000; i++) dictionary.internString(`id-${i}`);
    for (let i = 0; i < 200_000; i += 997) expect(dictionary.internString(`id-${i}`)).toBe(i);
    const absent = Buffer.from('id-200000');
    expect(dictionary.find(absent, 0, absent.length)).toBe(-1);
    expect(dictionary.find(absent, 0, absent.length - 1)).toBe(20000);
    expect(dictionary.at(199_999)).toBe('id-199999');
  });
});
