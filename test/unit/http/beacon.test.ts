import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatApiKey } from '../../../src/config/api-keys.js';
import { hashOf, newKey } from '../../../src/http/access/key-ring.js';
import { MemoryStore } from '../../../src/sessions/memory-store.js';
import { NextItemError } from '../../../src/errors.js';
import { NOW_MS, testApp, type TestApp } from '../../support/http-app.js';

const PAGE = 'https://shop.example';
const KEYS = { page: newKey(), reader: newKey(), backend: newKey() };
const API_KEYS = [
  formatApiKey({ name: 'page', scopes: ['ingest'], hash: hashOf(KEYS.page), origins: [PAGE] }),
  formatApiKey({ name: 'reader', scopes: ['read'], hash: hashOf(KEYS.reader), origins: [PAGE] }),
  formatApiKey({ name: 'backend', scopes: ['ingest'], hash: hashOf(KEYS.backend), origins: [] }),
].join(',');

const EVENT = { session_id: 's1', item_id: 'tea', event_type: 'view', event_id: 'e1' };

let shop: TestApp;
beforeEach(async () => void (shop = await testApp()));
afterEach(() => shop.close());

const beacon = (body: unknown, headers: Record<string, string> = {}) =>
  shop.inject({
    method: 'POST',
    url: '/beacon',
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('POST /beacon', () => {
  it('stores events with the time they happened, each once', async () => {
    const events = [
      { ...EVENT, age_ms: 60_000 },
      { ...EVENT, event_id: 'e2', item_id: 'pot', metadata: { page: 'home' } },
    ];
    expect(await beacon({ events })).toMatchObject({ status: 200, body: { stored: 2, refused: [] } });
    expect(await beacon({ events })).toMatchObject({ status: 200, body: { stored: 2, refused: [] } });
    expect((await shop.get('/session/s1')).body.events).toEqual([
      { item_id: 'tea', event_type: 'view', timestamp: NOW_MS - 60_000, event_id: 'e1' },
      { item_id: 'pot', event_type: 'view', timestamp: NOW_MS, event_id: 'e2', metadata: { page: 'home' } },
    ]);
  });

  it('refuses wrong events one by one and says where', async () => {
    const { status, body } = await beacon({
      events: [
        EVENT,
        { ...EVENT, event_id: undefined },
        { ...EVENT, timestamp: 1 },
        { ...EVENT, age_ms: -1 },
        { ...EVENT, age_ms: 86_400_001 },
        null,
      ],
    });
    expect([status, body.stored]).toEqual([200, 1]);
    expect(
      body.refused.map(({ code, where }: { code: string; where: string }) => `${code} ${where}`),
    ).toEqual([
      'invalid_request body.events[1].event_id',
      'invalid_request body.events[2].timestamp',
      'invalid_request body.events[3].age_ms',
      'invalid_request body.events[4].age_ms',
      'invalid_request body.events[5]',
    ]);
  });

  it.each([
    '',
    'tea',
    '{"events": []}',
    '{"events": [{}], "more": 1}',
    '{"events": [{}], "__proto__": {}}',
    '[]',
  ])('refuses %j', async (text) => {
    expect((await beacon(text)).status).toBe(400);
  });

  it('says 503 when one of the events could not be stored, so that all are sent again', async () => {
    class HalfAway extends MemoryStore {
      override appendBatch(...[events]: Parameters<MemoryStore['appendBatch']>) {
        const away = new NextItemError('store_unavailable', 'half of it is away');
        return super.appendBatch(events).then(([first]) => [first!, away]);
      }
    }
    await shop.close();
    shop = await testApp({ dependencies: { store: new HalfAway({ ttlMs: 60_000, maxEvents: 50 }, () => NOW_MS) } }); // prettier-ignore
    const { status, body, headers } = await beacon({ events: [EVENT, { ...EVENT, event_id: 'e2' }] });
    expect([status, body.code, headers['retry-after']]).toEqual([503, 'store_unavailable', '1']);
  });

  it('is the only route that takes text/plain', async () => {
    for (const url of ['/event', '/events', '/recommend', '/inspect'])
      expect(
        (await shop.inject({ method: 'POST', url, headers: { 'content-type': 'text/plain' }, payload: '{}' }))
          .status,
        url,
      ).toBe(415);
    expect((await beacon({ events: [EVENT] }, { 'content-type': 'text/html' })).status).toBe(415);
    expect((await beacon({ events: [EVENT] }, { 'content-type': 'application/json' })).status).toBe(200);
  });
});

describe('the key of a page', () => {
  beforeEach(async () => {
    await shop.close();
    shop = await testApp({ env: { API_KEYS, KEY_RATE_LIMIT: '4', RATE_LIMIT_BURST_SECONDS: '1' } });
  });
  const origin = { origin: PAGE };

  it('is in the body, and bound to the origin of the page', async () => {
    const { status, headers } = await beacon({ key: KEYS.page, events: [EVENT] }, origin);
    expect([status, headers['access-control-allow-origin']]).toEqual([200, PAGE]);
  });

  it.each([
    ['none', undefined, origin, 401, 'key_missing'],
    ['no text', 7, origin, 401, 'key_missing'],
    ['an unknown one', newKey(), origin, 401, 'key_unknown'],
    ['one that may not tell', KEYS.reader, origin, 403, 'scope_missing'],
    ['from another page', KEYS.page, { origin: 'https://evil.example' }, 403, 'origin_refused'],
    ['from no page', KEYS.page, {}, 403, 'origin_refused'],
    ['one that is bound to nothing', KEYS.backend, origin, 403, 'origin_refused'],
  ])('%s is refused', async (_name, key, headers, status, code) => {
    const answer = await beacon({ key, events: [EVENT] }, headers as Record<string, string>);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.text).not.toContain(String(key ?? 'nextitem_'));
  });

  it('is not taken from a header, nor from a body of another route', async () => {
    const bearer = { authorization: `Bearer ${KEYS.page}` };
    expect((await beacon({ events: [EVENT] }, { ...origin, ...bearer })).body.code).toBe('key_missing');
    const answer = await shop.post('/event', { key: KEYS.page, ...EVENT }, origin);
    expect(answer.body.code).toBe('key_missing');
  });

  it('has a rate like any other', async () => {
    const statuses = [];
    for (let n = 0; n < 6; n++)
      statuses.push((await beacon({ key: KEYS.page, events: [EVENT] }, origin)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  });

  it('is never logged', async () => {
    await beacon({ key: KEYS.page, events: [EVENT] }, origin);
    await beacon(`{"key": "${KEYS.page}", `, origin);
    expect(shop.logged()).not.toContain(KEYS.page);
  });
});
