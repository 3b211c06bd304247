import { type EventTable } from '../data/event-table.js';
import { Random } from '../domain/random.js';
import { SessionScorer } from '../recommend/session-scorer.js';
import { type CandidateSet } from '../retrieval/candidate-set.js';
import { SessionQuery } from '../retrieval/session-query.js';
import { maxCandidates, type RetrievalSettings, SOURCES } from '../retrieval/settings.js';
import { type TableSet } from '../tables/table-set.js';
import { TopN } from '../tables/top-n.js';
import { type ExampleSettings } from './settings.js';
import { type LabelBlock } from './split.js';

/** Training examples of one block: groups of candidates of one query, exactly one of them right. */
export interface ExampleSet {
  readonly featureNames: readonly string[];
  readonly rows: number;
  /** Row-major [rows x features]. */
  readonly features: Float32Array;
  /** [rows] 1 for the item that came next, else 0. */
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
}

export interface BuildExamplesOptions {
  readonly settings: ExampleSettings;
  readonly retrieval: RetrievalSettings;
  readonly seed: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Asks the prefixes of a label block with tables that know nothing of it, and keeps for each: the right item, the best
 * wrong candidates and some random ones. Candidates come from the generator that serves. Queries whose right item was
 * not found are dropped: there is nothing to learn from them. Above `maxQueries` a seeded sample of prefixes is taken.
 *
 * @param tables built from sessions [0, block.start) of `events`
 */
export async function buildExamples(
  events: EventTable,
  tables: TableSet,
  block: LabelBlock,
  options: BuildExamplesOptions,
): Promise<ExampleSet> {
  const { settings, retrieval } = options;
  const { sessionOffsets, itemIndex } = events;
  const scorer = new SessionScorer(tables, retrieval, null);
  const width = scorer.featureSet.count;
  const random = new Random(options.seed);
  const sampler = new NegativeSampler(settings, maxCandidates(retrieval), random.fork(1));
  const query = new SessionQuery();

  const blockEvents = sessionOffsets[block.end]! - sessionOffsets[block.start]!;
  const prefixes = blockEvents - (block.end - block.start);
  const keepShare = Math.min(1, settings.maxQueries / Math.max(1, prefixes));
  const rowsPerQuery = 1 + settings.hardNegatives + settings.randomNegatives;
  const capacity = Math.ceil(Math.min(prefixes, settings.maxQueries * 1.1 + 1000)) * rowsPerQuery;
  const features = new Float32Array(capacity * width);
  const labels = new Float32Array(capacity);
  const items = new Uint32Array(capacity);
  const groupSizes: number[] = [];
  const sessions: number[] = [];
  const prefixLengths: number[] = [];
  let rows = 0;
  let queries = 0;

  for (let s = block.start; s < block.end; s++) {
    const start = sessionOffsets[s]!;
    const stop = sessionOffsets[s + 1]!;
    for (let end = start + 1; end < stop; end++) {
      if (keepShare < 1 && random.next() >= keepShare) continue;
      if (rows + rowsPerQuery > capacity) break;
      queries++;
      query.fromTable(events, start, end);
      const candidates = scorer.describe(query);
      const positive = candidates.candidateOf(itemIndex[end]!);
      if (positive < 0 || candidates.count < 2) continue;
      const chosen = sampler.choose(candidates, positive);
      for (let i = 0; i < chosen.length; i++) {
        const c = chosen[i]!;
        features.set(scorer.features.subarray(c * width, (c + 1) * width), rows * width);
        labels[rows] = c === positive ? 1 : 0;
        items[rows++] = candidates.items[c]!;
      }
      groupSizes.push(chosen.length);
      sessions.push(s);
      prefixLengths.push(end - start);
      if (queries % 256 === 0) {
        options.onProgress?.(queries, Math.round(prefixes * keepShare));
        await new Promise(setImmediate);
        options.signal?.throwIfAborted();
      }
    }
  }
  return {
    featureNames: scorer.featureSet.names,
    rows,
    features: features.subarray(0, rows * width),
    labels: labels.subarray(0, rows),
    items: items.subarray(0, rows),
    groupSizes: Int32Array.from(groupSizes),
    sessions: Uint32Array.from(sessions),
    prefixLengths: Uint32Array.from(prefixLengths),
    queries,
  };
}

/** Picks a query's rows: the right candidate, the hardest wrong ones by fused rank, and random ones of the rest. */
class NegativeSampler {
  private readonly top: TopN;
  private readonly chosen: Uint32Array;
  private readonly taken: Uint8Array;

  constructor(
    private readonly settings: ExampleSettings,
    capacity: number,
    private readonly random: Random,
  ) {
    this.top = new TopN(settings.hardNegatives);
    this.chosen = new Uint32Array(1 + settings.hardNegatives + settings.randomNegatives);
    this.taken = new Uint8Array(capacity);
  }

  /** Candidate positions in ascending order, valid until the next call. */
  choose(candidates: CandidateSet, positive: number): Uint32Array {
    const { top, chosen, taken, settings } = this;
    taken.fill(0, 0, candidates.count);
    taken[positive] = 1;
    top.reset();
    for (let c = 0; c < candidates.count; c++) if (c !== positive) top.push(c, fusedRank(candidates, c));
    top.sort();
    let count = 0;
    chosen[count++] = positive;
    for (let n = 0; n < top.count; n++) {
      chosen[count++] = top.ids[n]!;
      taken[top.ids[n]!] = 1;
    }
    const left = candidates.count - count;
    for (let n = 0; n < Math.min(settings.randomNegatives, left); n++) {
      let c = this.random.below(candidates.count);
      while (taken[c] === 1) c = c + 1 === candidates.count ? 0 : c + 1;
      taken[c] = 1;
      chosen[count++] = c;
    }
    return chosen.subarray(0, count).sort();
  }
}

/** Reciprocal rank fusion (Cormack et al., SIGIR 2009), with 10 in place of 60 for our short lists. */
function fusedRank(candidates: CandidateSet, candidate: number): number {
  let sum = 0;
  for (let s = 0; s < SOURCES.length; s++) {
    const rank = candidates.ranks[s]![candidate]!;
    if (rank > 0) sum += 1 / (10 + rank);
  }
  return sum;
}
