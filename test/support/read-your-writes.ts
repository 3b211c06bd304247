import { Agent } from 'node:http';
import { post } from './event-flood.js';

/** The items of the test bundle. */
const ITEMS = ['tea', 'pot', 'cup', 'milk', 'desk', 'chair', 'lamp'];
/** Purchases of one session: one item less than there are, so that something is left to recommend. */
const PER_SESSION = ITEMS.length - 1;

export interface ReadYourWritesResult {
  /** Answers that did not know an acknowledged event, and did not say that they were degraded. */
  readonly stale: number;
  /** Requests answered with an error or not at all. */
  readonly failed: number;
  /** Answers that said they were degraded, because the store did not answer in time... */
  readonly degraded: number;
  /** ...and those among them that did not know an acknowledged event. */
  readonly degradedAndStale: number;
}

/**
 * Buys an item, waits for the acknowledgement and asks for recommendations, over and over: an answer that shows a bought
 * item is stale. With several servers each question goes to another one than its event did; each request has a connection of
 * its own, so that the workers of one server take turns.
 *
 * @param urls servers on one session store, with the test bundle
 * @param options.ratePerSecond pairs begun a second, whether or not earlier ones have ended; default: as fast as 16 at
 *   a time can
 */
export async function readYourWrites(
  urls: readonly string[],
  pairs: number,
  options: { ratePerSecond?: number } = {},
): Promise<ReadYourWritesResult> {
  const agent = new Agent({ keepAlive: false });
  const result = { stale: 0, failed: 0, degraded: 0, degradedAndStale: 0 };
  const pair = async (session_id: string, bought: number): Promise<void> => {
    const [to, from] = [urls[bought % urls.length]!, urls[(bought + 1) % urls.length]!];
    const event = { session_id, item_id: ITEMS[bought]!, event_type: 'purchase' };
    const stored = await post(agent, `${to}/event`, event).catch(() => null);
    const asked = await post(agent, `${from}/recommend`, { session_id, k: ITEMS.length }).catch(() => null);
    if (stored?.status !== 200 || asked?.status !== 200) {
      result.failed++;
      return;
    }
    const answer = JSON.parse(asked.text) as Answer;
    const shown = answer.recommendations.map(({ item_id }) => item_id);
    if (answer.degraded) result.degraded++;
    if (ITEMS.slice(0, bought + 1).some((item) => shown.includes(item))) {
      if (answer.degraded) result.degradedAndStale++;
      else result.stale++;
    }
  };
  const session = async (s: number): Promise<void> => {
    const size = Math.min(PER_SESSION, pairs - s * PER_SESSION);
    for (let bought = 0; bought < size; bought++) await pair(`ryw-${s}`, bought);
  };
  const sessions = Math.ceil(pairs / PER_SESSION);
  if (options.ratePerSecond === undefined) {
    let next = 0;
    const one = async (): Promise<void> => {
      while (next < sessions) await session(next++);
    };
    await Promise.all(Array.from({ length: 16 }, one));
  } else {
    const started = performance.now();
    const running: Promise<void>[] = [];
    for (let s = 0; s < sessions; s++) {
      const dueMs = started + (s * PER_SESSION * 1000) / options.ratePerSecond;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      running.push(session(s));
    }
    await Promise.all(running);
  }
  agent.destroy();
  return result;
}

interface Answer {
  readonly recommendations: readonly { readonly item_id: string }[];
  readonly degraded?: boolean;
}
