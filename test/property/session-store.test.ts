import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVENT_TYPES, type EventType } from '../../src/domain/event.js';
import { type Session } from '../../src/domain/session.js';
import { type AppendResult, type IncomingEvent } from '../../src/sessions/session-store.js';
import { backends } from '../support/session-stores.js';

const LIMITS = { ttlMs: 600_000, maxEvents: 4 };
const SESSION_IDS = ['a', 'a}', '{a', '__proto__'];
const USER_IDS = ['u', 'a'];

/** What the contract says, in the plainest form: a list of everything that arrived. */
class Model {
  private arrived: (IncomingEvent & { receivedMs: number })[] = [];
  private now = 0;

  elapse(ms: number): void {
    this.now += ms;
  }

  append(event: IncomingEvent): AppendResult {
    this.expire(event.sessionId);
    const before = this.of(event.sessionId);
    const duplicate = event.eventId !== undefined && before.some(({ eventId }) => eventId === event.eventId);
    if (!duplicate) this.arrived.push({ ...event, receivedMs: this.now });
    return { eventCount: before.length + (duplicate ? 0 : 1), duplicate };
  }

  read(sessionId: string): Session | null {
    this.expire(sessionId);
    const all = this.of(sessionId);
    if (all.length === 0) return null;
    const userId = all.findLast((event) => event.userId !== undefined)?.userId;
    const events = all
      .toSorted((a, b) => a.timestampMs - b.timestampMs)
      .slice(-LIMITS.maxEvents)
      .map(({ itemId, eventType, timestampMs, eventId, metadata }) => ({
        itemId,
        eventType,
        timestampMs,
        ...(eventId !== undefined && { eventId }),
        ...(metadata !== undefined && { metadata }),
      }));
    const countsByType = EVENT_TYPES.map((type) => all.filter(({ eventType }) => eventType === type).length);
    return {
      sessionId,
      ...(userId !== undefined && { userId }),
      events,
      eventCount: all.length,
      countsByType,
    };
  }

  delete(sessionId: string): boolean {
    const there = this.read(sessionId) !== null;
    this.arrived = this.arrived.filter((event) => event.sessionId !== sessionId);
    return there;
  }

  deleteUser(userId: string): string[] {
    for (const sessionId of SESSION_IDS) this.expire(sessionId);
    const sessionIds = new Set(
      this.arrived.filter((event) => event.userId === userId).map((event) => event.sessionId),
    );
    for (const sessionId of sessionIds) this.delete(sessionId);
    return [...sessionIds].sort();
  }

  private of(sessionId: string) {
    return this.arrived.filter((event) => event.sessionId === sessionId);
  }

  private expire(sessionId: string): void {
    const last = this.of(sessionId).at(-1);
    if (last !== undefined && this.now - last.receivedMs >= LIMITS.ttlMs) {
      this.arrived = this.arrived.filter((event) => event.sessionId !== sessionId);
    }
  }
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const event: fc.Arbitrary<IncomingEvent> = fc
  .record({
    sessionId: fc.constantFrom(...SESSION_IDS),
    itemId: fc.string({ unit: 'binary', maxLength: 4 }),
    eventType: fc.constantFrom<EventType>(...EVENT_TYPES),
    timestampMs: fc.integer({ min: -2, max: 3 }),
    eventId: optional(fc.constantFrom('e', 'f', 'g')),
    userId: optional(fc.constantFrom(...USER_IDS)),
    metadata: optional(
      fc.oneof(
        fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 1 }), {
          maxKeys: 2,
          noNullPrototype: true,
        }),
        // What is long is stored in another way.
        fc.constantFrom(500, 900, 2500).map((length) => ({ long: 'x'.repeat(length) })),
      ),
    ),
  })
  .map(({ eventId, userId, metadata, ...rest }) => ({
    ...rest,
    ...(eventId !== undefined && { eventId }),
    ...(userId !== undefined && { userId }),
    // As it comes from a request body: -0 and the like do not survive JSON, here or there.
    ...(metadata !== undefined && {
      metadata: JSON.parse(JSON.stringify(metadata)) as Record<string, unknown>,
    }),
  }));

const operation = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('append' as const), event }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('appendBatch' as const),
      events: fc.array(event, { maxLength: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('delete' as const), sessionId: fc.constantFrom(...SESSION_IDS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('deleteUser' as const), userId: fc.constantFrom(...USER_IDS) }),
  },
  // Far from multiples of the TTL: a real Redis spends a little time of its own.
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('elapse' as const),
      ms: fc.constantFrom(140_000, 310_000, 650_000),
    }),
  },
);

describe.each(backends().map((backend) => [backend.name, backend] as const))(
  'session store against a simple model: %s',
  (_name, backend) => {
    beforeAll(() => backend.start());
    afterAll(() => backend.stop());

    it('does the same, whatever the operations', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 25, size: 'max' }), async (operations) => {
          const { store, second, elapse, leftovers, close } = await backend.open(LIMITS);
          const model = new Model();
          try {
            for (const step of operations) {
              if (step.do === 'append')
                expect(await store.append(step.event)).toEqual(model.append(step.event));
              if (step.do === 'appendBatch') {
                expect(await store.appendBatch(step.events)).toEqual(
                  step.events.map((one) => model.append(one)),
                );
              }
              if (step.do === 'delete')
                expect(await store.delete(step.sessionId)).toBe(model.delete(step.sessionId));
              if (step.do === 'deleteUser') {
                expect((await store.deleteUser(step.userId)).sort()).toEqual(model.deleteUser(step.userId));
              }
              if (step.do === 'elapse') {
                await elapse(step.ms);
                model.elapse(step.ms);
              }
              for (const sessionId of SESSION_IDS) {
                expect(await second.read(sessionId)).toEqual(model.read(sessionId));
              }
            }
            for (const sessionId of SESSION_IDS) await store.delete(sessionId);
            if (backend.name === 'memory' || backend.name === 'embedded') expect(await leftovers()).toBe(0);
          } finally {
            await close();
          }
        }),
        { numRuns: backend.name === 'memory' ? 300 : 60 },
      );
    }, 120_000);
  },
);
