import { describe, expect, it } from 'vitest';
import { type SessionEvent } from '../../../src/domain/event.js';
import { StringColumn, StringIndex } from '../../../src/domain/string-column.js';
import { SessionQuery } from '../../../src/retrieval/session-query.js';
import { SessionVector } from '../../../src/retrieval/session-vector.js';
import { ONE } from '../../../src/tables/embedding/session-embedding.js';
import { handMadeEmbedding } from '../../support/hand-made-embedding.js';

const ids = StringIndex.of(StringColumn.from(['a', 'b', 'c', 'new']));
const embedding = handMadeEmbedding([[1], [0, 1], [0.6, 0.8], null], [1, 0.5, 0.25]);

function queryOf(...items: string[]): SessionQuery {
  const events = items.map((itemId, i): SessionEvent => ({ itemId, eventType: 'view', timestampMs: i }));
  return new SessionQuery().fromSession({ sessionId: 's', events, eventCount: events.length }, ids);
}

function encode(...items: string[]): number[] | null {
  const vector = new SessionVector(embedding);
  return vector.encode(queryOf(...items))
    ? Array.from(vector.index.session.subarray(0, 3), (value) => value / ONE)
    : null;
}

function expectVector(actual: number[] | null, expected: readonly number[]): void {
  const length = Math.hypot(...expected);
  expect(actual).not.toBeNull();
  expected.forEach((value, k) => expect(actual![k]).toBeCloseTo(value / length, 4));
}

describe('SessionVector', () => {
  it('adds up the gated vectors of the last events, the last one at lag 0', () => {
    expectVector(encode('a'), [1, 0]);
    expectVector(encode('a', 'b'), [0.5, 1]);
    expectVector(encode('c', 'a', 'b'), [0.5 + 0.25 * 0.6, 1 + 0.25 * 0.8]);
  });

  it('counts a repeated item once per event, and none beyond the window', () => {
    expectVector(encode('b', 'a', 'a'), [1.5, 0.25]);
    expectVector(encode('c', 'c', 'b', 'a', 'a'), [1.5, 0.25]);
  });

  it('keeps the lags of the others where an item is unknown or has no vector', () => {
    expectVector(encode('a', 'not in the shop', 'b'), [0.25, 1]);
    expectVector(encode('a', 'new', 'b'), [0.25, 1]);
    expectVector(encode('a', 'b', 'new'), [0.25, 0.5]);
  });

  it('has no vector where no event of the window has one', () => {
    expect(encode()).toBeNull();
    expect(encode('new')).toBeNull();
    expect(encode('not in the shop')).toBeNull();
    expect(encode('a', 'new', 'new', 'new')).toBeNull();
  });

  it('forgets the session before', () => {
    const vector = new SessionVector(embedding);
    vector.encode(queryOf('b', 'c'));
    vector.encode(queryOf('a'));
    expect([...vector.index.session.subarray(0, 3)]).toEqual([ONE, 0, 0]);
  });
});
