import { type EventTable, eventCount, itemCount, sessionCount } from '../data/event-table.js';
import { type Target, targetQuestion } from '../data/target.js';
import { ShopTruth } from '../data/simulator/shop-truth.js';
import { openShop } from '../data/simulator/simulate.js';
import {
  dropUnknownItems,
  everyPrefix,
  everyPrefixToNewItem,
  firstEventPerItem,
  type EvaluationTask,
} from '../evaluation/cases.js';
import { evaluateTask } from '../evaluation/evaluate-task.js';
import {
  itemToItemMethod,
  popularMethod,
  rankerMethod,
  type RankingMethod,
  repeatLastMethod,
  sameAttributeMethod,
} from '../evaluation/methods.js';
import { nextOrderTask } from '../evaluation/next-order.js';
import { type EvaluationReport, type MethodReport } from '../metrics/evaluation-report.js';
import { Forest } from '../ranking/forest.js';
import { SessionScorer } from '../recommend/session-scorer.js';
import { type TableSet } from '../tables/table-set.js';
import { type Dataset, type SourceInfo, type SourceKind } from './dataset.js';
import { REACHABLE_BEST, reachableBestMethod } from './reachable-best.js';
import { type TrainingHooks } from './hooks.js';
import { learningCurveOf } from './ranker.js';
import { type TrainedRanker } from '../ranking/lightgbm/train.js';

export interface EvaluateModelOptions {
  readonly modelVersion: string;
  readonly trainedAtMs: number;
  /** Baskets (Olist's orders) are asked in three tasks, anything else in two; simulated events also have a known best. */
  readonly source: SourceInfo;
  /** What a reader of the figures should know. */
  readonly notes?: readonly string[];
}

/** What is asked: the sessions from `testStart` on. */
export interface AskedData {
  /** Items as the model numbers them. */
  readonly events: EventTable;
  readonly testStart: number;
  readonly target: Target;
  readonly seed: number;
}

/** What a trained ranker tells of itself. */
export type RankerRecord = Pick<TrainedRanker, 'importance' | 'history' | 'bestIteration'>;

/** {@link evaluateModel} on the test part of a dataset, with tables that end before it. */
export function evaluateDataset(
  { events, split, settings }: Pick<Dataset, 'events' | 'split' | 'settings'>,
  tables: TableSet,
  ranker: TrainedRanker | null,
  options: EvaluateModelOptions,
  hooks: TrainingHooks = {},
): Promise<EvaluationReport[]> {
  const forest = ranker === null ? null : Forest.parse(ranker.modelText);
  const scorer = new SessionScorer(tables, settings.retrieval, forest);
  const { target, seed } = settings;
  const asked = { events, testStart: split.testStart, target, seed };
  return evaluateModel(asked, scorer, ranker, options, hooks);
}

/**
 * Measures popular, item-to-item and the ranker (and the trivial baselines) on sessions that the model has not seen: whole
 * catalogue, no sampled negatives. One report per task that has questions; tasks are never averaged.
 *
 * @param scorer the model; without a forest only the baselines are measured
 * @param ranker what its ranker tells of itself, or null
 */
export async function evaluateModel(
  asked: AskedData,
  scorer: SessionScorer,
  ranker: RankerRecord | null,
  options: EvaluateModelOptions,
  hooks: TrainingHooks = {},
): Promise<EvaluationReport[]> {
  const reports: EvaluationReport[] = [];
  const { events, target, seed } = asked;
  const { tables } = scorer;
  const { kind, simulation } = options.source;
  const curve = ranker === null ? null : learningCurveOf(ranker);
  const methods: RankingMethod[] = [
    ...(simulation === null ? [] : [reachableBestMethod(new ShopTruth(openShop(simulation)), target)]),
    repeatLastMethod(tables),
    ...(['seller', 'category'] as const).flatMap((attribute) =>
      kind === 'orders' ? (sameAttributeMethod(tables, attribute) ?? []) : [],
    ),
    popularMethod(tables),
    itemToItemMethod(tables),
    ...(scorer.forest === null ? [] : [rankerMethod(scorer)]),
  ];
  for (const task of evaluationTasks(asked, tables, kind)) {
    if (task.cases.length === 0) continue;
    const result = await evaluateTask(task, methods, {
      itemCount: itemCount(events),
      popularity: tables.popularity.total,
      seed,
      signal: hooks.signal,
      onProgress: (done, total) => hooks.onProgress?.(`evaluate ${task.name}`, done, total),
    });
    reports.push({
      title: task.name,
      modelVersion: options.modelVersion,
      trainedAt: new Date(options.trainedAtMs).toISOString(),
      data: {
        source: events.source,
        sessions: sessionCount(events),
        events: eventCount(events),
        items: itemCount(events),
        testSessions: new Set(task.cases.map(({ cluster }) => cluster)).size,
        testPrefixes: task.cases.length,
      },
      protocol: task.description,
      cutoffs: [5, 10, 20],
      confidence: 0.95,
      methods: result.methods,
      comparisons: result.comparisons,
      breakdowns: result.breakdowns,
      ...result.closer,
      exposure: result.exposure,
      ...(result.sessionScores === null ? {} : { sessionScores: result.sessionScores }),
      notes: [...shareOfReachable(result.methods, target), ...(options.notes ?? [])],
      latency: result.latency,
      ...(ranker === null ? {} : { featureImportance: ranker.importance }),
      ...(curve === null ? {} : { learningCurve: curve }),
    });
  }
  return reports;
}

function evaluationTasks(
  { events, testStart, target }: AskedData,
  tables: TableSet,
  kind: SourceKind,
): EvaluationTask[] {
  const known = (item: number) => !Number.isNaN(tables.popularity.lastSeenDays[item]!);
  const test = dropUnknownItems(events, testStart, 2, known);
  const distinct = firstEventPerItem(test, testStart);
  const shared =
    'Test sessions come after all training sessions; items that training never saw and sessions then shorter than two are left out; the whole catalogue is ranked.';
  if (kind === 'stream') {
    return [
      task(
        `next ${target}`,
        `${targetQuestion(target, 'every test session')}; items of the session may be answered again. ${shared}`,
        test,
        false,
        everyPrefix(test, testStart, target),
      ),
      task(
        target === 'item' ? 'next new item' : `next ${target} of a new item`,
        `${targetQuestion(target, 'every test session')}, where that item is new to the session; items of the session are not answered. ${shared}`,
        test,
        true,
        everyPrefixToNewItem(test, testStart, target),
      ),
    ];
  }
  const returning = nextOrderTask(dropUnknownItems(events, testStart, 1, known), testStart);
  return [
    task(
      'a: next line',
      `Every prefix of an order's lines predicts the next line, repeats of a product included. ${shared}`,
      test,
      false,
      everyPrefix(test, testStart, target),
    ),
    task(
      'b: next distinct product',
      `Every prefix of an order's different products predicts the next different one; products of the order are not answered again. ${shared}`,
      distinct,
      true,
      everyPrefix(distinct, testStart, target),
    ),
    task(
      'c: next product of a returning customer',
      `All earlier orders of a customer predict the first product of the next order. ${shared}`,
      returning.events,
      false,
      returning.cases,
    ),
  ];
}

/** What the last method gets of what can be got, where that is known. */
function shareOfReachable(methods: readonly MethodReport[], target: Target): string[] {
  const best = methods.find(({ name }) => name === REACHABLE_BEST);
  const ours = methods.at(-1)!;
  if (best === undefined) return [];
  const shares = ['HR@20', 'MRR@20'].map((metric) => {
    const reachable = best.metrics[metric]!.mean;
    return `${reachable > 0 ? `${((100 * ours.metrics[metric]!.mean) / reachable).toFixed(1)}%` : '–'} of its ${metric}`;
  });
  const estimate =
    target === 'item' ? '' : '; that best is itself an estimate from sampled continuations, a little too low';
  return [`${ours.label} against the reachable best, on these questions: ${shares.join(', ')}${estimate}.`];
}

function task(
  name: string,
  description: string,
  events: EventTable,
  hideKnownItems: boolean,
  cases: EvaluationTask['cases'],
): EvaluationTask {
  return { name, description, events, hideKnownItems, cases };
}
