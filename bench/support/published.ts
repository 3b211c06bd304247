import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openSource } from '../../src/data/open-source.js';
import { Random } from '../../src/domain/random.js';
import { everyPrefix } from '../../src/evaluation/cases.js';
import { type LiteratureMethod } from '../../src/evaluation/literature/literature-method.js';
import { type RankedItems } from '../../src/evaluation/methods.js';
import { type FlatSettings } from '../../src/evaluation/tuning/search-space.js';
import { EvaluationAccumulator } from '../../src/metrics/accumulator.js';
import { SessionQuery } from '../../src/retrieval/session-query.js';
import { knownEvents } from '../../src/tables/known-events.js';
import { ORDINAL_DAYS } from '../../src/tables/session-age.js';
import { evaluateSerenade, readSerenade, SERENADE_PUBLISHED, SERENADE_SETTINGS } from './serenade.js';

/** HR@20 (which papers call P@20 or Recall@20) and MRR@20, in percent. */
export interface Figures {
  readonly hr: number;
  readonly mrr: number;
}

/** What a run found, by our rules. */
export interface Measured extends Figures {
  /** Half of the 95% interval by session; null where it is not drawn. */
  readonly hrMargin: number | null;
  /** By the rules of the published figure, where those are others. */
  readonly asPublished: Figures | null;
  readonly evaluations: number;
  readonly fitMs: number;
  /** Mean per query; null where it is not measured. */
  readonly queryMs: number | null;
}

/** A data set with figures to hold our implementations against, measured by the rules that the figures were. */
export interface PublishedData {
  readonly protocol: string;
  /** By method name. */
  readonly figures: Readonly<Record<string, Figures>>;
  /** Figures by other rules on other cuts of the same source: what to expect, not what to reproduce. */
  readonly elsewhere: Readonly<Record<string, { readonly hr: number; readonly mrr?: number }>>;
  /** The published settings by method name, where the method's defaults are others. */
  readonly settings: Readonly<Record<string, FlatSettings>>;
  /** Reads the data. The function it gives fits a method and asks it everything; null for what is not measured here. */
  open(folder: string): Promise<(method: LiteratureMethod, settings: FlatSettings) => Measured | null>;
}

const DATA = join(process.cwd(), '..', 'shared', 'data');

/** Where a data set is expected, or null when it is not here. */
export function folderOf(name: string): string | null {
  const folder = join(DATA, name);
  return existsSync(folder) ? folder : null;
}

/**
 * The evaluator that came with GRU4Rec's baselines (evaluate_sessions). It differs from ours in two ways: it takes
 * `rank < 20` for a hit, so what it calls @20 is @19, and it breaks ties by chance. What a method did not answer has score
 * 0, all of it tied. The paper that first published the figures of POP, S-POP and Item-KNN does not name its evaluator,
 * but by this one they come out to two decimals or nearly so (S-POP on Yoochoose excepted), and by ours they do not.
 */
class Gru4RecEvaluator {
  private hits = 0;
  private reciprocalRanks = 0;
  private evaluations = 0;
  private readonly random = new Random(1);

  constructor(private readonly itemCount: number) {}

  add({ items, scores, count }: RankedItems, nextItem: number): void {
    let at = 0;
    while (at < count && items[at] !== nextItem) at++;
    const own = at === count ? 0 : scores[at]!;
    let ahead = 0;
    let tied = at === count ? this.itemCount - count - 1 : 0;
    for (let i = 0; i < count; i++) {
      if (scores[i]! > own) ahead++;
      else if (scores[i] === own && i !== at) tied++;
    }
    const rank = 1 + ahead + Math.floor(this.random.next() * (tied + 1));
    this.evaluations++;
    if (rank >= 20) return;
    this.hits++;
    this.reciprocalRanks += 1 / rank;
  }

  figures(): Figures {
    return {
      hr: (100 * this.hits) / this.evaluations,
      mrr: (100 * this.reciprocalRanks) / this.evaluations,
    };
  }
}

/**
 * A data set as the papers after SR-GNN use it (POP, S-POP, Item-KNN: first published by Li et al., CIKM 2017, "NARM"): the
 * split is given; every prefix of every test session predicts its next item over the whole catalogue. Ties go against us.
 *
 * @param trainingDays how long the training period was: the files have no times, and some settings are in days
 */
function srGnnData(
  trainingDays: number,
  rest: Pick<PublishedData, 'figures' | 'elsewhere' | 'settings'>,
): PublishedData {
  return {
    protocol: 'SR-GNN split, every prefix of every test session, whole catalogue, ties against us',
    ...rest,
    async open(folder) {
      const { events } = await openSource({ kind: 'events', paths: [folder] });
      const testStart = events.split!.indexOf(1);
      const known = knownEvents(events, testStart, (testStart * ORDINAL_DAYS) / trainingDays);
      const cases = everyPrefix(events, testStart);
      return (method, settings) => {
        const started = performance.now();
        const fitted = method.fit(known, settings);
        const fitMs = performance.now() - started;
        const accumulator = new EvaluationAccumulator({ itemCount: known.items, cutoffs: [20] });
        const gru4Rec = method.name in rest.figures ? new Gru4RecEvaluator(known.items) : null;
        const query = new SessionQuery();
        let queryMs = 0;
        for (const { cluster, start, end, nextItem, remaining } of cases) {
          query.fromTable(events, start, end);
          const asked = performance.now();
          const ranked = fitted.rank(query);
          queryMs += performance.now() - asked;
          accumulator.addScored(cluster, ranked.items, ranked.scores, ranked.count, nextItem, remaining);
          gru4Rec?.add(ranked, nextItem);
        }
        const { metrics } = accumulator.result(accumulator.bootstrap({ resamples: 200 }));
        const hr = metrics['HR@20']!;
        return {
          hr: 100 * hr.mean,
          mrr: 100 * metrics['MRR@20']!.mean,
          hrMargin: 50 * (hr.high - hr.low),
          asPublished: gru4Rec?.figures() ?? null,
          evaluations: cases.length,
          fitMs,
          queryMs: queryMs / cases.length,
        };
      };
    },
  };
}

/** Serenade breaks ties by the order of a hash table: a mean over this many random orders stands for it. */
const SERENADE_ORDERS = 10;

export const PUBLISHED: Readonly<Record<string, PublishedData>> = {
  diginetica: srGnnData(145, {
    figures: {
      pop: { hr: 0.89, mrr: 0.2 },
      's-pop': { hr: 21.06, mrr: 13.68 },
      'item-knn': { hr: 35.75, mrr: 11.57 },
    },
    elsewhere: {
      vsknn: { hr: 52.03, mrr: 18.41 },
      stan: { hr: 51.21 },
      slist: { hr: 52.91, mrr: 18.86 },
    },
    settings: {
      vsknn: { k: 500, sampleSize: 5000, weighting: 'quadratic', scoreWeighting: 'div', idfWeight: 5 },
      stan: { k: 500, sampleSize: 5000, positionDecay: 1.25, ageDecayDays: 80, distanceDecay: 5 },
      vstan: {
        k: 1500,
        sampleSize: 5000,
        similarity: 'cosine',
        positionDecay: 1.25,
        ageDecayDays: 100,
        distanceDecay: 10,
        matchDecay: 10,
        idfWeight: 10,
      },
      slist: { alpha: 0.8, deltaTrain: 1, deltaInference: 2, deltaSession: 128 },
    },
  }),
  // Its training period is known only roughly: 116,167 sessions, when an average day of the source has some 40,000 and the
  // day of the test 15,324.
  yoochoose1_64: srGnnData(5, {
    figures: {
      pop: { hr: 6.71, mrr: 1.65 },
      's-pop': { hr: 30.44, mrr: 18.35 },
      'item-knn': { hr: 51.6, mrr: 21.81 },
    },
    elsewhere: {
      vsknn: { hr: 69.61, mrr: 28.79 },
      stan: { hr: 68.38 },
      slist: { hr: 70.88, mrr: 30.83 },
    },
    settings: {
      vsknn: { k: 1000, sampleSize: 5000, weighting: 'log', scoreWeighting: 'quadratic', idfWeight: 2 },
      // Published is a positionDecay of "almost 0": only the last item counts.
      stan: { k: 1500, sampleSize: 10000, positionDecay: 0.05, ageDecayDays: 2.5, distanceDecay: 4 },
      slist: { alpha: 0.4, deltaTrain: 1, deltaInference: 1, deltaSession: 4 },
    },
  }),
  'serenade-toy': {
    protocol: `Serenade's evaluator, mean over ${SERENADE_ORDERS} random orders of ties`,
    figures: {
      'vmis-knn': { hr: 100 * SERENADE_PUBLISHED['hr@20'], mrr: 100 * SERENADE_PUBLISHED['mrr@20'] },
    },
    elsewhere: {},
    settings: { 'vmis-knn': SERENADE_SETTINGS },
    async open(folder) {
      const data = await readSerenade(folder);
      const random = new Random(1);
      return (method) => {
        if (method.name !== 'vmis-knn') return null;
        const runs = Array.from({ length: SERENADE_ORDERS }, () =>
          evaluateSerenade(data, SERENADE_SETTINGS, random),
        );
        const mean = (of: (run: (typeof runs)[number]) => number) =>
          runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
        return {
          hr: 100 * mean(({ metrics }) => metrics['hr@20']),
          mrr: 100 * mean(({ metrics }) => metrics['mrr@20']),
          hrMargin: null,
          asPublished: null,
          evaluations: runs[0]!.evaluations,
          fitMs: mean(({ fitMs }) => fitMs),
          queryMs: null,
        };
      };
    },
  },
};
