import { connect } from 'node:net';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../../../src/errors.js';
import { testApp, type TestApp } from '../../support/http-app.js';

let shop: TestApp;
beforeAll(
  async () => void (shop = await testApp({ env: { BODY_LIMIT_BYTES: '2048', REQUEST_TIMEOUT_MS: '1000' } })),
);
afterAll(() => shop.close());

const EVENT = { session_id: 's1', item_id: 'tea', event_type: 'view' };

/** An error answer as the catalogue has it. */
function expectProblem(answer: Awaited<ReturnType<TestApp['get']>>, code: keyof typeof ERRORS): void {
  const { status, title, fix } = ERRORS[code];
  expect(answer.status).toBe(status);
  expect(answer.type).toContain('application/problem+json');
  expect(answer.body).toMatchObject({ code, status, title, fix });
  for (const field of ['type', 'detail', 'request_id']) expect(answer.body[field], field).toMatch(/\w/);
}

describe('bodies', () => {
  it.each([
    ['nothing', ''],
    ['half an object', '{"session_id": "s1"'],
    ['two objects', '{}{}'],
    ['a trailing comma', '{"session_id": "s1",}'],
    ['XML', '<event/>'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    [
      'a cut-off UTF-8 sequence',
      Buffer.concat([Buffer.from('{"session_id":"'), Buffer.from([0xc3]), Buffer.from('"}')]),
    ],
    [
      'a prototype',
      '{"session_id":"s1","item_id":"a","event_type":"view","metadata":{"__proto__":{"admin":true}}}',
    ],
    ['a constructor', '{"constructor":{"prototype":{"admin":true}}}'],
  ])('%s is no JSON we take', async (_, body) => {
    expectProblem(await shop.post('/event', body), 'invalid_json');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each(['null', '[]', '"text"', '5', 'true'])('%s is JSON, but no request', async (body) => {
    for (const url of ['/event', '/events', '/recommend'])
      expectProblem(await shop.post(url, body), 'invalid_request');
  });

  it('of more than the limit are refused', async () => {
    const metadata = { x: 'x'.repeat(3000) };
    for (const url of ['/event', '/events', '/recommend'])
      expectProblem(await shop.post(url, { ...EVENT, metadata }), 'body_too_large');
  });

  it('nested a hundred thousand times are refused, not a crash', async () => {
    const deep = await testApp();
    const body = `{"session_id":"s","item_id":"a","event_type":"view","metadata":{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`;
    expectProblem(await deep.post('/event', body), 'invalid_request');
    await deep.close();
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
  ])('of type %s are refused', async (type) =>
    expectProblem(await shop.post('/event', '{}', { 'content-type': type }), 'unsupported_media_type'),
  );

  it('of JSON with a charset parameter are taken', async () => {
    const { status } = await shop.post('/event', EVENT, {
      'content-type': 'application/json; charset=utf-8',
    });
    expect(status).toBe(200);
  });
});

describe('addresses', () => {
  it.each(['/', '/nothing', '/event/', '/items/tea', '/items//similar/x', '/session'])(
    '%s leads nowhere',
    async (url) => {
      expectProblem(await shop.get(url), 'not_found');
    },
  );

  it.each([
    ['GET', '/event', 'POST'],
    ['PUT', '/recommend', 'POST'],
    ['DELETE', '/events', 'POST'],
    ['PATCH', '/session/s1', 'DELETE'],
    ['POST', '/popular', 'GET'],
    ['OPTIONS', '/items/tea/similar', 'GET'],
    ['GET', '/users/u1', 'DELETE'],
  ] as const)('%s %s is answered with the methods there are', async (method, url, allowed) => {
    const response = await shop.app.inject({ method, url });
    expect(response.statusCode).toBe(405);
    expect(String(response.headers.allow).split(', ')).toContain(allowed);
    expect(response.json()).toMatchObject({ code: 'method_not_allowed' });
  });

  it.each(['/session/%', '/session/%zz', '/items/%E0%A4%A/similar', '/%c0'])(
    '%s is not encoded properly',
    async (url) => {
      const { status, type, body } = await shop.get(url);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(type).toContain('application/problem+json');
      expect(body.request_id).toMatch(/\w/);
    },
  );

  it.each(['x'.repeat(257), 'x'.repeat(10_000), encodeURIComponent('😀'.repeat(257)), 'a%00b', 'a%0Ab'])(
    'ids in addresses have the limits of ids in bodies: %s',
    async (id) => {
      for (const url of [`/session/${id}`, `/items/${id}/similar`, `/popular?category=${id}`])
        expectProblem(await shop.get(url), 'invalid_request');
      expectProblem(await shop.delete(`/users/${id}`), 'invalid_request');
    },
  );

  it('take ids of 256 characters of any kind', async () => {
    for (const character of ['x', 'ä', '😀']) {
      const { status } = await shop.delete(`/session/${encodeURIComponent(character.repeat(256))}`);
      expect(status, character).toBe(200);
    }
  });
});

describe('broken HTTP', () => {
  /** What a real server answers to these bytes. */
  async function answerTo(bytes: string, end = true): Promise<string> {
    const { port } = shop.app.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', () => {});
    if (end) socket.end(bytes);
    else socket.write(bytes);
    await new Promise((resolve) => socket.once('close', resolve));
    return answer;
  }
  beforeAll(async () => void (await shop.app.listen({ host: '127.0.0.1', port: 0 })));

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    [
      'two lengths',
      'POST /event HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      400,
    ],
    [
      'a length and chunks',
      'POST /event HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na',
      400,
    ],
    ['an over-long address', `GET /items/${'x'.repeat(40_000)}/similar HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['enormous headers', `GET /health HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ])('%s gets a problem and the end of the connection', async (_, bytes, status) => {
    const answer = await answerTo(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json');
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
    expect(body).toMatchObject({ status });
  });

  it.each([
    ['in the middle of its headers', 'POST /event HTTP/1.1\r\nHost: x\r\nContent-'],
    [
      'in the middle of its body',
      'POST /event HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    ],
  ])('a client that falls silent %s is cut off', async (_, bytes) => {
    const answer = await answerTo(bytes, false);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"request_timeout"');
  });

  it('still answers others afterwards', async () => {
    expect(await answerTo('GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 200 /,
    );
  });
});

describe('every error answer', () => {
  it('has a request id that no other has, and no stack', async () => {
    const answers = [await shop.get('/nothing'), await shop.get('/nothing'), await shop.post('/event', '{')];
    expect(new Set(answers.map(({ body }) => body.request_id)).size).toBe(3);
    for (const { text } of answers) expect(text).not.toMatch(/node_modules|\.[jt]s:\d/);
  });
});

describe('the log', () => {
  it('holds neither bodies nor ids nor secrets', async () => {
    const quiet = await testApp();
    await quiet.post(
      '/event',
      { ...EVENT, session_id: 'sEcret1', metadata: { card: 'sEcret2' } },
      { authorization: 'Bearer sEcret3', cookie: 'sEcret4' },
    );
    await quiet.post('/event', '{"sEcret5"');
    await quiet.get('/session/sEcret6?token=sEcret7');
    await quiet.get('/nothing?token=sEcret8');
    expect(quiet.logged()).toContain('/session/:session_id');
    expect(quiet.logged()).not.toContain('sEcret');
    await quiet.close();
  });
});
