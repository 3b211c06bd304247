import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/domain/random.js';
import { clusterItems } from '../../../../src/tables/embedding/cluster-items.js';
import { DIMENSIONS as D } from '../../../../src/tables/embedding/kernels.js';
import {
  COSINE_UNIT,
  cosineAt,
  ONE,
  quantised,
  type SessionEmbedding,
} from '../../../../src/tables/embedding/session-embedding.js';
import { VectorIndex } from '../../../../src/tables/embedding/vector-index.js';

const random = new Random(11);

function unitVectors(count: number): Float32Array {
  const vectors = Float32Array.from({ length: count * D }, () => random.normal());
  for (let i = 0; i < count; i++) {
    const row = vectors.subarray(i * D, (i + 1) * D);
    const length = Math.hypot(...row);
    row.forEach((value, k) => (row[k] = value / length));
  }
  return vectors;
}

const ITEMS = 1500;
const floats = unitVectors(ITEMS);
const embedding: SessionEmbedding = {
  ...clusterItems(
    floats,
    Uint32Array.from({ length: ITEMS }, (_, i) => i),
    random,
  ),
  gates: new Float32Array(D).fill(1),
};
const index = VectorIndex.of(embedding);
const session = quantised(unitVectors(1));
index.session.set(session);

describe('vectors as integers', () => {
  it('keep cosines to four digits', () => {
    for (let n = 0; n < 2000; n++) {
      const [a, b] = [random.below(ITEMS), random.below(ITEMS)];
      let exact = 0;
      for (let k = 0; k < D; k++) exact += floats[a * D + k]! * floats[b * D + k]!;
      const [at, other] = [embedding.placeOf[a]! * D, embedding.placeOf[b]! * D];
      expect(Math.abs(cosineAt(embedding.vectors, at, embedding.vectors, other) - exact)).toBeLessThan(1e-4);
    }
  });

  it('reach 1 and -1 without overflow', () => {
    const axis = new Float32Array(D);
    axis[3] = -1;
    expect([...quantised(axis)].filter((value) => value !== 0)).toEqual([-ONE]);
    expect(cosineAt(quantised(axis), 0, quantised(axis), 0)).toBe(1);
  });
});

describe('VectorIndex', () => {
  it('multiplies as plain arithmetic does, to the bit', () => {
    const toCentroids = index.dotsWithCentroids().slice(0, embedding.clusterOffsets.length - 1);
    toCentroids.forEach((dot, c) =>
      expect(dot * COSINE_UNIT).toBe(cosineAt(session, 0, embedding.centroids, c * D)),
    );
    for (let c = 0; c + 1 < embedding.clusterOffsets.length; c++) {
      const [from, end] = [embedding.clusterOffsets[c]!, embedding.clusterOffsets[c + 1]!];
      const dots = index.dotsWithCluster(c).slice(0, end - from);
      dots.forEach((dot, n) =>
        expect(dot * COSINE_UNIT).toBe(cosineAt(session, 0, embedding.vectors, (from + n) * D)),
      );
    }
  });

  it('looks places up, more than fit into one call too, and has NaN where there is none', () => {
    const places = Int32Array.from({ length: 2600 }, (_, n) => (n % 7 === 0 ? -1 : random.below(ITEMS)));
    const out = new Float32Array(places.length * 3 + 2).fill(9);
    for (const one of [-1, 17]) {
      index.cosinesWith(one, places, places.length, out, 3, 2);
      places.forEach((place, n) => {
        const expected =
          place < 0
            ? NaN
            : one < 0
              ? cosineAt(session, 0, embedding.vectors, place * D)
              : cosineAt(embedding.vectors, one * D, embedding.vectors, place * D);
        expect(out[3 * n + 2]).toBe(Math.fround(expected));
        if (n > 0) expect(out[3 * n + 1]).toBe(9);
      });
    }
  });

  it('is one per embedding', () => {
    expect(VectorIndex.of(embedding)).toBe(index);
    expect(VectorIndex.of({ ...embedding })).not.toBe(index);
  });
});
