import { afterEach, describe, expect, it } from 'vitest';
import { formatApiKey } from '../../../../src/config/api-keys.js';
import { hashOf, newKey } from '../../../../src/http/access/key-ring.js';
import { testApp, type TestApp } from '../../../support/http-app.js';

let shop: TestApp;
afterEach(() => shop.close());

const from = (remoteAddress: string, headers: Record<string, string> = {}) =>
  shop.inject({ method: 'GET', url: '/popular', remoteAddress, headers });

describe('a rate for addresses', () => {
  it('holds for each by itself, and says when to come back', async () => {
    shop = await testApp({ env: { ADDRESS_RATE_LIMIT: '0.5', RATE_LIMIT_BURST_SECONDS: '4' } });
    expect([(await from('10.0.0.1')).status, (await from('10.0.0.1')).status]).toEqual([200, 200]);
    const { status, headers, body } = await from('10.0.0.1');
    expect([status, body.code, headers['retry-after']]).toEqual([429, 'rate_limited', '2']);
    expect((await from('10.0.0.2')).status).toBe(200);
    shop.elapse(2000);
    expect([(await from('10.0.0.1')).status, (await from('10.0.0.1')).status]).toEqual([200, 429]);
    expect((await shop.get('/metrics')).text).toContain(
      'nextitem_rate_limited_requests_total{by="address"} 2\n',
    );
  });

  it('believes in X-Forwarded-For only what a trusted proxy says', async () => {
    const env = { ADDRESS_RATE_LIMIT: '1', RATE_LIMIT_BURST_SECONDS: '1' };
    const forwarded = (address: string) => ({ 'x-forwarded-for': address });
    shop = await testApp({ env });
    expect((await from('10.0.0.1', forwarded('1.1.1.1'))).status).toBe(200);
    expect((await from('10.0.0.1', forwarded('2.2.2.2'))).status).toBe(429);
    await shop.close();

    shop = await testApp({ env: { ...env, TRUST_PROXY: '10.0.0.0/8, loopback' } });
    expect((await from('10.0.0.1', forwarded('1.1.1.1'))).status).toBe(200);
    expect((await from('10.0.0.1', forwarded('2.2.2.2'))).status).toBe(200);
    expect((await from('10.0.0.1', forwarded('9.9.9.9, 2.2.2.2'))).status).toBe(429); // the client wrote the first one
    expect((await from('11.0.0.1', forwarded('3.3.3.3'))).status).toBe(200);
    expect((await from('11.0.0.1', forwarded('4.4.4.4'))).status).toBe(429);
    expect((await from('10.0.0.1', forwarded('nonsense'))).status).toBe(200);
    expect((await from('10.0.0.1', forwarded('other nonsense'))).status).toBe(429);
  });
});

it('a rate for keys holds for each key, from wherever it is used', async () => {
  const [one, two] = [newKey(), newKey()];
  const API_KEYS = [one, two]
    .map((key, i) => formatApiKey({ name: `key-${i}`, scopes: ['read'], hash: hashOf(key), origins: [] }))
    .join(' ');
  shop = await testApp({
    env: { API_KEYS, KEY_RATE_LIMIT: '1', RATE_LIMIT_BURST_SECONDS: '1', OPEN_METRICS: 'true' },
  });
  expect((await from('10.0.0.1', { 'x-api-key': one })).status).toBe(200);
  const { status, headers, body } = await from('10.0.0.2', { 'x-api-key': one });
  expect([status, headers['retry-after']]).toEqual([429, '1']);
  expect(body.detail).toContain('key');
  expect((await from('10.0.0.1', { 'x-api-key': two })).status).toBe(200);
  expect((await shop.get('/metrics')).text).toContain('nextitem_rate_limited_requests_total{by="key"} 1\n');
});

it('nobody is limited unless it is set', async () => {
  shop = await testApp();
  for (let i = 0; i < 200; i++) expect((await from('10.0.0.1')).status).toBe(200);
});
