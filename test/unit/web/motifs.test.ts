import { describe, expect, it } from 'vitest';
import { LEAVES } from '../../../src/data/simulator/taxonomy.js';
import { ANYTHING, drawingOf, MOTIFS } from '../../../web/src/picture/motifs.js';

const NUMBER = String.raw`-?\d*\.?\d+`;
const numbers = (count: number) => `${NUMBER}(?: ${NUMBER}){${count - 1}}`;
const PART = new RegExp(
  `^(?:[blaDdw]|[BLADW]\\d+) (?:c ${numbers(3)}|[er] ${numbers(4)}|r ${numbers(5)}|[Mm][-MmLlHhVvQqTtAaCcSsZz\\d., ]+)$`,
);

describe('the drawings', () => {
  it('are made of parts that can be drawn', () => {
    for (const drawing of [...MOTIFS.map(([, text]) => text), ...ANYTHING])
      for (const part of drawing.split(';')) expect(part).toMatch(PART);
  });

  it('show each thing that the simulated shop sells, and no two kinds of things alike', () => {
    const drawings = LEAVES.map(({ department, name }) => drawingOf('', `${department} / ${name}`, 0));
    expect(drawings.filter((drawing) => ANYTHING.includes(drawing))).toEqual([]);
    expect(new Set(drawings).size).toBe(LEAVES.length);
  });

  it.each([
    ['', 'Kitchen / Mugs / Classic', '', 'Coffee & Tea / Mugs'],
    ['', 'fashion_shoes', '', 'Running Shoes'],
    ['', 'pet_shop', '', 'pets'],
    ['Ultralight tent, 2.1 kg', '', '', 'Camping / Tents'],
    ['Dog bed for a laptop', 'computers', '', 'Laptops'],
  ])('know %j in %j', (name, category, otherName, otherCategory) => {
    expect(drawingOf(name, category, 0)).toBe(drawingOf(otherName, otherCategory, 1));
  });

  it('show something of what nobody can know', () => {
    expect(ANYTHING).toContain(drawingOf('Item 214536502', 'category 12', 7));
    expect(new Set([0, 1, 2, 3, 4].map((seed) => drawingOf('', '', seed))).size).toBe(5);
  });
});
