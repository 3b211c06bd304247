/** What a worker takes on before it says no. */
export interface LoadLimits {
  /** How long a request may have waited for others while there is too much to do, 0: for ever. */
  readonly maxQueueMs: number;
  /** Requests in hand at the same time. */
  readonly maxConcurrent: number;
}

/** A pause of the machine or a cold start is no overload; one that lasts this long is. */
const PATIENCE_MS = 100;

/**
 * Refuses requests before they cost anything, so that those which are accepted stay quick.
 *
 * One thread answers everything. What arrives while it works waits in sockets, and is then read in one round of the event
 * loop, request after request: the last one of a round has waited for all the others. So the queue is the round, and the
 * time since its first request is how long this one has waited in it (and for at most one round before it). As in CoDel
 * (Nichols and Jacobson 2012) a queue is too long only when it stays so: a round without a long wait ends the overload. No
 * timer runs while there is nothing to do.
 */
export class LoadShedder {
  /** When the first request of this round of the event loop came; null: none yet. */
  private roundBeganMs: number | null = null;
  /** Whether someone in this round waited too long. */
  private roundIsLong = false;
  /** Since when every round was too long; null: the last one was not. */
  private overloadedSinceMs: number | null = null;
  private inHand = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    private readonly limits: LoadLimits,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Called when the head of a request was read. @returns whether to refuse it, because it has waited too long */
  onArrival(): boolean {
    const { maxQueueMs } = this.limits;
    if (maxQueueMs === 0) return false;
    const now = this.now();
    if (this.roundBeganMs === null) {
      this.roundBeganMs = now;
      // Runs when the round has read everything that was there.
      setImmediate(this.endRound);
      return false;
    }
    if (now - this.roundBeganMs <= maxQueueMs) return false;
    this.roundIsLong = true;
    this.overloadedSinceMs ??= now;
    return now - this.overloadedSinceMs >= PATIENCE_MS;
  }

  /**
   * Called when a request is complete: clients that are slow to send take nobody's place.
   *
   * @returns null: refused; else to be called when it is answered, once or more often
   */
  enter(): (() => void) | null {
    if (this.inHand >= this.limits.maxConcurrent) return null;
    this.inHand++;
    let entered = true;
    return () => {
      if (entered) this.inHand--;
      entered = false;
    };
  }

  private readonly endRound = (): void => {
    if (!this.roundIsLong) this.overloadedSinceMs = null;
    this.roundBeganMs = null;
    this.roundIsLong = false;
  };
}
