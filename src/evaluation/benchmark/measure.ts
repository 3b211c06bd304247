import { itemCount } from '../../data/event-table.js';
import { EvaluationAccumulator } from '../../metrics/accumulator.js';
import { type SessionSums } from '../../metrics/bootstrap.js';
import { SessionQuery } from '../../retrieval/session-query.js';
import { type EvaluationCase } from '../cases.js';
import { rankOf, type RankingMethod } from '../methods.js';
import { type BenchmarkTask, trainingPopularity } from './protocol.js';

/** List lengths that are reported, ascending. */
export const CUTOFFS = [5, 10, 20] as const;
/** The longest list: ranks beyond it are all misses. */
export const LONGEST = 20;

/** What a method shows as a whole, by cutoff. */
export interface ShownFigures {
  /** Share of the catalogue shown at least once. */
  readonly catalogueCoverage: Readonly<Record<string, number>>;
  /** Mean popularity percentile of what is shown, 0.5 is chance. */
  readonly popularityPercentile: Readonly<Record<string, number>>;
  /** Mean number of training events of what is shown. */
  readonly averagePopularity: Readonly<Record<string, number>>;
  /** Inequality of exposure over the catalogue, 0 even .. 1 everything to one item. */
  readonly gini: Readonly<Record<string, number>>;
}

/** A method's answers to all questions of a task, measured. */
export interface Measurement {
  readonly sums: SessionSums;
  /** [cases] conservative rank of the next item, 1 .. {@link LONGEST}; 0 when it is not among the first that many. */
  readonly ranks: Uint8Array;
  /** [cases] time the answer took, milliseconds. */
  readonly queryMs: Float32Array;
  readonly shown: ShownFigures;
}

export interface MeasureOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Questions asked before the clock runs: the first calls are those of code that is still being compiled. */
const WARM_UP = 300;
/** Lets the event loop run after this many cases, so that progress shows and an interruption is heard. */
const YIELD_EVERY = 256;

/** Puts every case to a method, one after the other. At equal scores the right item stands last. */
export async function measureMethod(
  method: RankingMethod,
  task: BenchmarkTask,
  cases: readonly EvaluationCase[],
  options: MeasureOptions = {},
): Promise<Measurement> {
  const { events } = task;
  const accumulator = new EvaluationAccumulator({
    itemCount: itemCount(events),
    cutoffs: CUTOFFS,
    popularity: trainingPopularity(task),
  });
  const ranks = new Uint8Array(cases.length);
  const queryMs = new Float32Array(cases.length);
  const query = new SessionQuery();
  for (const { start, end } of cases.slice(0, WARM_UP)) method.rank(query.fromTable(events, start, end));
  for (let n = 0; n < cases.length; n++) {
    const { cluster, start, end, nextItem, remaining } = cases[n]!;
    query.fromTable(events, start, end);
    const started = performance.now();
    const ranked = method.rank(query);
    queryMs[n] = performance.now() - started;
    accumulator.addScored(cluster, ranked.items, ranked.scores, ranked.count, nextItem, remaining);
    ranks[n] = rankOf(nextItem, ranked, LONGEST);
    if (n % YIELD_EVERY === 0) {
      options.onProgress?.(n, cases.length);
      await new Promise(setImmediate);
      options.signal?.throwIfAborted();
    }
  }
  options.onProgress?.(cases.length, cases.length);
  // Only what was shown is taken from the result; intervals are drawn once all methods are measured.
  const result = accumulator.result(accumulator.bootstrap({ resamples: 1 }));
  return {
    sums: accumulator.sessionSums(),
    ranks,
    queryMs,
    shown: {
      catalogueCoverage: result.catalogueCoverage,
      popularityPercentile: result.popularityPercentile!,
      averagePopularity: result.averagePopularity!,
      gini: result.gini,
    },
  };
}
