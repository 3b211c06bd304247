import { type EventTable, filterEvents, itemCount, sessionCount } from '../data/event-table.js';
import { answeringEvents, NO_ANSWER, type Target, targetEventType } from '../data/target.js';

/** One question of an evaluation: given these events, which item comes next (or is put into the cart, or bought, next)? */
export interface EvaluationCase {
  /** Cases of one cluster are not independent; the bootstrap draws clusters (a session, an order, a customer). */
  readonly cluster: number;
  /** Events [start, end) of the task's table are known. */
  readonly start: number;
  readonly end: number;
  /** The item of the event that answers. */
  readonly nextItem: number;
  /** The items of all events after the known ones that could answer: what is right for Precision, Recall and MAP. */
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
 * SR-GNN's and session-rec's), or the item of its next event of the target's type; then prefixes without such an event
 * are no questions, and `remaining` holds the items of all later events of that type.
 */
export function everyPrefix(
  events: EventTable,
  firstSession: number,
  target: Target = 'item',
): EvaluationCase[] {
  const { sessionOffsets, itemIndex, eventType } = events;
  const wanted = targetEventType(target);
  const sessions = sessionCount(events);
  const first = sessionOffsets[firstSession]!;
  const answers = answeringEvents(events, firstSession, sessions, target);
  const cases: EvaluationCase[] = [];
  for (let s = firstSession; s < sessions; s++) {
    const start = sessionOffsets[s]!;
    const stop = sessionOffsets[s + 1]!;
    const items = itemIndex.subarray(start, stop);
    const asked = wanted === null ? items : items.filter((_, place) => eventType[start + place] === wanted);
    // Of `asked`, those before the answer.
    let before = wanted === null || eventType[start] === wanted ? 1 : 0;
    for (let end = start + 1; end < stop; end++) {
      const answer = answers[end - first]!;
      if (answer === NO_ANSWER) break;
      cases.push({ cluster: s, start, end, nextItem: itemIndex[answer]!, remaining: asked.subarray(before) });
      if (answer === end) before++;
    }
  }
  return cases;
}

/** Of {@link everyPrefix} the cases whose answer is new to the session; `remaining` holds new items only. */
export function everyPrefixToNewItem(
  events: EventTable,
  firstSession: number,
  target: Target = 'item',
): EvaluationCase[] {
  return everyPrefix(events, firstSession, target).flatMap((question) => {
    const known = new Set(events.itemIndex.subarray(question.start, question.end));
    if (known.has(question.nextItem)) return [];
    return [{ ...question, remaining: question.remaining.filter((item) => !known.has(item)) }];
  });
}

/**
 * The table without test events of items that training never saw, and without test sessions that are then shorter than
 * `minLength` events. Training sessions keep their numbers; test sessions still start at `firstTestSession`.
 *
 * @param known whether training saw an item; by default, whether a session before the test has it
 */
export function dropUnknownItems(
  events: EventTable,
  firstTestSession: number,
  minLength = 2,
  known: (item: number) => boolean = seenBefore(events, firstTestSession),
): EventTable {
  return filterEvents(
    events,
    (e, s) => s < firstTestSession || known(events.itemIndex[e]!),
    (s) => (s < firstTestSession ? 1 : minLength),
  );
}

function seenBefore(events: EventTable, session: number): (item: number) => boolean {
  const seen = new Uint8Array(itemCount(events));
  for (let e = 0, end = events.sessionOffsets[session]!; e < end; e++) seen[events.itemIndex[e]!] = 1;
  return (item) => seen[item] === 1;
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
