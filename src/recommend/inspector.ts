import { SOURCES } from '../retrieval/settings.js';
import { type FoundBy, type Inspection, type RecommendAnswer } from './contract.js';
import { type SessionScorer } from './session-scorer.js';
import { type StringColumn } from '../domain/string-column.js';

/**
 * Describes the candidates of the answer that was just given: to be called before the scorer is used again.
 *
 * @param scorer as the answer left it; it must not have skipped anything
 * @param expectedScore null without a ranker
 * @param limit candidates to describe
 */
export function inspectAnswer(
  answer: RecommendAnswer,
  scorer: SessionScorer,
  items: StringColumn,
  expectedScore: number | null,
  limit: number,
): Inspection {
  const { candidates, scores, features, featureSet } = scorer;
  const order = Array.from({ length: candidates.count }, (_, c) => c).sort(
    (a, b) => scores[b]! - scores[a]! || a - b,
  );
  const rankOf = new Map(answer.recommendations.map(({ itemId, rank }) => [itemId, rank]));
  const described = order.slice(0, limit).map((c, i) => {
    const itemId = items.at(candidates.items[c]!);
    return {
      itemId,
      position: i + 1,
      rank: rankOf.get(itemId) ?? null,
      score: scores[c]!,
      sources: foundBy(c),
      values:
        expectedScore === null ? null : features.slice(c * featureSet.count, (c + 1) * featureSet.count),
    };
  });
  return {
    answer,
    candidateCount: candidates.count,
    candidates: described,
    expectedScore,
  };

  function foundBy(c: number): FoundBy[] {
    return SOURCES.map((source, s) => ({
      source,
      rank: candidates.ranks[s]![c]! || null,
      score: candidates.scores[s]![c]!,
    })).filter(({ score }) => score > 0);
  }
}
