import {
  appendFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../src/domain/time.js';
import {
  openEventLog,
  readEventLog,
  readEventLogFiles,
  snapshotEventLog,
  type EventLog,
  type EventLogOptions,
  type LoggedEvent,
} from '../../../src/sessions/event-log.js';

let dir: string;
let now: number;
let opened: EventLog[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'nextitem-log-'));
  now = Date.UTC(2024, 4, 1);
  opened = [];
});
afterEach(async () => {
  for (const log of opened) await log.close();
  await rm(dir, { recursive: true, force: true });
});

async function open(options: Partial<EventLogOptions> = {}): Promise<EventLog> {
  const log = await openEventLog({ dir, clock: () => now, pollMs: 20, ...options });
  opened.push(log);
  return log;
}

function event(fields: Partial<LoggedEvent> = {}): LoggedEvent {
  return { sessionId: 's', itemId: 'i', eventType: 'view', timestampMs: 1000, receivedAtMs: now, ...fields };
}

async function readAll(from = dir): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for await (const batch of readEventLog(from)) events.push(...batch);
  return events;
}

/** Waits for what a log does by itself in the background. */
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });

const itemsRead = async () => (await readAll()).map(({ itemId }) => itemId);
const names = async (pattern: RegExp) => (await readdir(dir)).filter((name) => pattern.test(name)).sort();
const segments = () => names(/^events-/);

/** All bytes in the folder, names included. */
async function everything(): Promise<string> {
  const files = await readdir(dir);
  return (
    await Promise.all(files.map(async (name) => `${name}\n${await readFile(join(dir, name), 'utf8')}`))
  ).join('\n');
}

/** Renames a segment as if it belonged to a process of this machine that ended long ago. */
async function orphan(name: string, isOpen: boolean): Promise<string> {
  const dead = name
    .replace(
      /\.(\d+)\.(\d+)\.([0-9a-f]{8})(\.open)?\.jsonl$/,
      (_, pid, start, token) => `.${pid}.${Number(start) + 1}.${token}`,
    )
    .concat(isOpen ? '.open.jsonl' : '.jsonl');
  await rename(join(dir, name), join(dir, dead));
  return dead;
}

describe('appending and reading', () => {
  it('gives back every field, in order', async () => {
    const log = await open();
    const events = [
      event({
        userId: 'u',
        eventId: 'e',
        metadata: { a: [1, null, '\n"ü'] },
        recommendationId: 'r',
        eventType: 'purchase',
      }),
      event({ itemId: 'zwei\u2028\n🛒' }),
    ];
    await log.append(events);
    expect(await readAll()).toEqual(events);
    const [line] = (await readFile((await readEventLogFiles(dir))[0]!, 'utf8')).split('\n');
    expect(JSON.parse(line!)).toEqual({
      session_id: 's',
      user_id: 'u',
      item_id: 'i',
      event_type: 'purchase',
      timestamp: 1000,
      event_id: 'e',
      metadata: { a: [1, null, '\n"ü'] },
      recommendation_id: 'r',
      received_at: now,
    });
  });

  it('keeps everything of many callers, each caller in order', async () => {
    const log = await open({ segmentBytes: 5000 });
    await Promise.all(
      Array.from({ length: 32 }, async (_, caller) => {
        for (let i = 0; i < 10; i++)
          await log.append([event({ sessionId: `c${caller}`, itemId: String(i) })]);
      }),
    );
    const events = await readAll();
    expect(events).toHaveLength(320);
    for (let caller = 0; caller < 32; caller++) {
      const own = events.filter(({ sessionId }) => sessionId === `c${caller}`).map(({ itemId }) => itemId);
      expect(own).toEqual(Array.from({ length: 10 }, (_, i) => String(i)));
    }
  });

  it('begins a new segment by size; names sort in time; empty segments do not stay', async () => {
    const log = await open({ segmentBytes: 1 });
    await log.append([]);
    for (let i = 0; i < 5; i++) await log.append([event({ itemId: String(i) })]);
    expect(await segments()).toHaveLength(5);
    expect(await itemsRead()).toEqual(['0', '1', '2', '3', '4']);
    expect((await segments()).some((name) => name.includes('.open'))).toBe(false);
    await log.close();
    expect(await segments()).toHaveLength(5);
  });

  it('begins a new segment when the last is a day old', async () => {
    const log = await open();
    await log.append([event()]);
    now += DAY_MS + 1;
    await eventually(async () => expect((await segments())[0]).not.toContain('.open'));
    await log.append([event()]);
    expect(await segments()).toHaveLength(2);
  });

  it('lets several processes write into one folder', async () => {
    const [first, second] = [await open(), await open()];
    await Promise.all([first.append([event({ itemId: 'a' })]), second.append([event({ itemId: 'b' })])]);
    expect(await segments()).toHaveLength(2);
    expect((await itemsRead()).sort()).toEqual(['a', 'b']);
  });

  it('reads an event that was sent twice once, per session', async () => {
    const [first, second] = [await open(), await open()];
    await first.append([
      event({ eventId: 'e', itemId: 'a' }),
      event({ eventId: 'e', sessionId: 't', itemId: 'b' }),
    ]);
    now++;
    await second.append([
      event({ eventId: 'e', itemId: 'again' }),
      event({ itemId: 'c' }),
      event({ itemId: 'c' }),
    ]);
    expect((await itemsRead()).sort()).toEqual(['a', 'b', 'c', 'c']);
  });

  it('rejects what is not JSON and stays usable', async () => {
    const log = await open();
    await expect(log.append([event({ metadata: { big: 1n } })])).rejects.toThrow(TypeError);
    await log.append([event()]);
    expect(await itemsRead()).toEqual(['i']);
  });

  it('has nothing in a folder that is not there', async () => {
    expect(await readEventLogFiles(join(dir, 'none'))).toEqual([]);
    expect(await readAll(join(dir, 'none'))).toEqual([]);
  });

  it('refuses a folder that cannot be one, and appends after close', async () => {
    await writeFile(join(dir, 'file'), '');
    await expect(openEventLog({ dir: join(dir, 'file'), clock: () => now })).rejects.toMatchObject({
      code: 'event_log_unavailable',
    });
    const log = await open();
    await log.close();
    await expect(log.append([event()])).rejects.toMatchObject({ code: 'event_log_unavailable' });
  });

  it('goes on in a new file when someone removed the active one', async () => {
    const log = await open();
    await log.append([event({ itemId: 'lost' })]);
    const [first] = await segments();
    await rm(join(dir, first!));
    await eventually(async () => {
      await log.append([event({ itemId: 'kept' })]);
      expect(await itemsRead()).toContain('kept');
    });
  });

  it('writes a snapshot without what is torn, erased or doubled', async () => {
    const log = await open();
    await log.append([
      event({ eventId: 'e', itemId: 'a' }),
      event({ eventId: 'e' }),
      event({ sessionId: 'x' }),
    ]);
    await log.erase({ sessionId: 'x' });
    const path = join(dir, 'snapshot.jsonl');
    expect(await snapshotEventLog(dir, path)).toBe(1);
    expect(
      (await readFile(path, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).item_id),
    ).toEqual(['a']);
    await expect(snapshotEventLog(dir, path)).rejects.toThrow(/EEXIST/);
  });
});

describe('after a crash', () => {
  it('leaves out a torn last line and cuts it off when the log is opened again', async () => {
    const log = await open();
    await log.append([event({ itemId: 'a' }), event({ itemId: 'b' })]);
    const [name] = await segments();
    const dead = await orphan(name!, true);
    const whole = (await stat(join(dir, dead))).size;
    await appendFile(join(dir, dead), '{"session_id":"s","item_id":"torn');
    expect(await itemsRead()).toEqual(['a', 'b']);

    const next = await open();
    const [closed] = await segments();
    expect(closed).not.toContain('.open');
    expect((await stat(join(dir, closed!))).size).toBe(whole);
    await next.append([event({ itemId: 'c' })]);
    // Segments begun in the same millisecond have no order among themselves.
    expect((await itemsRead()).sort()).toEqual(['a', 'b', 'c']);
  });

  it.each([0, 1, 30])('copes with a first line cut to %i bytes', async (bytes) => {
    const log = await open();
    await log.append([event()]);
    const dead = await orphan((await segments())[0]!, true);
    await truncate(join(dir, dead), bytes);
    const next = await open();
    await next.append([event({ itemId: 'b' })]);
    expect(await itemsRead()).toEqual(['b']);
  });

  it('cuts a torn line longer than what is read at once', async () => {
    const log = await open();
    await log.append([event({ itemId: 'a' })]);
    const dead = await orphan((await segments())[0]!, true);
    await appendFile(join(dir, dead), 'x'.repeat(3_000_000));
    await open();
    expect(await itemsRead()).toEqual(['a']);
    expect((await stat(join(dir, (await segments())[0]!))).size).toBeLessThan(1000);
  });

  it('reads lines longer than what is read at once', async () => {
    const log = await open();
    const blob = 'ü'.repeat(1_500_000);
    await log.append([event({ itemId: 'a' }), event({ metadata: { blob } }), event({ itemId: 'b' })]);
    const events = await readAll();
    expect(events.map(({ itemId }) => itemId)).toEqual(['a', 'i', 'b']);
    expect(events[1]!.metadata).toEqual({ blob });
  });

  it('does not touch the active segment of a log that is open', async () => {
    const log = await open();
    await log.append([event({ itemId: 'a' })]);
    const before = await segments();
    await open();
    expect(await segments()).toEqual(before);
    await log.append([event({ itemId: 'b' })]);
    expect(await itemsRead()).toEqual(['a', 'b']);
  });

  it('tells of damaged lines and reads the others', async () => {
    const log = await open();
    await log.append([event({ itemId: 'a' })]);
    await log.close();
    const [file] = await readEventLogFiles(dir);
    await appendFile(file!, 'garbage\n{"session_id":5}\nnull\n');
    const damaged: number[] = [];
    const batches = [];
    for await (const batch of readEventLog(dir, { onDamagedLine: (_, line) => damaged.push(line) }))
      batches.push(batch);
    expect(batches.flat()).toHaveLength(1);
    expect(damaged).toEqual([2, 3, 4]);
  });
});

describe('erasing', () => {
  const secret = 'secret-session';

  it('removes a session from open and closed segments, of other open logs too', async () => {
    const [mine, other] = [await open(), await open({ pollMs: 1000 })];
    for (const log of [mine, other]) {
      await log.append([event({ sessionId: secret, itemId: 'x' }), event({ itemId: 'a' })]);
    }
    now++;
    const closed = await open();
    await closed.append([event({ sessionId: secret, itemId: 'x' }), event({ itemId: 'a' })]);
    await closed.close();
    now++;
    const dead = await open();
    await dead.append([event({ sessionId: secret, itemId: 'x' }), event({ itemId: 'a' })]);
    await orphan((await segments()).at(-1)!, true);

    // The other log looks by itself now and then, and may be first at any event but that of this one's open segment.
    expect([1, 2, 3, 4]).toContain(await mine.erase({ sessionId: secret }));
    expect(await itemsRead()).toEqual(['a', 'a', 'a', 'a']);
    await eventually(async () => expect(await everything()).not.toContain(secret));
    expect(await itemsRead()).toEqual(['a', 'a', 'a', 'a']);
  });

  it('removes a user, and only that user', async () => {
    const log = await open();
    await log.append([
      event({ userId: 'u1', itemId: 'x' }),
      event({ userId: 'u2', itemId: 'a' }),
      event({ sessionId: 'u1', itemId: 'b' }),
    ]);
    expect(await log.erase({ userId: 'u1' })).toBe(1);
    expect(await itemsRead()).toEqual(['a', 'b']);
    expect(await log.erase({ userId: 'nobody' })).toBe(0);
    expect(await log.erase({})).toBe(0);
  });

  it('covers what was received before, also if it is written later, and nothing after', async () => {
    const [mine, other] = [await open(), await open({ pollMs: 3_600_000 })];
    const late = event({ sessionId: secret, itemId: 'late' });
    await mine.erase({ sessionId: secret });
    await mine.append([late]);
    await other.append([late]); // has not noticed the erasure yet
    now++;
    await mine.append([event({ sessionId: secret, itemId: 'new' })]);
    expect(await itemsRead()).toEqual(['new']);
  });

  it('erases for many at a time, and tells each what was its own', async () => {
    const log = await open();
    const sessions = Array.from({ length: 60 }, (_, s) => `session ${s}`);
    await log.append(
      sessions.flatMap((sessionId, s) =>
        Array.from({ length: s % 4 }, () => event({ sessionId, userId: `u${s % 2}` })),
      ),
    );
    await log.append([event({ sessionId: 'stays' })]);
    const erased = await Promise.all([
      ...sessions.map((sessionId) => log.erase({ sessionId })),
      log.erase({ sessionId: 'session 3', userId: 'u0' }),
    ]);
    expect(erased.slice(0, 5)).toEqual([0, 1, 2, 3, 0]);
    expect(await readAll()).toHaveLength(1);
  });

  it('ends an erasure once nothing is left to erase, after an hour', async () => {
    const log = await open();
    await log.append([event({ sessionId: secret })]);
    await log.erase({ sessionId: secret });
    expect(await names(/^erased-/)).toHaveLength(1);
    now += HOUR_MS / 2;
    await new Promise((resolve) => setTimeout(resolve, 60)); // a few polls
    expect(await names(/^erased-/)).toHaveLength(1);
    now += HOUR_MS;
    await eventually(async () => expect(await names(/^erased-/)).toHaveLength(0));
    expect(await readAll()).toEqual([]);
  });

  it('finishes what a process began that ended in between', async () => {
    const log = await open();
    await log.append([event({ sessionId: secret, itemId: 'x' }), event({ itemId: 'a' })]);
    const elsewhere = await open();
    await elsewhere.erase({ sessionId: secret });
    await log.append([event({ sessionId: secret, itemId: 'x' })]).catch(() => {});
    await log.close();
    await elsewhere.close();
    now += 2 * HOUR_MS;
    await open();
    await eventually(async () => {
      expect(await names(/^erased-/)).toHaveLength(0);
      expect(await everything()).not.toContain(secret);
    });
    expect(await itemsRead()).toEqual(['a']);
  });

  it('keeps an erasure in force while a file that may be written elsewhere still needs it', async () => {
    const foreign = await open();
    await foreign.append([event({ sessionId: secret })]);
    await foreign.close();
    const [name] = await segments();
    await rename(join(dir, name!), join(dir, name!.replace(/-[0-9a-f]{8}\.(\d+)/, '-00000000.$1')));
    const log = await open();
    expect(await log.erase({ sessionId: secret })).toBe(1);
    now += 2 * HOUR_MS;
    await new Promise((resolve) => setTimeout(resolve, 100)); // a few polls
    expect(await names(/^erased-/)).toHaveLength(1);
    expect(await readAll()).toEqual([]);
    const old = new Date(Date.now() - 2 * DAY_MS);
    await utimes(join(dir, (await segments())[0]!), old, old);
    now += HOUR_MS;
    await eventually(async () => expect(await names(/^erased-/)).toHaveLength(0));
    expect(await everything()).not.toContain(secret);
  });

  it('does not lose events appended meanwhile', async () => {
    const [mine, other] = [await open({ segmentBytes: 2000 }), await open({ segmentBytes: 2000 })];
    let appended = 0;
    const writing = Promise.all(
      [mine, other].map(async (log) => {
        for (let i = 0; i < 100; i++) {
          await log.append([event({ itemId: String(i) }), event({ sessionId: `gone${i % 7}`, itemId: 'x' })]);
          appended++;
        }
      }),
    );
    for (let i = 0; i < 7; i++) await mine.erase({ sessionId: `gone${i}` });
    await writing;
    for (let i = 0; i < 7; i++) await other.erase({ sessionId: `gone${i}` });
    expect(appended).toBe(200);
    expect((await readAll()).filter(({ sessionId }) => sessionId === 's')).toHaveLength(200);
    expect((await readAll()).filter(({ sessionId }) => sessionId !== 's')).toHaveLength(0);
    await eventually(async () => expect(await everything()).not.toContain('"gone'));
    expect((await readAll()).filter(({ sessionId }) => sessionId === 's')).toHaveLength(200);
  });

  it('does not spell out the id in the names it leaves', async () => {
    const log = await open();
    await log.erase({ sessionId: secret, userId: secret });
    expect(await names(/^erased-/)).toHaveLength(2);
    expect(await everything()).not.toContain(secret);
  });
});

describe('retention', () => {
  it('removes segments whose last event is too old, however often they were rewritten', async () => {
    const log = await open({ retentionDays: 30, segmentBytes: 1 });
    await log.append([event({ itemId: 'old' }), event({ sessionId: 'gone' })]);
    await log.append([event({ itemId: 'young' })]);
    const [first] = await segments();
    const old = new Date(Date.now() - 31 * DAY_MS);
    await utimes(join(dir, first!), old, old);
    now = Date.now();
    await log.erase({ sessionId: 'gone' });
    await eventually(async () => expect(await itemsRead()).toEqual(['young']));
  });
});
