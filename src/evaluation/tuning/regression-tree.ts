import { type Random } from '../../domain/random.js';

/** Points of a grid and what was measured there. */
export interface GridData {
  /** [points][dimensions] the cell of each point. */
  readonly cells: readonly Uint8Array[];
  /** [points] */
  readonly values: Float64Array;
  /** [dimensions] cells of each. */
  readonly cellCounts: readonly number[];
  /** [dimensions] whether neighbouring cells belong together; else any cell may be parted from the rest. */
  readonly ordered: readonly boolean[];
}

/** A part of the grid with one value. The leaves of a tree cover the grid without overlap. */
export interface Leaf {
  readonly value: number;
  /** [dimensions][cells] 1 for the cells that belong to it: it is their product. */
  readonly region: readonly Uint8Array[];
}

export interface TreeOptions {
  /** Points to learn from, repeats allowed. */
  readonly sample: ArrayLike<number>;
  readonly smallestLeaf: number;
  /** Draws the dimensions that each split may use (two thirds of them); null: all. */
  readonly random: Random | null;
}

/** A regression tree by least squares (Breiman et al. 1984); of equally good splits the first. */
export function growTree(data: GridData, { sample, smallestLeaf, random }: TreeOptions): Leaf[] {
  const { cells, values, cellCounts, ordered } = data;
  const leaves: Leaf[] = [];
  const grow = (points: readonly number[], region: readonly Uint8Array[]): void => {
    const dimensions = Array.from({ length: cellCounts.length }, (_, d) => d);
    if (random !== null) {
      random.shuffle(dimensions);
      dimensions.length = Math.ceil((2 * dimensions.length) / 3);
    }
    const total = points.reduce((sum, p) => sum + values[p]!, 0);
    const base = (total * total) / points.length;
    let best: { d: number; left: Uint8Array } | null = null;
    // What rounding alone could gain is not a gain.
    let bestGain = 1e-12 * points.reduce((sum, p) => sum + values[p]! ** 2, 0);
    for (const d of dimensions) {
      const sums = new Float64Array(cellCounts[d]!);
      const counts = new Uint32Array(cellCounts[d]!);
      for (const p of points) {
        sums[cells[p]![d]!]! += values[p]!;
        counts[cells[p]![d]!]!++;
      }
      let [sum, count] = [0, 0];
      for (let c = 0; c < sums.length - (ordered[d]! ? 1 : 0); c++) {
        if (!ordered[d]!) [sum, count] = [0, 0];
        sum += sums[c]!;
        count += counts[c]!;
        const rest = points.length - count;
        if (counts[c] === 0 || count < smallestLeaf || rest < smallestLeaf) continue;
        const gain = (sum * sum) / count + (total - sum) ** 2 / rest - base;
        if (gain <= bestGain) continue;
        bestGain = gain;
        // Empty cells between two points are shared half and half: the forest knows nothing of them.
        const end = ordered[d]! ? c + 1 + Math.floor(emptyAfter(counts, c) / 2) : 0;
        best = {
          d,
          left: region[d]!.map((inside, cell) =>
            ordered[d]! ? (cell < end ? inside : 0) : cell === c ? inside : 0,
          ),
        };
      }
    }
    if (best === null) {
      leaves.push({ value: total / points.length, region });
      return;
    }
    const { d, left } = best;
    const right = region[d]!.map((inside, cell) => inside - left[cell]!);
    const within = (mask: Uint8Array) => region.map((old, dimension) => (dimension === d ? mask : old));
    grow(
      points.filter((p) => left[cells[p]![d]!] === 1),
      within(left),
    );
    grow(
      points.filter((p) => left[cells[p]![d]!] === 0),
      within(right),
    );
  };
  grow(
    Array.from(sample),
    cellCounts.map((count) => new Uint8Array(count).fill(1)),
  );
  return leaves;
}

function emptyAfter(counts: Uint32Array, cell: number): number {
  let empty = 0;
  while (cell + 1 + empty < counts.length && counts[cell + 1 + empty] === 0) empty++;
  return empty;
}

/**
 * Of a tree's variance over the grid, every cell equally likely, the share that each dimension explains by itself: the
 * variance of the mean over all other dimensions. Exact, because leaves are products. All 0 for a tree of one value.
 */
export function varianceShares(leaves: readonly Leaf[], cellCounts: readonly number[]): Float64Array {
  const shares = new Float64Array(cellCounts.length);
  const parts = leaves.map(({ region }) =>
    region.map((mask) => mask.reduce((sum, inside) => sum + inside, 0) / mask.length),
  );
  const volumes = parts.map((part) => part.reduce((product, one) => product * one, 1));
  const mean = leaves.reduce((sum, { value }, l) => sum + volumes[l]! * value, 0);
  const variance = leaves.reduce((sum, { value }, l) => sum + volumes[l]! * (value - mean) ** 2, 0);
  if (variance === 0) return shares;
  cellCounts.forEach((count, d) => {
    const marginal = new Float64Array(count);
    leaves.forEach(({ value, region }, l) => {
      const others = volumes[l]! / parts[l]![d]!;
      for (let c = 0; c < count; c++) if (region[d]![c] === 1) marginal[c]! += others * (value - mean);
    });
    shares[d] = marginal.reduce((sum, difference) => sum + difference ** 2, 0) / count / variance;
  });
  return shares;
}
