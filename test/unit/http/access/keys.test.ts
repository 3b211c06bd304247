import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ApiKey, formatApiKey, type Scope } from '../../../../src/config/api-keys.js';
import { hashOf, KeyRing, newKey, presentedKey } from '../../../../src/http/access/key-ring.js';
import { testApp, type TestApp } from '../../../support/http-app.js';

const PAGE = 'https://shop.example';
const KEYS = { web: newKey(), backend: newKey(), admin: newKey() };
const entry = (name: keyof typeof KEYS, scopes: Scope[], origins: string[] = []): string =>
  formatApiKey({ name, scopes, hash: hashOf(KEYS[name]), origins });
const API_KEYS = [
  entry('web', ['ingest'], [PAGE, 'http://localhost:3000']),
  entry('backend', ['ingest', 'read']),
  entry('admin', ['admin']),
].join(',');

const EVENT = { session_id: 's1', item_id: 'tea', event_type: 'view' };
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** One request of each kind. */
const REQUESTS = {
  ingest: [
    ['POST', '/event', EVENT],
    ['POST', '/events', { events: [EVENT] }],
  ],
  read: [
    ['POST', '/recommend', { session_id: 's1' }],
    ['GET', '/popular'],
    ['GET', '/items/tea/similar'],
    ['GET', '/catalogue/categories'],
    ['GET', '/catalogue/items'],
    ['GET', '/catalogue/items/tea'],
    ['HEAD', '/popular'],
  ],
  admin: [
    ['GET', '/session/s1'],
    ['DELETE', '/session/s2'],
    ['DELETE', '/users/u1'],
    ['POST', '/inspect', { events: [] }],
    ['POST', '/model/reload'],
    ['GET', '/models'],
    ['GET', '/models/latest'],
    ['POST', '/models/compare', { base: '20260101-000000', other: '20260101-000000' }],
    ['GET', '/metrics'],
    ['GET', '/openapi.json'],
    ['GET', '/docs/static/swagger-ui.css'],
  ],
  public: [
    ['GET', '/health'],
    ['GET', '/ready'],
    ['GET', '/version'],
  ],
} as const;

async function statuses(shop: TestApp, kind: keyof typeof REQUESTS, headers: Record<string, string> = {}) {
  const found = [];
  for (const [method, url, payload] of REQUESTS[kind]) {
    const { status } = await shop.inject({ method, url, headers, ...(payload && { payload }) });
    found.push(status);
  }
  return [...new Set(found)];
}

describe('with keys, in production', () => {
  let shop: TestApp;
  beforeAll(
    async () => void (shop = await testApp({ env: { NODE_ENV: 'production', API_KEYS }, bundle: true })),
  );
  afterAll(() => shop.close());

  it('what is public needs none; everything else does, and says so', async () => {
    expect(await statuses(shop, 'public')).toEqual([200]);
    for (const kind of ['ingest', 'read', 'admin'] as const)
      expect(await statuses(shop, kind)).toEqual([401]);
    const { headers, body } = await shop.post('/event', EVENT);
    expect(headers['www-authenticate']).toBe('Bearer realm="nextitem"');
    expect(body).toMatchObject({ code: 'key_missing', status: 401 });
  });

  it('a key opens what its scopes say, and nothing else', async () => {
    await shop.post('/event', EVENT, bearer(KEYS.backend));
    for (const [key, open] of [
      [KEYS.backend, ['ingest', 'read']],
      [KEYS.admin, ['admin']],
    ] as const) {
      for (const kind of ['ingest', 'read', 'admin'] as const)
        expect(await statuses(shop, kind, bearer(key)), kind).toEqual([
          (open as readonly string[]).includes(kind) ? 200 : 403,
        ]);
    }
    const { headers, body } = await shop.get('/metrics', bearer(KEYS.backend));
    expect(body).toMatchObject({
      code: 'scope_missing',
      detail: 'it needs the scope admin, and has ingest, read',
    });
    expect(headers['www-authenticate']).toContain('error="insufficient_scope", scope="admin"');
  });

  it('a key may come in either header, and is not taken from elsewhere', async () => {
    const { backend } = KEYS;
    expect((await shop.get('/popular', { 'x-api-key': backend })).status).toBe(200);
    expect((await shop.get('/popular', { authorization: `bearer  ${backend}` })).status).toBe(200);
    expect((await shop.get('/popular', { authorization: 'Basic eDp5', 'x-api-key': backend })).status).toBe(
      200,
    );
    for (const headers of [{ authorization: backend }, { cookie: `key=${backend}` }, { 'x-api-key': '' }])
      expect((await shop.get('/popular', headers as unknown as Record<string, string>)).status).toBe(401);
    expect((await shop.get(`/popular?api_key=${backend}`)).status).toBe(401);
  });

  it.each([
    ['another one', newKey()],
    ['the hash of one', hashOf(KEYS.admin)],
    ['a shorter one', KEYS.admin.slice(0, -1)],
    ['one in other letters', KEYS.admin.toUpperCase()],
    ['an object', '__proto__'],
  ])('%s is not known', async (_, key) => {
    const { status, headers, body } = await shop.get('/metrics', bearer(key));
    expect([status, body.code]).toEqual([401, 'key_unknown']);
    expect(headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it('a key that is bound to pages works from those alone', async () => {
    for (const origin of [PAGE, 'http://localhost:3000'])
      expect(await statuses(shop, 'ingest', { ...bearer(KEYS.web), origin })).toEqual([200]);
    for (const headers of [
      {},
      { origin: 'https://evil.example' },
      { origin: `${PAGE}.evil.example` },
      { origin: 'null' },
    ]) {
      const { status, body } = await shop.post('/event', EVENT, { ...bearer(KEYS.web), ...headers } as Record<
        string,
        string
      >);
      expect([status, body.code]).toEqual([403, 'origin_refused']);
    }
    expect(await statuses(shop, 'read', { ...bearer(KEYS.web), origin: PAGE })).toEqual([403]);
  });

  it('is asked before a body is looked at, and a path that is not there is no secret', async () => {
    expect((await shop.post('/event', '{broken')).status).toBe(401);
    expect((await shop.get('/nothing')).status).toBe(404);
    expect((await shop.inject({ method: 'PATCH', url: '/event' })).status).toBe(405);
  });

  it('never logs a key', async () => {
    await shop.get('/metrics', bearer(KEYS.admin));
    await shop.get(`/${KEYS.admin}`, bearer(KEYS.admin));
    expect(shop.logged()).not.toContain(KEYS.admin);
  });

  it('is in the description of the API', async () => {
    const { body } = await shop.get('/openapi.json', bearer(KEYS.admin));
    expect(Object.keys(body.components.securitySchemes)).toEqual(['bearer', 'header']);
    for (const [path, methods] of Object.entries<Record<string, { security?: object[]; responses: object }>>(
      body.paths,
    )) {
      for (const operation of Object.values(methods)) {
        const isPublic = ['/health', '/ready', '/version'].includes(path);
        expect(operation.security, path).toEqual(isPublic ? undefined : [{ bearer: [] }, { header: [] }]);
        if (!isPublic)
          expect(Object.keys(operation.responses)).toEqual(
            expect.arrayContaining(['401', '403', '429', '503']),
          );
      }
    }
  });
});

describe('what is open', () => {
  let shop: TestApp;
  afterEach(() => shop.close());

  const PRODUCTION = { NODE_ENV: 'production' };
  it.each<[string, Record<string, string>, Record<'docs' | 'metrics' | 'session' | 'read', number>]>([
    ['in development', {}, { docs: 200, metrics: 200, session: 404, read: 200 }],
    ['in production', PRODUCTION, { docs: 403, metrics: 403, session: 403, read: 200 }],
    [
      'there with open metrics',
      { ...PRODUCTION, OPEN_METRICS: 'true' },
      { docs: 403, metrics: 200, session: 403, read: 200 },
    ],
    [
      'there with debug endpoints',
      { ...PRODUCTION, DEBUG_ENDPOINTS: 'true' },
      { docs: 200, metrics: 200, session: 404, read: 200 },
    ],
    ['in development with keys', { API_KEYS }, { docs: 200, metrics: 401, session: 401, read: 401 }],
    [
      'in production with keys',
      { ...PRODUCTION, API_KEYS },
      { docs: 401, metrics: 401, session: 401, read: 401 },
    ],
    [
      'there with open metrics and keys',
      { ...PRODUCTION, API_KEYS, OPEN_METRICS: 'true' },
      { docs: 401, metrics: 200, session: 401, read: 401 },
    ],
    [
      'in development with closed metrics',
      { OPEN_METRICS: 'false' },
      { docs: 200, metrics: 403, session: 404, read: 200 },
    ],
  ])('%s', async (_, env, expected) => {
    shop = await testApp({ env });
    const paths = { docs: '/openapi.json', metrics: '/metrics', session: '/session/none', read: '/popular' };
    const found = Object.fromEntries(
      await Promise.all(
        Object.entries(paths).map(async ([name, path]) => [name, (await shop.get(path)).status]),
      ),
    );
    expect(found).toEqual(expected);
  });

  it('every route of the API is meant to be what it is', async () => {
    shop = await testApp();
    const { body } = await shop.get('/openapi.json');
    const listed = Object.values(REQUESTS)
      .flat()
      .map(
        ([method, url]) =>
          `${method} ${url
            .replace('/items/tea', '/items/{item_id}')
            .replace('/models/latest', '/models/{version}')
            .replace(/\/session\/\w+/, '/session/{session_id}')
            .replace('/users/u1', '/users/{user_id}')}`,
      );
    // The one has no end, the key of the other is in its body: each has a test of its own.
    listed.push('GET /live', 'POST /beacon');
    for (const [path, methods] of Object.entries<object>(body.paths))
      for (const method of Object.keys(methods)) expect(listed).toContain(`${method.toUpperCase()} ${path}`);
  });
});

describe('keys', () => {
  it('are random, long, and found again by their hash alone', () => {
    const keys = Array.from({ length: 100 }, newKey);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^nextitem_[\w-]{43}$/);
    const entries = keys.map((key, i): ApiKey => ({
      name: `k${i}`,
      scopes: ['read'],
      hash: hashOf(key),
      origins: [],
    }));
    const ring = new KeyRing(entries);
    for (const [i, key] of keys.entries()) expect(ring.find(key)).toBe(entries[i]);
    expect(ring.find('')).toBeNull();
    expect(new KeyRing([]).find(keys[0]!)).toBeNull();
    expect(hashOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'); // FIPS 180-2
  });

  it('are read from headers as RFC 6750 writes them', () => {
    expect(presentedKey({ authorization: 'Bearer abc' })).toBe('abc');
    expect(presentedKey({ authorization: 'Bearer abc', 'x-api-key': 'def' })).toBe('abc');
    expect(presentedKey({ authorization: 'Bearer a b' })).toBeNull();
    expect(presentedKey({})).toBeNull();
  });
});
