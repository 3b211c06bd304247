import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.js';
import {
  openEmbeddedStore,
  type EmbeddedStore,
  type EmbeddedStoreOptions,
} from '../../src/sessions/embedded-store.js';
import { openSessionStore } from '../../src/sessions/open-session-store.js';
import { recordsOf } from '../support/session-stores.js';

const CHILD = new URL('../support/append-events.mjs', import.meta.url).pathname;
const limits = { ttlMs: HOUR_MS, maxEvents: 100_000 };

let path: string;
let now: number;
let opened: EmbeddedStore[];

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'nextitem-embedded-'));
  now = Date.UTC(2024, 4, 1);
  opened = [];
});
afterEach(async () => {
  for (const store of opened) await store.close();
  await rm(path, { recursive: true, force: true });
});

async function open(options: Partial<EmbeddedStoreOptions> = {}): Promise<EmbeddedStore> {
  const store = await openEmbeddedStore({ path, limits, clock: () => now, ...options });
  opened.push(store);
  return store;
}

async function fill(store: EmbeddedStore, from: number, to: number): Promise<void> {
  const sessionIds = Array.from({ length: to - from }, (_, i) => `s${from + i}`);
  await store.appendBatch(
    sessionIds.map((sessionId) => ({
      sessionId,
      itemId: 'i',
      eventType: 'view' as const,
      timestampMs: 1,
      eventId: 'e',
      userId: 'u',
    })),
  );
}

describe('the sweep', () => {
  it('removes what has expired, all of it and only that', async () => {
    const store = await open();
    await fill(store, 0, 250);
    now += 30 * MINUTE_MS;
    await fill(store, 240, 260); // renewed once, without an event: the id is a duplicate
    await store.append({ sessionId: 's0', itemId: 'again', eventType: 'view', timestampMs: 2 });
    now += 31 * MINUTE_MS;
    expect(await store.sweep()).toBe(249);
    expect(await store.sweep()).toBe(0);
    expect((await store.read('s0'))!.eventCount).toBe(2);
    expect(await store.read('s245')).toBeNull();
    expect((await store.read('s255'))!.eventCount).toBe(1);
    now += HOUR_MS;
    expect(await store.sweep()).toBe(11);
    expect(recordsOf(store)).toBe(0);
  });

  it('is shared by instances without removing anything twice', async () => {
    const [one, two] = [await open(), await open()];
    await fill(one, 0, 500);
    now += 2 * HOUR_MS;
    const [first, second] = await Promise.all([one.sweep(), two.sweep()]);
    expect(first + second).toBe(500);
    expect(recordsOf(one)).toBe(0);
  });

  it('runs by itself', async () => {
    const store = await open({ sweepIntervalMs: 10 });
    await fill(store, 0, 20);
    now += 2 * HOUR_MS;
    await expect.poll(() => recordsOf(store), { timeout: 20_000 }).toBe(0);
  });
});

it('shows at once what another process was told is stored', async () => {
  const store = await open({ clock: Date.now });
  await store.read('s0'); // has a snapshot from before
  const job = { store: { kind: 'embedded', path, limits }, prefix: 'e', count: 2000, sessions: 7 };
  const child = spawn(process.execPath, [CHILD, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let checked = 0;
  for await (const id of createInterface(child.stdout)) {
    const session = await store.read(`s${Number(id.slice(2)) % 7}`);
    if (!session?.events.some(({ eventId }) => eventId === id)) throw new Error(`${id} is not to be seen`);
    checked++;
  }
  expect(checked).toBe(2000);
}, 60_000);

it('shows it even if it read a moment before, in the same turn', async () => {
  const store = await open({ clock: Date.now });
  expect(await store.read('s0')).toBeNull();
  const job = { store: { kind: 'embedded', path, limits }, prefix: 'e', count: 5, sessions: 1 };
  execFileSync(process.execPath, [CHILD, JSON.stringify(job)], { stdio: 'ignore' }); // no timer runs meanwhile
  expect((await store.read('s0'))?.eventCount).toBe(5);
});

it('grows by itself far beyond its first size', async () => {
  const store = await open();
  const metadata = { blob: 'x'.repeat(10_000) };
  for (let round = 0; round < 10; round++) {
    await store.appendBatch(
      Array.from({ length: 200 }, (_, i) => ({
        sessionId: `s${i}`,
        itemId: 'i',
        eventType: 'view' as const,
        timestampMs: round,
        metadata,
      })),
    );
  }
  const second = await open();
  for (let i = 0; i < 200; i++) {
    const session = (await second.read(`s${i}`))!;
    expect(session.events.map(({ timestampMs }) => timestampMs)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(session.events.every(({ metadata: kept }) => kept!.blob === metadata.blob)).toBe(true);
  }
});

it('keeps a usual session in one record, and a long one whole', async () => {
  const store = await open({ limits: { ttlMs: HOUR_MS, maxEvents: 150 } });
  const append = (n: number, timestampMs = n) =>
    store.append({ sessionId: 's', itemId: `item-${n}`, eventType: 'view', timestampMs, eventId: `id-${n}` });
  for (let n = 0; n < 20; n++) await append(n);
  expect(recordsOf(store)).toBe(2); // and its entry in the index of activity
  for (let n = 20; n < 200; n++) await append(n);
  expect(recordsOf(store)).toBeGreaterThan(20);
  await append(200, 50.5); // late
  expect((await append(3)).duplicate).toBe(true); // its event is gone
  expect((await append(100)).duplicate).toBe(true); // its event has a record of its own
  const { events, eventCount } = (await store.read('s'))!;
  expect(eventCount).toBe(201);
  const latest = Array.from({ length: 200 }, (_, n) => n).slice(50);
  // The late one is the oldest of what is kept.
  expect(events.map(({ itemId }) => itemId)).toEqual(
    [...latest.slice(0, 1), 200, ...latest.slice(1)].slice(-150).map((n) => `item-${n}`),
  );
  expect(await store.delete('s')).toBe(true);
  expect(recordsOf(store)).toBe(0);
});

it('refuses what another version wrote', async () => {
  const store = await open();
  await fill(store, 0, 1);
  const { db } = store as unknown as {
    db: {
      getRange(): Iterable<{ key: Buffer; value: Buffer }>;
      put(key: Buffer, value: Buffer): Promise<unknown>;
    };
  };
  const [record] = [...db.getRange()].filter(({ value }) => value.length > 1);
  record!.value[0] = 99;
  await db.put(record!.key, record!.value);
  await expect(store.read('s0')).rejects.toMatchObject({
    code: 'store_unavailable',
    detail: expect.stringContaining('another version') as string,
  });
});

it('is there again after it was closed', async () => {
  const store = await open();
  await fill(store, 0, 3);
  await store.close();
  expect((await (await open()).read('s2'))!.eventCount).toBe(1);
});

it('says which folder cannot be used', async () => {
  await writeFile(join(path, 'file'), '');
  const wrong = join(path, 'file');
  await expect(openEmbeddedStore({ path: wrong, limits, clock: () => now })).rejects.toMatchObject({
    code: 'store_unavailable',
    detail: expect.stringContaining(wrong) as string,
  });
});

it('needs a folder and sensible limits', async () => {
  const options = { kind: 'embedded', limits, clock: () => now } as const;
  await expect(openSessionStore(options)).rejects.toMatchObject({ code: 'invalid_config' });
  for (const wrong of [{ ttlMs: 0 }, { maxEvents: 1.5 }, { ttlMs: Number.NaN }]) {
    await expect(
      openSessionStore({ ...options, path, limits: { ...limits, ...wrong } }),
    ).rejects.toMatchObject({
      code: 'invalid_config',
    });
  }
});
