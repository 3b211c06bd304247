import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSnapshot, readMetrics, snapshot } from '../../../src/http/live-snapshot.js';
import { testApp, type TestApp } from '../../support/http-app.js';

let shop: TestApp;
let url: string;
beforeEach(async () => {
  shop = await testApp();
  url = await shop.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  shop.app.server.closeAllConnections(); // what fetch keeps open for its next request
  await shop.close();
});

/** The snapshots of a stream until one fits. */
async function firstThat(fits: (snapshot: LiveSnapshot) => boolean): Promise<LiveSnapshot> {
  const response = await fetch(`${url}/live`);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    for (const [, data] of text.matchAll(/^data: (.*)$/gm)) {
      const found = JSON.parse(data!) as LiveSnapshot;
      if (fits(found)) return found; // leaving the loop closes the stream
    }
    text = text.slice(text.lastIndexOf('\n\n') + 2);
    await shop.post('/event', { session_id: 's1', item_id: 'tea', event_type: 'view' });
    await shop.post('/recommend', { session_id: 's1', k: 3 });
  }
  throw new Error('the stream ended');
}

describe('GET /live', () => {
  it('tells once a second what happened', async () => {
    const found = await firstThat(({ requests_per_second }) => requests_per_second > 0);
    const routes = Object.fromEntries(found.routes.map((route) => [route.route, route]));
    expect(routes['/recommend']!.per_second).toBeGreaterThan(0);
    expect(routes['/recommend']!.p50).toBeGreaterThan(0);
    expect(found.stages.map(({ stage }) => stage)).toContain('candidates');
    expect(Object.values(found.reasons).reduce((a, b) => a + b, 0)).toBeGreaterThan(0);
    expect(found.events.accepted).toBeGreaterThan(0);
    expect(found.active_sessions).toBe(1);
  });

  it('does not hold up a server that stops', async () => {
    const response = await fetch(`${url}/live`);
    const ended = response.text();
    const closed = shop.app.close();
    expect(await ended).toContain('retry: 2000');
    shop.app.server.closeAllConnections();
    await closed;
  });

  it('has room for ten at a time', async () => {
    const leave = new AbortController();
    const open = () => fetch(`${url}/live`, { signal: leave.signal });
    const streams = await Promise.all(Array.from({ length: 10 }, open));
    expect(streams.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const refused = await open();
    expect(refused.status).toBe(503);
    leave.abort();
    while ((await fetch(`${url}/live`, { signal: AbortSignal.timeout(60_000) })).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('is closed in production without a key', async () => {
    const production = await testApp({ env: { NODE_ENV: 'production' } });
    expect((await production.get('/live')).body.code).toBe('admin_closed');
    await production.close();
  });
});

describe('a snapshot', () => {
  const reading = (requests: number, buckets: readonly number[], sum: number) =>
    readMetrics(
      [
        '# HELP nextitem_http_requests_total Requests',
        `nextitem_http_requests_total{route="/recommend",method="POST",status="200"} ${requests}`,
        `nextitem_http_requests_total{route="/recommend",method="POST",status="503"} ${requests / 10}`,
        ...[0.001, 0.01, '+Inf'].map(
          (bound, i) =>
            `nextitem_http_request_duration_seconds_bucket{le="${bound}",route="/recommend"} ${buckets[i]}`,
        ),
        `nextitem_stage_duration_seconds_sum{stage="ranking"} ${sum}`,
        `nextitem_stage_duration_seconds_count{stage="ranking"} ${requests}`,
        'nextitem_model_items 1000',
        'nextitem_recommended_items 250',
        'nextitem_model_info{version="a \\"b\\"",ranker="true"} 1',
      ].join('\n'),
    );

  it('is of what happened between two readings', () => {
    const found = snapshot(reading(100, [50, 100, 100], 1), reading(300, [150, 290, 300], 2), 2);
    expect(found.requests_per_second).toBe(110);
    expect(found.routes[0]).toMatchObject({ route: '/recommend', per_second: 110, errors_per_second: 10 });
    // Of 200 requests 100 took up to 1 ms, 90 more up to 10 ms.
    expect(found.routes[0]!.p50).toBe(1);
    expect(found.routes[0]!.p95).toBe(10);
    expect(found.routes[0]!.p99).toBe(10);
    expect(found.stages[0]).toMatchObject({ stage: 'ranking', mean: 5 });
    expect(found.coverage).toBe(0.25);
  });

  it('counts a series that fell from 0, as after a restart of a worker', () => {
    expect(snapshot(reading(1000, [0, 0, 0], 0), reading(20, [20, 20, 20], 1), 1).requests_per_second).toBe(
      22,
    );
  });
});
