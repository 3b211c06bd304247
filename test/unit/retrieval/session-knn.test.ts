import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventTable } from '../../../src/data/event-table.js';
import { CandidateSet } from '../../../src/retrieval/candidate-set.js';
import { SessionKnnRetriever } from '../../../src/retrieval/session-knn.js';
import { QUERY_EVENTS, SessionQuery } from '../../../src/retrieval/session-query.js';
import { type RetrievalSettings } from '../../../src/retrieval/settings.js';
import { knownEvents } from '../../../src/tables/known-events.js';
import { buildSessionIndex } from '../../../src/tables/session-index.js';
import { DEFAULT_TABLE_SETTINGS } from '../../../src/tables/settings.js';
import { eventTable } from '../../support/event-table.js';

const ITEMS = 12;

/** Past sessions and a query of item numbers: few items, so that sessions share many and similarities are often equal. */
const item = fc.nat({ max: ITEMS - 1 });
const pastSessions = fc.array(fc.array(item, { minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 60,
});
const queryItems = fc.array(item, { maxLength: 10 });
const settingsOf = fc.record({
  sessionsPerItem: fc.constantFrom(1, 3, 20, 500),
  neighbours: fc.constantFrom(1, 2, 5, 20, 300),
  positionDecay: fc.constantFrom(0.5, 2),
  ageDecayDays: fc.constantFrom(60, 0.5),
  distanceDecay: fc.constantFrom(1, 5),
});

/** The formulas of the doc comment, word by word; similarities are rounded where the retriever keeps 32-bit floats. */
function expected(
  sessions: number[][],
  ages: Float32Array,
  query: SessionQuery,
  settings: RetrievalSettings['sessionKnn'],
): Map<number, number> {
  const found = new Map<number, { overlap: number; match: number }>();
  for (let d = 0; d < query.distinctCount; d++) {
    const shared = query.distinctItems[d]!;
    const holding = sessions.map((_, s) => s).filter((s) => sessions[s]!.includes(shared));
    const idf = Math.fround(Math.log(1 + sessions.length / (1 + holding.length)));
    const weight = Math.exp(-query.lags[d]! / settings.positionDecay) * idf;
    if (weight < 1e-6) continue;
    for (const s of holding.reverse().slice(0, settings.sessionsPerItem)) {
      const { overlap, match } = found.get(s) ?? { overlap: 0, match: shared };
      found.set(s, { overlap: Math.fround(overlap + weight), match });
    }
  }
  const neighbours = [...found]
    .map(([s, { overlap, match }]) => {
      const weight = Math.exp(-ages[s]! / settings.ageDecayDays) / Math.sqrt(sessions[s]!.length);
      return { s, match, similarity: overlap * Math.fround(weight) };
    })
    .sort((a, b) => b.similarity - a.similarity || a.s - b.s)
    .slice(0, settings.neighbours)
    .filter(({ similarity }) => similarity > 0);
  const scores = new Map<number, number>();
  for (const { s, match, similarity } of neighbours) {
    const items = sessions[s]!;
    const matchAt = items.lastIndexOf(match);
    items.forEach((other, place) => {
      if (other === match) return;
      const vote = similarity * Math.exp(-Math.abs(place - matchAt) / settings.distanceDecay);
      scores.set(other, (scores.get(other) ?? 0) + vote);
    });
  }
  return scores;
}

/** Sessions of item numbers, a day apart. */
function tableOf(sessions: number[][]): EventTable {
  return eventTable(
    sessions.map((items) => items.map(String)),
    { items: Array.from({ length: ITEMS }, (_, i) => `${i}`) },
  );
}

describe('SessionKnnRetriever', () => {
  it('scores as the formulas say, query after query', () => {
    fc.assert(
      fc.property(
        pastSessions,
        fc.array(queryItems, { minLength: 1, maxLength: 4 }),
        settingsOf,
        (sessions, queries, settings) => {
          const known = knownEvents(tableOf(sessions), sessions.length, sessions.length);
          const index = buildSessionIndex(known, DEFAULT_TABLE_SETTINGS);
          const retriever = new SessionKnnRetriever(index, settings, QUERY_EVENTS);
          const out = new CandidateSet(ITEMS, 1, ITEMS, ITEMS);
          const query = new SessionQuery();
          for (const items of queries) {
            query.fromTable(tableOf([items]), 0, items.length);
            out.begin();
            out.openSource(0);
            retriever.retrieve(query, out);
            out.closeSource(ITEMS);
            out.finish();
            const given = new Map(
              Array.from(out.items.subarray(0, out.count), (of, c) => [of, out.scores[0]![c]!]),
            );
            const wanted = expected(sessions, known.ageDays, query, settings);
            expect([...given.keys()].sort((a, b) => a - b)).toEqual([...wanted.keys()].sort((a, b) => a - b));
            for (const [of, score] of given) expect(score / wanted.get(of)!).toBeCloseTo(1, 12);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
