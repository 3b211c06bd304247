import { type EventTable, filterEvents, itemCount, sessionCount } from '../../data/event-table.js';
import { answeringEvents, NO_ANSWER } from '../../data/target.js';
import { Random } from '../../domain/random.js';
import { NextItemError } from '../../errors.js';
import { EvaluationAccumulator } from '../../metrics/accumulator.js';
import { type SessionSums } from '../../metrics/bootstrap.js';
import { SessionQuery } from '../../retrieval/session-query.js';
import { dropUnknownItems } from '../cases.js';
import { type RankingMethod } from '../methods.js';
import {
  type Measurement,
  type MeasureOptions,
  OBJECTIVE,
  type QuestionPart,
  type TuningData,
} from './tunable-method.js';

/** Of the validation sessions this share is set aside for the confirmation. */
const CONFIRM_SHARE = 1 / 3;

/** Lets the event loop run after this many questions, so that an interruption is heard. */
const YIELD_EVERY = 256;

/**
 * The questions of the validation block: every prefix of its sessions predicts what the target asks, by the rules of the
 * time-split protocol (items that training never saw are left out, and sessions then shorter than two). Sessions are
 * dealt in a seeded order, so a smaller share is part of a larger one.
 */
export class TuningQuestions {
  private readonly events: EventTable;
  /** Of the block, see {@link answeringEvents}; its first event is number `firstEvent` of {@link events}. */
  private readonly answers: Uint32Array;
  private readonly firstEvent: number;
  /** Sessions of {@link events} in the order in which they are asked. */
  private readonly sessions: { readonly search: Uint32Array; readonly confirm: Uint32Array };

  /** @throws NextItemError `too_little_data` when a part has no question */
  constructor(private readonly data: TuningData) {
    const { validationStart, testStart, target, seed } = data;
    const beforeTest = filterEvents(
      data.events,
      (_, session) => session < testStart,
      () => 1,
    );
    this.events = dropUnknownItems(beforeTest, validationStart);
    this.firstEvent = this.events.sessionOffsets[validationStart]!;
    const end = sessionCount(this.events);
    this.answers = answeringEvents(this.events, validationStart, end, target);
    const all = Uint32Array.from({ length: end - validationStart }, (_, n) => validationStart + n).filter(
      (session) => this.questionsOf(session) > 0,
    );
    new Random(seed).shuffle(all);
    const confirmed = Math.floor(all.length * CONFIRM_SHARE);
    if (confirmed === 0) {
      throw new NextItemError(
        'too_little_data',
        `the validation block has ${all.length} sessions with ${target === 'item' ? 'two known items' : `a ${target} to ask for`}, which is too few to tune on`,
      );
    }
    this.sessions = { search: all.subarray(confirmed), confirm: all.subarray(0, confirmed) };
  }

  /** Asks a method, and measures what it answers. */
  async ask(method: RankingMethod, { part, share, signal }: MeasureOptions): Promise<Measurement> {
    const { sessionOffsets, itemIndex } = this.events;
    const accumulator = new EvaluationAccumulator({ itemCount: itemCount(this.events), cutoffs: [20] });
    const query = new SessionQuery();
    for (const session of this.asked(part, share)) {
      const start = sessionOffsets[session]!;
      const stop = sessionOffsets[session + 1]!;
      for (let end = start + 1; end < stop; end++) {
        const answer = this.answers[end - this.firstEvent]!;
        if (answer === NO_ANSWER) break;
        const { items, scores, count } = method.rank(query.fromTable(this.events, start, end));
        accumulator.addScored(session, items, scores, count, itemIndex[answer]!, NOTHING_ELSE);
        if (accumulator.prefixes % YIELD_EVERY === 0) {
          await new Promise(setImmediate);
          signal?.throwIfAborted();
        }
      }
    }
    return measurementOf(accumulator.sessionSums());
  }

  /** Whole sessions, until the share of the questions is reached; at least one. */
  private asked(part: QuestionPart, share: number): Uint32Array {
    const sessions = this.sessions[part];
    const most = sessions.reduce((sum, session) => sum + this.questionsOf(session), 0);
    const limit = share * Math.min(most, this.data.maxQuestions);
    let count = 0;
    for (let questions = 0; count < sessions.length && questions < limit; count++)
      questions += this.questionsOf(sessions[count]!);
    return sessions.subarray(0, count);
  }

  private questionsOf(session: number): number {
    const { sessionOffsets } = this.events;
    let count = 0;
    for (let e = sessionOffsets[session]! + 1; e < sessionOffsets[session + 1]!; e++)
      if (this.answers[e - this.firstEvent]! !== NO_ANSWER) count++;
    return count;
  }
}

const NOTHING_ELSE = new Uint32Array(0);

function measurementOf(all: SessionSums): Measurement {
  const columns = [OBJECTIVE, 'HR@20', 'MRR@20'];
  const [hr, mrr] = [all.columns.indexOf('HR@20'), all.columns.indexOf('MRR@20')];
  const sessions = all.sessionNumbers.length;
  const sums = new Float64Array(sessions * columns.length);
  const totals = new Float64Array(columns.length);
  for (let s = 0; s < sessions; s++) {
    const hits = all.sums[s * all.columns.length + hr]!;
    const reciprocal = all.sums[s * all.columns.length + mrr]!;
    sums.set([hits + reciprocal, hits, reciprocal], s * columns.length);
    totals[1]! += hits;
    totals[2]! += reciprocal;
  }
  const questions = all.prefixes.reduce((sum, count) => sum + count, 0);
  return {
    questions,
    hr: totals[1]! / questions,
    mrr: totals[2]! / questions,
    sums: { columns, sessionNumbers: all.sessionNumbers, prefixes: all.prefixes, sums },
  };
}
