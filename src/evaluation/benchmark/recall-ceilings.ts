import { type CandidateSet } from '../../retrieval/candidate-set.js';
import { SessionQuery } from '../../retrieval/session-query.js';
import { type EvaluationCase } from '../cases.js';
import { type BenchmarkTask } from './protocol.js';
import { type MeasureOptions } from './measure.js';

/** How many of a source's best items are looked at, ascending. */
export const CEILING_DEPTHS = [20, 50, 100, 200] as const;

/** The share of the questions whose answer the candidates hold: no ranker over them can have a higher hit rate. */
export interface RecallCeilings {
  readonly depths: readonly number[];
  /** By source [depths]: the target is among the source's best so many. */
  readonly sources: Readonly<Record<string, readonly number[]>>;
  /** [depths] The target is among the best so many of any source. */
  readonly union: readonly number[];
  /** The union as the model is served, with each source's own limit. */
  readonly served: { readonly recall: number; readonly meanCandidates: number };
}

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
  const found = sourceNames.map(() => new Float64Array(CEILING_DEPTHS.length));
  const union = new Float64Array(CEILING_DEPTHS.length);
  let servedHits = 0;
  let servedCandidates = 0;
  for (let n = 0; n < cases.length; n++) {
    const { start, end, nextItem } = cases[n]!;
    query.fromTable(events, start, end);
    const candidates = deep.collect(query);
    const target = candidates.candidateOf(nextItem);
    if (target >= 0) {
      let best = Infinity;
      for (let s = 0; s < sourceNames.length; s++) {
        const rank = candidates.ranks[s]![target]!;
        if (rank === 0) continue;
        best = Math.min(best, rank);
        count(found[s]!, rank);
      }
      count(union, best);
    }
    const asServed = served.collect(query);
    servedCandidates += asServed.count;
    if (asServed.candidateOf(nextItem) >= 0) servedHits++;
    if (n % YIELD_EVERY === 0) {
      options.onProgress?.(n, cases.length);
      await new Promise(setImmediate);
      options.signal?.throwIfAborted();
    }
  }
  const shares = (counts: Float64Array) => Array.from(counts, (hits) => hits / cases.length);
  return {
    depths: CEILING_DEPTHS,
    sources: Object.fromEntries(sourceNames.map((name, s) => [name, shares(found[s]!)])),
    union: shares(union),
    served: { recall: servedHits / cases.length, meanCandidates: servedCandidates / cases.length },
  };
}

function count(byDepth: Float64Array, rank: number): void {
  for (let d = 0; d < CEILING_DEPTHS.length; d++) if (rank <= CEILING_DEPTHS[d]!) byDepth[d]!++;
}
