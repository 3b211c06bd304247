import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/domain/random.js';
import { placeLabels } from '../../../src/report/place-labels.js';
import { textWidth } from '../../../src/report/text-width.js';

const AREA = { width: 470, height: 340 };
const FONT = 10;

describe('placeLabels', () => {
  it('puts a label that has room to the right of its point, on its line', () => {
    expect(placeLabels([{ x: 50, y: 60, label: 'one' }], AREA, FONT)).toEqual([{ x: 58, y: 60 }]);
  });

  it('goes to the left at the right edge', () => {
    const [place] = placeLabels([{ x: 465, y: 60, label: 'one' }], AREA, FONT);
    expect(place!.x + textWidth('one', FONT)).toBe(465 - 8);
  });

  it('covers neither labels nor points, also where twenty methods crowd', () => {
    const random = new Random(2);
    const points = Array.from({ length: 20 }, (_, n) => ({
      x: 180 + random.below(110),
      y: 90 + random.below(150),
      label: `method ${n}`,
    }));
    const places = placeLabels(points, AREA, FONT);
    const boxes = places.map(({ x, y }, n) => ({ x, y, width: textWidth(points[n]!.label, FONT) }));
    let covered = 0;
    for (const [n, a] of boxes.entries()) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width).toBeLessThanOrEqual(AREA.width);
      for (const b of boxes.slice(n + 1))
        if (a.x < b.x + b.width && b.x < a.x + a.width && Math.abs(a.y - b.y) < FONT) covered++;
      for (const p of points)
        if (p.x > a.x && p.x < a.x + a.width && Math.abs(p.y - a.y) < FONT / 2) covered++;
    }
    expect(covered).toBe(0);
  });

  it('gives every label a place, even where there is none', () => {
    const points = Array.from({ length: 60 }, (_, n) => ({ x: 30, y: 30, label: `${n}` }));
    expect(placeLabels(points, { width: 60, height: 60 }, FONT)).toHaveLength(60);
  });
});
