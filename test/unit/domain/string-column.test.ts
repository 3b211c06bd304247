import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StringColumn, StringIndex } from '../../../src/domain/string-column.js';

describe('StringColumn and StringIndex', () => {
  it('keep any strings and find each of them', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: 'grapheme' })),
        fc.string({ unit: 'grapheme' }),
        (values, other) => {
          const column = StringColumn.from(values);
          const index = StringIndex.of(column);
          expect(column.toArray()).toEqual(values);
          values.forEach((value, i) => expect(index.indexOf(value)).toBe(i));
          if (!values.includes(other)) expect(index.indexOf(other)).toBe(-1);
        },
      ),
    );
  });

  it('find nothing in an empty column', () => {
    expect(StringIndex.of(StringColumn.from([])).indexOf('__proto__')).toBe(-1);
  });
});
