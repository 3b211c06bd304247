/** What a worker takes on before it says no. */
export interface LoadLimits {
  /** How long a request may have waited for others while there is too much to do, 0: for ever. */
  readonly maxQueueMs: number;
  /** Requests in hand at the same time. */
  readonly maxConcurrent: number;
}

/** A pause of the machine or a cold start is no overload; rounds that are too long for so long are. */
const PATIENCE_MS = 100;

/** The least part of a round that is let in, and its change with every answer that came in time, or too late. */
const LEAST_SHARE = 0.05;
const INCREASE = 0.005;
const DECREASE = 0.97;

/**
 * Refuses requests before they cost anything, so that those which are accepted stay quick.
 *
 * One thread answers everything. What arrives while it works waits in sockets, and is then read in one round of the event
 * loop, request after request: the last one of a round has waited for all the others. So the queue is the round, and the
 * time since its first request is how long this one has waited in it (and for at most one round before it). As in CoDel
 * (Nichols and Jacobson 2012) a queue is too long only when it stays so: when rounds were too long one after the other for a
 * while there is an overload, and when none was for as long it is over. No timer runs while there is nothing to do.
 *
 * What waits for a disk or another server comes back to the thread several times, and waits for a round each time. So
 * in an overload rounds are made shorter until requests in hand are answered within the limit too: additive increase,
 * multiplicative decrease of how much of a round is let in.
 */
export class LoadShedder {
  /** When the first request of this round of the event loop came; null: none yet. */
  private roundBeganMs: number | null = null;
  /** Whether someone in this round waited too long. */
  private roundIsLong = false;
  /** Since when rounds are too long; null: they are not. */
  private longSinceMs: number | null = null;
  private lastLongMs = 0;
  private inHand = 0;
  /** How much of `maxQueueMs` a round lets in. */
  private share = 1;

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
    if (now - this.roundBeganMs <= maxQueueMs * this.share) return false;
    this.roundIsLong = true;
    this.lastLongMs = now;
    this.longSinceMs ??= now;
    return this.isOverloaded(now);
  }

  /**
   * Called when a request is complete: clients that are slow to send take nobody's place.
   *
   * @returns null: refused; else to be called when it is answered, once or more often
   */
  enter(): (() => void) | null {
    if (this.inHand >= this.limits.maxConcurrent) return null;
    this.inHand++;
    const enteredMs = this.now();
    let entered = true;
    return () => {
      if (entered) {
        this.inHand--;
        this.answeredAfter(enteredMs);
      }
      entered = false;
    };
  }

  private answeredAfter(enteredMs: number): void {
    const now = this.now();
    const inTime = now - enteredMs <= this.limits.maxQueueMs;
    if (inTime) this.share = Math.min(1, this.share + INCREASE);
    else if (this.isOverloaded(now)) this.share = Math.max(LEAST_SHARE, this.share * DECREASE);
  }

  private isOverloaded(now: number): boolean {
    return this.longSinceMs !== null && now - this.longSinceMs >= PATIENCE_MS;
  }

  private readonly endRound = (): void => {
    // Once there is an overload, a short round among long ones is not yet its end.
    const now = this.now();
    if (!this.roundIsLong && (!this.isOverloaded(now) || now - this.lastLongMs >= PATIENCE_MS)) {
      this.longSinceMs = null;
      this.share = 1;
    }
    this.roundBeganMs = null;
    this.roundIsLong = false;
  };
}
