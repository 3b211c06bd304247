/** What one caller may still send, and when that was worked out. */
interface Bucket {
  tokens: number;
  atMs: number;
}

/** A rate, with a reserve for those who were quiet. */
export interface RateLimit {
  readonly perSecond: number;
  /** Requests at once, at least 1. */
  readonly burst: number;
}

/**
 * Token buckets, one per caller, at most `maxCallers`: beyond that whoever was quiet for the longest time is forgotten,
 * and begins with a full bucket. A caller who is refused pays nothing for it.
 */
export class TokenBuckets {
  /** In the order in which callers were last seen. */
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly limit: RateLimit,
    private readonly maxCallers: number,
  ) {}

  /** How many callers are remembered. */
  get size(): number {
    return this.buckets.size;
  }

  /** Takes a token. @returns 0, or the milliseconds until there is one again */
  take(caller: string, nowMs: number): number {
    const { perSecond, burst } = this.limit;
    const bucket = this.buckets.get(caller) ?? { tokens: burst, atMs: nowMs };
    // A clock that was set back must not cost anybody.
    const elapsedMs = Math.max(0, nowMs - bucket.atMs);
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs / 1000) * perSecond);
    bucket.atMs = nowMs;
    this.buckets.delete(caller);
    this.buckets.set(caller, bucket);
    if (this.buckets.size > this.maxCallers) this.buckets.delete(this.buckets.keys().next().value!);
    if (bucket.tokens < 1) return ((1 - bucket.tokens) / perSecond) * 1000;
    bucket.tokens -= 1;
    return 0;
  }
}
