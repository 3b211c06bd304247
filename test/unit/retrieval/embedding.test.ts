import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/domain/random.js';
import { CandidateSet } from '../../../src/retrieval/candidate-set.js';
import { EmbeddingRetriever } from '../../../src/retrieval/embedding.js';
import { SessionQuery } from '../../../src/retrieval/session-query.js';
import { SessionVector } from '../../../src/retrieval/session-vector.js';
import { clusterItems } from '../../../src/tables/embedding/cluster-items.js';
import { DIMENSIONS as D } from '../../../src/tables/embedding/kernels.js';
import { cosineAt, type SessionEmbedding } from '../../../src/tables/embedding/session-embedding.js';
import { eventTable } from '../../support/event-table.js';

const ITEMS = 700;
const LIMIT = 25;
const names = Array.from({ length: ITEMS }, (_, i) => `i${i}`);
const random = new Random(4);

/** Random items, the last hundred without a place. */
function randomEmbedding(): SessionEmbedding {
  const vectors = Float32Array.from({ length: ITEMS * D }, () => random.normal());
  for (let i = 0; i < ITEMS; i++) {
    const row = vectors.subarray(i * D, (i + 1) * D);
    const length = Math.hypot(...row);
    row.forEach((value, k) => (row[k] = value / length));
  }
  const seen = Uint32Array.from({ length: ITEMS - 100 }, (_, i) => i);
  const gates = Float32Array.from({ length: 4 * D }, () => random.next());
  return { ...clusterItems(vectors, seen, random), gates };
}
const embedding = randomEmbedding();
const CLUSTERS = embedding.clusterOffsets.length - 1;

const queryOf = (items: readonly string[]) =>
  new SessionQuery().fromTable(eventTable([items], { items: names }), 0, items.length);

function retrieve(
  query: SessionQuery,
  clusters: number,
  limit = LIMIT,
  from: SessionEmbedding | null = embedding,
): Map<number, number> {
  const candidates = new CandidateSet(ITEMS, 1, limit, limit);
  candidates.begin();
  candidates.openSource(0);
  new EmbeddingRetriever(from, { clusters, scale: 12 }, limit).retrieve(query, candidates);
  candidates.closeSource(limit);
  candidates.finish();
  return new Map(
    Array.from(candidates.items.subarray(0, candidates.count), (item, c) => [
      item,
      candidates.scores[0]![c]!,
    ]),
  );
}

/** Places and cosines with the session, best first. */
function ranking(query: SessionQuery): { item: number; cluster: number; cosine: number }[] {
  const session = new SessionVector(embedding);
  session.encode(query);
  return Array.from(embedding.itemAt, (item, place) => ({
    item,
    cluster: embedding.clusterOffsets.findLastIndex((start) => start <= place),
    cosine: cosineAt(session.index.session, 0, embedding.vectors, place * D),
  })).sort((a, b) => b.cosine - a.cosine);
}

describe('EmbeddingRetriever', () => {
  const sessions = Array.from({ length: 30 }, () =>
    Array.from({ length: 1 + random.below(6) }, () => `i${random.below(ITEMS - 100)}`),
  );

  it('gives the exact best of the catalogue, without the session, when it looks into all clusters', () => {
    for (const session of sessions) {
      const query = queryOf(session);
      const best = ranking(query)
        .slice(0, LIMIT)
        .filter(({ item }) => query.distinctOf(item) < 0);
      const found = retrieve(query, CLUSTERS);
      expect([...found.keys()]).toEqual(best.map(({ item }) => item));
      for (const { item, cosine } of best)
        expect(found.get(item)).toBeCloseTo(Math.exp(12 * (cosine - 1)), 9);
    }
  });

  it('gives the best of the nearest clusters when it looks into some', () => {
    for (const session of sessions) {
      const query = queryOf(session);
      const vector = new SessionVector(embedding);
      vector.encode(query);
      const nearest = Array.from({ length: CLUSTERS }, (_, c) => ({
        c,
        cosine: cosineAt(vector.index.session, 0, embedding.centroids, c * D),
      }))
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, 3)
        .map(({ c }) => c);
      const best = ranking(query)
        .filter(({ cluster }) => nearest.includes(cluster))
        .slice(0, LIMIT)
        .filter(({ item }) => query.distinctOf(item) < 0);
      expect([...retrieve(query, 3).keys()]).toEqual(best.map(({ item }) => item));
    }
  });

  it('asks no more of clusters and items than there are', () => {
    const query = queryOf(['i1', 'i2']);
    const all = retrieve(query, CLUSTERS + 50, ITEMS);
    expect(all.size).toBe(ITEMS - 100 - 2);
    expect(retrieve(query, CLUSTERS, 1).size).toBeLessThanOrEqual(1);
  });

  it('never gives an item of the session, nor one without a place', () => {
    for (const session of sessions) {
      const found = retrieve(queryOf(session), CLUSTERS, ITEMS);
      for (const name of session) expect(found.has(names.indexOf(name))).toBe(false);
      expect(Math.max(...found.keys())).toBeLessThan(ITEMS - 100);
    }
  });

  it('gives nothing where the session says nothing', () => {
    expect(retrieve(queryOf([]), CLUSTERS).size).toBe(0);
    expect(retrieve(queryOf(['i650']), CLUSTERS).size).toBe(0);
    const unknown = queryOf(['i1', 'i2']);
    unknown.items.fill(-1);
    expect(retrieve(unknown, CLUSTERS).size).toBe(0);
    expect(retrieve(queryOf(['i1']), CLUSTERS, LIMIT, null).size).toBe(0);
  });

  it('answers in the same memory, whatever was asked before', () => {
    const one = new EmbeddingRetriever(embedding, { clusters: 4, scale: 12 }, LIMIT);
    const candidates = new CandidateSet(ITEMS, 1, LIMIT, LIMIT);
    const ask = (session: readonly string[]) => {
      candidates.begin();
      candidates.openSource(0);
      one.retrieve(queryOf(session), candidates);
      candidates.closeSource(LIMIT);
      candidates.finish();
      return [...candidates.items.subarray(0, candidates.count)];
    };
    for (const session of [...sessions, [], ...sessions])
      expect(ask(session)).toEqual([...retrieve(queryOf(session), 4).keys()]);
  });
});
