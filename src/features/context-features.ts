import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';
import { type SessionIndex } from '../tables/session-index.js';
import { type FeatureGroup } from './feature-group.js';

/** A known session counts `exp(-age / AGE_DECAY_DAYS)`. */
const AGE_DECAY_DAYS = 60;

/** The group's columns, in the order of {@link ContextFeatures.features}. */
const NEXT_AFTER_TWO = 0;
const TWO_WEIGHT = 1;
const NEXT_AFTER_THREE = 2;
const THREE_WEIGHT = 3;
const FOLLOWS_BOTH = 4;
const AMONG_BOTH = 5;
const BOTH_WEIGHT = 6;
const COLUMNS = 7;

/**
 * What came next in known sessions that went the same way: the order of the session's last items says more of the next
 * one than each item alone. Repeats of an item count as one step (`a b b` goes on like `a b`), and what follows an item
 * never is the item itself. NaN for a session of one distinct item, and where no known session went that way.
 *
 * Cost: the known sessions that hold both last items, found by merging the two items' lists.
 */
export class ContextFeatures implements FeatureGroup {
  readonly name = 'context';
  readonly features = [
    {
      name: 'next_after_last_two',
      meaning:
        'known sessions in which the last item directly followed the second last one: share in which the candidate came next',
    },
    { name: 'last_two_weight', meaning: 'weight (by age) of these sessions' },
    {
      name: 'next_after_last_three',
      meaning:
        'of these sessions, those that came from the third last item: share in which the candidate came next',
    },
    { name: 'last_three_weight', meaning: 'weight (by age) of these sessions' },
    {
      name: 'follows_last_two',
      meaning:
        'known sessions that hold both last items, in any order: mean of 1 / (events from the last item to the candidate), 0 where it did not follow',
    },
    {
      name: 'among_last_two',
      meaning: 'known sessions that hold both last items: share that holds the candidate too',
    },
    {
      name: 'both_last_weight',
      meaning: 'weight (by age) of these sessions, once for each time the last item was in them',
    },
  ];

  /** The running query's steps: last, second last and third last item, -1 where there is none. */
  private readonly steps = new Int32Array(3);
  /** The running query's weights of the sessions of each kind. */
  private readonly weights = { lastTwo: 0, lastThree: 0, both: 0 };

  constructor(private readonly index: SessionIndex) {}

  fill(query: SessionQuery, candidates: CandidateSet, out: Float32Array, width: number, first: number): void {
    const { weights, steps } = this;
    lastSteps(query, steps);
    const known = steps[1]! >= 0;
    for (let c = 0; c < candidates.count; c++) {
      const at = c * width + first;
      out.fill(known ? 0 : NaN, at, at + COLUMNS);
    }
    if (!known) return;
    weights.lastTwo = weights.lastThree = weights.both = 0;
    this.countSessions(candidates, out, width, first);
    for (let c = 0; c < candidates.count; c++) {
      const at = c * width + first;
      out[at + NEXT_AFTER_TWO] = share(out[at + NEXT_AFTER_TWO]!, weights.lastTwo);
      out[at + TWO_WEIGHT] = weights.lastTwo;
      out[at + NEXT_AFTER_THREE] = share(out[at + NEXT_AFTER_THREE]!, weights.lastThree);
      out[at + THREE_WEIGHT] = weights.lastThree;
      out[at + FOLLOWS_BOTH] = share(out[at + FOLLOWS_BOTH]!, weights.both);
      out[at + AMONG_BOTH] = share(out[at + AMONG_BOTH]!, weights.both);
      out[at + BOTH_WEIGHT] = weights.both;
    }
  }

  /** Meets the two last items' lists of sessions, both most recent first. */
  private countSessions(candidates: CandidateSet, out: Float32Array, width: number, first: number): void {
    const { sessions, sessionsOffsets } = this.index;
    const last = this.steps[0]!;
    const second = this.steps[1]!;
    const endOfLast = sessionsOffsets[last + 1]!;
    const endOfSecond = sessionsOffsets[second + 1]!;
    let b = sessionsOffsets[second]!;
    for (let a = sessionsOffsets[last]!; a < endOfLast; a++) {
      const session = sessions[a]!;
      while (b < endOfSecond && sessions[b]! > session) b++;
      if (b === endOfSecond) return;
      if (sessions[b] === session) this.countSession(session, candidates, out, width, first);
    }
  }

  private countSession(
    session: number,
    candidates: CandidateSet,
    out: Float32Array,
    width: number,
    first: number,
  ): void {
    const { items, itemsOffsets, ageDays } = this.index;
    const { steps, weights } = this;
    const last = steps[0]!;
    const weight = Math.exp(-ageDays[session]! / AGE_DECAY_DAYS);
    const start = itemsOffsets[session]!;
    const end = itemsOffsets[session + 1]!;
    for (let p = start; p < end; p++) {
      if (items[p] !== last) continue;
      weights.both += weight;
      for (let after = p + 1; after < end; after++) {
        if (items[after] === last) continue;
        add(candidates, items[after]!, weight / (after - p), out, width, first + FOLLOWS_BOTH);
      }
      this.countMembers(start, end, weight, candidates, out, width, first + AMONG_BOTH);
      const before = stepBack(items, start, p);
      if (before < start || items[before] !== steps[1] || p + 1 === end) continue;
      const next = items[p + 1]!;
      weights.lastTwo += weight;
      add(candidates, next, weight, out, width, first + NEXT_AFTER_TWO);
      const further = stepBack(items, start, before);
      if (further < start || items[further] !== steps[2]) continue;
      weights.lastThree += weight;
      add(candidates, next, weight, out, width, first + NEXT_AFTER_THREE);
    }
  }

  /** Adds a session's items, each once. */
  private countMembers(
    start: number,
    end: number,
    weight: number,
    candidates: CandidateSet,
    out: Float32Array,
    width: number,
    column: number,
  ): void {
    const { items } = this.index;
    for (let p = start; p < end; p++) {
      let earlier = start;
      while (items[earlier] !== items[p]) earlier++;
      if (earlier === p) add(candidates, items[p]!, weight, out, width, column);
    }
  }
}

function add(
  candidates: CandidateSet,
  item: number,
  weight: number,
  out: Float32Array,
  width: number,
  column: number,
): void {
  const c = candidates.candidateOf(item);
  if (c >= 0) out[c * width + column]! += weight;
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : NaN;
}

/** The place of the last item before p that is another one than at p; below `start` if there is none. */
function stepBack(items: Uint32Array, start: number, p: number): number {
  let before = p - 1;
  while (before >= start && items[before] === items[p]) before--;
  return before;
}

/** The last three items the model knows, last first, runs of one item counting once; -1 where there is none. */
function lastSteps(query: SessionQuery, steps: Int32Array): void {
  steps.fill(-1);
  let found = 0;
  for (let p = query.length - 1; p >= 0 && found < steps.length; p--) {
    const item = query.items[p]!;
    if (item < 0 || (found > 0 && item === steps[found - 1])) continue;
    steps[found++] = item;
  }
}
