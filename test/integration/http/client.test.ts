import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { NextItem, NextItemRequestError } from '../../../src/client/index.js';
import { runCommand, type Served } from '../../support/served.js';

let server: Served;
beforeAll(async () => void (server = await runCommand(['serve'], { DEBUG_ENDPOINTS: 'true' })));
afterAll(() => server.cleanUp());

const client = (options = {}) =>
  new NextItem({ url: server.url, retryDelayMs: 1, timeoutMs: 10_000, ...options });

/** The code with which a call is refused. */
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error: unknown) => (error as NextItemRequestError).code,
  );

/** The real fetch, but the answers to the first calls are lost after the server has given them. */
function losing(answers: number): { fetch: typeof fetch; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    async fetch(...args) {
      const response = await fetch(...args);
      await response.arrayBuffer();
      if (++calls <= answers) throw new TypeError('fetch failed');
      return fetch(...args);
    },
  };
}

describe('the client', () => {
  it('tells events and gets recommendations, similar items, and the catalogue', async () => {
    const api = client();
    const event = { session_id: 'c1', item_id: 'tea', event_type: 'view' } as const;
    expect(await api.event(event)).toEqual({ status: 'success', session_id: 'c1', event_count: 1 });
    const { recommendations } = await api.recommend({ session_id: 'c1', k: 3 });
    expect(recommendations).toHaveLength(3);
    expect((await api.similar('tea', { k: 2 })).recommendations).toHaveLength(2);
    expect((await api.popular()).recommendations[0]!.item_id).toBe('tea');
    expect((await api.items({ id: ['pot', 'cup'] })).items.map((item) => item.item_id)).toEqual([
      'pot',
      'cup',
    ]);
    expect((await api.item('tea')).item_id).toBe('tea');
    expect((await api.session('c1')).events).toHaveLength(1);
    expect((await api.inspect({ session_id: 'c1' })).base.candidates.length).toBeGreaterThan(0);
    expect((await api.models()).models[0]!.served).toBe(true);
    expect((await api.eraseSession('c1')).sessions).toBe(1);
  });

  it('counts an event once whose answers were lost', async () => {
    const flaky = losing(2);
    const api = client({ fetch: flaky.fetch });
    await api.event({ session_id: 'c2', item_id: 'tea', event_type: 'view' });
    expect(flaky.calls()).toBe(3);
    expect((await client().session('c2')).event_count).toBe(1);
    const batch = losing(1);
    await client({ fetch: batch.fetch }).events([
      { session_id: 'c2', item_id: 'pot', event_type: 'view' },
      { session_id: 'c2', item_id: 'cup', event_type: 'view' },
    ]);
    expect((await client().session('c2')).event_count).toBe(3);
  });

  it('says what the server refused, and does not ask again', async () => {
    let calls = 0;
    const api = client({ fetch: (...args: Parameters<typeof fetch>) => (calls++, fetch(...args)) });
    const error = await api.item('no such item').catch((found: unknown) => found as NextItemRequestError);
    expect(error).toBeInstanceOf(NextItemRequestError);
    expect(error).toMatchObject({ status: 404, code: 'unknown_item', problem: { where: 'path.item_id' } });
    expect(calls).toBe(1);
  });

  it('gives up on a server that cannot be reached, is silent, or is not wanted any more', async () => {
    expect(await codeOf(client({ url: 'http://127.0.0.1:1' }).popular())).toBe('network');
    const silent: Server = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    expect(await codeOf(client({ url, timeoutMs: 50, retries: 0 }).popular())).toBe('timeout');
    const signal = AbortSignal.timeout(50);
    expect(await codeOf(client({ url }).popular({}, { signal }))).toBe('aborted');
    silent.closeAllConnections();
    silent.close();
  });

  it('comes back when the server says when, unless that is too long', async () => {
    let calls = 0;
    const busy = createServer((_, response) => {
      if (++calls < 3) response.writeHead(503, { 'retry-after': calls === 1 ? '0' : '60' }).end('{}');
      else response.end('{"recommendations":[]}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => busy.once('listening', resolve));
    const api = client({ url: `http://127.0.0.1:${(busy.address() as AddressInfo).port}` });
    expect(await codeOf(api.popular())).toBe('internal'); // 503, come at once; 503, come in a minute
    expect(calls).toBe(2);
    expect(await api.popular()).toEqual({ recommendations: [] });
    busy.closeAllConnections();
    busy.close();
  });
});
