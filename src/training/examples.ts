import { type EventTable } from '../data/event-table.js';
import { answeringEvents, NO_ANSWER, type Target } from '../data/target.js';
import { Random } from '../domain/random.js';
import { SessionScorer } from '../recommend/session-scorer.js';
import { SessionQuery } from '../retrieval/session-query.js';
import { type RetrievalSettings } from '../retrieval/settings.js';
import { type TableSet } from '../tables/table-set.js';
import { type ExampleSettings } from './settings.js';

/** Training examples of some sessions: groups of candidates of one query, exactly one of them right. */
export interface ExampleSet {
  readonly featureNames: readonly string[];
  readonly rows: number;
  /** Row-major [rows x features]. */
  readonly features: Float32Array;
  /** [rows] 1 for the item that answers (what came next, or what was put into the cart or bought next), else 0. */
  readonly labels: Float32Array;
  /** [rows] dense item index. */
  readonly items: Uint32Array;
  /** [groups] rows of each query, in order. */
  readonly groupSizes: Int32Array;
  /** [groups] the query's session, and how many of its events were known. */
  readonly sessions: Uint32Array;
  readonly prefixLengths: Uint32Array;
  /** Queries looked at, those without the right item among the candidates included. */
  readonly queries: number;
  /** The first so many groups ask what the target asks, the others for the next item; all, where that is the target. */
  readonly targetGroups: number;
}

/** Sessions [start, end). */
export interface SessionRange {
  readonly start: number;
  readonly end: number;
}

export interface BuildExamplesOptions {
  readonly settings: ExampleSettings;
  readonly retrieval: RetrievalSettings;
  readonly target: Target;
  readonly seed: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Asks the prefixes of labelled sessions with tables that know nothing of them, and keeps the right candidate of each and the
 * wrong ones, or a fair sample of them. Candidates come from the generator that serves. Queries whose right item was not found are dropped:
 * there is nothing to learn from them. Above `maxQueries` or `maxRows` a seeded sample of prefixes is taken.
 *
 * Carts and purchases are rare, and what comes next says much about them: up to `maxQueries`, a target of that kind is joined
 * by questions for the next item.
 *
 * Never a choice of the hardest wrong ones: it teaches a lie, because whatever the choice leaves out looks, in training,
 * as if it were right more often than it is (it cost 11 points of HR@20 on Diginetica). A random sample only shifts all
 * scores alike, and more queries teach more than more wrong candidates of each.
 *
 * @param tables built from sessions [0, labelled.start) of `events`, or fewer
 */
export async function buildExamples(
  events: EventTable,
  tables: TableSet,
  labelled: SessionRange,
  options: BuildExamplesOptions,
): Promise<ExampleSet> {
  const { settings, retrieval } = options;
  const { sessionOffsets, itemIndex } = events;
  const scorer = new SessionScorer(tables, retrieval, null);
  const width = scorer.featureSet.count;
  const query = new SessionQuery();
  const kept = new Uint32Array(scorer.scores.length);

  const random = new Random(options.seed);
  const { asked, ofTarget, sessionOf } = questions(
    events,
    labelled,
    options.target,
    settings.maxQueries,
    random,
  );
  const rows = new RowStore(width, settings.maxRows);
  const groupSizes: number[] = [];
  const sessions: number[] = [];
  const prefixLengths: number[] = [];
  let queries = 0;
  let targetGroups = 0;

  for (const { end, answer } of asked) {
    const session = sessionOf(end);
    const start = sessionOffsets[session]!;
    query.fromTable(events, start, end);
    const candidates = scorer.describe(query);
    const right = candidates.candidateOf(itemIndex[answer]!);
    if (right >= 0 && candidates.count > 1) {
      const count = keepSome(kept, candidates.count, right, settings.wrongPerQuery, random);
      if (!rows.add(scorer.features, candidates.items, kept.subarray(0, count), right)) break;
      groupSizes.push(count);
      sessions.push(session);
      prefixLengths.push(end - start);
      if (queries < ofTarget) targetGroups++;
    }
    queries++;
    if (queries % 256 === 0) {
      options.onProgress?.(queries, asked.length);
      await new Promise(setImmediate);
      options.signal?.throwIfAborted();
    }
  }
  return {
    featureNames: scorer.featureSet.names,
    ...rows.finish(),
    groupSizes: Int32Array.from(groupSizes),
    sessions: Uint32Array.from(sessions),
    prefixLengths: Uint32Array.from(prefixLengths),
    queries,
    targetGroups,
  };
}

/**
 * Chooses the right candidate and a random sample of the wrong ones, in the candidates' order.
 *
 * @param kept gets the chosen candidates; @returns how many they are
 */
function keepSome(kept: Uint32Array, count: number, right: number, wrong: number, random: Random): number {
  const share = wrong === 0 ? 1 : wrong / Math.max(1, count - 1);
  let used = 0;
  for (let c = 0; c < count; c++) if (c === right || share >= 1 || random.next() < share) kept[used++] = c;
  return used;
}

interface Question {
  /** The prefix ends before this event. */
  readonly end: number;
  /** The event that answers. */
  readonly answer: number;
}

/**
 * What is asked of some sessions, at most `limit` questions: those of the target, and if that is not the next item, and they are
 * fewer, then questions for the next item. Each kind is in random order, so that whichever limit ends it, what was asked is a
 * fair sample of them all.
 *
 * @returns the first `ofTarget` of `asked` are the target's
 */
function questions(
  events: EventTable,
  { start, end }: SessionRange,
  target: Target,
  limit: number,
  random: Random,
) {
  const { sessionOffsets } = events;
  const first = sessionOffsets[start]!;
  const sessions = new Uint32Array(sessionOffsets[end]! - first);
  for (let s = start; s < end; s++)
    sessions.fill(s, sessionOffsets[s]! - first, sessionOffsets[s + 1]! - first);
  const sample = (wanted: Target, most: number): Question[] => {
    const answers = answeringEvents(events, start, end, wanted);
    const ends = Uint32Array.from(answers.keys()).filter((n) => answers[n] !== NO_ANSWER);
    return Array.from(random.shuffle(ends).subarray(0, most), (n) => ({
      end: first + n,
      answer: answers[n]!,
    }));
  };
  const asked = sample(target, limit);
  const others = target === 'item' ? [] : sample('item', limit - asked.length);
  return {
    asked: [...asked, ...others],
    ofTarget: asked.length,
    sessionOf: (event: number) => sessions[event - first]!,
  };
}

/** Growing columns of example rows, up to a limit. */
class RowStore {
  private rows = 0;
  private capacity = 4096;
  private features: Float32Array;
  private labels = new Float32Array(this.capacity);
  private items = new Uint32Array(this.capacity);

  constructor(
    private readonly width: number,
    private readonly maxRows: number,
  ) {
    this.features = new Float32Array(this.capacity * width);
  }

  /** Adds the kept ones of a query's candidates; false, and nothing is added, when the limit would be passed. */
  add(features: Float32Array, items: Uint32Array, kept: Uint32Array, right: number): boolean {
    if (this.rows + kept.length > this.maxRows) return false;
    while (this.rows + kept.length > this.capacity) this.grow();
    const { width } = this;
    for (const candidate of kept) {
      this.features.set(features.subarray(candidate * width, (candidate + 1) * width), this.rows * width);
      this.items[this.rows] = items[candidate]!;
      this.labels[this.rows++] = candidate === right ? 1 : 0;
    }
    return true;
  }

  finish(): Pick<ExampleSet, 'rows' | 'features' | 'labels' | 'items'> {
    return {
      rows: this.rows,
      features: this.features.subarray(0, this.rows * this.width),
      labels: this.labels.subarray(0, this.rows),
      items: this.items.subarray(0, this.rows),
    };
  }

  private grow(): void {
    this.capacity = Math.min(2 * this.capacity, Math.max(this.maxRows, this.capacity + 1));
    const features = new Float32Array(this.capacity * this.width);
    features.set(this.features);
    this.features = features;
    const labels = new Float32Array(this.capacity);
    labels.set(this.labels);
    this.labels = labels;
    const items = new Uint32Array(this.capacity);
    items.set(this.items);
    this.items = items;
  }
}
