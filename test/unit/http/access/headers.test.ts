import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SECURITY_HEADERS } from '../../../../src/http/access/security-headers.js';
import { testApp, type TestApp } from '../../../support/http-app.js';

let shop: TestApp;
afterEach(() => shop.close());

const PAGE = 'https://shop.example';
const ask = (method: 'GET' | 'OPTIONS', headers: Record<string, string>, url = '/popular') =>
  shop.inject({ method, url, headers });
const preflight = (origin: string, url?: string) =>
  ask(
    'OPTIONS',
    { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    url,
  );

describe('security headers', () => {
  it('are on every answer: good, refused, unknown, and broken beyond HTTP', async () => {
    shop = await testApp({ env: { CORS_ORIGINS: PAGE, DEBUG_ENDPOINTS: 'false' } });
    for (const answer of [
      await shop.get('/popular'),
      await shop.get('/health'),
      await shop.get('/metrics'),
      await shop.get('/nothing'),
      await shop.get('/items/%zz/similar'),
      await shop.get(`/items/${'x'.repeat(5000)}/similar`),
      await shop.post('/event', '{'),
      await preflight(PAGE),
    ])
      expect(answer.headers, String(answer.status)).toMatchObject(SECURITY_HEADERS);
    await shop.app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((shop.app.server.address() as AddressInfo).port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write('NONSENSE\r\n\r\n');
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    for (const [name, value] of Object.entries(SECURITY_HEADERS))
      expect(text).toContain(`${name}: ${value}\r\n`);
  });

  it('let the pages of /docs run their own scripts, and nobody else', async () => {
    shop = await testApp();
    const { status, headers } = await shop.get('/docs');
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toMatch(/default-src 'self';.*frame-ancestors 'none'/);
    expect(headers['content-security-policy']).not.toContain("script-src 'unsafe");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('CORS', () => {
  it('is closed unless it is opened', async () => {
    shop = await testApp();
    for (const answer of [await ask('GET', { origin: PAGE }), await preflight(PAGE)])
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect((await preflight(PAGE)).status).toBe(405);
  });

  it('lets scripts of listed pages read answers, refusals too, and no others', async () => {
    shop = await testApp({ env: { CORS_ORIGINS: `${PAGE}, https://www.shop.example` } });
    for (const url of ['/popular', '/nothing', '/popular?k=0']) {
      const { headers } = await ask('GET', { origin: PAGE }, url);
      expect(headers).toMatchObject({ 'access-control-allow-origin': PAGE, vary: 'Origin' });
      expect(headers['access-control-expose-headers']).toContain('retry-after');
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
    const { status, headers } = await preflight('https://www.shop.example', '/event');
    expect(status).toBe(204);
    expect(headers['access-control-allow-origin']).toBe('https://www.shop.example');
    expect(headers['access-control-allow-methods']).toContain('POST');
    expect(headers['access-control-allow-headers']).toContain('authorization');
    for (const origin of ['https://evil.example', `${PAGE}.evil.example`, 'http://shop.example', 'null']) {
      const refused = await ask('GET', { origin });
      expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
      expect(refused.headers.vary).toBe('Origin');
      expect((await preflight(origin)).status).toBe(405);
    }
  });

  it('asks preflights for no key, and lets pages in that a key is bound to', async () => {
    shop = await testApp({ env: { API_KEYS: `web:ingest:${'ab'.repeat(32)}@${PAGE}` } });
    const { status, headers } = await preflight(PAGE, '/event');
    expect([status, headers['access-control-allow-origin']]).toEqual([204, PAGE]);
    const refused = await shop.post('/event', {}, { origin: PAGE });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, PAGE]);
    expect((await preflight('https://evil.example', '/event')).status).toBe(405);
  });

  it('can be open for all', async () => {
    shop = await testApp({ env: { CORS_ORIGINS: '*' } });
    expect((await ask('GET', { origin: PAGE })).headers['access-control-allow-origin']).toBe('*');
  });
});
