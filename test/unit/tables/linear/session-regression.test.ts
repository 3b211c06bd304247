import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/domain/random.js';
import {
  type SessionRegression,
  sessionRegression,
} from '../../../../src/tables/linear/session-regression.js';
import { type KnownEvents, knownEvents } from '../../../../src/tables/known-events.js';
import { dense } from '../../../support/dense-ridge.js';
import { eventTable } from '../../../support/event-table.js';

const PARTIAL: SessionRegression = {
  similarity: 0,
  transition: 1,
  context: 'last',
  deltaTrain: 1,
  deltaSession: Infinity,
};
const FULL: SessionRegression = { ...PARTIAL, similarity: 1, transition: 0 };
const q = Math.exp(-1);

function known(sessions: readonly (readonly string[])[]): KnownEvents {
  return knownEvents(eventTable(sessions), sessions.length, sessions.length);
}

function expectMatrix(actual: Float64Array, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
}

describe('sessionRegression', () => {
  it('makes one row of a full session: its distinct items, scaled to the sum 1 in X and binary in Y', () => {
    const { gram, cross } = sessionRegression(known([['a', 'b', 'a']]), FULL);
    expectMatrix(dense(gram), [1 / 4, 1 / 4, 1 / 4, 1 / 4]);
    expectMatrix(dense(cross), [1 / 2, 1 / 2, 1 / 2, 1 / 2]);
  });

  it('predicts what comes after each event from that event', () => {
    const { gram, cross } = sessionRegression(known([['a', 'b', 'c']]), PARTIAL);
    expectMatrix(dense(gram), [1, 0, 0, 0, 1, 0, 0, 0, 0]);
    expectMatrix(dense(cross), [0, 1, q, 0, 0, 1, 0, 0, 0]);
  });

  it('predicts what comes after each event from all before it', () => {
    // Rows of X: a; (q a + b) / (1 + q). Rows of Y: b + q c; c.
    const { gram, cross } = sessionRegression(known([['a', 'b', 'c']]), { ...PARTIAL, context: 'past' });
    const z = 1 + q;
    expectMatrix(dense(gram), [1 + (q / z) ** 2, q / z ** 2, 0, q / z ** 2, 1 / z ** 2, 0, 0, 0, 0]);
    expectMatrix(dense(cross), [0, 1, q + q / z, 0, 0, 1 / z, 0, 0, 0]);
  });

  it('lets a session count less with every day', () => {
    const { gram, cross } = sessionRegression(
      known([
        ['a', 'b'],
        ['a', 'c'],
      ]),
      { ...PARTIAL, deltaSession: 2 },
    );
    const day = Math.exp(-1 / 2);
    expectMatrix(dense(gram), [1 + day, 0, 0, 0, 0, 0, 0, 0, 0]);
    expectMatrix(dense(cross), [0, day, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('adds both parts by their weights and skips sessions of one event', () => {
    const { gram, cross } = sessionRegression(known([['a', 'b'], ['b']]), {
      ...PARTIAL,
      similarity: 0.5,
      transition: 0.5,
    });
    expectMatrix(dense(gram), [5 / 8, 1 / 8, 1 / 8, 1 / 8]);
    expectMatrix(dense(cross), [1 / 4, 3 / 4, 1 / 4, 1 / 4]);
  });

  it.each(['past', 'last'] as const)('equals X and Y written out, context %s', (context) => {
    const random = new Random(7);
    const letters = ['a', 'b', 'c', 'd', 'e'];
    const sessions = Array.from({ length: 12 }, () =>
      Array.from({ length: 2 + random.below(9) }, () => letters[random.below(5)]!),
    );
    const events = known(sessions);
    const regression: SessionRegression = { ...PARTIAL, context, deltaTrain: 0.7, deltaSession: 5 };
    const { gram, cross } = sessionRegression(events, regression);
    const expected = writtenOut(events, regression);
    expectMatrix(dense(gram), expected.gram);
    expectMatrix(dense(cross), expected.cross);
  });
});

/** SLIT as the paper says it: every partial session is a row of X and of Y. */
function writtenOut(events: KnownEvents, { context, deltaTrain, deltaSession }: SessionRegression) {
  const { items } = events;
  const gram = new Array<number>(items * items).fill(0);
  const cross = new Array<number>(items * items).fill(0);
  for (let s = 0; s < events.sessionsEnd; s++) {
    const { sessionOffsets, itemIndex } = events.events;
    const session = itemIndex.subarray(sessionOffsets[s], sessionOffsets[s + 1]);
    const weight = Math.exp(-events.ageDays[s]! / deltaSession);
    for (let t = 0; t + 1 < session.length; t++) {
      const x = new Array<number>(items).fill(0);
      const y = new Array<number>(items).fill(0);
      for (let p = context === 'past' ? 0 : t; p <= t; p++) x[session[p]!]! += Math.exp((p - t) / deltaTrain);
      const sum = x.reduce((total, value) => total + value);
      for (let p = t + 1; p < session.length; p++) y[session[p]!]! += Math.exp((t + 1 - p) / deltaTrain);
      for (let i = 0; i < items; i++) {
        for (let j = 0; j < items; j++) {
          gram[i * items + j]! += (weight * x[i]! * x[j]!) / sum ** 2;
          cross[i * items + j]! += (weight * x[i]! * y[j]!) / sum;
        }
      }
    }
  }
  return { gram, cross };
}
