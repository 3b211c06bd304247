import { describe, expect, it } from 'vitest';
import { EmbeddingFeatures } from '../../../src/features/embedding-features.js';
import { CandidateSet } from '../../../src/retrieval/candidate-set.js';
import { SessionQuery } from '../../../src/retrieval/session-query.js';
import { type SessionEmbedding } from '../../../src/tables/embedding/session-embedding.js';
import { eventTable } from '../../support/event-table.js';
import { handMadeEmbedding } from '../../support/hand-made-embedding.js';

const names = ['a', 'b', 'c', 'd', 'new', 'e', 'f', 'g'];
const embedding = handMadeEmbedding(
  [[1], [0, 1], [0.6, 0.8], [0, 0, 1], null, [-1], [0.8, 0.6], [0, -1]],
  [1, 0.5],
);
const FIRST = 2;
const COLUMNS = 9;
const WIDTH = COLUMNS + 4;

/** By candidate its features; the cells beside them must stay as they were. */
function featuresOf(
  session: readonly string[],
  items: readonly string[],
  from: SessionEmbedding | null = embedding,
): number[][] {
  const query = new SessionQuery().fromTable(eventTable([session], { items: names }), 0, session.length);
  const candidates = new CandidateSet(names.length, 1, 10, 10);
  candidates.begin();
  candidates.openSource(0);
  items.forEach((name, n) => candidates.add(names.indexOf(name), 10 - n));
  candidates.closeSource(10);
  candidates.finish();
  const out = new Float32Array(items.length * WIDTH).fill(77);
  const group = new EmbeddingFeatures(from);
  expect(group.features).toHaveLength(COLUMNS);
  group.fill(query, candidates, out, WIDTH, FIRST);
  return items.map((_, c) => {
    const row = [...out.subarray(c * WIDTH, (c + 1) * WIDTH)];
    expect([...row.slice(0, FIRST), ...row.slice(FIRST + COLUMNS)]).toEqual([77, 77, 77, 77]);
    return row.slice(FIRST, FIRST + COLUMNS);
  });
}

function expectRows(actual: number[][], expected: readonly (readonly number[])[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((row, c) =>
    row.forEach((value, f) => {
      if (Number.isNaN(value)) expect(actual[c]![f], `candidate ${c}, feature ${f}`).toBeNaN();
      else expect(actual[c]![f], `candidate ${c}, feature ${f}`).toBeCloseTo(value, 4);
    }),
  );
}

describe('EmbeddingFeatures', () => {
  it('are what a hand computes', () => {
    // The session a, b is (.5, 1) / sqrt(1.25); c is at (.6, .8), d across.
    const length = Math.sqrt(1.25);
    const c = (0.5 * 0.6 + 0.8) / length;
    const a = 0.5 / length;
    expectRows(featuresOf(['a', 'b'], ['c', 'd', 'a']), [
      [c, 0, 0.8, 0.6, 0.8, 0.7],
      [0, -c, 0, 0, 0, 0],
      [a, a - c, 0, 1, 1, 0.5],
    ]);
  });

  it('compare with distinct items by recency, at most five of them', () => {
    // Most recent first: g, f, d, c, b; a is the sixth. Lag 0 is g, lag 1 f.
    const [row] = featuresOf(['a', 'b', 'c', 'd', 'g', 'f', 'g'], ['a']);
    const length = Math.hypot(0.5 * 0.8, 0.5 * 0.6 - 1);
    expectRows([row!], [[(0.5 * 0.8) / length, 0, 0, 0.8, 0.8, (0 + 0.8 + 0 + 0.6 + 0) / 5]]);
  });

  it('know how sure the embedding is, and how many candidates are about as near as the best', () => {
    // The session is a: cosines 1, .8 and .6; g is across, and "new" has no vector.
    const parts = [1, 0.8, 0.6, 0].map((cosine) => Math.exp(12 * (cosine - 1)));
    const sum = parts.reduce((a, b) => a + b);
    const rows = featuresOf(['a'], ['a', 'f', 'c', 'g', 'new']).map((row) => row.slice(6));
    expectRows(rows, [...parts.map((part) => [part / sum, 1, 1]), [NaN, NaN, NaN]]);
    expect(featuresOf(['a'], ['f', 'c'])[0]![8]).toBe(1);
    const twins = handMadeEmbedding([[1], [0, 1], [0.8, 0.6], [0.75, Math.sqrt(1 - 0.75 ** 2)]], [1, 0.5]);
    expect(featuresOf(['a'], ['b', 'c', 'd'], twins).map((row) => row[8])).toEqual([2, 2, 2]);
  });

  it('are unknown for a candidate without a vector, which is no best one either', () => {
    const [unknown, opposite] = featuresOf(['a'], ['new', 'e']);
    expectRows([unknown!], [[NaN, NaN, NaN, NaN, NaN, NaN]]);
    expectRows([opposite!], [[-1, 0, -1, NaN, -1, -1]]);
  });

  it('know what they can of sessions with items that have no vector', () => {
    // b at lag 1 is all there is; the last item cannot be compared.
    expectRows(featuresOf(['b', 'new'], ['c']), [[0.8, 0, NaN, 0.8, 0.8, 0.8]]);
    // Outside of the window of two events the session has none, whatever its older items were.
    expectRows(featuresOf(['b', 'new', 'new'], ['c']), [[NaN, NaN, NaN, NaN, NaN, NaN]]);
    expectRows(featuresOf([], ['c']), [[NaN, NaN, NaN, NaN, NaN, NaN]]);
  });

  it('are all unknown without an embedding', () => {
    expectRows(featuresOf(['a'], ['b', 'c'], null), [
      new Array<number>(COLUMNS).fill(NaN),
      new Array<number>(COLUMNS).fill(NaN),
    ]);
  });
});
