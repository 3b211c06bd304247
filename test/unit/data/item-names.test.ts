import { expect, it } from 'vitest';
import { codeColumn, EMPTY_CATALOGUE } from '../../../src/data/catalogue.js';
import { itemName } from '../../../src/data/item-names.js';
import { StringColumn } from '../../../src/domain/string-column.js';

it('takes the title where there is one', () => {
  const catalogue = { ...EMPTY_CATALOGUE, title: StringColumn.from(['Tea pot', '']) };
  expect(itemName(catalogue, 0, 'a1')).toBe('Tea pot');
  expect(itemName(catalogue, 1, 'a2')).toBe('Item a2');
});

it('makes a name of size, category, weight and the end of the id', () => {
  const catalogue = {
    ...EMPTY_CATALOGUE,
    category: codeColumn(['garden_tools', 'health_beauty', '43', 'auto', '']),
    weightGrams: Float32Array.from([2100, 850, NaN, 12_000, 5]),
    volumeCm3: Float32Array.from([20_000, 400, 5000, 90_000, 5]),
  };
  expect(
    ['x7af3', '12', '35', 'longer-id', 'z'].map((itemId, item) => itemName(catalogue, item, itemId)),
  ).toEqual([
    'Garden tools · large, 2.1 kg · 7af3',
    'Health & beauty · small, 850 g · 12',
    'Category 43 · 35',
    'Car accessories · bulky, 12 kg · r-id',
    'Item z',
  ]);
});
