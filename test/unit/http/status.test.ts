import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEventLog } from '../../../src/sessions/event-log.js';
import { NOW_MS, testApp, type TestApp } from '../../support/http-app.js';

let shop: TestApp;
beforeEach(async () => void (shop = await testApp()));
afterEach(() => shop.close());

const EVENT = { session_id: 's1', item_id: 'tea', event_type: 'view', user_id: 'u1' };

describe('GET /session/{session_id}', () => {
  it('shows what is stored', async () => {
    await shop.post('/event', { ...EVENT, event_id: 'e1', metadata: { page: 'home' } });
    const { status, body } = await shop.get('/session/s1');
    expect(status).toBe(200);
    expect(body).toMatchObject({ session_id: 's1', user_id: 'u1', event_count: 1 });
    expect(body.events).toHaveLength(1);
    expect(body.events[0]).toMatchObject({
      item_id: 'tea',
      event_type: 'view',
      event_id: 'e1',
      metadata: { page: 'home' },
    });
    expect(new Date(body.events[0].timestamp).getTime()).toBe(NOW_MS);
  });

  it('says 404 for a session that is not there', async () => {
    expect((await shop.get('/session/none')).body).toMatchObject({ status: 404, code: 'unknown_session' });
  });

  it('is closed in production, unless it is opened', async () => {
    for (const [env, status] of [
      [{ NODE_ENV: 'production' }, 403],
      [{ NODE_ENV: 'production', DEBUG_ENDPOINTS: 'true' }, 404],
    ] as const) {
      const other = await testApp({ env });
      expect((await other.get('/session/none')).status).toBe(status);
      await other.close();
    }
  });
});

describe('erasure', () => {
  function bytesOnDisk(): string {
    return readdirSync(shop.eventLogDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('');
  }
  async function loggedSessions(): Promise<string[]> {
    const sessions: string[] = [];
    for await (const events of readEventLog(shop.eventLogDir))
      sessions.push(...events.map(({ sessionId }) => sessionId));
    return sessions.sort();
  }

  it('of a session leaves nothing of it, and all of the others', async () => {
    for (const session_id of ['gone-1', 'kept-1']) await shop.post('/event', { ...EVENT, session_id });
    const { status, body } = await shop.delete('/session/gone-1');
    expect(status).toBe(200);
    expect(body.status).toBe('success');
    expect(await shop.store.read('gone-1')).toBeNull();
    expect(await loggedSessions()).toEqual(['kept-1']);
    expect(bytesOnDisk()).not.toContain('gone-1');
    expect((await shop.get('/session/gone-1')).status).toBe(404);
    expect((await shop.delete('/session/gone-1')).status).toBe(200);
  });

  it('of a user leaves nothing of any session of theirs', async () => {
    await shop.post('/event', { ...EVENT, session_id: 'gone-1' });
    await shop.post('/event', { ...EVENT, session_id: 'gone-2', user_id: 'u2' });
    await shop.post('/event', { ...EVENT, session_id: 'gone-2' });
    await shop.post('/event', { ...EVENT, session_id: 'kept-1', user_id: 'u2' });
    expect((await shop.delete('/users/u1')).status).toBe(200);
    expect(await shop.store.read('gone-1')).toBeNull();
    expect(await shop.store.read('gone-2')).toBeNull();
    expect(await loggedSessions()).toEqual(['kept-1']);
    expect(bytesOnDisk()).not.toMatch(/gone-\d|"u1"/);
  });

  it('lets the id be used again', async () => {
    await shop.post('/event', EVENT);
    await shop.delete('/session/s1');
    shop.elapse(1000);
    expect((await shop.post('/event', EVENT)).body.event_count).toBe(1);
    expect(await loggedSessions()).toEqual(['s1']);
  });
});

describe('health', () => {
  it('is good while the store answers', async () => {
    expect((await shop.get('/health')).status).toBe(200);
    expect((await shop.get('/ready')).status).toBe(200);
  });

  it('names the cause when the store is away', async () => {
    await shop.store.close();
    const { status, headers, body } = await shop.get('/health');
    expect(status).toBe(503);
    expect(headers['retry-after']).toBeDefined();
    expect(body).toMatchObject({ code: 'store_unavailable' });
    expect(body.detail).toContain('closed');
  });
});

describe('GET /version', () => {
  it('answers exactly the four fields', async () => {
    expect((await shop.get('/version')).body).toEqual({
      api_version: (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
      model_version: '20260101-000000',
      model_trained_at: '2026-01-01T00:00:00.000Z',
      features_count: 0,
    });
  });
});

describe('GET /metrics', () => {
  it('counts requests by route pattern, stages, events and reasons; unknown routes share a label', async () => {
    await shop.post('/event', { ...EVENT, event_id: 'e1' });
    await shop.post('/event', { ...EVENT, event_id: 'e1' });
    await shop.post('/event', { ...EVENT, event_type: 'wish' });
    await shop.post('/recommend', { session_id: 's1' });
    for (let i = 0; i < 50; i++) await shop.get(`/scan/${i}`);
    for (let i = 0; i < 5; i++) await shop.get(`/session/x${i}`);
    const { status, type, text } = await shop.get('/metrics');
    expect(status).toBe(200);
    expect(type).toContain('text/plain');
    for (const series of [
      'nextitem_http_requests_total{route="/event",method="POST",status="200"} 2',
      'nextitem_http_requests_total{route="/event",method="POST",status="400"} 1',
      'nextitem_http_requests_total{route="/session/:session_id",method="GET",status="404"} 5',
      'nextitem_events_total{type="view",outcome="accepted"} 1',
      'nextitem_events_total{type="view",outcome="duplicate"} 1',
      'nextitem_events_total{type="any",outcome="refused"} 1',
      'nextitem_stage_duration_seconds_count{stage="store_append"} 2',
      'nextitem_stage_duration_seconds_count{stage="session_read"} 1',
      'nextitem_stage_duration_seconds_count{stage="candidates"} 1',
      'nextitem_stage_duration_seconds_count{stage="features"} 1',
      'nextitem_stage_duration_seconds_count{stage="ranking"} 1',
    ])
      expect(text).toContain(`${series}\n`);
    expect(text).not.toContain('/scan');
    expect(text.match(/nextitem_http_requests_total\{[^}]*status="404"\} 50/g)).toHaveLength(1);
    expect(text).toMatch(/nextitem_recommendations_total\{reason="\w+"\} \d/);
  });
});

describe('GET /docs', () => {
  it('shows a page that needs nothing from elsewhere', async () => {
    const { status, text } = await shop.get('/docs');
    const page = status === 200 ? text : (await shop.get('/docs/static/index.html')).text;
    expect(page).toContain('swagger');
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('is OpenAPI 3.1 and covers every endpoint', async () => {
    const { body } = await shop.get('/openapi.json');
    expect(body.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(body.paths).sort()).toEqual([
      '/beacon', '/catalogue/categories', '/catalogue/items', '/catalogue/items/{item_id}', '/event', '/events', '/health', '/inspect', '/items/{item_id}/similar', '/live', '/metrics', '/model/reload', '/models', '/models/compare', '/models/{version}', '/popular', '/ready', '/recommend',
      '/session/{session_id}', '/users/{user_id}', '/version',
    ]); // prettier-ignore
    expect(Object.keys(body.paths['/session/{session_id}']).sort()).toEqual(['delete', 'get']);
    const { properties, required } = body.paths['/event'].post.requestBody.content['application/json'].schema;
    expect(required.sort()).toEqual(['event_type', 'item_id', 'session_id']);
    expect(properties.event_type.enum).toEqual(['view', 'click', 'add_to_cart', 'purchase']);
    for (const methods of Object.values(body.paths) as { summary?: string }[][])
      for (const operation of Object.values(methods)) expect(operation.summary).toMatch(/\w/);
  });
});
