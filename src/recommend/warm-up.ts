import { EVENT_TYPES } from '../domain/event.js';
import { type Session } from '../domain/session.js';
import { type Recommender } from './contract.js';

/** After these the time of a call no longer falls. */
const CALLS = 300;
const LONGEST_SESSION = 12;

/** So long a start waits for it. */
const BEFORE_SERVING_MS = 50;

/**
 * Asks a model some hundred times about made-up sessions of popular items, so that shoppers do not wait for the engine to
 * compile it and for its pages to be read. A server need not wait for all of that before it listens: this returns after a
 * twentieth of a second, and what it returns goes on in the background, one question whenever nothing else is to be done.
 */
export function warmUp(model: Recommender): () => void {
  const calls = madeUpCalls(model);
  const started = performance.now();
  while (performance.now() - started < BEFORE_SERVING_MS && calls.next().done !== true);
  const goOn = (): void => {
    if (calls.next().done !== true) setImmediate(goOn);
  };
  return goOn;
}

/** The same to the end, with everything else in between: for a model that is not in service yet. */
export async function warmUpFully(model: Recommender): Promise<void> {
  for (const call of madeUpCalls(model)) await new Promise((resolve) => setImmediate(resolve, call));
}

function* madeUpCalls(model: Recommender): Generator<undefined> {
  const items = (model.popular(100) ?? []).map(({ itemId }) => itemId);
  if (items.length === 0) return;
  for (let call = 0; call < CALLS; call++) {
    const events = Array.from({ length: call % LONGEST_SESSION }, (_, i) => ({
      itemId: items[(call * 7 + i * i) % items.length]!,
      eventType: EVENT_TYPES[(call + i) % EVENT_TYPES.length]!,
      timestampMs: model.trainedAtMs + i * 10_000,
    }));
    const session: Session = { sessionId: 'warm-up', events, eventCount: events.length };
    model.recommend(session, { k: 20, includeViewed: call % 2 === 0, unseen: true });
    model.similar(items[call % items.length]!, 20);
    model.popular(20);
    yield;
  }
}
