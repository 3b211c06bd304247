import { RecallCounter, type RecallCeilings } from '../../metrics/recall-ceilings.js';
import { type CandidateSet } from '../../retrieval/candidate-set.js';
import { SessionQuery } from '../../retrieval/session-query.js';
import { type EvaluationCase } from '../cases.js';
import { type BenchmarkTask } from './protocol.js';
import { type MeasureOptions } from './measure.js';

/** How many of a source's best items are looked at, ascending. */
export const CEILING_DEPTHS = [20, 50, 100, 200] as const;

/** Finds candidates; its answer is valid until the next call. */
export interface CandidateSource {
  collect(query: SessionQuery): CandidateSet;
}

const YIELD_EVERY = 256;

/**
 * Asks every case of the candidate sources alone.
 *
 * @param deep the generator with every source's limit at the largest of {@link CEILING_DEPTHS}
 * @param served the generator as served
 * @param sourceNames names by source number
 */
export async function recallCeilings(
  deep: CandidateSource,
  served: CandidateSource,
  sourceNames: readonly string[],
  { events }: BenchmarkTask,
  cases: readonly EvaluationCase[],
  options: MeasureOptions = {},
): Promise<RecallCeilings> {
  const query = new SessionQuery();
  const counter = new RecallCounter(sourceNames, CEILING_DEPTHS);
  for (let n = 0; n < cases.length; n++) {
    const { start, end, nextItem } = cases[n]!;
    query.fromTable(events, start, end);
    const candidates = served.collect(query);
    const asServed = { found: candidates.candidateOf(nextItem) >= 0, count: candidates.count };
    counter.add(deep.collect(query), nextItem, asServed);
    if (n % YIELD_EVERY === 0) {
      options.onProgress?.(n, cases.length);
      await new Promise(setImmediate);
      options.signal?.throwIfAborted();
    }
  }
  return counter.result();
}
