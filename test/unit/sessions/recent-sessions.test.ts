import { beforeEach, describe, expect, it } from 'vitest';
import { type Session } from '../../../src/domain/session.js';
import { RecentSessions } from '../../../src/sessions/recent-sessions.js';
import { type IncomingEvent } from '../../../src/sessions/session-store.js';

let now: number;
beforeEach(() => void (now = 1_000_000));
const make = (maxBytes = 1 << 20, maxAgeMs = 60_000) => new RecentSessions({ maxBytes, maxAgeMs }, () => now);

const event = (sessionId: string, itemId: string, timestampMs = 1, more = {}): IncomingEvent => ({
  sessionId,
  itemId,
  eventType: 'view',
  timestampMs,
  ...more,
});
const sessionOf = (sessionId: string, items: string[], eventCount = items.length): Session => ({
  sessionId,
  events: items.map((itemId, i) => ({ itemId, eventType: 'view', timestampMs: i })),
  eventCount,
});
const itemsOf = (recent: RecentSessions, sessionId: string) =>
  recent.get(sessionId)?.events.map(({ itemId }) => itemId) ?? null;

describe('recent sessions', () => {
  it('know what was appended, in the order of its time, without metadata', () => {
    const recent = make();
    recent.appended(event('s', 'b', 2, { metadata: { page: 1 }, eventId: 'e', userId: 'u' }), 1);
    recent.appended(event('s', 'a', 1), 2);
    expect(recent.get('s')).toEqual({
      sessionId: 's',
      userId: 'u',
      eventCount: 2,
      events: [
        { itemId: 'a', eventType: 'view', timestampMs: 1 },
        { itemId: 'b', eventType: 'view', timestampMs: 2 },
      ],
    });
    expect(recent.get('t')).toBeNull();
  });

  it('know what was read, and take what the store says for true', () => {
    const recent = make();
    recent.read('s', sessionOf('s', ['a', 'b']));
    recent.appended(event('s', 'c', 3), 3);
    expect(itemsOf(recent, 's')).toEqual(['a', 'b', 'c']);
    // Another process appended the fourth.
    recent.appended(event('s', 'e', 5), 5);
    expect(itemsOf(recent, 's')).toEqual(['a', 'b', 'c', 'e']);
    recent.read('s', sessionOf('s', ['a', 'b', 'c', 'd', 'e']));
    expect(itemsOf(recent, 's')).toEqual(['a', 'b', 'c', 'd', 'e']);
    recent.read('s', null);
    expect(recent.get('s')).toBeNull();
  });

  it('keep the most recent events of a long session', () => {
    const recent = make();
    for (let i = 0; i < 200; i++) recent.appended(event('s', `i${i}`, i), i + 1);
    expect(itemsOf(recent, 's')).toEqual(Array.from({ length: 64 }, (_, i) => `i${136 + i}`));
    expect(recent.get('s')!.eventCount).toBe(200);
    recent.read(
      's',
      sessionOf(
        's',
        Array.from({ length: 300 }, (_, i) => `r${i}`),
      ),
    );
    expect(itemsOf(recent, 's')).toHaveLength(64);
  });

  it('are not changed by who got one', () => {
    const recent = make();
    recent.appended(event('s', 'a'), 1);
    const before = recent.get('s')!;
    recent.appended(event('s', 'b', 2), 2);
    expect(before.events).toHaveLength(1);
  });

  it('forget those not used for longest when memory is short, and never take more', () => {
    const recent = make(100_000);
    for (let s = 0; s < 1000; s++) {
      recent.appended(event(`s${s}`, 'x'.repeat(s % 256)), 1);
      recent.get('s0');
      recent.read('s0', sessionOf('s0', ['']));
    }
    expect(recent.size).toBeGreaterThan(100);
    expect(recent.size).toBeLessThan(500);
    expect(itemsOf(recent, 's0')).toEqual(['']);
    expect(recent.get('s1')).toBeNull();
    expect(recent.get('s999')).not.toBeNull();
    const none = make(0);
    none.appended(event('s', 'a'), 1);
    expect([none.size, none.get('s')]).toEqual([0, null]);
  });

  it('forget what is old, also when nobody asks for it', () => {
    const recent = make();
    recent.appended(event('old', 'a'), 1);
    recent.appended(event('used', 'a'), 1);
    now += 59_999;
    recent.appended(event('used', 'b'), 2);
    expect(recent.get('old')).not.toBeNull();
    now += 1;
    expect(recent.get('old')).toBeNull();
    recent.appended(event('other', 'a'), 1);
    now += 60_000;
    recent.appended(event('new', 'a'), 1);
    expect(recent.size).toBe(1);
  });

  it('forget a session, or those of a user', () => {
    const recent = make();
    recent.appended(event('a', 'x', 1, { userId: 'u' }), 1);
    recent.appended(event('b', 'x', 1, { userId: 'u' }), 1);
    recent.appended(event('c', 'x', 1, { userId: 'v' }), 1);
    recent.forget('a');
    expect(recent.size).toBe(2);
    recent.forgetUser('u');
    expect(itemsOf(recent, 'c')).toEqual(['x']);
    expect(recent.size).toBe(1);
  });
});
