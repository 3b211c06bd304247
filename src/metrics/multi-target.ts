/**
 * Metrics for several targets (all items that the session still takes). Relevance is binary.
 *
 * `list` is best first; of an item that occurs twice only the first occurrence can count. `relevant` is a set, so an item
 * that the session takes twice is one target. With no relevant item every metric is 0: callers skip such prefixes, because
 * there was nothing to find.
 */

/**
 * Precision@k: `|top-k and relevant| / k`. The divisor stays k for a shorter list: places left empty were not used well,
 * and a method must not win by answering less.
 */
export function precisionAt(list: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  return hitsAt(list, relevant, k) / k;
}

/** Recall@k: `|top-k and relevant| / |relevant|`; cannot reach 1 when more than k items are relevant. */
export function recallAt(list: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  return relevant.size === 0 ? 0 : hitsAt(list, relevant, k) / relevant.size;
}

/**
 * AP@k, whose mean is MAP@k: `1/min(k, |relevant|) * sum over hits at position i <= k of Precision@i`.
 * The normaliser is min(k, |relevant|), so that a perfect list scores 1 for any k. (The other variant in use always divides by
 * |relevant|; its best value is below 1 wherever more than k items are relevant.)
 */
export function averagePrecisionAt(
  list: ArrayLike<number>,
  relevant: ReadonlySet<number>,
  k: number,
): number {
  let sum = 0;
  let hits = 0;
  forEachHit(list, relevant, k, (rank) => (sum += ++hits / rank));
  return hits === 0 ? 0 : sum / Math.min(k, relevant.size);
}

/**
 * NDCG@k with binary gains: `DCG = sum over hits at position i <= k of 1/log2(1+i)`, divided by the DCG of a list that starts
 * with min(k, |relevant|) hits (Järvelin and Kekäläinen, TOIS 2002).
 */
export function ndcgSetAt(list: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  let gain = 0;
  forEachHit(list, relevant, k, (rank) => (gain += 1 / Math.log2(1 + rank)));
  if (gain === 0) return 0;
  let ideal = 0;
  for (let rank = 1; rank <= Math.min(k, relevant.size); rank++) ideal += 1 / Math.log2(1 + rank);
  return gain / ideal;
}

/** How many distinct relevant items stand among the first k. */
export function hitsAt(list: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  let hits = 0;
  forEachHit(list, relevant, k, () => hits++);
  return hits;
}

function forEachHit(
  list: ArrayLike<number>,
  relevant: ReadonlySet<number>,
  k: number,
  visit: (rank: number) => void,
): void {
  const seen = new Set<number>();
  for (let i = 0; i < Math.min(k, list.length); i++) {
    const item = list[i]!;
    if (!relevant.has(item) || seen.has(item)) continue;
    seen.add(item);
    visit(i + 1);
  }
}
