import { categoryLabel, itemName } from '../data/item-names.js';
import { type EventTable } from '../data/event-table.js';
import { EVENT_TYPES } from '../domain/event.js';
import { Random } from '../domain/random.js';
import { type Calibration, CalibrationCollector, softmax } from '../metrics/calibration.js';
import { type NamedItem, type Outcome, OUTCOMES, type SessionExample } from '../metrics/evaluation-report.js';
import { type RecallCeilings, RecallCounter } from '../metrics/recall-ceilings.js';
import { type EvaluationCase } from './cases.js';
import { type RankedItems, rankOf, type RankingMethod } from './methods.js';

/** How deep the sources are looked into; none gives more than its own limit. */
const DEPTHS = [10, 20, 50, 100] as const;
/** Examples kept of each outcome, events of the session and items of the answer shown in one. */
const EXAMPLES = 4;
const SHOWN_EVENTS = 6;
const SHOWN_ANSWERS = 5;

/** What {@link CloserLook} found. */
export interface CloserResult {
  readonly ceilings: RecallCeilings;
  readonly calibration: Calibration | null;
  readonly outcomes: readonly Outcome[];
}

/**
 * Looks at the answers of a method that merges sources, while the questions are asked: what the sources found, how true
 * the scores are as probabilities, and how answers went, with examples. The method is not asked again.
 */
export class CloserLook {
  private readonly ceilings: RecallCounter;
  private readonly calibration: CalibrationCollector;
  private readonly probabilities: Float64Array;
  private readonly outcomes = OUTCOMES.map(() => ({ count: 0, examples: [] as SessionExample[] }));
  private readonly random: Random;

  /**
   * @param listLength items of an answer that count as shown
   * @param seed draws the examples
   */
  constructor(
    private readonly events: EventTable,
    private readonly origin: NonNullable<RankingMethod['origin']>,
    listLength: number,
    seed: number,
  ) {
    this.ceilings = new RecallCounter(origin.sources, DEPTHS);
    this.calibration = new CalibrationCollector(listLength);
    this.probabilities = new Float64Array(listLength);
    this.random = new Random(seed);
  }

  /**
   * Looks at the answer to one question.
   *
   * @param ranked what may be answered, with its scores
   * @param list the best of it, best first, ties against the right item; no longer than `listLength`
   */
  see(question: EvaluationCase, ranked: RankedItems, list: RankedItems): void {
    const { candidates } = this.origin;
    const found = candidates.candidateOf(question.nextItem) >= 0;
    this.ceilings.add(candidates, question.nextItem, { found, count: ranked.count });

    const probability = softmax(ranked.scores, ranked.count);
    let place = -1;
    for (let i = 0; i < list.count; i++) {
      this.probabilities[i] = probability(list.scores[i]!);
      if (list.items[i] === question.nextItem) place = i;
    }
    this.calibration.add(question.cluster, this.probabilities, list.count, place);

    // Every question of an outcome has the same chance to be among its examples (reservoir sampling).
    const outcome = this.outcomes[place >= 0 ? 0 : found ? 1 : 2]!;
    outcome.count++;
    if (outcome.examples.length < EXAMPLES) outcome.examples.push(this.describe(question, ranked, list));
    else {
      const at = this.random.below(outcome.count);
      if (at < EXAMPLES) outcome.examples[at] = this.describe(question, ranked, list);
    }
  }

  result(): CloserResult {
    const questions = this.outcomes.reduce((sum, { count }) => sum + count, 0);
    return {
      ceilings: this.ceilings.result(),
      calibration: this.calibration.result(),
      outcomes: this.outcomes.map(({ count, examples }, o) => ({
        outcome: OUTCOMES[o]!,
        share: count / questions,
        examples,
      })),
    };
  }

  private describe(question: EvaluationCase, ranked: RankedItems, list: RankedItems): SessionExample {
    const { events } = this;
    const { candidates, sources } = this.origin;
    const { start, end, nextItem } = question;
    const first = Math.max(start, end - SHOWN_EVENTS);
    const rank = rankOf(nextItem, ranked);
    const candidate = candidates.candidateOf(nextItem);
    return {
      known: Array.from({ length: end - first }, (_, i) => ({
        ...this.named(events.itemIndex[first + i]!),
        event: EVENT_TYPES[events.eventType[first + i]!]!,
      })),
      earlier: first - start,
      right: this.named(nextItem),
      answered: Array.from({ length: Math.min(SHOWN_ANSWERS, list.count) }, (_, i) => {
        const item = list.items[i]!;
        return { ...this.named(item), ...(item === nextItem ? { isRight: true } : {}) };
      }),
      rank: rank === 0 ? null : rank,
      candidates: ranked.count,
      sources:
        candidate < 0
          ? []
          : sources
              .map((source, s) => ({ source, rank: candidates.ranks[s]![candidate]! }))
              .filter((one) => one.rank > 0)
              .sort((a, b) => a.rank - b.rank),
    };
  }

  private named(item: number): NamedItem {
    const { catalogue, items } = this.events;
    return {
      name: itemName(catalogue, item, items.at(item)),
      category: categoryLabel(catalogue, item),
    };
  }
}
