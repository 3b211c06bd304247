import { type SessionEvent } from '../domain/event.js';
import { type Session } from '../domain/session.js';
import { SECOND_MS } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { EvaluationAccumulator, PREFIX_METRICS } from '../metrics/accumulator.js';
import { type BootstrapOptions, type MetricInterval } from '../metrics/bootstrap.js';
import { catalogueCoverage } from '../metrics/coverage.js';
import { type Recommender } from '../recommend/contract.js';

/** A session to evaluate on, oldest event first: item ids (taken as views ten seconds apart), or events. */
export type TestSession = readonly string[] | readonly SessionEvent[];

/** Any recommender: a model of nextitem, or a function from what is known of a session to item ids, best first. */
export type RecommenderUnderTest =
  | (Pick<Recommender, 'recommend'> & Partial<Pick<Recommender, 'itemsCount' | 'trainedAtMs'>>)
  | ((session: Session, k: number) => readonly string[] | Promise<readonly string[]>);

export interface EvaluateRecommendationsOptions extends BootstrapOptions {
  /** Length of the lists, 1..100; 20 by default. */
  readonly k?: number;
  /** Whether a model may recommend what the session viewed already; true by default. A function decides for itself. */
  readonly includeViewed?: boolean;
  /**
   * Items that could be recommended, for the coverage. By default what the model says; for a function the number of
   * different items that were shown or come up in the sessions.
   */
  readonly catalogueSize?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (sessions: number, total: number) => void;
}

/** Means over all prefixes, each with its bootstrap interval by session. */
export interface RecommendationMetrics {
  readonly k: number;
  /** Sessions of two events or more; shorter ones ask nothing. */
  readonly sessions: number;
  /** Questions asked: every session's every prefix. */
  readonly prefixes: number;
  /** Share of the prefixes whose next item is in the list. */
  readonly hitRate: MetricInterval;
  /** Mean reciprocal rank of the next item, 0 where it is not in the list. */
  readonly mrr: MetricInterval;
  /** `1 / log2(1 + rank)` of the next item. */
  readonly ndcg: MetricInterval;
  /** These three look at all items that came after the prefix. */
  readonly precision: MetricInterval;
  readonly recall: MetricInterval;
  readonly map: MetricInterval;
  /** Share of the prefixes that got k items. */
  readonly sessionCoverage: MetricInterval;
  /** Share of the catalogue that was shown at least once. */
  readonly catalogueCoverage: number;
}

/** Lets the event loop run after this many sessions. */
const YIELD_EVERY = 64;

/**
 * Asks a recommender after every event of every session what comes next, and measures its answers. The sessions must be
 * later than what the recommender learned from, or the figures mean nothing. An item that it cannot know counts as
 * missed, like any other.
 *
 * Errors: `too_little_data` if no session has two events; `invalid_option` for k out of range; what the recommender throws.
 */
export async function evaluateRecommendations(
  sessions: readonly TestSession[],
  recommender: RecommenderUnderTest,
  options: EvaluateRecommendationsOptions = {},
): Promise<RecommendationMetrics> {
  const { k = 20, includeViewed = true } = options;
  if (!(Number.isInteger(k) && k >= 1 && k <= 100))
    throw new NextItemError('invalid_option', `${k} is not a whole number from 1 to 100`, 'k');
  const model = typeof recommender === 'function' ? null : recommender;
  const ask = async (session: Session): Promise<readonly string[]> =>
    typeof recommender === 'function'
      ? await recommender(session, k)
      : recommender.recommend(session, { k, includeViewed }).recommendations.map(({ itemId }) => itemId);

  // The accumulator wants dense numbers and the catalogue's size first, so answers are kept: 4 bytes per item shown.
  const numbers = new Map<string, number>();
  const numberOf = (itemId: string) => {
    let number = numbers.get(itemId);
    if (number === undefined) numbers.set(itemId, (number = numbers.size));
    return number;
  };
  const answers: { session: number; shown: Uint32Array; remaining: Uint32Array }[] = [];
  for (const [s, given] of sessions.entries()) {
    const events = eventsOf(given, model?.trainedAtMs ?? 0);
    const items = Uint32Array.from(events, ({ itemId }) => numberOf(itemId));
    for (let known = 1; known < events.length; known++) {
      const list = await ask({ sessionId: `test-${s}`, events: events.slice(0, known), eventCount: known });
      answers.push({
        session: s,
        shown: Uint32Array.from(list.slice(0, k), numberOf),
        remaining: items.subarray(known),
      });
    }
    if (s % YIELD_EVERY === 0) {
      options.onProgress?.(s, sessions.length);
      await new Promise(setImmediate);
      options.signal?.throwIfAborted();
    }
  }
  options.onProgress?.(sessions.length, sessions.length);

  const accumulator = new EvaluationAccumulator({ itemCount: numbers.size, cutoffs: [k] });
  const shownCounts = new Uint32Array(numbers.size);
  for (const { session, shown, remaining } of answers) {
    accumulator.add(session, shown, remaining[0]!, remaining);
    for (const item of shown) shownCounts[item]!++;
  }
  const result = accumulator.result(accumulator.bootstrap(options));
  const [hitRate, mrr, ndcg, precision, recall, map] = PREFIX_METRICS.map(
    (metric) => result.metrics[`${metric}@${k}`]!,
  ) as [MetricInterval, MetricInterval, MetricInterval, MetricInterval, MetricInterval, MetricInterval];
  const catalogueSize = options.catalogueSize ?? model?.itemsCount ?? numbers.size;
  return {
    k,
    sessions: result.sessions,
    prefixes: result.prefixes,
    hitRate,
    mrr,
    ndcg,
    precision,
    recall,
    map,
    sessionCoverage: result.sessionCoverage[String(k)]!,
    catalogueCoverage: (catalogueCoverage(shownCounts) * numbers.size) / catalogueSize,
  };
}

const STEP_MS = 10 * SECOND_MS;

/** @param startMs when a session without times begins: the model's own time, because "now" is what it knows ages by */
function eventsOf(session: TestSession, startMs: number): readonly SessionEvent[] {
  return session.map((event: string | SessionEvent, position) =>
    typeof event === 'string'
      ? { itemId: event, eventType: 'view' as const, timestampMs: startMs + position * STEP_MS }
      : event,
  );
}
