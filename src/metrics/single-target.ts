/**
 * Metrics for one target (the next item), all functions of its rank.
 *
 * A rank is 1-based: 1 is the top of the list. 0 and Infinity both mean that the target is not in the list at all, which is
 * a miss. There is nothing else to divide by: a metric's value over many prefixes is the plain mean, misses included.
 */

/**
 * The rank of a target among scored candidates when every tie goes against us:
 * `rank = |{ j : score_j >= score_target }|`, the target itself included.
 * A constant score therefore earns the last rank, not a lucky first one.
 *
 * @param scores score of each candidate, higher is better; NaN counts as -Infinity
 * @param candidateCount how many entries of `scores` are in use
 * @param targetIndex position of the target in `scores`; outside [0, candidateCount) it was not retrieved
 * @returns 1 .. candidateCount, or 0 when the target is not among the candidates
 */
export function conservativeRank(
  scores: ArrayLike<number>,
  candidateCount: number,
  targetIndex: number,
): number {
  if (!(targetIndex >= 0 && targetIndex < candidateCount)) return 0;
  const target = scores[targetIndex]!;
  if (!(target > -Infinity)) return candidateCount;
  let rank = 0;
  for (let i = 0; i < candidateCount; i++) if (scores[i]! >= target) rank++;
  return rank;
}

function found(rank: number, k: number): boolean {
  return rank >= 1 && rank <= k;
}

/**
 * HR@k, hit rate: 1 if the target stands among the first k, else 0. With one target it equals Recall@k and the P@k of the
 * SR-GNN papers. A list shorter than k is not an error: what is not in it was missed.
 */
export function hitRateAt(rank: number, k: number): number {
  return found(rank, k) ? 1 : 0;
}

/** MRR@k, reciprocal rank: `1 / rank` if the target stands among the first k, else 0 (Voorhees, TREC-8, 1999). */
export function reciprocalRankAt(rank: number, k: number): number {
  return found(rank, k) ? 1 / rank : 0;
}

/**
 * NDCG@k with one relevant item: `1 / log2(1 + rank)` if it stands among the first k, else 0
 * (Järvelin and Kekäläinen, TOIS 2002; the ideal list has it first, so the ideal gain is 1).
 */
export function ndcgAt(rank: number, k: number): number {
  return found(rank, k) ? 1 / Math.log2(1 + rank) : 0;
}
