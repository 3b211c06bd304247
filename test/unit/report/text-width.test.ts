import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textWidth, wrap } from '../../../src/report/text-width.js';

describe('textWidth', () => {
  it('grows with the text and the size, and knows narrow from wide', () => {
    expect(textWidth('', 12)).toBe(0);
    expect(textWidth('iiii', 12)).toBeLessThan(textWidth('aaaa', 12));
    expect(textWidth('aaaa', 12)).toBeLessThan(textWidth('MMMM', 12));
    expect(textWidth('漢字', 10)).toBe(20);
  });
});

describe('wrap', () => {
  it('breaks at spaces and cuts a word that is too long', () => {
    expect(wrap('one two three', 45, 10)).toEqual(['one two', 'three']);
    expect(wrap('', 100, 10)).toEqual(['']);
    const [line] = wrap('x'.repeat(50), 60, 10);
    expect(line).toMatch(/^x+…$/);
  });

  it('keeps every line within the width', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 40, max: 300 }), (text, width) => {
        for (const line of wrap(text, width, 12)) expect(textWidth(line, 12)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
