import { constants, write } from 'node:fs';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { syncFolder } from '../bundle/durable-files.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type Clock } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { addErasure, Erasures, erasureTime, loadErasures, removeErasure } from './event-log-erasures.js';
import { isGone, newOwner, retireOwner } from './event-log-owner.js';
import { encodeRecord, type LoggedEvent } from './event-log-record.js';
import {
  countErased,
  cutTornLine,
  listRewrites,
  listSegments,
  newSegment,
  renamedSegment,
  rewriteSegment,
  type Segment,
} from './event-log-segments.js';
import { GroupCommit } from './group-commit.js';
import { asError } from './store-error.js';

export { type LoggedEvent } from './event-log-record.js';
export {
  readEventLog,
  readEventLogFiles,
  sessionsOfUser,
  snapshotEventLog,
  type ReadEventLogOptions,
} from './event-log-reader.js';

export interface EventLogOptions {
  /** A folder of a local disk, made if it is not there; several processes may log into it. */
  readonly dir: string;
  /** A segment is closed when it got this large, or a day old. Default 64 MiB. */
  readonly segmentBytes?: number;
  /** Segments without an event for this many days are removed. Default: never. */
  readonly retentionDays?: number;
  /** How often to look for erasures by other processes. Default one second. */
  readonly pollMs?: number;
  readonly clock: Clock;
}

/** The append-only log of accepted events, from which models are trained again. */
export interface EventLog {
  readonly dir: string;

  /**
   * Resolves when the events are on disk, in this order; all callers waiting at a time share one sync.
   * Rejects with `event_log_unavailable` if they could not be written; the next call tries afresh.
   */
  append(events: readonly LoggedEvent[]): Promise<void>;

  /**
   * Erases all events of a session, or a user, received until now. When it resolves no reader sees them any more, and
   * they are gone from the files of this process and of processes that ended. Others that run remove them from theirs
   * within `pollMs`; a container or machine that ended without closing its log keeps its files for up to a day.
   * Returns how many events it found itself: other processes may have removed some of theirs, or of closed files, first.
   */
  erase(of: ErasedIds): Promise<number>;

  /** Finishes what was accepted and closes the files. */
  close(): Promise<void>;
}

/**
 * A write returns when its data is on disk: one call to the system instead of two, each of which would be handed to another
 * thread and back. Where the system has no such files (Windows) every write is followed by a sync.
 */
const WRITES_ARE_SYNCED = 'O_DSYNC' in constants;
const SEGMENT_FLAGS =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (WRITES_ARE_SYNCED ? constants.O_DSYNC : 0);

/** As `FileHandle.write`, with half of its work around the call to the system. */
const writeTo = promisify(write);

/** How long an erasure stays in force at least, for events that were received before it and are still under way. */
const ERASURE_MIN_AGE_MS = HOUR_MS;
const HOUSEKEEPING_INTERVAL_MS = 10 * MINUTE_MS;
const SEGMENT_MAX_AGE_MS = DAY_MS;

/**
 * Opens the log. What crashed processes left is closed: a torn last line, never acknowledged, is cut off. Throws
 * `event_log_unavailable` if the folder cannot be used.
 */
export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  const log = new SegmentLog(options);
  try {
    await mkdir(options.dir, { recursive: true });
    await log.start();
    return log;
  } catch (error) {
    await log.close();
    throw log.unavailable(error);
  }
}

interface ActiveSegment {
  readonly segment: Segment;
  readonly handle: FileHandle;
  /** Bytes that are acknowledged. */
  size: number;
}

interface ErasedIds {
  readonly sessionId?: string;
  readonly userId?: string;
}

interface PendingLine {
  readonly event: LoggedEvent;
  readonly line: string;
}

class SegmentLog implements EventLog {
  readonly dir: string;
  private readonly clock: Clock;
  private readonly segmentBytes: number;
  private readonly owner = newOwner();
  private readonly commits = new GroupCommit<readonly PendingLine[], void>((batch) => this.commit(batch));
  /** Whoever asks while files are looked through waits for the next look, which is for all of them. */
  private readonly erasing = new GroupCommit<ErasedIds, number>((batch) => this.eraseAll(batch), {
    paceMs: () => 0,
  });
  private active: ActiveSegment | null = null;
  private lastStartMs = 0;
  /** The erasures this process knows of: what they cover is not written any more. */
  private erasures = new Erasures('', []);
  private timer: NodeJS.Timeout | null = null;
  private lastHousekeepingMs = 0;
  /** Work on files runs after one another: writing and closing the active segment, and upkeep of the closed ones. */
  private writing: Promise<unknown> = Promise.resolve();
  private upkeep: Promise<unknown> = Promise.resolve();
  private polling = false;
  private closed = false;

  constructor(private readonly options: EventLogOptions) {
    this.dir = options.dir;
    this.clock = options.clock;
    this.segmentBytes = options.segmentBytes ?? 64 * 1024 * 1024;
  }

  async start(): Promise<void> {
    await this.adoptAbandoned();
    this.erasures = await loadErasures(this.dir);
    void this.pollQuietly(); // reads all files if there are erasures, so nobody waits for it
    this.timer = setInterval(() => void this.pollQuietly(), this.options.pollMs ?? SECOND_MS);
    this.timer.unref();
  }

  async append(events: readonly LoggedEvent[]): Promise<void> {
    this.assertOpen();
    if (events.length === 0) return;
    await this.commits.submit(events.map((event) => ({ event, line: `${encodeRecord(event)}\n` })));
  }

  async erase(of: ErasedIds): Promise<number> {
    this.assertOpen();
    return this.erasing.submit(of);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (this.timer !== null) clearInterval(this.timer);
    await this.erasing.idle();
    await this.commits.idle();
    await this.upkeep;
    await this.exclusively(() => this.seal());
    retireOwner(this.owner);
  }

  unavailable(error: unknown): NextItemError {
    if (error instanceof NextItemError) return error;
    return new NextItemError('event_log_unavailable', asError(error).message, this.dir, { cause: error });
  }

  // --- writing ---

  private async commit(batch: readonly (readonly PendingLine[])[]): Promise<void[]> {
    const lines = batch.flat();
    try {
      await this.exclusively(() => this.write(lines));
    } catch (error) {
      throw this.unavailable(error);
    }
    return batch.map(() => undefined);
  }

  private async write(lines: readonly PendingLine[]): Promise<void> {
    const wanted = lines.filter(({ event }) => this.erasures.covering(event).length === 0);
    if (wanted.length === 0) return;
    const bytes = Buffer.from(wanted.map(({ line }) => line).join(''));
    const active = (this.active ??= await this.begin());
    try {
      for (let written = 0; written < bytes.length;) {
        const left = bytes.length - written;
        const done = await writeTo(active.handle.fd, bytes, written, left, active.size + written);
        written += done.bytesWritten;
      }
      if (!WRITES_ARE_SYNCED) await active.handle.datasync();
    } catch (error) {
      await this.seal(); // after a failed sync nobody knows what is on disk: the next events go to a new file
      throw error;
    }
    active.size += bytes.length;
    if (active.size >= this.segmentBytes) await this.seal();
  }

  private async begin(): Promise<ActiveSegment> {
    this.lastStartMs = Math.max(this.clock(), this.lastStartMs + 1);
    const segment = newSegment(this.lastStartMs, this.owner);
    const handle = await open(join(this.dir, segment.name), SEGMENT_FLAGS);
    try {
      await syncFolder(this.dir); // else a power cut could take the file with all its synced lines
    } catch (error) {
      await handle.close();
      throw error;
    }
    return { segment, handle, size: 0 };
  }

  /** Closes the active segment. What was written beyond the acknowledged lines is cut off; failing that, it is a torn line. */
  private async seal(): Promise<void> {
    if (this.active === null) return;
    const { segment, handle, size } = this.active;
    this.active = null;
    const path = join(this.dir, segment.name);
    try {
      if ((await handle.stat()).size !== size) await handle.truncate(size);
      await handle.datasync();
    } catch {
      // The acknowledged lines were synced before, and readers leave out a torn one.
    } finally {
      await handle.close().catch(() => {});
    }
    try {
      if (size === 0) await rm(path);
      else await rename(path, join(this.dir, renamedSegment(segment, this.owner, false).name));
      await syncFolder(this.dir);
    } catch {
      // It keeps its name; whoever opens the log after this process has ended closes it.
    }
  }

  // --- upkeep ---

  private async pollQuietly(): Promise<void> {
    if (this.polling || this.closed) return;
    this.polling = true;
    try {
      await this.poll();
    } catch {
      // The next poll tries again.
    } finally {
      this.polling = false;
    }
  }

  private async poll(): Promise<void> {
    await this.exclusively(() => this.checkActive());
    await this.inUpkeep(async () => {
      const known = new Set(this.erasures.names);
      const { names } = await loadErasures(this.dir);
      if (names.some((name) => !known.has(name))) await this.honour([]);
      else if (names.length < known.size) this.erasures = this.erasures.restrictedTo(names);
      const now = this.clock();
      if (now - this.lastHousekeepingMs < HOUSEKEEPING_INTERVAL_MS) return;
      this.lastHousekeepingMs = now;
      await this.removeOld(now);
      await this.endErasures(now);
    });
  }

  /** Closes the active segment when it is a day old, or lets go of it when someone removed its file. */
  private async checkActive(): Promise<void> {
    if (this.active === null) return;
    const { segment } = this.active;
    const isThere = await stat(join(this.dir, segment.name)).then(
      () => true,
      () => false,
    );
    if (!isThere || this.clock() - segment.startMs > SEGMENT_MAX_AGE_MS) await this.seal();
  }

  /** Answers how many lines each of them erased. */
  private async eraseAll(batch: readonly ErasedIds[]): Promise<number[]> {
    const now = this.clock();
    try {
      // Added in upkeep too, else a look at the folder could come between, and remove what is to be counted here.
      return await this.inUpkeep(async () => {
        const groups: Set<string>[] = [];
        for (const { sessionId, userId } of batch) {
          const names = new Set<string>();
          if (sessionId !== undefined) names.add(await addErasure(this.dir, 'session', sessionId, now));
          if (userId !== undefined) names.add(await addErasure(this.dir, 'user', userId, now));
          groups.push(names);
        }
        if (groups.every((names) => names.size === 0)) return groups.map(() => 0);
        return [...(await this.honour(groups))];
      });
    } catch (error) {
      throw this.unavailable(error);
    }
  }

  /** Applies all erasures in force to all files this process may touch; counts the lines covered by each of the groups. */
  private async honour(groups: readonly ReadonlySet<string>[]): Promise<Uint32Array> {
    const erasures = await loadErasures(this.dir);
    await this.exclusively(async () => {
      await this.seal();
      this.erasures = erasures;
    });
    return (await this.scrub(erasures, groups)).byGroup;
  }

  /** Removes covered lines from closed segments of this process and of those gone. Clean: no covered line is left anywhere. */
  private async scrub(
    erasures: Erasures,
    groups: readonly ReadonlySet<string>[],
  ): Promise<{ byGroup: Uint32Array; isClean: boolean }> {
    const byGroup = new Uint32Array(groups.length);
    let isClean = true;
    for (const segment of await listSegments(this.dir)) {
      const found = await countErased(this.dir, segment, erasures, groups);
      found.byGroup.forEach((lines, group) => (byGroup[group]! += lines));
      if (found.covered === 0 && found.damaged === 0) continue;
      const mine = await this.takeOver(segment);
      if (mine !== null) await rewriteSegment(this.dir, mine, erasures);
      else if (found.covered > 0) isClean = false;
    }
    return { byGroup, isClean };
  }

  /** The segment as this process's own and closed, or null if its owner may be alive. */
  private async takeOver(segment: Segment): Promise<Segment | null> {
    if (segment.owner === this.owner) return segment.isOpen ? null : segment;
    const path = join(this.dir, segment.name);
    try {
      if (!isGone(segment.owner, (await stat(path)).mtimeMs)) return null;
      // The name first: it is the rename that decides between processes. A crash here leaves an open segment of ours.
      const mine = renamedSegment(segment, this.owner, segment.isOpen);
      await rename(path, join(this.dir, mine.name));
      if (!mine.isOpen) return mine;
      await cutTornLine(join(this.dir, mine.name));
      const closed = renamedSegment(mine, this.owner, false);
      await rename(join(this.dir, mine.name), join(this.dir, closed.name));
      return closed;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null; // another process was faster
      throw error;
    }
  }

  private async adoptAbandoned(): Promise<void> {
    for (const segment of await listSegments(this.dir)) if (segment.isOpen) await this.takeOver(segment);
    for (const { name, owner } of await listRewrites(this.dir)) {
      const path = join(this.dir, name);
      const lastWriteMs = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => Infinity,
      );
      if (isGone(owner, lastWriteMs)) await rm(path, { force: true });
    }
    await syncFolder(this.dir);
  }

  private async removeOld(now: number): Promise<void> {
    if (this.options.retentionDays === undefined) return;
    for (const segment of await listSegments(this.dir)) {
      if (segment.isOpen) continue;
      const path = join(this.dir, segment.name);
      const lastWriteMs = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => Infinity,
      );
      if (now - lastWriteMs > this.options.retentionDays * DAY_MS) await rm(path, { force: true });
    }
  }

  /** Ends the erasures that are old enough and have nothing left to cover in any file. */
  private async endErasures(now: number): Promise<void> {
    if (this.erasures.isEmpty) return;
    await this.adoptAbandoned();
    const { isClean } = await this.scrub(this.erasures, []);
    if (!isClean) return;
    const [ended, left] = [[] as string[], [] as string[]];
    for (const name of this.erasures.names) {
      (now - erasureTime(name) > ERASURE_MIN_AGE_MS ? ended : left).push(name);
    }
    for (const name of ended) await removeErasure(this.dir, name);
    this.erasures = this.erasures.restrictedTo(left);
  }

  private exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.writing.then(work);
    this.writing = result.catch(() => {});
    return result;
  }

  private inUpkeep<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.upkeep.then(work);
    this.upkeep = result.catch(() => {});
    return result;
  }

  private assertOpen(): void {
    if (this.closed) throw new NextItemError('event_log_unavailable', 'the log was closed', this.dir);
  }
}
