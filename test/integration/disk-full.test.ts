import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { openEventLog, readEventLog } from '../../src/sessions/event-log.js';
import { openSessionStore } from '../../src/sessions/open-session-store.js';

const CHILD = new URL('../support/append-while-full.mjs', import.meta.url).pathname;
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

/**
 * Lets a process append until its files may not grow any more, then a while longer, then lifts the limit and waits until
 * it goes on; kills it, and returns what it printed.
 */
async function fillAndFree(kind: 'embedded' | 'log', dir: string) {
  const child = spawn(process.execPath, [CHILD, JSON.stringify({ kind, dir })], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const limitTo = (bytes: string) =>
    execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:`]);
  const acknowledged: string[] = [];
  const refused: string[] = [];
  const unexpected: string[] = [];
  let freed = false;
  let afterFreed = 0;
  for await (const line of createInterface(child.stdout)) {
    const [id, refusedId] = line.split(' ');
    if (/^\d+$/.test(line)) {
      acknowledged.push(line);
      if (acknowledged.length === 5) limitTo('300000');
      if (freed && ++afterFreed === 20) break;
    } else if (id === 'store_unavailable' || id === 'event_log_unavailable') {
      refused.push(refusedId!);
      if (refused.length === 5) {
        limitTo('unlimited');
        freed = true;
      }
    } else unexpected.push(line);
  }
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  return { acknowledged, refused, unexpected };
}

describe.skipIf(!hasPrlimit)('when nothing more can be written (needs prlimit of util-linux)', () => {
  it('the event log refuses, loses nothing acknowledged, and goes on by itself', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'nextitem-full-'));
    try {
      const { acknowledged, refused, unexpected } = await fillAndFree('log', dir);
      expect(unexpected).toEqual([]);
      expect(refused.length).toBeGreaterThan(0);
      const found: string[] = [];
      const damaged: string[] = [];
      for await (const batch of readEventLog(dir, {
        onDamagedLine: (file, line) => damaged.push(`${file}:${line}`),
      })) {
        found.push(...batch.map(({ eventId }) => eventId!));
      }
      expect(damaged).toEqual([]);
      expect(acknowledged.filter((id) => !found.includes(id))).toEqual([]);
      expect(found.filter((id) => refused.includes(id))).toEqual([]);
      await (await openEventLog({ dir, clock: Date.now })).close();
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }, 60_000);

  it('the embedded store refuses, loses nothing acknowledged, and goes on by itself', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'nextitem-full-'));
    try {
      const { acknowledged, refused, unexpected } = await fillAndFree('embedded', dir);
      expect(unexpected).toEqual([]);
      expect(refused.length).toBeGreaterThan(0);
      const limits = { ttlMs: 86_400_000, maxEvents: 1_000_000 };
      const store = await openSessionStore({ kind: 'embedded', path: dir, limits, clock: Date.now });
      const session = (await store.read('s'))!;
      const found = new Set(session.events.map(({ eventId }) => eventId!));
      expect(session.eventCount).toBe(found.size);
      expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
      expect(refused.filter((id) => found.has(id))).toEqual([]);
      await store.close();
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }, 60_000);
});
