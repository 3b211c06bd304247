import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/domain/random.js';
import { clusterItems } from '../../../../src/tables/embedding/cluster-items.js';
import { DIMENSIONS as D } from '../../../../src/tables/embedding/kernels.js';
import { cosineAt, quantised } from '../../../../src/tables/embedding/session-embedding.js';
import { fingerprint } from '../../../support/fingerprint.js';

/** Unit vectors around a few directions. */
function vectorsAround(directions: number, items: number, spread: number): Float32Array {
  const random = new Random(5);
  const centres = Array.from({ length: directions * D }, () => random.normal());
  const vectors = new Float32Array(items * D);
  for (let i = 0; i < items; i++) {
    const row = vectors.subarray(i * D, (i + 1) * D);
    const centre = (i % directions) * D;
    row.forEach((_, k) => (row[k] = centres[centre + k]! + spread * random.normal()));
    const length = Math.hypot(...row);
    row.forEach((value, k) => (row[k] = value / length));
  }
  return vectors;
}

const range = (n: number, step = 1) => Uint32Array.from({ length: n }, (_, i) => i * step);
const clustersOf = (items: number) =>
  clusterItems(vectorsAround(9, items, 1), range(items), new Random(1)).clusterOffsets.length - 1;

describe('clusterItems', () => {
  const items = 1400;
  const vectors = vectorsAround(9, items, 0.4);
  // Every second item is known: more than one chunk of them, and not a whole number of chunks.
  const seen = range(items / 2, 2);
  const result = clusterItems(vectors, seen, new Random(1));
  const { itemAt, placeOf, clusterOffsets, centroids } = result;

  it('puts every seen item in exactly one place, with its vector', () => {
    expect([...itemAt].sort((a, b) => a - b)).toEqual([...seen]);
    expect(placeOf).toHaveLength(items);
    for (let item = 0; item < items; item++) {
      if (item % 2 === 1) expect(placeOf[item]).toBe(-1);
      else expect(itemAt[placeOf[item]!]).toBe(item);
    }
    itemAt.forEach((item, place) =>
      expect(result.vectors.subarray(place * D, (place + 1) * D)).toEqual(
        quantised(vectors.subarray(item * D, (item + 1) * D)),
      ),
    );
  });

  it('puts items with the nearest centroid, by index inside a cluster', () => {
    const clusters = clusterOffsets.length - 1;
    expect(clusterOffsets[0]).toBe(0);
    expect(clusterOffsets[clusters]).toBe(seen.length);
    for (let c = 0; c < clusters; c++) {
      expect(cosineAt(centroids, c * D, centroids, c * D)).toBeCloseTo(1, 3);
      for (let place = clusterOffsets[c]!; place < clusterOffsets[c + 1]!; place++) {
        if (place > clusterOffsets[c]!) expect(itemAt[place]).toBeGreaterThan(itemAt[place - 1]!);
        const own = cosineAt(result.vectors, place * D, centroids, c * D);
        for (let other = 0; other < clusters; other++)
          expect(cosineAt(result.vectors, place * D, centroids, other * D)).toBeLessThanOrEqual(own + 2e-4);
      }
    }
  });

  it('finds what is together', () => {
    // With nine narrow directions and more clusters than that, no cluster mixes two of them.
    const narrow = clusterItems(vectorsAround(9, items, 0.05), range(items), new Random(2));
    let mixed = 0;
    for (let c = 0; c + 1 < narrow.clusterOffsets.length; c++) {
      const members = narrow.itemAt.subarray(narrow.clusterOffsets[c], narrow.clusterOffsets[c + 1]);
      mixed += new Set(members.map((item) => item % 9)).size > 1 ? members.length : 0;
    }
    expect(mixed / items).toBeLessThan(0.2);
  });

  it('makes about the square root of their number in clusters, fewer for few items', () => {
    expect(clustersOf(1)).toBe(1);
    expect(clustersOf(63)).toBe(1);
    expect(clustersOf(64)).toBe(2);
    expect(clustersOf(700)).toBe(21);
    expect(clustersOf(2500)).toBe(50);
  });

  it('copes with vectors that are all the same', () => {
    const same = vectorsAround(1, 100, 0);
    const { clusterOffsets, itemAt, centroids } = clusterItems(same, range(100), new Random(1));
    expect([...clusterOffsets]).toEqual([0, 100, 100, 100]);
    expect([...itemAt]).toEqual([...range(100)]);
    expect(centroids.every(Number.isFinite)).toBe(true);
  });

  it('is the same for the same random numbers', () => {
    expect(fingerprint(clusterItems(vectors, seen, new Random(1)))).toBe(fingerprint(result));
  });
});
