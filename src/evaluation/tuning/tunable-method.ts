import { type EventTable } from '../../data/event-table.js';
import { type Target } from '../../data/target.js';
import { type SessionSums } from '../../metrics/bootstrap.js';
import { type FlatSettings, type SearchSpace } from './search-space.js';

/** What a tuner may see of the data: nothing of the test period is asked or learned. */
export interface TuningData {
  readonly events: EventTable;
  /** A trial learns from the sessions before this one. */
  readonly validationStart: number;
  /** The questions come from sessions [validationStart, testStart). */
  readonly testStart: number;
  /** What is asked. */
  readonly target: Target;
  readonly seed: number;
  /** Questions of the search at most, and as many of the confirmation. */
  readonly maxQuestions: number;
}

/**
 * Which questions are asked. `search` ones decide between trials. `confirm` ones come from other sessions and are asked
 * only of the winner and the defaults: the best of many trials looks better on what it was chosen by than it is.
 */
export type QuestionPart = 'search' | 'confirm';

/** One answer to "how good are these settings?". */
export interface Measurement {
  readonly questions: number;
  readonly hr: number;
  readonly mrr: number;
  /** Columns {@link OBJECTIVE}, `HR@20` and `MRR@20` by session, for the bootstrap. */
  readonly sums: SessionSums;
}

/** What is maximised: the sum of HR@20 and MRR@20 over the questions. */
export const OBJECTIVE = 'HR@20 + MRR@20';

export interface MeasureOptions {
  readonly part: QuestionPart;
  /** Share of the budget, (0, 1]: of the questions, and of the examples where a method learns from some. */
  readonly share: number;
  readonly signal?: AbortSignal;
}

/** Something with settings that can be tuned. */
export interface TunableMethod {
  readonly name: string;
  /** For people. */
  readonly label: string;
  /** Every setting; a trial's settings have the same names. */
  readonly defaults: FlatSettings;
  readonly space: SearchSpace;
  /** Does once what all trials need. */
  prepare(data: TuningData): PreparedMethod;
}

export interface PreparedMethod {
  /**
   * Learns with these settings and asks the questions. The same settings and options give the same figures, whatever
   * was measured before.
   */
  evaluate(settings: FlatSettings, options: MeasureOptions): Promise<Measurement>;
}
