import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEventLog } from '../../../src/sessions/event-log.js';
import { flood, floodOf, lostAndDoubled, storedIds } from '../../support/event-flood.js';
import { startRedis } from '../../support/redis.js';
import { runCommand, type Served, until } from '../../support/served.js';

// A server of the built code (npm run build) and kill -9. bench/durability.ts does the same with 10,000 events.

const EVENTS = 2000;
const SESSIONS = 20;
const CONNECTIONS = 16;

let statePath: string;
beforeEach(async () => void (statePath = await mkdtemp(join(tmpdir(), 'nextitem-state-'))));
afterEach(() => rm(statePath, { recursive: true, force: true }));

const start = (env: Record<string, string> = {}): Promise<Served> =>
  runCommand(['serve'], { STATE_PATH: statePath, NODE_ENV: 'test', SESSION_MAX_EVENTS: '1000', ...env });

async function loggedIds(): Promise<string[]> {
  const ids: string[] = [];
  const onDamagedLine = (file: string, line: number) => {
    throw new Error(`${file}:${line} is damaged`);
  };
  for await (const events of readEventLog(join(statePath, 'events'), { onDamagedLine }))
    ids.push(...events.map(({ eventId }) => eventId!));
  return ids;
}

async function expectNothingLost(url: string, acknowledged: ReadonlySet<string>): Promise<void> {
  const stored = await storedIds(url, SESSIONS);
  expect(lostAndDoubled(acknowledged, stored)).toEqual({ lost: 0, doubled: 0 });
  expect(lostAndDoubled(acknowledged, await loggedIds()).lost).toBe(0);
}

describe('events acknowledged over HTTP', () => {
  it('outlive a kill -9 of the server; those not acknowledged can be sent again', async () => {
    const first = await start();
    let killed = false;
    const { acknowledged, failed } = await flood(
      first.url,
      floodOf(EVENTS, SESSIONS),
      CONNECTIONS,
      (count) => {
        if (count < EVENTS / 2 || killed) return;
        killed = true;
        first.child.kill('SIGKILL');
      },
    );
    expect(acknowledged.size).toBeGreaterThanOrEqual(EVENTS / 2);
    expect(failed.length).toBeGreaterThan(0);
    await first.exited;

    const second = await start();
    try {
      await expectNothingLost(second.url, acknowledged);
      const again = await flood(second.url, failed, CONNECTIONS);
      expect(again.failed).toEqual([]);
      const everything = new Set(floodOf(EVENTS, SESSIONS).map(({ event_id }) => event_id));
      await expectNothingLost(second.url, everything);
    } finally {
      await second.cleanUp();
      await first.cleanUp();
    }
  }, 120_000);

  it('outlive a kill -9 of Redis with appendfsync always', async () => {
    const redis = await startRedis({ appendonly: 'always' });
    const served = await start({
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(redis.port),
      REDIS_TIMEOUT_MS: '200',
    });
    try {
      let restarted: Promise<void> | null = null;
      const crash = async (): Promise<void> => {
        await redis.kill9();
        await until(async () => (await fetch(`${served.url}/health`)).status === 503);
        await redis.restart();
        await until(async () => (await fetch(`${served.url}/health`)).ok);
      };
      const { acknowledged, failed } = await flood(
        served.url,
        floodOf(EVENTS, SESSIONS),
        CONNECTIONS,
        (count) => {
          if (count >= EVENTS / 2) restarted ??= crash();
        },
      );
      await restarted;
      expect(acknowledged.size).toBeGreaterThanOrEqual(EVENTS / 2);
      expect(failed.length).toBeGreaterThan(0);
      await expectNothingLost(served.url, acknowledged);
      const again = await flood(served.url, failed, CONNECTIONS);
      expect(again.failed).toEqual([]);
      await expectNothingLost(served.url, new Set(floodOf(EVENTS, SESSIONS).map(({ event_id }) => event_id)));
    } finally {
      await served.cleanUp();
      await redis.stop();
    }
  }, 120_000);
});
