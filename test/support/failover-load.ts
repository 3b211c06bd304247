import { setTimeout as sleep } from 'node:timers/promises';
import { type SessionStore } from '../../src/sessions/session-store.js';

const SESSIONS = 60;
const RETRY_MS = 20;

export interface FailoverLoad {
  /** Event ids acknowledged so far. */
  readonly acknowledged: ReadonlySet<string>;
  /** How many times an append was refused; each was sent again with the same id. */
  readonly refused: () => number;
  /** The longest time in which none was acknowledged so far, milliseconds. */
  readonly longestPauseMs: () => number;
  /** Stops the writers and waits for them. */
  stop(): Promise<void>;
}

/** So many writers append events with ids to many sessions, one after the other, and send again what was refused. */
export function startLoad(store: SessionStore, writers: number): FailoverLoad {
  const acknowledged = new Set<string>();
  let refused = 0;
  let lastMs = performance.now();
  let longestPauseMs = 0;
  let next = 0;
  let stopped = false;
  const write = async (): Promise<void> => {
    while (!stopped) {
      const n = next++;
      const event = {
        sessionId: `s${n % SESSIONS}`,
        itemId: `item-${n % 97}`,
        eventType: 'view',
        timestampMs: n,
        eventId: `e${n}`,
      } as const;
      while (!stopped) {
        try {
          await store.append(event);
          acknowledged.add(event.eventId);
          longestPauseMs = Math.max(longestPauseMs, performance.now() - lastMs);
          lastMs = performance.now();
          break;
        } catch {
          refused++;
          await sleep(RETRY_MS);
        }
      }
    }
  };
  const running = Array.from({ length: writers }, write);
  return {
    acknowledged,
    refused: () => refused,
    longestPauseMs: () => longestPauseMs,
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}

/** The event ids in the store, as often as it has them. */
export async function storedEventIds(store: SessionStore): Promise<string[]> {
  const ids: string[] = [];
  for (let s = 0; s < SESSIONS; s++) {
    const session = await store.read(`s${s}`);
    ids.push(...(session?.events ?? []).map(({ eventId }) => eventId!));
  }
  return ids;
}

/** Resolves when every session can be written to and read again. */
export async function untilWritable(store: SessionStore): Promise<void> {
  for (let s = 0; s < SESSIONS; s++) {
    const event = { sessionId: `s${s}`, itemId: 'probe', eventType: 'view', timestampMs: 0 } as const;
    for (let attempt = 0; ; attempt++) {
      try {
        await store.append({ ...event, eventId: 'probe' });
        await store.read(event.sessionId);
        break;
      } catch {
        await sleep(RETRY_MS);
      }
    }
  }
}
