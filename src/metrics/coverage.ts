/** What a method shows as a whole: how much of the catalogue, how evenly, and how popular it is. */

/**
 * Catalogue coverage: share of the catalogue's items that were shown at least once (Ge et al., RecSys 2010).
 *
 * @param shownCounts [items] how often each item was shown; an empty catalogue has coverage 0
 */
export function catalogueCoverage(shownCounts: ArrayLike<number>): number {
  let shown = 0;
  for (let i = 0; i < shownCounts.length; i++) if (shownCounts[i]! > 0) shown++;
  return shownCounts.length === 0 ? 0 : shown / shownCounts.length;
}

/**
 * Gini index of exposure over the catalogue: `sum_i (2i - n - 1) x_i / (n * sum x)`, x ascending, i from 1
 * (Fleder and Hosanagar, Management Science 2009). 0: every item is shown equally often; towards 1: a few items get all.
 * 0 when nothing was shown.
 *
 * @param shownCounts [items] how often each item was shown, items never shown included; not changed
 */
export function giniIndex(shownCounts: ArrayLike<number>): number {
  const sorted = Float64Array.from(shownCounts).sort();
  const n = sorted.length;
  let weighted = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    weighted += (2 * (i + 1) - n - 1) * sorted[i]!;
    total += sorted[i]!;
  }
  return total === 0 ? 0 : weighted / (n * total);
}

/**
 * The Lorenz curve of exposure (Lorenz 1905): which share of all showings the least shown items got. The Gini index is
 * twice the area between it and the diagonal.
 *
 * @param shownCounts [items] how often each item was shown, items never shown included; not changed
 * @param steps equal steps of the share of the catalogue
 * @returns [steps + 1] share of the showings that the least shown `i / steps` of the catalogue got, linear inside an
 *   item; first 0, last 1. All 0 when nothing was shown
 */
export function lorenzCurve(shownCounts: ArrayLike<number>, steps: number): number[] {
  const sorted = Float64Array.from(shownCounts).sort();
  const n = sorted.length;
  const total = sorted.reduce((sum, count) => sum + count, 0);
  const curve = new Array<number>(steps + 1).fill(0);
  if (total === 0) return curve;
  let below = 0;
  for (let step = 1, item = 0; step <= steps; step++) {
    const wanted = (step * n) / steps;
    for (; item + 1 <= wanted; item++) below += sorted[item]!;
    const part = item < n ? (wanted - item) * sorted[item]! : 0;
    curve[step] = (below + part) / total;
  }
  return curve;
}

/**
 * How showings (or anything counted by item) fall on groups of items.
 *
 * @param counts [items]
 * @param groupOf the group of an item, from 0
 * @returns [groups] shares that add up to 1; all 0 when nothing was counted
 */
export function sharesByGroup(
  counts: ArrayLike<number>,
  groupOf: (item: number) => number,
  groups: number,
): number[] {
  const sums = new Array<number>(groups).fill(0);
  let total = 0;
  for (let item = 0; item < counts.length; item++) {
    sums[groupOf(item)]! += counts[item]!;
    total += counts[item]!;
  }
  return total === 0 ? sums : sums.map((sum) => sum / total);
}

/**
 * Each item's popularity percentile in 0..1: the share of the other items that are less popular, plus half the share of
 * those that are equally popular (mid-rank). The mean over a catalogue is 0.5, so showing items at random has popularity
 * percentile 0.5, and the most popular list comes close to 1. An item alone has 0.5.
 *
 * @param popularity [items] training events (or sessions) of each item
 */
export function popularityPercentiles(popularity: ArrayLike<number>): Float32Array {
  const n = popularity.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => popularity[a]! - popularity[b]!);
  const percentiles = new Float32Array(n).fill(0.5);
  for (let start = 0; start < n && n > 1;) {
    let end = start + 1;
    while (end < n && popularity[order[end]!] === popularity[order[start]!]) end++;
    const percentile = (start + (end - start - 1) / 2) / (n - 1);
    for (let i = start; i < end; i++) percentiles[order[i]!] = percentile;
    start = end;
  }
  return percentiles;
}

/**
 * Mean of a per-item value over everything that was shown, an item as often as it was shown. With popularity counts this is
 * the average recommendation popularity (ARP; Yin et al., VLDB 2012), with {@link popularityPercentiles} its scale-free
 * sibling. 0 when nothing was shown.
 */
export function meanOverShown(shownCounts: ArrayLike<number>, valueOfItem: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < shownCounts.length; i++) {
    sum += shownCounts[i]! * valueOfItem[i]!;
    total += shownCounts[i]!;
  }
  return total === 0 ? 0 : sum / total;
}
