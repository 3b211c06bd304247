import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type ApiKey } from '../../config/api-keys.js';
import { type Config } from '../../config/schema.js';
import { type Clock } from '../../domain/time.js';
import { NextItemError } from '../../errors.js';
import { type Metrics } from '../../observability/metrics.js';
import { networkOf } from './network.js';
import { TokenBuckets } from './token-buckets.js';

/** Callers remembered, about 200 bytes each. */
const MAX_CALLERS = 100_000;

/** The rates of the settings, per address and per key. Those of `rate_limited` say when to try again. */
export class RateLimits {
  private readonly addresses: TokenBuckets | null;
  private readonly keys: TokenBuckets | null;

  constructor(
    config: Config,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {
    const buckets = (perSecond: number | null) =>
      perSecond === null
        ? null
        : new TokenBuckets(
            { perSecond, burst: Math.max(1, perSecond * config.rateLimitBurstSeconds) },
            MAX_CALLERS,
          );
    this.addresses = buckets(config.addressRateLimit);
    this.keys = buckets(config.keyRateLimit);
  }

  /** Counts a request for its address. Errors: `rate_limited`. */
  checkAddress(request: FastifyRequest, reply: FastifyReply): void {
    if (this.addresses === null) return;
    this.refuseAfter(this.addresses.take(networkOf(request.ip), this.clock()), 'address', reply);
  }

  /** Counts a request for its key. Errors: `rate_limited`. */
  checkKey(key: ApiKey, reply: FastifyReply): void {
    if (this.keys === null) return;
    this.refuseAfter(this.keys.take(key.name, this.clock()), 'key', reply);
  }

  private refuseAfter(waitMs: number, by: 'address' | 'key', reply: FastifyReply): void {
    if (waitMs === 0) return;
    this.metrics.rateLimit(by);
    reply.header('retry-after', String(Math.ceil(waitMs / 1000)));
    throw new NextItemError('rate_limited', `more than this ${by} may send to this server`);
  }
}
