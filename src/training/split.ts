import { type EventTable, sessionCount } from '../data/event-table.js';
import { NextItemError } from '../errors.js';
import { type TrainingSettings } from './settings.js';

/** A stretch of training sessions whose events are asked for, from tables that know only what came before it. */
export interface LabelBlock {
  readonly name: 'train' | 'validation';
  /** Tables of this block count sessions [0, start). */
  readonly start: number;
  /** The block's questions come from sessions [start, end). */
  readonly end: number;
}

/** How the sessions of a table, which are in order of time, are used. */
export interface Split {
  /** Sessions [0, testStart) may be learned from; the rest is asked. */
  readonly testStart: number;
  readonly blocks: readonly [LabelBlock, LabelBlock];
}

/** A label block is about as long as the test period, but between these shares of the training sessions. */
const SMALLEST_BLOCK_SHARE = 0.06;
const LARGEST_BLOCK_SHARE = 0.2;

/**
 * Splits by time: the source's own split if it has one, else the latest `testShare` of the sessions is test; before it
 * the validation block, and before that the block the ranker learns from (frozen blocks, see docs/training.md).
 *
 * Errors: `too_little_data` when a part would be empty.
 */
export function splitByTime(events: EventTable, settings: TrainingSettings): Split {
  const sessions = sessionCount(events);
  const testStart = events.split === null ? cutByShare(events, settings.testShare) : events.split.indexOf(1);
  if (events.split !== null && testStart >= 0 && events.split.indexOf(0, testStart) >= 0) {
    throw new NextItemError(
      'source_unreadable',
      'test sessions of the source do not all come after its training sessions',
      'column split',
    );
  }
  const trainSessions = testStart < 0 ? sessions : testStart;
  const testSessions = sessions - trainSessions;
  const length = Math.floor(
    Math.min(
      LARGEST_BLOCK_SHARE * trainSessions,
      Math.max(SMALLEST_BLOCK_SHARE * trainSessions, testSessions),
    ),
  );
  if (length < 1 || trainSessions - 2 * length < 1) {
    throw new NextItemError(
      'too_little_data',
      `${sessions} sessions cannot be split in time into training, label blocks and test` +
        (endTogether(events) ? ': they all end at the same moment' : ''),
    );
  }
  const validation = trainSessions - length;
  return {
    testStart: trainSessions,
    blocks: [
      { name: 'train', start: validation - length, end: validation },
      { name: 'validation', start: validation, end: trainSessions },
    ],
  };
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
