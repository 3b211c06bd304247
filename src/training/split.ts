import { type EventTable, sessionCount } from '../data/event-table.js';
import { NextItemError } from '../errors.js';
import { type TrainingSettings } from './settings.js';

/** The latest training sessions: their events are asked for, from tables that know only what came before them. */
export interface LabelBlock {
  /** Tables for the ranker's examples count sessions [0, start). */
  readonly start: number;
  /** The ranker learns from the questions of sessions [start, validationStart), ... */
  readonly validationStart: number;
  /** ... and those of sessions [validationStart, end) decide when it stops. */
  readonly end: number;
}

/** How the sessions of a table, which are in order of time, are used. */
export interface Split {
  /** Sessions [0, testStart) may be learned from; the rest is asked. */
  readonly testStart: number;
  readonly labels: LabelBlock;
}

/**
 * The label block is as short as holds enough questions: the later it begins, the more its tables are like those that
 * serve (on Yoochoose 1/64 half the block, with fewer questions, found .4 points of HR@20 more). Between these shares of
 * the training sessions.
 */
const ENOUGH_QUESTIONS = 30_000;
const SMALLEST_BLOCK_SHARE = 0.06;
const LARGEST_BLOCK_SHARE = 0.2;

/** So much of the label block, its latest sessions, decides when to stop. */
const VALIDATION_SHARE = 0.2;

/**
 * Splits by time: the source's own split if it has one, else the latest `testShare` of the sessions is test; before it
 * the label block (see docs/training.md).
 *
 * Errors: `too_little_data` when a part would be empty.
 */
export function splitByTime(events: EventTable, settings: TrainingSettings): Split {
  const sessions = sessionCount(events);
  const trainSessions = testStartOf(events, settings.testShare);
  const length = labelBlockLength(events, trainSessions);
  if (length < 1 || trainSessions - length < 1) {
    throw new NextItemError(
      'too_little_data',
      `${sessions} sessions cannot be split in time into training, label block and test` +
        (endTogether(events) ? ': they all end at the same moment' : ''),
    );
  }
  return { testStart: trainSessions, labels: labelBlock(trainSessions, length) };
}

/**
 * The first test session: of the source's own split if it has one, else of the latest `testShare` of the sessions; the
 * number of sessions where none is test.
 *
 * Errors: `source_unreadable` for a split that is not one in time.
 */
export function testStartOf(events: EventTable, testShare: number): number {
  if (events.split === null) return cutByShare(events, testShare);
  const testStart = events.split.indexOf(1);
  if (testStart < 0) return sessionCount(events);
  if (events.split.indexOf(0, testStart) >= 0) {
    throw new NextItemError(
      'source_unreadable',
      'test sessions of the source do not all come after its training sessions',
      'column split',
    );
  }
  return testStart;
}

/** The split one label block earlier, which asks the label block's own questions in place of the test's: for tuning. */
export function earlierSplit({ labels: { start, end } }: Split): Split {
  if (start < 2)
    throw new NextItemError('too_little_data', `${end} training sessions are too few for two label blocks`);
  const length = Math.min(end - start, Math.floor(start / 2));
  return { testStart: start, labels: labelBlock(start, length) };
}

function labelBlock(end: number, length: number): LabelBlock {
  const start = end - length;
  return { start, validationStart: end - Math.max(1, Math.round(VALIDATION_SHARE * length)), end };
}

function labelBlockLength({ sessionOffsets }: EventTable, trainSessions: number): number {
  const most = Math.floor(LARGEST_BLOCK_SHARE * trainSessions);
  let length = Math.min(most, Math.floor(SMALLEST_BLOCK_SHARE * trainSessions));
  const questions = () => sessionOffsets[trainSessions]! - sessionOffsets[trainSessions - length]! - length;
  while (length < most && questions() < ENOUGH_QUESTIONS) length++;
  return length;
}

function endTogether({ sessionOffsets, timestampMs }: EventTable): boolean {
  const last = timestampMs.at(-1);
  return (
    sessionOffsets.length > 2 && sessionOffsets.subarray(1).every((end) => timestampMs[end - 1] === last)
  );
}

/** Sessions that end at one moment stay on one side of the cut. */
function cutByShare(events: EventTable, share: number): number {
  const sessions = sessionCount(events);
  const endOf = (s: number) => events.timestampMs[events.sessionOffsets[s + 1]! - 1]!;
  let cut = Math.max(1, Math.floor(sessions * (1 - share)));
  while (cut > 1 && cut < sessions && endOf(cut) === endOf(cut - 1)) cut--;
  return cut;
}
