import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEventLog, readEventLogFiles } from '../../src/sessions/event-log.js';
import { openSessionStore, type SessionStoreOptions } from '../../src/sessions/open-session-store.js';
import { type SessionStore } from '../../src/sessions/session-store.js';
import { startRedis } from '../support/redis.js';

const EVENTS = 10_000;
const SESSIONS = 50;
const CHILD = new URL('../support/append-events.mjs', import.meta.url).pathname;
const limits = { ttlMs: 86_400_000, maxEvents: EVENTS };

let dir: string;
const stores: SessionStore[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'nextitem-crash-'));
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  await rm(dir, { recursive: true, force: true });
});

type Target = Omit<SessionStoreOptions, 'clock'>;

async function open(target: Target): Promise<SessionStore> {
  const store = await openSessionStore({ ...target, clock: Date.now });
  stores.push(store);
  return store;
}

/** A process that appends events; needs the built code (npm run build). */
function startAppending(store: Target, prefix: string, logDir?: string) {
  const job = { store, logDir, prefix, count: EVENTS, sessions: SESSIONS };
  const child = spawn(process.execPath, [CHILD, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const acknowledged = new Set<string>();
  const refused = new Set<string>();
  const waiting: { count: number; resolve: () => void }[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    if (line.startsWith('refused ')) refused.add(line.slice(8));
    else acknowledged.add(line);
    for (const { count, resolve } of waiting) if (acknowledged.size >= count) resolve();
  });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]).then(([[code, signal]]) => {
    for (const { resolve } of waiting) resolve();
    if (code !== 0 && signal === null) throw new Error(`the appending process ended with ${code}: ${errors}`);
  });
  ended.catch(() => {}); // whoever waits for the end sees it
  return {
    acknowledged,
    refused,
    ended,
    kill9: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    /** Resolves when so many are acknowledged, or the process has ended. */
    reached: (count: number) =>
      new Promise<void>((resolve) =>
        acknowledged.size >= count ? resolve() : waiting.push({ count, resolve }),
      ),
  };
}

/** The ids of all events in a store, as often as they are there. */
async function storedIds(store: SessionStore): Promise<string[]> {
  const ids: string[] = [];
  for (let s = 0; s < SESSIONS; s++) {
    const session = await store.read(`s${s}`);
    expect(session?.eventCount ?? 0).toBe(session?.events.length ?? 0);
    for (const { eventId } of session?.events ?? []) ids.push(eventId!);
  }
  return ids;
}

async function loggedIds(logDir: string): Promise<string[]> {
  const ids: string[] = [];
  const onDamagedLine = (file: string, line: number) => {
    throw new Error(`${file}:${line} is damaged`);
  };
  for await (const batch of readEventLog(logDir, { onDamagedLine }))
    ids.push(...batch.map(({ eventId }) => eventId!));
  return ids;
}

function lost(acknowledged: Set<string>, found: readonly string[]): string[] {
  const there = new Set(found);
  return [...acknowledged].filter((id) => !there.has(id));
}

function doubled(found: readonly string[]): number {
  return found.length - new Set(found).size;
}

describe('kill -9 of the process in the middle of 10,000 events', () => {
  it('loses and doubles nothing acknowledged: embedded store and event log', async () => {
    const target: Target = { kind: 'embedded', path: join(dir, 'store'), limits };
    const logDir = join(dir, 'log');
    const first = startAppending(target, 'e', logDir);
    await first.reached(4000);
    await first.kill9();
    expect(first.acknowledged.size).toBeGreaterThanOrEqual(4000);
    expect(first.acknowledged.size).toBeLessThan(EVENTS);

    const store = await open(target);
    const stored = await storedIds(store);
    expect(lost(first.acknowledged, stored)).toEqual([]);
    expect(doubled(stored)).toBe(0);
    const logged = await loggedIds(logDir);
    expect(lost(first.acknowledged, logged)).toEqual([]);
    expect(doubled(logged)).toBe(0);

    // The shop sends everything again, because it cannot know which were kept.
    const second = startAppending(target, 'e', logDir);
    await second.ended;
    expect(second.acknowledged.size).toBe(EVENTS);
    for (const ids of [await storedIds(store), await loggedIds(logDir)]) {
      expect(ids).toHaveLength(EVENTS);
      expect(doubled(ids)).toBe(0);
    }
    expect((await readEventLogFiles(logDir)).some((file) => file.includes('.open'))).toBe(false);
  }, 120_000);

  it('does not stop other processes on the same embedded store and log', async () => {
    const target: Target = {
      kind: 'embedded',
      path: join(dir, 'store'),
      limits: { ...limits, maxEvents: 3 * EVENTS },
    };
    const logDir = join(dir, 'log');
    const store = await open(target);
    const workers = ['a', 'b', 'c'].map((prefix) => startAppending(target, prefix, logDir));
    const [victim, ...others] = workers;
    await victim!.reached(2000);
    await victim!.kill9();
    await others[0]!.reached(1); // it may have started late
    // What one process was told is kept, another one sees.
    const [sample] = others[0]!.acknowledged;
    const seen = (await store.read(`s${Number(sample!.split('-')[1]) % SESSIONS}`))!;
    expect(seen.events.map(({ eventId }) => eventId)).toContain(sample);
    await Promise.all(others.map(({ ended }) => ended));
    expect(others.map(({ acknowledged }) => acknowledged.size)).toEqual([EVENTS, EVENTS]);
    for (const ids of [await storedIds(store), await loggedIds(logDir)]) {
      for (const { acknowledged } of workers) expect(lost(acknowledged, ids)).toEqual([]);
      expect(doubled(ids)).toBe(0);
    }
  }, 180_000);
});

describe('kill -9 of Redis in the middle of 10,000 events', () => {
  it('loses and doubles nothing acknowledged with appendfsync always', async () => {
    const redis = await startRedis({ appendonly: 'always' });
    try {
      const target: Target = { kind: 'redis', redis: { port: redis.port }, limits };
      const first = startAppending(target, 'e');
      await first.reached(3000);
      await redis.kill9();
      await first.ended;
      expect(first.acknowledged.size).toBeGreaterThanOrEqual(3000);
      expect(first.refused.size).toBeGreaterThan(0);

      await redis.restart();
      const store = await open(target);
      const stored = await storedIds(store);
      expect(lost(first.acknowledged, stored)).toEqual([]);
      expect(doubled(stored)).toBe(0);

      const second = startAppending(target, 'e');
      await second.ended;
      expect(second.refused.size).toBe(0);
      const all = await storedIds(store);
      expect(all).toHaveLength(EVENTS);
      expect(doubled(all)).toBe(0);
    } finally {
      await redis.stop();
    }
  }, 120_000);

  it('goes on by itself when Redis is back, refusing what came in between', async () => {
    const redis = await startRedis({ appendonly: 'always' });
    try {
      const store = await open({ kind: 'redis', redis: { port: redis.port }, limits });
      const event = { sessionId: 's0', itemId: 'i', eventType: 'view', timestampMs: 1 } as const;
      await store.append({ ...event, eventId: 'before' });
      await redis.kill9();
      await expect(store.append({ ...event, eventId: 'between' })).rejects.toMatchObject({
        code: 'store_unavailable',
      });
      await expect(store.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
      await redis.restart();
      await expect
        .poll(
          () =>
            store.ping().then(
              () => 'back',
              () => 'away',
            ),
          { timeout: 20_000 },
        )
        .toBe('back');
      await store.append({ ...event, eventId: 'after' });
      expect((await store.read('s0'))!.events.map(({ eventId }) => eventId)).toEqual(['before', 'after']);
    } finally {
      await redis.stop();
    }
  }, 60_000);
});
