import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoggedEvent, readEventLog } from '../../../src/sessions/event-log.js';
import { type FeatureRecord, featureLogFiles, readFeatureLog } from '../../../src/recommend/feature-log.js';
import { startRedis } from '../../support/redis.js';
import { runCommand, type Served } from '../../support/served.js';

// These tests run the built code in processes of their own: npm run build.
const BIN = fileURLToPath(new URL('../../../bin/nextitem.js', import.meta.url));

let served: Served | null = null;
afterEach(async () => {
  await served?.cleanUp();
  served = null;
});

/** Two visits of Ann, the first of which she began before she logged in, and one of Bob. */
async function shop(env: Record<string, string> = {}): Promise<Served> {
  served = await runCommand(['serve'], { FEATURE_LOG: 'true', NODE_ENV: 'test', ...env });
  const visits = [
    ['ann-1', undefined, 'tea'],
    ['ann-1', 'ann', 'pot'],
    ['ann-2', 'ann', 'cup'],
    ['bob-1', 'bob', 'desk'],
    ['bob-1', 'bob', 'lamp'],
  ] as const;
  for (const [session_id, user_id, item_id] of visits) {
    const answer = await served.post('/event', { session_id, user_id, item_id, event_type: 'view' });
    expect(answer.status).toBe(200);
    await served.post('/recommend', { session_id });
  }
  return served;
}

function erase(statePath: string, args: readonly string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    execFile(
      process.execPath,
      [BIN, 'erase', ...args],
      { env: { PATH: process.env.PATH!, STATE_PATH: statePath, ...env } },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
    );
  });
}

async function left({ statePath, url }: Served) {
  const logged: LoggedEvent[] = [];
  for await (const events of readEventLog(join(statePath, 'events'))) logged.push(...events);
  const features: FeatureRecord[] = [];
  for await (const record of readFeatureLog(join(statePath, 'features'))) features.push(record);
  const live: string[] = [];
  for (const id of ['ann-1', 'ann-2', 'bob-1']) if ((await fetch(`${url}/session/${id}`)).ok) live.push(id);
  const ids = (of: readonly { sessionId: string }[]) => of.map(({ sessionId }) => sessionId).sort();
  return { live, logged: ids(logged), features: ids(features) };
}

/** The feature log is written in the background. */
async function featuresWritten({ statePath }: Served, count: number): Promise<void> {
  await expect
    .poll(
      async () => {
        let records = 0;
        for await (const _ of readFeatureLog(join(statePath, 'features'))) records++;
        return records;
      },
      { timeout: 10_000 },
    )
    .toBe(count);
}

describe('nextitem erase, while the server runs', () => {
  it('erases a session from the embedded store and both logs, and nothing else', async () => {
    const server = await shop();
    await featuresWritten(server, 5);
    const result = await erase(server.statePath, ['--session', 'bob-1']);
    expect(result.output).toContain(
      'erased 1 live session from the embedded store, 2 events from the event log, 2 recommendations',
    );
    expect(result.code).toBe(0);
    expect(await left(server)).toEqual({
      live: ['ann-1', 'ann-2'],
      logged: ['ann-1', 'ann-1', 'ann-2'],
      features: ['ann-1', 'ann-1', 'ann-2'],
    });
    const again = await erase(server.statePath, ['--session', 'bob-1']);
    expect(again.output).toContain(
      'erased 0 live sessions from the embedded store, 0 events from the event log, 0 recommendations',
    );
  }, 60_000);

  it('erases a shopper with whole sessions, also what they did before they were known', async () => {
    const server = await shop();
    await featuresWritten(server, 5);
    const result = await erase(server.statePath, ['--user', 'ann']);
    expect(result.output).toContain(
      'erased 2 live sessions from the embedded store, 3 events from the event log, 3 recommendations',
    );
    expect(await left(server)).toEqual({
      live: ['bob-1'],
      logged: ['bob-1', 'bob-1'],
      features: ['bob-1', 'bob-1'],
    });
    // The session may begin anew.
    await server.post('/event', { session_id: 'ann-1', item_id: 'tea', event_type: 'view' });
    expect((await left(server)).logged).toEqual(['ann-1', 'bob-1', 'bob-1']);
  }, 60_000);

  it('erases from Redis', async () => {
    const redis = await startRedis();
    try {
      const env = { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) };
      const server = await shop(env);
      await featuresWritten(server, 5);
      const result = await erase(server.statePath, ['--user', 'ann'], env);
      expect(result.output).toContain('erased 2 live sessions from the redis store, 3 events');
      expect(await left(server)).toMatchObject({ live: ['bob-1'], logged: ['bob-1', 'bob-1'] });
      expect((await redis.client.keys('*ann*')).length).toBe(0);
    } finally {
      await redis.stop();
    }
  }, 60_000);
});

describe('nextitem erase', () => {
  let dir: string;
  beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'nextitem-erase-'))));
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('wants to know whom, and finds nothing where nothing is', async () => {
    const nobody = await erase(dir, []);
    expect(nobody.code).toBe(1);
    expect(nobody.output).toContain('invalid_option');
    const nothing = await erase(join(dir, 'nowhere'), ['--session', 's', '--user', 'u']);
    expect(nothing.code).toBe(0);
    expect(nothing.output).toContain('erased 0 live sessions');
  }, 60_000);

  it('removes an unreadable line of the feature log, which might be of the one to erase', async () => {
    const server = await shop();
    await featuresWritten(server, 5);
    const [name] = await featureLogFiles(join(server.statePath, 'features'));
    const path = join(server.statePath, 'features', name!);
    await appendFile(path, '{"session_id":"bob-1","user\n');
    await erase(server.statePath, ['--session', 'bob-1']);
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain('bob-1');
    expect(text.match(/"ann-/g)).toHaveLength(3);
  }, 60_000);
});
