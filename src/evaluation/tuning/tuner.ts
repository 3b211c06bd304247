import { Random } from '../../domain/random.js';
import { NextItemError } from '../../errors.js';
import { inParallel } from './in-parallel.js';
import { type JournalEntry, type TrialJournal } from './journal.js';
import { latinHypercube } from './latin-hypercube.js';
import { type FlatSettings, type SearchSpace } from './search-space.js';
import { type HalvingPlan, survivors } from './successive-halving.js';
import { type Observation, proposeTpe } from './tpe.js';
import { settingsKey, spaceSize } from './unit-space.js';

/** Trials after the defaults that are spread evenly before the estimator has anything to go by. */
const DESIGN_TRIALS = 17;
/** Proposals that were tried already are drawn again, so often; then any settings not tried yet will do. */
const REDRAWS = 50;

export interface TunerOptions {
  readonly defaults: FlatSettings;
  readonly space: SearchSpace;
  readonly seed: number;
  /** Trials in all, the defaults included. */
  readonly trials: number;
  readonly plan: HalvingPlan;
  /** Measurements at a time. The trials do not depend on it. */
  readonly jobs: number;
  readonly journal: TrialJournal;
  /** Measures settings with a share of the budget. A `too_little_data` or `lightgbm_failed` is the trial's failure. */
  readonly measure: (
    settings: FlatSettings,
    share: number,
  ) => Promise<Pick<JournalEntry, 'hr' | 'mrr' | 'questions'>>;
  readonly clock: () => number;
  /** Once true, no measurement is begun any more. */
  readonly isTimeUp?: () => boolean;
  /** After each measurement, also those read from the journal. */
  readonly onMeasured?: (trials: readonly Trial[]) => void;
}

/** Where a trial's settings come from. */
export type TrialOrigin = 'defaults' | 'design' | 'tpe';

export interface Trial {
  /** 0 is the defaults. */
  readonly trial: number;
  readonly origin: TrialOrigin;
  readonly settings: FlatSettings;
  /** By rung, as far as it came. */
  readonly measured: readonly JournalEntry[];
}

/**
 * Looks for the best settings: rounds of successive halving whose trials are the defaults, then an even spread, then what
 * the tree-structured Parzen estimator proposes from all earlier rounds. The trials of a round are chosen before any of
 * it is measured, so they depend on the seed and the figures alone: not on how many run at a time, nor on
 * interruptions. What the journal holds is not measured again. The defaults always get the full budget.
 */
export async function runTuner(options: TunerOptions): Promise<Trial[]> {
  const { plan, journal } = options;
  const trials: { trial: number; origin: TrialOrigin; settings: FlatSettings; measured: JournalEntry[] }[] =
    [];
  const count = Math.min(options.trials, spaceSize(options.space));

  while (trials.length < count && options.isTimeUp?.() !== true) {
    const observations = observe(trials, plan);
    const size = Math.min(plan.roundSize, count - trials.length);
    const round: typeof trials = [];
    for (let n = 0; n < size; n++) {
      const proposal = propose(options, [...trials, ...round], observations);
      round.push({ trial: trials.length + n, ...proposal, measured: [] });
    }
    trials.push(...round);

    let going = round;
    for (let rung = 0; rung < plan.shares.length && going.length > 0; rung++) {
      await inParallel(going, options.jobs, async (one) => {
        let entry = journal.find(one.trial, rung, one.settings);
        if (entry === null) {
          if (options.isTimeUp?.() === true) return;
          entry = await measure(one, rung, options);
          journal.append(entry);
        }
        one.measured.push(entry);
        options.onMeasured?.(trials);
      });
      const next = survivors(
        going.filter(({ measured }) => measured.length > rung).map((one) => ({ ...one, value: last(one) })),
        plan.factor,
        0,
      );
      going = going.filter(({ trial }) => next.includes(trial));
    }
  }
  return trials.filter(({ measured }) => measured.length > 0);
}

/** The best trial that got the full budget; of equal ones the earlier. @throws NextItemError `too_little_data` without one */
export function bestTrial(trials: readonly Trial[], plan: HalvingPlan): Trial {
  const finished = trials.filter(({ measured }) => measured.length === plan.shares.length);
  const first = finished[0];
  if (first === undefined) {
    throw new NextItemError(
      'too_little_data',
      'the time was up before one trial was measured in full',
      '--minutes',
    );
  }
  return finished.reduce((best, trial) => (last(trial) > last(best) ? trial : best), first);
}

/**
 * What each trial would reach with the full budget: its last value, plus the mean difference between the full value and
 * the one at that rung over the trials that have both. Questions and examples of a rung are the same for all trials, so
 * most of the difference is the rung's.
 */
export function observe(trials: readonly Trial[], plan: HalvingPlan): (Observation & { trial: number })[] {
  const correction = new Float64Array(plan.shares.length);
  for (let rung = plan.shares.length - 2; rung >= 0; rung--) {
    const both = trials.filter(
      ({ measured }) => measured.length > rung + 1 && measured[rung + 1]!.hr !== null,
    );
    const gains = both.map(({ measured }) => objectiveOf(measured[rung + 1]!) - objectiveOf(measured[rung]!));
    const gain = gains.length === 0 ? 0 : gains.reduce((sum, one) => sum + one, 0) / gains.length;
    correction[rung] = correction[rung + 1]! + gain;
  }
  return trials
    .filter(({ measured }) => measured.length > 0)
    .map((one) => ({
      trial: one.trial,
      settings: one.settings,
      value: last(one) + correction[one.measured.length - 1]!,
    }));
}

/** HR@20 + MRR@20; -Infinity for settings that do not work. */
export function objectiveOf({ hr, mrr }: Pick<JournalEntry, 'hr' | 'mrr'>): number {
  return hr === null || mrr === null ? -Infinity : hr + mrr;
}

function last({ measured }: Trial): number {
  return objectiveOf(measured.at(-1)!);
}

/** The settings of the next trial: never ones that were tried before. */
function propose(
  { space, defaults, seed }: TunerOptions,
  before: readonly Trial[],
  observations: readonly Observation[],
): Pick<Trial, 'origin' | 'settings'> {
  const trial = before.length;
  if (trial === 0) return { origin: 'defaults', settings: { ...defaults } };
  const tried = new Set(before.map(({ settings }) => settingsKey(settings)));
  // A generator of its own for each trial: nothing of it need be kept to go on after an interruption.
  const random = new Random(seed).fork(trial);
  if (trial <= DESIGN_TRIALS) {
    const design = latinHypercube(space, defaults, DESIGN_TRIALS, new Random(seed));
    const settings = design[trial - 1]!;
    if (!tried.has(settingsKey(settings))) return { origin: 'design', settings };
  } else {
    for (let draw = 0; draw < REDRAWS; draw++) {
      const settings = proposeTpe(space, defaults, observations, random);
      if (!tried.has(settingsKey(settings))) return { origin: 'tpe', settings };
    }
  }
  // The caller sees to it that there are some left.
  for (;;) {
    const settings = latinHypercube(space, defaults, 1, random)[0]!;
    if (!tried.has(settingsKey(settings))) return { origin: 'design', settings };
  }
}

async function measure(one: Trial, rung: number, options: TunerOptions): Promise<JournalEntry> {
  const { trial, settings } = one;
  const startedMs = options.clock();
  const entry = (found: Pick<JournalEntry, 'hr' | 'mrr' | 'questions' | 'problem'>): JournalEntry => ({
    trial,
    rung,
    settings,
    ...found,
    tookMs: Math.round(options.clock() - startedMs),
  });
  try {
    const { hr, mrr, questions } = await options.measure(settings, options.plan.shares[rung]!);
    return entry({ hr, mrr, questions });
  } catch (error) {
    const bearable = ['too_little_data', 'lightgbm_failed'];
    if (trial === 0 || !(error instanceof NextItemError && bearable.includes(error.code))) throw error;
    return entry({ hr: null, mrr: null, questions: 0, problem: error.message });
  }
}
