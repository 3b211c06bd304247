import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../src/domain/time.js';
import { FeatureLog, readFeatureLog } from '../../../src/recommend/feature-log.js';
import { readEventLog } from '../../../src/sessions/event-log.js';
import { openSessionStore } from '../../../src/sessions/open-session-store.js';
import { type SessionStore } from '../../../src/sessions/session-store.js';
import { NOW_MS, testApp, type TestApp } from '../../support/http-app.js';
import { type RedisServer, startRedis } from '../../support/redis.js';
import { until } from '../../support/served.js';

const EVENT = { session_id: 's1', item_id: 'tea', event_type: 'view' };
const LIMITS = { ttlMs: 24 * HOUR_MS, maxEvents: 200 };
const clock = (): number => NOW_MS;

let redis: RedisServer;
let dir: string;
let shop: TestApp;
beforeAll(async () => void (redis = await startRedis()));
afterAll(() => redis.stop());
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'nextitem-stores-'))));
afterEach(async () => {
  await shop.close();
  await rm(dir, { recursive: true, force: true });
});

const stores: Record<string, () => Promise<SessionStore>> = {
  embedded: () => openSessionStore({ kind: 'embedded', path: join(dir, 'sessions'), limits: LIMITS, clock }),
  redis: async () => {
    await redis.client.flushall();
    const options = { host: '127.0.0.1', port: redis.port, commandTimeoutMs: 500 };
    return openSessionStore({ kind: 'redis', redis: options, limits: LIMITS, clock });
  },
};

async function loggedIds(): Promise<(string | undefined)[]> {
  const ids: (string | undefined)[] = [];
  for await (const events of readEventLog(shop.eventLogDir))
    ids.push(...events.map(({ eventId }) => eventId));
  return ids;
}

describe.each(Object.keys(stores))('the API over the %s store', (kind) => {
  beforeEach(async () => void (shop = await testApp({ dependencies: { store: await stores[kind]!() } })));

  it('counts an event id once, also when it is sent many times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => shop.post('/event', { ...EVENT, event_id: 'e1' })),
    );
    for (const { status, body } of answers) expect([status, body.event_count]).toEqual([200, 1]);
    expect(await loggedIds()).toEqual(['e1']);
  });

  it('counts every one of many events that come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => shop.post('/event', { ...EVENT, event_id: `e${i}` })),
    );
    const counts = answers.map(({ body }) => body.event_count as number).sort((a, b) => a - b);
    expect(counts).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(new Set(await loggedIds()).size).toBe(60);
  });

  it('takes a thousand events in one request, in order', async () => {
    const events = Array.from({ length: 1000 }, (_, i) => ({
      ...EVENT,
      session_id: `s${i % 3}`,
      event_id: `e${i}`,
    }));
    const { status, body } = await shop.post('/events', { events });
    expect(status).toBe(200);
    body.results.forEach((result: object, i: number) =>
      expect(result).toEqual({
        status: 'success',
        session_id: `s${i % 3}`,
        event_count: Math.floor(i / 3) + 1,
      }),
    );
  });

  it.each(['x'.repeat(256), '😀'.repeat(256), 'é', '__proto__', '{a}', 'a b/c?d=e&f#g', '..%2f'])(
    'keeps a session named %s, shows it and erases it',
    async (id) => {
      const event = { ...EVENT, session_id: id, user_id: id, event_id: id, item_id: id };
      expect((await shop.post('/event', event)).body).toEqual({
        status: 'success',
        session_id: id,
        event_count: 1,
      });
      const url = `/session/${encodeURIComponent(id)}`;
      expect((await shop.get(url)).body).toMatchObject({ session_id: id, user_id: id, event_count: 1 });
      expect((await shop.delete(url)).body).toEqual({ status: 'success', sessions: 1 });
      expect((await shop.get(url)).status).toBe(404);
      expect(await loggedIds()).toEqual([]);
    },
  );

  it('keeps what was bought out of recommendations', async () => {
    await shop.post('/event', { ...EVENT, event_type: 'purchase' });
    const { body } = await shop.post('/recommend', { session_id: 's1' });
    expect(body.recommendations.map(({ item_id }: { item_id: string }) => item_id)).not.toContain('tea');
    expect(body).not.toHaveProperty('degraded');
  });
});

describe('erasing a shopper', () => {
  it('erases whole sessions: what came before the login, sessions that live no more, and the feature log', async () => {
    const featureDir = join(dir, 'features');
    const featureLog = new FeatureLog({ dir: featureDir, retentionDays: 1, clock, onDrop: () => {} });
    shop = await testApp({ dependencies: { featureLog } });
    const visit = async (session_id: string, ...users: (string | undefined)[]) => {
      for (const user_id of users) await shop.post('/event', { ...EVENT, session_id, user_id });
      await shop.post('/recommend', { session_id });
    };
    await visit('past', undefined, 'ann');
    shop.elapse(25 * HOUR_MS);
    expect((await shop.get('/session/past')).status).toBe(404);
    await visit('now', undefined, 'ann');
    await visit('other', 'bob');
    await featureLog.flush();

    expect((await shop.delete('/users/ann')).body).toEqual({ status: 'success', sessions: 1 });

    const logged: string[] = [];
    for await (const events of readEventLog(shop.eventLogDir))
      logged.push(...events.map((event) => event.sessionId));
    expect(logged).toEqual(['other']);
    const served: string[] = [];
    for await (const record of readFeatureLog(featureDir)) served.push(record.sessionId);
    expect(served).toEqual(['other']);
    expect((await shop.delete('/users/ann')).body).toEqual({ status: 'success', sessions: 0 });
  });
});

describe('while Redis is away', () => {
  it('refuses events, recommends from memory or popular items, says so everywhere, and recovers without a restart', async () => {
    shop = await testApp({ dependencies: { store: await stores.redis!() } });
    const popular = (await shop.get('/popular')).body.recommendations.map(
      ({ item_id }: { item_id: string }) => item_id,
    );
    await shop.post('/event', { ...EVENT, item_id: 'desk' });

    await redis.kill9();
    for (const answer of [
      await shop.post('/event', { ...EVENT, event_id: 'lost?' }),
      await shop.post('/events', { events: [EVENT, EVENT] }),
      await shop.get('/session/s1'),
      await shop.delete('/session/s1'),
      await shop.delete('/users/u1'),
      await shop.get('/health'),
    ]) {
      expect(answer.status).toBe(503);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.body).toMatchObject({ code: 'store_unavailable' });
      expect(answer.body.detail).toContain(`127.0.0.1:${redis.port}`);
    }
    expect(await loggedIds()).toEqual([undefined]);
    const ready = await shop.get('/ready');
    expect([ready.status, ready.body.status, ready.body.degraded]).toEqual([200, 'ready', true]);
    expect(ready.body.detail).toContain(`127.0.0.1:${redis.port}`);
    const known = await shop.post('/recommend', { session_id: 's1' });
    expect([known.status, known.body.degraded]).toEqual([200, true]);
    expect(known.body.degraded_reasons).toEqual(['store_unavailable', 'session_remembered']);
    expect(known.body.recommendations[0].reason_item_id).toBe('desk');
    const { status, body } = await shop.post('/recommend', { session_id: 'never seen' });
    expect([status, body.degraded]).toEqual([200, true]);
    expect(body.degraded_reasons).toEqual(['store_unavailable', 'session_unknown']);
    expect(body.recommendations.map(({ item_id }: { item_id: string }) => item_id)).toEqual(popular);
    const inline = await shop.post('/recommend', {
      session_id: 's1',
      events: [{ item_id: 'desk', event_type: 'view' }],
    });
    expect(inline.body).not.toHaveProperty('degraded');
    expect((await shop.get('/version')).status).toBe(200);
    expect((await shop.get('/metrics')).text).toContain(
      'nextitem_degraded_recommendations_total{reason="store_unavailable"} 2\n',
    );

    await redis.restart();
    await until(async () => (await shop.get('/health')).status === 200);
    const retried = await shop.post('/event', { ...EVENT, event_id: 'lost?' });
    expect([retried.status, retried.body.status]).toEqual([200, 'success']);
    expect((await shop.post('/recommend', { session_id: 's1' })).body).not.toHaveProperty('degraded');
  });
});
