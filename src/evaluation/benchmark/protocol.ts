import { type EventTable, itemCount, sessionCount } from '../../data/event-table.js';
import { answeringEvents, checkTarget, NO_ANSWER, type Target, targetQuestion } from '../../data/target.js';
import { StringColumn } from '../../domain/string-column.js';
import { NextItemError } from '../../errors.js';
import { dropUnknownItems, everyPrefix, type EvaluationCase } from '../cases.js';

/**
 * How a data set is split and what counts. `srgnn`: as in the papers after SR-GNN, the file's own split, nothing dropped.
 * `time`: as in session-rec, the latest sessions are asked, without what training never saw.
 */
export const PROTOCOLS = ['srgnn', 'time'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** The rules in a few sentences, for the result. */
export function protocolRules(protocol: Protocol, target: Target): string {
  const asked =
    `${targetQuestion(target, 'every test session')}, over the whole catalogue; items of the session may ` +
    'come again';
  return protocol === 'srgnn'
    ? `The data's own split. ${asked}; nothing is dropped, so a target that training never saw is a miss.`
    : 'The latest sessions are asked. Items that training never saw are dropped from test sessions, then test sessions ' +
        `shorter than two events. ${asked}.`;
}

/** A data set as every method of a benchmark meets it. */
export interface BenchmarkTask {
  readonly protocol: Protocol;
  /** What is asked. */
  readonly target: Target;
  /**
   * Training sessions first, then test sessions, each in order of time; `split` says which is which. Where the two overlap
   * in time, sessions as a whole are not in order of time.
   */
  readonly events: EventTable;
  /** Sessions [0, testStart) may be learned from, the rest is asked. */
  readonly testStart: number;
  /** What was done to the data that a reader of the figures should know. */
  readonly notes: readonly string[];
}

/** Up to this share of the training sessions is left out for the sake of a split that is clean in time. */
const MOST_LEFT_OUT = 0.1;

/**
 * Applies a protocol's rules.
 *
 * @param latestFrom where a source without a split of its own is cut: sessions from this number on are test
 * @throws NextItemError `invalid_option` for srgnn without a split, and for a target that no event answers; `too_little_data` when nothing is left to ask or to learn
 */
export function benchmarkTask(
  source: EventTable,
  protocol: Protocol,
  latestFrom: (events: EventTable) => number,
  target: Target = 'item',
): BenchmarkTask {
  checkTarget(source, target);
  if (protocol === 'srgnn' && source.split === null) {
    throw new NextItemError(
      'invalid_option',
      'the srgnn protocol takes the split from the data, and this data has none: add a column named split (train, test), or use --protocol time',
      '--protocol',
    );
  }
  const notes: string[] = [];
  const ordered = source.split === null ? source : trainFirst(source, protocol, notes);
  const testStart = ordered.split === null ? latestFrom(ordered) : firstOf(ordered.split, 1);
  const events = protocol === 'time' ? dropUnknownItems(ordered, testStart) : ordered;
  if (protocol === 'time') noteDropped(ordered, events, testStart, notes);
  const sessions = sessionCount(events);
  if (testStart === 0) throw new NextItemError('too_little_data', 'there is no training session');
  if (answeringEvents(events, testStart, sessions, target).every((answer) => answer === NO_ANSWER)) {
    throw new NextItemError(
      'too_little_data',
      `there is nothing to ask: no test session has ${target === 'item' ? 'two events' : `a ${target} after another event`}` +
        (protocol === 'time' ? ' of items that training knows' : ''),
    );
  }
  const split = new Uint8Array(sessions).fill(1, testStart);
  return { protocol, target, events: { ...events, split }, testStart, notes };
}

/**
 * The questions of a task: every prefix of every test session that its target asks.
 *
 * @param limit asks so many test sessions at most, evenly spread over the test period; null asks all
 */
export function benchmarkCases(
  { events, testStart, target }: BenchmarkTask,
  limit: number | null,
): EvaluationCase[] {
  const cases = everyPrefix(events, testStart, target);
  const sessions = sessionCount(events) - testStart;
  if (limit === null || limit >= sessions) return cases;
  const asked = new Uint8Array(sessions);
  for (let n = 0; n < limit; n++) asked[Math.floor((n * sessions) / limit)] = 1;
  return cases.filter(({ cluster }) => asked[cluster - testStart] === 1);
}

/** [items] events of each item in training. */
export function trainingPopularity({ events, testStart }: BenchmarkTask): Float32Array {
  const counts = new Float32Array(itemCount(events));
  for (let e = 0, end = events.sessionOffsets[testStart]!; e < end; e++) counts[events.itemIndex[e]!]!++;
  return counts;
}

/** Moves the sessions marked test behind the others. A split that is clean in time stays as it is. */
function trainFirst(source: EventTable, protocol: Protocol, notes: string[]): EventTable {
  const split = source.split!;
  const firstTest = firstOf(split, 1);
  let late = 0;
  for (let s = firstTest; s < split.length; s++) if (split[s] === 0) late++;
  if (late === 0) return source;
  const train = firstTest + late;
  const share = `${late.toLocaleString('en-US')} of ${train.toLocaleString('en-US')} training sessions`;
  const leaveOut = protocol === 'time' && late <= MOST_LEFT_OUT * train;
  notes.push(
    leaveOut
      ? `The data's split is not clean in time: ${share} end after the first test session. They are neither learned from nor asked.`
      : `The data's split is not one in time: ${share} end after the first test session, and all are learned from. Methods know events that are later than the questions, so the figures promise more than a live shop will see.`,
  );
  const order: number[] = [];
  for (let s = 0; s < split.length; s++) if (split[s] === 0 && !(leaveOut && s > firstTest)) order.push(s);
  for (let s = 0; s < split.length; s++) if (split[s] === 1) order.push(s);
  return pickSessions(source, order);
}

/** The table's sessions `order`, in that order. Items, users and the catalogue stay as they are. */
function pickSessions(events: EventTable, order: readonly number[]): EventTable {
  const offsets = new Uint32Array(order.length + 1);
  order.forEach((s, n) => {
    offsets[n + 1] = offsets[n]! + events.sessionOffsets[s + 1]! - events.sessionOffsets[s]!;
  });
  const column = <T extends Uint32Array | Uint8Array | Float64Array>(from: T, to: T): T => {
    order.forEach((s, n) =>
      to.set(from.subarray(events.sessionOffsets[s]!, events.sessionOffsets[s + 1]!), offsets[n]!),
    );
    return to;
  };
  const total = offsets[order.length]!;
  return {
    ...events,
    sessionOffsets: offsets,
    itemIndex: column(events.itemIndex, new Uint32Array(total)),
    eventType: column(events.eventType, new Uint8Array(total)),
    timestampMs: column(events.timestampMs, new Float64Array(total)),
    sessionIds: StringColumn.from(order.map((s) => events.sessionIds.at(s))),
    userIndex: events.userIndex === null ? null : Int32Array.from(order, (s) => events.userIndex![s]!),
    split: Uint8Array.from(order, (s) => events.split![s]!),
  };
}

function noteDropped(before: EventTable, after: EventTable, testStart: number, notes: string[]): void {
  const sessions = sessionCount(before) - sessionCount(after);
  const known = new Uint8Array(itemCount(before));
  for (let e = 0, end = before.sessionOffsets[testStart]!; e < end; e++) known[before.itemIndex[e]!] = 1;
  let unknown = 0;
  for (let e = before.sessionOffsets[testStart]!; e < before.itemIndex.length; e++)
    if (known[before.itemIndex[e]!] === 0) unknown++;
  if (unknown + sessions === 0) return;
  notes.push(
    `Dropped from test: ${unknown.toLocaleString('en-US')} events of items that training never saw, and ` +
      `${sessions.toLocaleString('en-US')} sessions then shorter than two events.`,
  );
}

function firstOf(split: Uint8Array, value: number): number {
  const at = split.indexOf(value);
  return at < 0 ? split.length : at;
}
