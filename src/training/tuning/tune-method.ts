import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type EventTable } from '../../data/event-table.js';
import { eventTableSections } from '../../data/event-table-sections.js';
import { checkTarget } from '../../data/target.js';
import { type Clock } from '../../domain/time.js';
import { inParallel } from '../../evaluation/tuning/in-parallel.js';
import { settingImportance } from '../../evaluation/tuning/importance.js';
import { dataFingerprint, TrialJournal } from '../../evaluation/tuning/journal.js';
import { partOfSpace } from '../../evaluation/tuning/part-of-space.js';
import { type HalvingPlan } from '../../evaluation/tuning/successive-halving.js';
import { type Measurement, OBJECTIVE } from '../../evaluation/tuning/tunable-method.js';
import { bestTrial, observe, runTuner, type Trial } from '../../evaluation/tuning/tuner.js';
import { type Confirmation, type TuningResult } from '../../evaluation/tuning/tuning-result.js';
import { bootstrap, comparePaired } from '../../metrics/bootstrap.js';
import { type TrainingSettings } from '../settings.js';
import { splitByTime } from '../split.js';
import { tunableMethod } from './subjects.js';
import { TrialPool } from './trial-pool.js';

export interface TuneMethodOptions {
  readonly method: string;
  /** Names of the settings to tune, or their beginnings; none stands for all. */
  readonly only: readonly string[];
  readonly training: TrainingSettings;
  readonly trials: number;
  readonly plan: HalvingPlan;
  readonly maxQuestions: number;
  readonly jobs: number;
  /** The journal's folder; made if it is not there. */
  readonly outDir: string;
  readonly clock: Clock;
  /** Once true, no measurement is begun any more; the winner is still confirmed. */
  readonly isTimeUp?: () => boolean;
  readonly signal?: AbortSignal;
  /** @param kept measurements that the journal already had */
  readonly onStart?: (kept: number) => void;
  readonly onMeasured?: (trials: readonly Trial[]) => void;
  readonly onConfirm?: () => void;
}

/**
 * Tunes one method on the validation block, in processes of its own, and compares the winner with the defaults on
 * sessions that no trial was measured on.
 *
 * Errors: `journal_mismatch`, `too_little_data`, `interrupted`, `invalid_option` (a target that no event answers); the journal is left usable by all of them.
 */
export async function tuneMethod(events: EventTable, options: TuneMethodOptions): Promise<TuningResult> {
  const { method, training, plan, jobs, maxQuestions, signal } = options;
  const { seed, target } = training;
  checkTarget(events, target);
  const { label, defaults, space: wholeSpace } = tunableMethod(method, training);
  const space = partOfSpace(wholeSpace, options.only);
  const split = splitByTime(events, training);
  const data = {
    validationStart: split.labels.start,
    testStart: split.testStart,
    target,
    seed,
    maxQuestions,
  };

  mkdirSync(options.outDir, { recursive: true });
  const journal = TrialJournal.open(join(options.outDir, `journal-${method}.jsonl`), {
    method,
    data: dataFingerprint(events),
    seed,
    maxQuestions,
    shares: plan.shares,
    testShare: training.testShare,
    // Journals of the next item are as they were before there were other targets.
    ...(target === 'item' ? {} : { target }),
    ...(method === 'nextitem' ? { examples: training.examples } : {}),
    defaults,
    space,
  });
  let pool: TrialPool | null = null;
  const stop = () => pool?.close();
  signal?.addEventListener('abort', stop);
  try {
    options.onStart?.(journal.size);
    pool = await TrialPool.start(jobs, {
      method,
      training,
      sections: eventTableSections(events),
      clock: events.clock,
      data,
    });
    signal?.throwIfAborted();
    const running = pool;
    const trials = await runTuner({
      defaults,
      space,
      seed,
      trials: options.trials,
      plan,
      jobs,
      journal,
      clock: options.clock,
      measure: (settings, share) => running.measure(settings, { part: 'search', share }),
      ...(options.isTimeUp === undefined ? {} : { isTimeUp: options.isTimeUp }),
      ...(options.onMeasured === undefined ? {} : { onMeasured: options.onMeasured }),
    });
    const best = bestTrial(trials, plan);
    let confirmation: Confirmation | null = null;
    if (best.trial !== 0) {
      options.onConfirm?.();
      confirmation = await confirm(running, jobs, [defaults, best.settings], seed);
    }
    const observations = observe(trials, plan);
    return {
      method,
      label,
      source: target === 'item' ? events.source : `${events.source}, next ${target}`,
      seed,
      shares: plan.shares,
      space,
      defaults,
      trials: trials.map(({ trial, origin, settings, measured }, n) => {
        const { value } = observations[n]!;
        const problem = measured.at(-1)!.problem;
        return {
          trial,
          origin,
          settings,
          measured: measured.map(({ rung, questions, hr, mrr, tookMs }) => ({
            share: plan.shares[rung]!,
            questions,
            hr,
            mrr,
            tookMs,
          })),
          estimate: value === -Infinity ? null : value,
          ...(problem === undefined ? {} : { problem }),
        };
      }),
      best: best.trial,
      importance: settingImportance(space, observations, seed),
      confirmation,
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    pool?.close();
    journal.close();
  }
}

async function confirm(
  pool: TrialPool,
  jobs: number,
  settings: readonly [defaults: TuningResult['defaults'], best: TuningResult['defaults']],
  seed: number,
): Promise<Confirmation> {
  const found: Measurement[] = [];
  await inParallel([0, 1], jobs, async (n) => {
    found[n] = await pool.measure(settings[n]!, { part: 'confirm', share: 1 });
  });
  const [defaults, best] = [found[0]!, found[1]!];
  const [without, tuned] = [bootstrap(defaults.sums, { seed }), bootstrap(best.sums, { seed })];
  return {
    sessions: best.sums.sessionNumbers.length,
    questions: best.questions,
    defaults: { hr: defaults.hr, mrr: defaults.mrr },
    best: { hr: best.hr, mrr: best.mrr },
    differences: Object.fromEntries(
      [OBJECTIVE, 'HR@20', 'MRR@20'].map((metric) => [metric, comparePaired(tuned, without, metric)]),
    ),
  };
}
