import { open, type RootDatabase } from 'lmdb';
import { syncFolder } from '../bundle/durable-files.js';
import { type Session } from '../domain/session.js';
import { MINUTE_MS, type Clock } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { activityBefore, idBytes, minuteOf } from './embedded-keys.js';
import {
  appendEvent,
  deleteSession,
  deleteSessionsOfUser,
  prepareEvent,
  type PreparedEvent,
  readSession,
  sweepSession,
} from './embedded-session.js';
import { GroupCommit } from './group-commit.js';
import {
  type AppendResult,
  type IncomingEvent,
  type SessionStore,
  type SessionStoreLimits,
} from './session-store.js';
import { asError, storeUnavailable } from './store-error.js';

export interface EmbeddedStoreOptions {
  /** A folder, made if it is not there. Several processes of one machine may open it; never put it on a network share. */
  readonly path: string;
  readonly limits: SessionStoreLimits;
  readonly clock: Clock;
  /** How often expired sessions are looked for, default one minute. They are invisible from the moment they expire. */
  readonly sweepIntervalMs?: number;
}

/** Sessions removed in one transaction of the sweep: few, because appends wait for it. */
const SWEEP_BATCH = 100;

/**
 * Opens the embedded store. Throws `store_unavailable` if the folder cannot be used.
 *
 * Each commit is one LMDB transaction for everything that arrived while the last one was being flushed; its promise
 * resolves after fdatasync of the data and a synchronous write of the meta page (`overlappingSync: false`), so nothing is
 * visible or acknowledged that a power cut could take back. Space of erased sessions is reused, not overwritten.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  try {
    const db = open<Buffer, Buffer>({
      path: options.path,
      noSubdir: false,
      encoding: 'binary',
      keyEncoding: 'binary',
      overlappingSync: false,
      // We batch ourselves; lmdb's own way rejects a promise nobody holds when a commit fails, which ends the process.
      eventTurnBatching: false,
    });
    await syncFolder(options.path);
    return new EmbeddedStore(db, options);
  } catch (error) {
    throw storeUnavailable(`the embedded store in ${options.path} cannot be opened`, error);
  }
}

/** Sessions in an LMDB environment on this machine's disk, shared by all its processes. */
export class EmbeddedStore implements SessionStore {
  readonly kind = 'embedded';
  private readonly limits: SessionStoreLimits;
  private readonly clock: Clock;
  private readonly writes: GroupCommit<() => unknown, unknown>;
  private readonly sweepTimer: NodeJS.Timeout;
  private sweeping = false;
  private closed = false;

  constructor(
    private readonly db: RootDatabase<Buffer, Buffer>,
    private readonly options: EmbeddedStoreOptions,
  ) {
    this.limits = options.limits;
    this.clock = options.clock;
    this.writes = new GroupCommit((batch) => this.commit(batch));
    this.sweepTimer = setInterval(() => void this.sweepQuietly(), options.sweepIntervalMs ?? MINUTE_MS);
    this.sweepTimer.unref();
  }

  async append(event: IncomingEvent): Promise<AppendResult> {
    const prepared = prepareEvent(event);
    return this.write(() => this.add(prepared));
  }

  async appendBatch(events: readonly IncomingEvent[]): Promise<(AppendResult | Error)[]> {
    const prepared = events.map((event) => resultOrError(() => prepareEvent(event)));
    try {
      // One operation of the commit for all of them: a promise for each would cost as much as its event.
      return await this.write(() =>
        prepared.map((event) => {
          if (event instanceof Error) return event;
          const result = resultOrError(() => this.add(event));
          return result instanceof Error ? this.unavailable(result) : result;
        }),
      );
    } catch (error) {
      return events.map(() => asError(error));
    }
  }

  async read(sessionId: string): Promise<Session | null> {
    this.assertOpen();
    try {
      this.db.resetReadTxn(); // lmdb keeps a snapshot for a while; other processes may have committed since
      return readSession(this.db, sessionId, this.clock(), this.limits);
    } catch (error) {
      throw this.unavailable(error);
    }
  }

  delete(sessionId: string): Promise<boolean> {
    return this.write(() => deleteSession(this.db, idBytes(sessionId), this.clock(), this.limits) !== null);
  }

  deleteUser(userId: string): Promise<string[]> {
    return this.write(() => deleteSessionsOfUser(this.db, userId, this.clock(), this.limits));
  }

  async ping(): Promise<void> {
    await this.read('');
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.sweepTimer);
    await this.writes.idle();
    await this.db.close();
  }

  /**
   * Removes expired sessions, a few per transaction, and returns how many there were. The processes of a machine need not
   * agree who does it: transactions follow each other, and who comes late finds nothing.
   */
  async sweep(): Promise<number> {
    const range = activityBefore(minuteOf(this.clock() - this.limits.ttlMs));
    let swept = 0;
    for (;;) {
      this.assertOpen();
      this.db.resetReadTxn();
      if ([...this.db.getKeys({ ...range, limit: 1 })].length === 0) return swept;
      swept += await this.write(() => {
        const keys = [...this.db.getKeys({ ...range, limit: SWEEP_BATCH })];
        for (const key of keys) sweepSession(this.db, key, this.clock(), this.limits);
        return keys.length;
      });
    }
  }

  private async sweepQuietly(): Promise<void> {
    if (this.sweeping) return;
    this.sweeping = true;
    try {
      await this.sweep();
    } catch {
      // The next interval tries again; whoever uses the store meets the same failure and reports it.
    } finally {
      this.sweeping = false;
    }
  }

  private add(event: PreparedEvent): AppendResult {
    return appendEvent(this.db, event, this.clock(), this.limits);
  }

  private async write<Result>(operation: () => Result): Promise<Result> {
    this.assertOpen();
    const result = await this.writes.submit(operation);
    if (result instanceof Error) throw this.unavailable(result);
    return result as Result;
  }

  private async commit(batch: readonly (() => unknown)[]): Promise<unknown[]> {
    try {
      // Not a child transaction, which could be undone alone but costs half as much again: LMDB commits nothing of a
      // transaction in which a write failed, and operations throw for no other reason once they have begun to write.
      return await this.db.transaction(() => batch.map((operation) => resultOrError(operation)));
    } catch (error) {
      throw this.unavailable(await commitErrorOf(error));
    }
  }

  private unavailable(error: unknown): NextItemError {
    return storeUnavailable(`the embedded store in ${this.options.path}`, error);
  }

  private assertOpen(): void {
    if (this.closed) throw new NextItemError('store_unavailable', 'the embedded store was closed');
  }
}

function resultOrError<Result>(operation: () => Result): Result | Error {
  try {
    return operation();
  } catch (error) {
    return asError(error);
  }
}

/** lmdb rejects with a general error that carries the reason as a promise; left alone, that promise would end the process. */
async function commitErrorOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<unknown> };
  if (commitError === undefined) return error;
  return commitError.then(
    () => error,
    (reason: unknown) => reason,
  );
}
