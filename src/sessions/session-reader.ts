import { type Session } from '../domain/session.js';
import { NextItemError } from '../errors.js';
import { Circuit } from './circuit.js';
import { type RecentSessions } from './recent-sessions.js';
import { asError } from './store-error.js';
import { type SessionStore } from './session-store.js';

/** Why a session did not come from its store. */
export const STORE_TROUBLES = [
  'store_unavailable', // it could not be reached or answered with an error
  'store_slow', // it did not answer within the time there was
  'store_bypassed', // it was not asked, because it was too slow several times in a row and has not recovered yet
] as const;

export type StoreTrouble = (typeof STORE_TROUBLES)[number];

export interface SessionAnswer {
  /** The session, or what this process last knew of it; null: there is none, or nothing is known. */
  readonly session: Session | null;
  /** null: the answer is the store's. */
  readonly trouble: StoreTrouble | null;
}

export interface SessionReaderOptions {
  readonly store: SessionStore;
  readonly recent: RecentSessions;
  /** What a read usually may take. A store that needs longer is slow; less patience says nothing about it. */
  readonly usualLimitMs: number;
  /** Told of every read that the store did not answer in time. */
  readonly onTrouble: (cause: Error) => void;
  /** Told when the store is given up for a while and when it is asked again. */
  readonly onBypass: (bypassed: boolean) => void;
}

const SLOW_READS_TO_GIVE_UP = 5;
const SLOW_MS_TO_GIVE_UP = 150;
const PROBE_INTERVAL_MS = 100;

/**
 * Reads sessions within a time limit, whatever the store does: where it fails, what this process last knew of the session
 * has to do. A store that keeps being slow is not asked until it answers a ping again, so that its time is not spent on
 * every request; that takes a fraction of a second once it is back.
 */
export class SessionReader {
  readonly recent: RecentSessions;
  private readonly store: SessionStore;
  private readonly usualLimitMs: number;
  private readonly onTrouble: (cause: Error) => void;
  private readonly circuit: Circuit;

  constructor({ store, recent, usualLimitMs, onTrouble, onBypass }: SessionReaderOptions) {
    this.onTrouble = onTrouble;
    this.store = store;
    this.recent = recent;
    this.usualLimitMs = usualLimitMs;
    this.circuit = new Circuit({
      failuresToOpen: SLOW_READS_TO_GIVE_UP,
      failingMs: SLOW_MS_TO_GIVE_UP,
      probeIntervalMs: PROBE_INTERVAL_MS,
      probe: () => this.within(usualLimitMs, store.ping()),
      onChange: onBypass,
    });
  }

  /** The session as far as it can be known within so many milliseconds. Rejects only for mistakes of ours. */
  async read(sessionId: string, limitMs: number): Promise<SessionAnswer> {
    if (this.circuit.open) return this.remembered(sessionId, 'store_bypassed');
    try {
      const reading = this.store.read(sessionId);
      const session = await this.within(limitMs, reading, (late) => {
        // Events may have come since, but it is better than nothing.
        if (this.recent.get(sessionId) === null) this.recent.read(sessionId, late);
      });
      this.recent.read(sessionId, session);
      this.circuit.succeeded();
      return { session, trouble: null };
    } catch (error) {
      const slow = error instanceof TooSlow;
      if (!slow && !(error instanceof NextItemError && error.code === 'store_unavailable')) throw error;
      this.onTrouble(error);
      // One that fails at once costs nothing to ask: the shards of a Cluster that are there go on being read.
      if (slow && limitMs >= this.usualLimitMs / 2) this.circuit.failed();
      return this.remembered(sessionId, slow ? 'store_slow' : 'store_unavailable');
    }
  }

  /** Resolves if the store answers within so many milliseconds; rejects with the cause. */
  async ping(limitMs: number): Promise<void> {
    await this.within(limitMs, this.store.ping());
  }

  /** Ends the watch over a store that is away. */
  close(): void {
    this.circuit.close();
    this.recent.clear();
  }

  private remembered(sessionId: string, trouble: StoreTrouble): SessionAnswer {
    return { session: this.recent.get(sessionId), trouble };
  }

  /** @param onLate told of a result that came after the limit */
  private within<Result>(
    limitMs: number,
    work: Promise<Result>,
    onLate?: (result: Result) => void,
  ): Promise<Result> {
    // The others do not leave the process: they block or are there, and a timer could not help.
    if (this.store.kind !== 'redis') return work;
    return new Promise((resolve, reject) => {
      let late = false;
      const timer = setTimeout(() => {
        // An answer that arrived while this thread was busy is read first.
        setImmediate(() => {
          late = true;
          reject(new TooSlow(limitMs));
        });
      }, limitMs);
      work.then(
        (result) => {
          clearTimeout(timer);
          if (late) onLate?.(result);
          else resolve(result);
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(asError(error));
        },
      );
    });
  }
}

class TooSlow extends Error {
  constructor(limitMs: number) {
    super(`no answer within ${Math.round(limitMs)} ms`);
  }
}
