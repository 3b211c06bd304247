import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatApiKey } from '../../../src/config/api-keys.js';
import { hashOf, newKey } from '../../../src/http/access/key-ring.js';
import { fuzz } from '../../support/request-fuzzer.js';
import { runCommand, type Served } from '../../support/served.js';

const [key, pageKey] = [newKey(), newKey()];
const origin = 'https://shop.example';
let server: Served;
beforeAll(async () => {
  const all = { name: 'all', scopes: ['ingest', 'read', 'admin'], hash: hashOf(key), origins: [] } as const;
  const page = { name: 'page', scopes: ['ingest'], hash: hashOf(pageKey), origins: [origin] } as const;
  server = await runCommand(['serve'], {
    API_KEYS: `${formatApiKey(all)},${formatApiKey(page)}`,
    LOG_LEVEL: 'info',
    DEBUG_ENDPOINTS: 'true',
  });
});
afterAll(() => server.cleanUp());

it('answers whatever is sent without failing, and still works afterwards', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const document = JSON.parse(await server.text('/openapi.json')) as { paths: object };
  const { statuses, failures } = await fuzz(document, {
    host: '127.0.0.1',
    port: server.port,
    requests: 4000,
    seed,
    key,
    page: { key: pageKey, origin },
  });
  expect(failures, `seed ${seed}`).toEqual([]);
  // It got through to every operation: a fuzzer that is always refused at the door shows nothing.
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
  );
  for (const operation of operations) {
    const seen = [...(statuses.get(operation)?.keys() ?? [])];
    expect(
      seen.some((status) => status === '200' || status === '404'),
      operation,
    ).toBe(true);
  }
  expect(server.child.exitCode).toBeNull();
  expect(JSON.parse(await server.text('/ready'))).toMatchObject({ status: 'ready' });
});
