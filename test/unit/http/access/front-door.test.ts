import { createServer, request, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { frontDoor } from '../../../../src/http/access/front-door.js';
import { LoadShedder } from '../../../../src/http/access/load-shedder.js';
import { Metrics } from '../../../../src/observability/metrics.js';

let server: Server | null = null;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** A server that has too much to do: its clock goes on by a second whenever it looks. */
async function overloaded(allowedOrigins: readonly string[] = []) {
  let now = 0;
  const metrics = new Metrics(false);
  const shedder = new LoadShedder({ maxQueueMs: 1, maxConcurrent: 10 }, () => (now += 1000));
  // Those that come in one round of the event loop wait for each other; here one comes twice.
  const door = frontDoor(
    (_, response) => void response.end('let in'),
    shedder,
    metrics,
    new Set(allowedOrigins),
  );
  server = createServer((incoming, response) => {
    shedder.onArrival();
    shedder.onArrival();
    door(incoming, response);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ask = (method: string, path: string, headers = {}) =>
    new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
      const asked = request({ port, method, path, headers, agent: false }, (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => (body += text));
        answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body }));
      });
      asked.on('error', reject).end(method === 'POST' ? '{"session_id":"s"}' : undefined);
    });
  return { ask, metrics };
}

describe('frontDoor', () => {
  it('refuses with a problem that says when to come again', async () => {
    const { ask, metrics } = await overloaded();
    const { status, headers, body } = await ask('POST', '/recommend');
    expect(status).toBe(503);
    expect(headers).toMatchObject({
      'retry-after': '1',
      'content-type': 'application/problem+json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect(JSON.parse(body)).toMatchObject({ code: 'overloaded', status: 503 });
    const text = await metrics.registry.metrics();
    expect(text).toContain('nextitem_shed_requests_total{reason="queue"} 1');
    expect(text).toMatch(/nextitem_http_requests_total\{route="\(shed\)",method="POST",status="503"\} 1/);
  });

  it('lets operators in, and what browsers ask before a request', async () => {
    const { ask } = await overloaded();
    for (const [method, path] of [
      ['GET', '/health'],
      ['GET', '/ready?verbose=1'],
      ['GET', '/metrics'],
      ['OPTIONS', '/recommend'],
    ] as const)
      expect((await ask(method, path)).body).toBe('let in');
    for (const path of ['/popular', '/nowhere', '/health/../popular'])
      expect((await ask('GET', path)).status).toBe(503);
  });

  it('lets pages of allowed origins read the refusal', async () => {
    const { ask } = await overloaded(['https://shop.example']);
    const mine = await ask('POST', '/event', { origin: 'https://shop.example' });
    expect(mine.headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-expose-headers': expect.stringContaining('retry-after') as string,
      vary: 'Origin',
    });
    const other = await ask('POST', '/event', { origin: 'https://other.example' });
    expect(other.headers).not.toHaveProperty('access-control-allow-origin');
    expect(other.headers).toMatchObject({ vary: 'Origin' });
  });
});
