import { type EventTable, filterEvents, itemCount, sessionCount } from '../data/event-table.js';

/** One question of an evaluation: given these events, which item comes next? */
export interface EvaluationCase {
  /** Cases of one cluster are not independent; the bootstrap draws clusters (a session, an order, a customer). */
  readonly cluster: number;
  /** Events [start, end) of the task's table are known. */
  readonly start: number;
  readonly end: number;
  readonly nextItem: number;
  /** All items that came after the known events: what is right for Precision, Recall and MAP. */
  readonly remaining: Uint32Array;
}

/** A set of questions with a meaning of its own, never averaged with another's. */
export interface EvaluationTask {
  readonly name: string;
  /** What is asked and of whom, in a sentence or two. */
  readonly description: string;
  /** The table the cases point into. */
  readonly events: EventTable;
  /** Items of the known events may not be answered: only something new is asked for. */
  readonly hideKnownItems: boolean;
  readonly cases: readonly EvaluationCase[];
}

/**
 * Every prefix of every session from `firstSession` on predicts its next item (protocols P1 and P2 of the literature:
 * SR-GNN's and session-rec's).
 */
export function everyPrefix(events: EventTable, firstSession: number): EvaluationCase[] {
  const { sessionOffsets, itemIndex } = events;
  const cases: EvaluationCase[] = [];
  for (let s = firstSession; s < sessionCount(events); s++) {
    const start = sessionOffsets[s]!;
    const stop = sessionOffsets[s + 1]!;
    for (let end = start + 1; end < stop; end++) {
      cases.push({
        cluster: s,
        start,
        end,
        nextItem: itemIndex[end]!,
        remaining: itemIndex.subarray(end, stop),
      });
    }
  }
  return cases;
}

/** Of {@link everyPrefix} the cases whose next item is new to the session; `remaining` holds new items only. */
export function everyPrefixToNewItem(events: EventTable, firstSession: number): EvaluationCase[] {
  return everyPrefix(events, firstSession).flatMap((question) => {
    const known = new Set(events.itemIndex.subarray(question.start, question.end));
    if (known.has(question.nextItem)) return [];
    return [{ ...question, remaining: question.remaining.filter((item) => !known.has(item)) }];
  });
}

/**
 * The table without test events of items that training never saw, and without test sessions that are then shorter than
 * `minLength` events. Training sessions keep their numbers; test sessions still start at `firstTestSession`.
 */
export function dropUnknownItems(events: EventTable, firstTestSession: number, minLength = 2): EventTable {
  const known = new Uint8Array(itemCount(events));
  for (let e = 0, end = events.sessionOffsets[firstTestSession]!; e < end; e++)
    known[events.itemIndex[e]!] = 1;
  return filterEvents(
    events,
    (e, s) => s < firstTestSession || known[events.itemIndex[e]!] === 1,
    (s) => (s < firstTestSession ? 1 : minLength),
  );
}

/** The table with each item's first event of a session only, from `firstSession` on. Sessions keep their numbers. */
export function firstEventPerItem(events: EventTable, firstSession: number): EventTable {
  let session = -1;
  let seen = new Set<number>();
  return filterEvents(
    events,
    (e, s) => {
      if (s < firstSession) return true;
      if (s !== session) {
        session = s;
        seen = new Set();
      }
      const item = events.itemIndex[e]!;
      if (seen.has(item)) return false;
      seen.add(item);
      return true;
    },
    () => 1,
  );
}
