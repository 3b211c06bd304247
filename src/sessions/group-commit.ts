import { performance } from 'node:perf_hooks';
import { asError } from './store-error.js';

export interface GroupCommitOptions {
  /** Items per commit at most, default 4096. */
  readonly maxBatch?: number;
  /** Milliseconds by which commits begin apart at the moment; default: {@link paceOf} this thread. */
  readonly paceMs?: () => number;
}

/** A commit of so many items is worth its flush, and begins as soon as it can. */
export const ENOUGH = 16;

/**
 * Lets many callers share one flush to disk: while one batch is being committed, what arrives meanwhile waits and
 * becomes the next batch. A flush takes about as long for a thousand small writes as for one, so throughput
 * grows with the number of callers while each waits for two flushes at most, and the pace.
 */
export class GroupCommit<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private pump: Promise<void> | null = null;
  private lastBeganMs = -Infinity;
  /** Ends the wait for the pace; null: nobody waits. */
  private begin: (() => void) | null = null;
  private readonly maxBatch: number;
  private readonly paceMs: () => number;

  /**
   * @param commit makes a batch durable and answers one result per item, in order; if it throws, every caller of the
   *   batch gets the error. Never called again before it has settled.
   */
  constructor(
    private readonly commit: (batch: readonly Item[]) => Promise<readonly Result[]>,
    { maxBatch = 4096, paceMs = paceOf(new Utilization()) }: GroupCommitOptions = {},
  ) {
    this.maxBatch = maxBatch;
    this.paceMs = paceMs;
  }

  /** Resolves once the item is durable. Items are committed in the order they were submitted. */
  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.pump ??= this.run();
      if (this.waiting.length >= ENOUGH) this.begin?.();
    });
  }

  /** Resolves when everything submitted so far is settled. */
  async idle(): Promise<void> {
    while (this.pump !== null) {
      this.begin?.();
      await this.pump;
    }
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      // Callers answered by the last batch come back with their next item in this turn: without the pause the first
      // of them would be committed alone.
      await new Promise((resolve) => setImmediate(resolve));
      await this.pace();
      this.lastBeganMs = performance.now();
      const batch = this.waiting.splice(0, this.maxBatch);
      try {
        const results = await this.commit(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, i) => resolve(results[i]!));
      } catch (error) {
        for (const { reject } of batch) reject(asError(error));
      }
    }
    this.pump = null;
  }

  private async pace(): Promise<void> {
    const waitMs = this.lastBeganMs + this.paceMs() - performance.now();
    if (waitMs <= 0 || this.waiting.length >= ENOUGH) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.begin = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.begin = null;
  }
}

/** Below this share of its time a thread has enough left for a flush per item. */
const BUSY = 0.4;
const BUSY_PACE_MS = 5;

/**
 * The pace of commits: none while there is time to spare. A flush costs most of a millisecond of processor time, for one
 * item as for a hundred; in a busy thread others wait for that, and nobody notices that an event is acknowledged a few
 * milliseconds later.
 */
export function paceOf(utilization: { current(): number }): () => number {
  return () => (utilization.current() > BUSY ? BUSY_PACE_MS : 0);
}

const WINDOW_MS = 100;

/** The share of its time for which this thread's event loop was not waiting, of the last {@link WINDOW_MS} or so. */
class Utilization {
  private since = performance.eventLoopUtilization();
  private sinceMs = performance.now();
  private latest = 0;

  current(): number {
    const now = performance.now();
    if (now - this.sinceMs < WINDOW_MS) return this.latest;
    this.latest = performance.eventLoopUtilization(this.since).utilization;
    this.since = performance.eventLoopUtilization();
    this.sinceMs = now;
    return this.latest;
  }
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}
