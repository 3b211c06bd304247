import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, SECOND_MS } from '../../../src/domain/time.js';
import { type LoggedEvent, readEventLog } from '../../../src/sessions/event-log.js';
import { NOW_MS, testApp, type TestApp } from '../../support/http-app.js';

let shop: TestApp;
beforeEach(async () => void (shop = await testApp()));
afterEach(() => shop.close());

const EVENT = { session_id: 's1', item_id: 'tea', event_type: 'view' };

async function loggedEvents(): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for await (const batch of readEventLog(shop.eventLogDir)) events.push(...batch);
  return events;
}

describe('POST /event', () => {
  it('answers exactly status, session and count', async () => {
    const first = await shop.post('/event', EVENT);
    expect(first.status).toBe(200);
    expect(first.type).toContain('application/json');
    expect(first.body).toEqual({ status: 'success', session_id: 's1', event_count: 1 });
    expect((await shop.post('/event', EVENT)).body).toEqual({
      status: 'success',
      session_id: 's1',
      event_count: 2,
    });
  });

  it('keeps everything it was sent, in the session and in the log', async () => {
    const metadata = { page: 'home', nested: { list: [1, null, 'ü'] } };
    const { status } = await shop.post('/event', {
      ...EVENT,
      user_id: 'u1',
      event_type: 'add_to_cart',
      timestamp: NOW_MS - SECOND_MS,
      event_id: 'e1',
      metadata,
      recommendation_id: 'r1',
    });
    expect(status).toBe(200);
    const kept = {
      itemId: 'tea',
      eventType: 'add_to_cart',
      timestampMs: NOW_MS - SECOND_MS,
      eventId: 'e1',
      metadata,
    };
    const session = await shop.store.read('s1');
    expect(session).toMatchObject({ sessionId: 's1', userId: 'u1', eventCount: 1 });
    expect(session!.events[0]).toMatchObject(kept);
    const [event] = await loggedEvents();
    expect(event).toMatchObject({
      ...kept,
      sessionId: 's1',
      userId: 'u1',
      recommendationId: 'r1',
      receivedAtMs: NOW_MS,
    });
  });

  it('counts an event id once, and logs it once', async () => {
    for (let i = 0; i < 3; i++)
      expect((await shop.post('/event', { ...EVENT, event_id: 'e1' })).body.event_count).toBe(1);
    expect((await shop.post('/event', { ...EVENT, session_id: 's2', event_id: 'e1' })).body.event_count).toBe(
      1,
    );
    expect((await loggedEvents()).map(({ sessionId }) => sessionId)).toEqual(['s1', 's2']);
  });

  it('takes items the model does not know', async () => {
    expect((await shop.post('/event', { ...EVENT, item_id: 'brand new' })).status).toBe(200);
  });

  it.each([
    ['2026-06-01T11:59:00Z', Date.UTC(2026, 5, 1, 11, 59)],
    ['2026-06-01t11:59:00.25z', Date.UTC(2026, 5, 1, 11, 59, 0, 250)],
    ['2026-06-01T13:59:00+02:00', Date.UTC(2026, 5, 1, 11, 59)],
    ['2026-06-01T06:29:00.123456-05:30', Date.UTC(2026, 5, 1, 11, 59, 0, 123)],
    [NOW_MS - 1, NOW_MS - 1],
  ])('reads the timestamp %s', async (timestamp, timeMs) => {
    expect((await shop.post('/event', { ...EVENT, timestamp })).status).toBe(200);
    expect((await shop.store.read('s1'))!.events[0]!.timestampMs).toBe(timeMs);
  });

  it('takes now for a missing timestamp', async () => {
    await shop.post('/event', EVENT);
    expect((await shop.store.read('s1'))!.events[0]!.timestampMs).toBe(NOW_MS);
  });

  it.each([
    ['yesterday'], ['2026-06-01'], ['2026-06-01T11:59:00'], ['2026-02-30T10:00:00Z'], ['2026-06-01T25:00:00Z'], [''],
    ['1780315200000'], [NOW_MS + 301 * SECOND_MS], [NOW_MS - 366 * DAY_MS], [NOW_MS / 1000], [0], [-1], [9e15],
    ['2030-01-01T00:00:00Z'], ['1999-01-01T00:00:00Z'],
  ])('refuses the timestamp %j', async (timestamp) => {
    const { status, body } = await shop.post('/event', { ...EVENT, timestamp });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_timestamp' });
    expect(body.where).toContain('timestamp');
    expect(await shop.store.read('s1')).toBeNull();
  }); // prettier-ignore

  it('takes a timestamp at the very edge of what is allowed', async () => {
    for (const timestamp of [NOW_MS + 300 * SECOND_MS, NOW_MS - 365 * DAY_MS])
      expect((await shop.post('/event', { ...EVENT, timestamp })).status).toBe(200);
  });

  const deep = (levels: number): unknown => (levels === 0 ? 1 : { inner: deep(levels - 1) });
  it.each<[string, string, object]>([
    ['a missing session', 'session_id', { session_id: undefined }],
    ['a missing item', 'item_id', { item_id: undefined }],
    ['a missing type', 'event_type', { event_type: undefined }],
    ['an unknown type', 'event_type', { event_type: 'wish' }],
    ['a type by its code', 'event_type', { event_type: 0 }],
    ['an unknown field', 'colour', { colour: 'red' }],
    ['a number for an id', 'item_id', { item_id: 42 }],
    ['null for an id', 'user_id', { user_id: null }],
    ['an empty id', 'session_id', { session_id: '' }],
    ['an over-long id', 'item_id', { item_id: 'x'.repeat(257) }],
    ['a control character', 'session_id', { session_id: 'a\u0000b' }],
    ['a line break', 'item_id', { item_id: 'a\nb' }],
    ['a C1 control character', 'item_id', { item_id: 'a\u0085b' }],
    ['half a surrogate pair', 'item_id', { item_id: 'a\ud800' }],
    ['metadata that is a list', 'metadata', { metadata: [1] }],
    ['metadata that is a text', 'metadata', { metadata: 'x' }],
    ['metadata that is too deep', 'metadata', { metadata: deep(20) }],
    ['metadata that is too large', 'metadata', { metadata: { x: 'x'.repeat(20_000) } }],
    ['a fraction of a millisecond', 'timestamp', { timestamp: NOW_MS - 0.5 }],
    ['a timestamp that is a switch', 'timestamp', { timestamp: true }],
    ['an over-long event id', 'event_id', { event_id: 'x'.repeat(257) }],
  ])('refuses %s and says where', async (_, field, change) => {
    const { status, type, body } = await shop.post('/event', { ...EVENT, ...change });
    expect(status).toBe(400);
    expect(type).toContain('application/problem+json');
    expect(body).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(body.where).toContain(field);
    for (const text of [body.type, body.title, body.detail, body.fix, body.request_id])
      expect(text).toMatch(/\w/);
    expect(await loggedEvents()).toEqual([]);
  });

  it('takes ids of 256 characters, whatever these are in bytes', async () => {
    for (const character of ['x', 'é', '😀'])
      expect((await shop.post('/event', { ...EVENT, session_id: character.repeat(256) })).status).toBe(200);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '..', '{x}', 'a b', '%2F'])(
    'takes %s for an id like any other',
    async (id) => {
      const event = { session_id: id, item_id: id, event_type: 'view', user_id: id, event_id: id };
      expect((await shop.post('/event', event)).body).toEqual({
        status: 'success',
        session_id: id,
        event_count: 1,
      });
      expect((await shop.post('/recommend', { session_id: id })).status).toBe(200);
    },
  );

  it('says 503 and when to retry while the store is away', async () => {
    await shop.store.close();
    const { status, headers, body } = await shop.post('/event', EVENT);
    expect(status).toBe(503);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(body.code).toBe('store_unavailable');
    expect(await loggedEvents()).toEqual([]);
  });

  it('acknowledges nothing that the log did not take, and logs it at the retry', async () => {
    await rm(shop.eventLogDir, { recursive: true });
    const event = { ...EVENT, event_id: 'e1' };
    const refused = await shop.post('/event', event);
    expect(refused.status).toBe(503);
    expect(refused.body.code).toBe('event_log_unavailable');
    expect(refused.headers['retry-after']).toBeDefined();

    const { mkdir } = await import('node:fs/promises');
    await mkdir(shop.eventLogDir);
    expect((await shop.post('/event', event)).body).toEqual({
      status: 'success',
      session_id: 's1',
      event_count: 1,
    });
    expect((await loggedEvents()).map(({ eventId }) => eventId)).toEqual(['e1']);
  });
});

describe('POST /events', () => {
  it('answers one result per event, in order, and takes the good ones', async () => {
    const { status, body } = await shop.post('/events', {
      events: [
        { ...EVENT, event_id: 'a' },
        { ...EVENT, event_type: 'wish' },
        42,
        { ...EVENT, session_id: 's2' },
        { ...EVENT, event_id: 'a' },
        { ...EVENT, timestamp: 'never' },
        { ...EVENT, extra: 1 },
        null,
        EVENT,
      ],
    });
    expect(status).toBe(200);
    const outcome = body.results.map(
      (result: { code?: string; event_count?: number }) => result.code ?? result.event_count,
    );
    expect(outcome).toEqual([
      1, 'invalid_request', 'invalid_request', 1, 1, 'invalid_timestamp', 'invalid_request', 'invalid_request', 2,
    ]); // prettier-ignore
    expect(body.results[0]).toEqual({ status: 'success', session_id: 's1', event_count: 1 });
    expect(body.results[1].where).toContain('event_type');
    expect(body.results[1].detail).toMatch(/\w/);
    expect((await shop.store.read('s1'))!.eventCount).toBe(2);
    expect((await loggedEvents()).length).toBe(3);
  });

  it('takes 1,000 events and refuses 1,001 or none', async () => {
    const many = (length: number) => ({
      events: Array.from({ length }, (_, i) => ({ ...EVENT, session_id: `s${i % 7}` })),
    });
    const { status, body } = await shop.post('/events', many(1000));
    expect(status).toBe(200);
    expect(body.results).toHaveLength(1000);
    expect(body.results.every(({ status: each }: { status: string }) => each === 'success')).toBe(true);
    for (const length of [1001, 0])
      expect((await shop.post('/events', many(length))).body.code).toBe('invalid_request');
  });

  it.each([[{}], [{ events: {} }], [{ events: [EVENT], extra: 1 }], [[EVENT]]])(
    'refuses the body %j',
    async (body) => {
      expect((await shop.post('/events', body)).body).toMatchObject({ status: 400, code: 'invalid_request' });
    },
  );

  it('reports every event as failed while the store is away', async () => {
    await shop.store.close();
    const { status, body, headers } = await shop.post('/events', { events: [EVENT, EVENT] });
    if (status === 503) {
      expect(headers['retry-after']).toBeDefined();
      expect(body.code).toBe('store_unavailable');
    } else {
      expect(body.results.map(({ code }: { code: string }) => code)).toEqual([
        'store_unavailable',
        'store_unavailable',
      ]);
    }
  });
});
