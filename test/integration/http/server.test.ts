import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoggedEvent, readEventLog } from '../../../src/sessions/event-log.js';
import { runCommand, type Served, until } from '../../support/served.js';

// These tests run the built code in a process of its own: npm run build.

const EVENT = { session_id: 's1', item_id: 'tea', event_type: 'view' };

describe('a server process', () => {
  let served: Served;
  beforeEach(async () => void (served = await runCommand(['serve'], { SHUTDOWN_TIMEOUT_MS: '20000' })));
  afterEach(() => served.cleanUp());

  it('serves a bundle, and ends with code 0 when it is told to', async () => {
    expect(await served.post('/event', EVENT)).toEqual({
      status: 200,
      body: { status: 'success', session_id: 's1', event_count: 1 },
    });
    const { status, body } = await served.post('/recommend', { session_id: 's1', k: 3 });
    expect(status).toBe(200);
    expect((body as { recommendations: unknown[] }).recommendations).toHaveLength(3);
    served.child.kill('SIGTERM');
    expect(await served.exited).toBe(0);
  });

  it('finishes the requests it accepted, takes no new ones, and keeps what it acknowledged', async () => {
    const sockets = await Promise.all(Array.from({ length: 5 }, () => served.socket()));
    const answers = sockets.map(() => '');
    const body = sockets.map((_, i) =>
      JSON.stringify({ ...EVENT, session_id: `half-${i}`, event_id: `e${i}` }),
    );
    sockets.forEach((socket, i) => {
      socket.on('data', (chunk: Buffer) => (answers[i] += chunk.toString()));
      socket.write(
        `POST /event HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body[i]!.length}\r\n\r\n${body[i]!.slice(0, 10)}`,
      );
    });
    // Requests that came after these are answered: the server has seen their beginnings.
    for (let i = 0; i < 3; i++) await served.post('/event', { ...EVENT, session_id: 'whole' });

    served.child.kill('SIGTERM');
    await until(() => served.output().includes('shutting down'));
    await until(async () => (await served.socket().catch(() => null)) === null);
    sockets.forEach((socket, i) => socket.write(body[i]!.slice(10)));
    await Promise.all(sockets.map((socket) => once(socket, 'close')));
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(await served.exited).toBe(0);
    expect(served.output()).not.toContain('shutdown timeout');

    const logged: LoggedEvent[] = [];
    for await (const events of readEventLog(join(served.statePath, 'events'))) logged.push(...events);
    expect(logged.map(({ sessionId }) => sessionId).sort()).toEqual(
      [...sockets.map((_, i) => `half-${i}`), 'whole', 'whole', 'whole'].sort(),
    );
  });

  it('does not wait for connections on which nothing happens', async () => {
    const idle = await served.socket();
    idle.on('error', () => {});
    const used = await served.socket();
    used.on('error', () => {});
    used.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(used, 'data');
    served.child.kill('SIGTERM');
    expect(await served.exited).toBe(0);
    expect(served.output()).not.toContain('shutdown timeout');
  });
});

describe('a server process that is told to end', () => {
  it('gives up on requests that do not end within the shutdown timeout', async () => {
    const served = await runCommand(['serve'], { SHUTDOWN_TIMEOUT_MS: '200' });
    try {
      const socket = await served.socket();
      socket.on('error', () => {});
      socket.write(
        'POST /event HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      );
      await served.text('/health');
      served.child.kill('SIGTERM');
      expect(await served.exited).toBe(0);
      expect(served.output()).toContain('shutdown timeout');
    } finally {
      await served.cleanUp();
    }
  });
});

describe('a server process that cannot start', () => {
  it.each<[string, Record<string, string>, string[], boolean]>([
    ['without a model', {}, ['bundle_not_found', 'nextitem train'], false],
    [
      'with wrong settings, all of which it names',
      { API_PORT: 'x', WORKERS: '0' },
      ['invalid_config', 'API_PORT', 'WORKERS'],
      true,
    ],
    [
      'without its Redis',
      { REDIS_HOST: '127.0.0.1', REDIS_PORT: '1' },
      ['store_unavailable', '127.0.0.1:1'],
      true,
    ],
  ])('%s says why and ends with code 1', async (_, env, words, bundle) => {
    const served = await runCommand(['serve'], env, { bundle });
    expect(await served.exited).toBe(1);
    for (const word of words) expect(served.output()).toContain(word);
    await served.cleanUp();
  });

  it('on a port that is taken says so', async () => {
    const first = await runCommand(['serve']);
    const second = await runCommand(['serve'], { API_PORT: String(first.port) });
    try {
      expect(await second.exited).toBe(1);
      expect(second.output()).toContain(`cannot listen on 127.0.0.1:${first.port}`);
      expect(second.output()).not.toContain('    at '); // no stack trace for an everyday mistake
    } finally {
      await second.cleanUp();
      await first.cleanUp();
    }
  });
});
