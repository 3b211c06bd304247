import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NextItemError } from '../../src/errors.js';
import { type IncomingEvent } from '../../src/sessions/session-store.js';
import { backends, type StoreUnderTest } from '../support/session-stores.js';

function event(fields: Partial<IncomingEvent> = {}): IncomingEvent {
  return { sessionId: 's', itemId: 'item', eventType: 'view', timestampMs: 1_700_000_000_000, ...fields };
}

/** Ids that break naive key schemes. */
const HOSTILE_IDS = [
  'plain',
  '}',
  '{',
  '{}',
  '}{',
  'a}b',
  '{a}',
  '\\u007d',
  '"',
  '\\',
  ':events',
  's:events',
  's',
  's ',
  ' s',
  '__proto__',
  'constructor',
  'toString',
  'Zürich-日本-🛒',
  '\ud800',
  '\ud801',
  '\ufffd',
  '\u0000',
  'a\u0000b',
  '\r\n',
  '*',
  'x'.repeat(256),
  '🛒'.repeat(64),
];

describe.each(backends().map((backend) => [backend.name, backend] as const))(
  'session store: %s',
  (_name, backend) => {
    let test: StoreUnderTest;

    beforeAll(() => backend.start());
    afterAll(() => backend.stop());
    beforeEach(async () => {
      test = await backend.open();
    });
    afterEach(() => test.close());

    const itemsOf = async (sessionId = 's') =>
      (await test.store.read(sessionId))?.events.map(({ itemId }) => itemId);

    describe('reading what was appended', () => {
      it('knows no session that never had an event', async () => {
        expect(await test.store.read('s')).toBeNull();
      });

      it('gives back every field', async () => {
        const metadata = { price: 9.5, tags: ['a', null, 'ü'], nested: { __proto__x: true }, flag: false };
        await test.store.append(
          event({ itemId: 'i"1', eventType: 'add_to_cart', eventId: 'e1', userId: 'u', metadata }),
        );
        await test.store.append(event({ itemId: '', eventType: 'purchase', timestampMs: 1_700_000_000_001 }));
        expect(await test.store.read('s')).toEqual({
          sessionId: 's',
          userId: 'u',
          eventCount: 2,
          countsByType: [0, 0, 1, 1],
          events: [
            {
              itemId: 'i"1',
              eventType: 'add_to_cart',
              timestampMs: 1_700_000_000_000,
              eventId: 'e1',
              metadata,
            },
            { itemId: '', eventType: 'purchase', timestampMs: 1_700_000_000_001 },
          ],
        });
      });

      it('keeps metadata with hostile keys as data', async () => {
        const metadata = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}') as Record<
          string,
          unknown
        >;
        await test.store.append(event({ metadata }));
        const read = (await test.store.read('s'))!.events[0]!.metadata!;
        expect(JSON.stringify(read)).toBe(JSON.stringify(metadata));
        expect(({} as { polluted?: number }).polluted).toBeUndefined();
      });

      it('is not changed by what callers do with their objects afterwards', async () => {
        const metadata = { color: 'red' };
        await test.store.append(event({ metadata }));
        metadata.color = 'blue';
        const first = (await test.store.read('s'))!;
        (first.events[0]!.metadata as { color: string }).color = 'green';
        expect((await test.store.read('s'))!.events[0]!.metadata).toEqual({ color: 'red' });
      });

      it('shows another instance what was acknowledged, at once', async () => {
        for (let i = 1; i <= 50; i++) {
          await test.store.append(event({ itemId: `i${i}` }));
          expect((await test.second.read('s'))!.eventCount).toBe(i);
          await test.second.append(event({ sessionId: 't', itemId: `i${i}` }));
          expect((await test.store.read('t'))!.eventCount).toBe(i);
        }
      });

      it('remembers the last user and keeps it through events without one', async () => {
        await test.store.append(event({ userId: 'first' }));
        await test.store.append(event({ userId: 'second' }));
        await test.store.append(event());
        expect((await test.store.read('s'))!.userId).toBe('second');
      });
    });

    describe('order', () => {
      it('is by timestamp, whatever came first', async () => {
        for (const timestampMs of [5, 1, 4, 2, 3]) {
          await test.store.append(event({ itemId: String(timestampMs), timestampMs }));
        }
        expect(await itemsOf()).toEqual(['1', '2', '3', '4', '5']);
      });

      it('is by arrival at equal timestamps', async () => {
        const names = Array.from({ length: 25 }, (_, i) => `i${i}`);
        for (const itemId of names) await test.store.append(event({ itemId }));
        expect(await itemsOf()).toEqual(names);
      });

      it('holds for times before 1970, fractions and far away times', async () => {
        const times = [-1e12, -1.5, -1, 0, 0.25, 1, 1_700_000_000_000, 8.64e15];
        for (const timestampMs of [...times].reverse()) await test.store.append(event({ timestampMs }));
        expect((await test.store.read('s'))!.events.map(({ timestampMs }) => timestampMs)).toEqual(times);
      });
    });

    describe('idempotency', () => {
      it('counts an event id once and says so', async () => {
        expect(await test.store.append(event({ eventId: 'e' }))).toEqual({ eventCount: 1, duplicate: false });
        expect(await test.store.append(event({ eventId: 'f' }))).toEqual({ eventCount: 2, duplicate: false });
        expect(await test.store.append(event({ eventId: 'e', itemId: 'other' }))).toEqual({
          eventCount: 2,
          duplicate: true,
        });
        expect(await itemsOf()).toEqual(['item', 'item']);
      });

      it('holds when both are under way at once, from two instances', async () => {
        const results = await Promise.all(
          Array.from({ length: 32 }, (_, i) =>
            (i % 2 ? test.store : test.second).append(event({ eventId: 'e' })),
          ),
        );
        expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
        expect((await test.store.read('s'))!.eventCount).toBe(1);
      });

      it('is per session', async () => {
        await test.store.append(event({ eventId: 'e' }));
        expect(await test.store.append(event({ eventId: 'e', sessionId: 't' }))).toEqual({
          eventCount: 1,
          duplicate: false,
        });
      });

      it('outlives the cap', async () => {
        await test.close();
        test = await backend.open({ maxEvents: 2 });
        for (const eventId of ['a', 'b', 'c', 'd']) await test.store.append(event({ eventId }));
        expect(await test.store.append(event({ eventId: 'a' }))).toEqual({ eventCount: 4, duplicate: true });
      });

      it('ends with the session', async () => {
        await test.store.append(event({ eventId: 'e' }));
        await test.store.delete('s');
        expect(await test.store.append(event({ eventId: 'e' }))).toEqual({ eventCount: 1, duplicate: false });
      });
    });

    describe('the cap', () => {
      beforeEach(async () => {
        await test.close();
        test = await backend.open({ maxEvents: 3 });
      });

      it('keeps the most recent events and counts all', async () => {
        for (let i = 1; i <= 10; i++) {
          const result = await test.store.append(event({ itemId: `i${i}`, timestampMs: i }));
          expect(result.eventCount).toBe(i);
        }
        expect(await itemsOf()).toEqual(['i8', 'i9', 'i10']);
        expect((await test.store.read('s'))!.countsByType).toEqual([10, 0, 0, 0]);
      });

      it('goes by time, not by arrival', async () => {
        for (const timestampMs of [10, 20, 30, 5, 25]) {
          await test.store.append(event({ itemId: String(timestampMs), timestampMs }));
        }
        expect(await itemsOf()).toEqual(['20', '25', '30']);
      });

      it('keeps the later arrivals at equal timestamps', async () => {
        for (const itemId of ['a', 'b', 'c', 'd', 'e']) await test.store.append(event({ itemId }));
        expect(await itemsOf()).toEqual(['c', 'd', 'e']);
      });
    });

    describe('expiry', () => {
      beforeEach(async () => {
        await test.close();
        test = await backend.open({ ttlMs: 600_000 });
      });

      it('ends a session without events, and a new one starts from nothing', async () => {
        await test.store.append(event({ eventId: 'e', userId: 'u' }));
        await test.elapse(600_000);
        expect(await test.store.read('s')).toBeNull();
        expect(await test.store.delete('s')).toBe(false);
        expect(await test.store.append(event({ eventId: 'e' }))).toEqual({ eventCount: 1, duplicate: false });
        const session = (await test.store.read('s'))!;
        expect(session.events).toHaveLength(1);
        expect(session.userId).toBeUndefined();
      });

      it('is put off by every event', async () => {
        await test.store.append(event());
        for (let i = 0; i < 4; i++) {
          await test.elapse(400_000);
          await test.store.append(event());
        }
        await test.elapse(400_000);
        expect((await test.store.read('s'))!.eventCount).toBe(5);
      });

      it('is not put off by a duplicate or by reading', async () => {
        await test.store.append(event({ eventId: 'e' }));
        await test.elapse(400_000);
        await test.store.append(event({ eventId: 'e' }));
        await test.store.read('s');
        await test.elapse(200_000);
        expect(await test.store.read('s')).toBeNull();
      });
    });

    describe('deleting', () => {
      it('leaves nothing behind', async () => {
        for (let i = 0; i < 5; i++) {
          await test.store.append(event({ eventId: `e${i}`, userId: `u${i % 2}`, metadata: { i } }));
        }
        expect(await test.leftovers()).toBeGreaterThan(0);
        expect(await test.store.delete('s')).toBe(true);
        expect(await test.second.read('s')).toBeNull();
        expect(await test.leftovers()).toBe(0);
        expect(await test.store.delete('s')).toBe(false);
      });

      it('touches no other session', async () => {
        for (const sessionId of HOSTILE_IDS) await test.store.append(event({ sessionId, userId: 'u' }));
        expect(await test.store.delete('s')).toBe(true);
        for (const sessionId of HOSTILE_IDS) {
          expect((await test.store.read(sessionId))?.eventCount, JSON.stringify(sessionId)).toBe(
            sessionId === 's' ? undefined : 1,
          );
        }
        const others = HOSTILE_IDS.filter((id) => id !== 's').sort();
        expect((await test.store.deleteUser('u')).sort()).toEqual(others);
        expect(await test.leftovers()).toBe(0);
      });

      it('finds all sessions of a user', async () => {
        await test.store.append(event({ sessionId: 'a', userId: 'u' }));
        await test.store.append(event({ sessionId: 'b', userId: 'u' }));
        await test.store.append(event({ sessionId: 'b', userId: 'v' }));
        await test.store.append(event({ sessionId: 'c', userId: 'v' }));
        await test.store.append(event({ sessionId: 'd' }));
        expect((await test.second.deleteUser('u')).sort()).toEqual(['a', 'b']);
        expect(await test.store.read('a')).toBeNull();
        expect(await test.store.read('b')).toBeNull();
        expect((await test.store.read('c'))!.eventCount).toBe(1);
        expect(await test.store.deleteUser('u')).toEqual([]);
        expect(await test.store.deleteUser('v')).toEqual(['c']);
        expect(await test.store.deleteUser('nobody')).toEqual([]);
        await test.store.delete('d');
        expect(await test.leftovers()).toBe(0);
      });

      it('finds a session that went on for long without naming its user', async () => {
        await test.store.append(event({ userId: 'u' }));
        for (let i = 0; i < 12; i++) {
          await test.elapse(45_000);
          await test.store.append(event());
        }
        expect(await test.store.deleteUser('u')).toEqual(['s']);
        expect(await test.leftovers()).toBe(0);
      });

      it('does not delete a session that had the id of an expired one of the user', async () => {
        await test.store.append(event({ userId: 'u' }));
        await test.elapse(60_000);
        await test.store.append(event({ userId: 'other' }));
        expect(await test.store.deleteUser('u')).toEqual([]);
        expect((await test.store.read('s'))!.userId).toBe('other');
      });

      it('is safe beside appends to the same session', async () => {
        const appends = Array.from({ length: 40 }, (_, i) =>
          test.store.append(event({ eventId: `e${i}`, userId: 'u' })),
        );
        const deletes = Array.from({ length: 10 }, () => test.second.delete('s'));
        await Promise.all([...appends, ...deletes]);
        const session = await test.store.read('s');
        expect(session?.events.length).toBe(session?.eventCount);
        await test.store.append(event({ userId: 'u' }));
        expect(await test.store.deleteUser('u')).toEqual(['s']);
        expect(await test.leftovers()).toBe(0);
      });
    });

    describe('ids', () => {
      it.each(HOSTILE_IDS.map((id) => [JSON.stringify(id), id]))('keeps %s apart', async (_, id) => {
        const other = `${id}'`;
        await test.store.append(event({ sessionId: id, userId: id, itemId: id, eventId: id }));
        await test.store.append(event({ sessionId: other, itemId: 'other' }));
        expect(await test.store.read(id)).toMatchObject({
          sessionId: id,
          userId: id,
          eventCount: 1,
          events: [{ itemId: id, eventId: id }],
        });
        expect(await test.store.append(event({ sessionId: id, eventId: id }))).toMatchObject({
          duplicate: true,
        });
        expect(await test.store.deleteUser(id)).toEqual([id]);
        expect(await test.store.delete(other)).toBe(true);
        expect(await test.leftovers()).toBe(0);
      });
    });

    describe('many at once', () => {
      it('counts 64 callers on one session exactly', async () => {
        const counts = await Promise.all(
          Array.from({ length: 64 }, async (_, caller) => {
            const seen: number[] = [];
            for (let i = 0; i < 10; i++) {
              const store = i % 2 ? test.store : test.second;
              seen.push(
                (await store.append(event({ itemId: `${caller}-${i}`, eventId: `${caller}-${i}` })))
                  .eventCount,
              );
            }
            return seen;
          }),
        );
        expect(counts.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 640 }, (_, i) => i + 1));
        const session = (await test.store.read('s'))!;
        expect(session.eventCount).toBe(640);
        expect(session.events).toHaveLength(100);
      });

      it('takes a batch with duplicates and mistakes, each answered on its own', async () => {
        const results = await test.store.appendBatch([
          event({ eventId: 'a', itemId: '1' }),
          event({ eventId: 'a', itemId: '2' }),
          event({ sessionId: 't', itemId: '3' }),
          event({ eventType: 'hover' as 'view' }),
          event({ timestampMs: Number.NaN }),
          event({ metadata: { big: 1n } }),
          event({ eventId: 'b', itemId: '4' }),
          event({ eventId: 'b', itemId: '5' }),
        ]);
        expect(results.slice(0, 3)).toEqual([
          { eventCount: 1, duplicate: false },
          { eventCount: 1, duplicate: true },
          { eventCount: 1, duplicate: false },
        ]);
        expect(results.slice(3, 6).map((result) => result instanceof NextItemError && result.code)).toEqual([
          'invalid_request',
          'invalid_request',
          'invalid_request',
        ]);
        expect(results.slice(6)).toEqual([
          { eventCount: 2, duplicate: false },
          { eventCount: 2, duplicate: true },
        ]);
        expect(await itemsOf()).toEqual(['1', '4']);
        expect(await itemsOf('t')).toEqual(['3']);
      });

      it('takes an empty batch and one of a thousand', async () => {
        expect(await test.store.appendBatch([])).toEqual([]);
        const results = await test.store.appendBatch(
          Array.from({ length: 1000 }, (_, i) =>
            event({ sessionId: `s${i % 10}`, itemId: `i${i}`, timestampMs: i }),
          ),
        );
        expect(results.map((result) => !(result instanceof Error) && result.eventCount)).toEqual(
          Array.from({ length: 1000 }, (_, i) => Math.floor(i / 10) + 1),
        );
        expect((await itemsOf('s3'))!.slice(0, 2)).toEqual(['i3', 'i13']);
      });
    });

    it('answers ping, and nothing after close', async () => {
      await test.store.ping();
      await test.store.close();
      await test.store.close();
      for (const call of [
        () => test.store.ping(),
        () => test.store.read('s'),
        () => test.store.append(event()),
        () => test.store.delete('s'),
      ]) {
        await expect(call()).rejects.toMatchObject({ code: 'store_unavailable' });
      }
    });
  },
);
