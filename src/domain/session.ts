import type { SessionEvent } from './event.js';

/** A shopper's visit as the session store returns it. */
export interface Session {
  readonly sessionId: string;
  readonly userId?: string;
  /** Oldest first by (timestamp, arrival); only the most recent ones once the session outgrew the store's cap. */
  readonly events: readonly SessionEvent[];
  /** All events ever accepted in this session, also those beyond the cap. */
  readonly eventCount: number;
  /** [event types] {@link eventCount} by event type code. Session stores give it, sessions made by hand need not. */
  readonly countsByType?: readonly number[];
}
