import { TopN } from './top-n.js';

/**
 * Sparse rows `item -> (neighbour, weight)[]`: co-visitation, transitions, walks and the like all become one, so serving
 * is a weighted sum of a few rows. A row is sorted by weight descending (ties: item index ascending), holds no item
 * twice, the row's own item only where the builder was told to keep it, and only weights above 0.
 */
export interface ItemTable {
  /** [items + 1] where each row starts. */
  readonly offsets: Uint32Array;
  /** Dense item indices. */
  readonly neighbours: Uint32Array;
  readonly weights: Float32Array;
}

/** The weight of `neighbour` in a row, 0 where it is not in it. Walks the row. */
export function weightIn(table: ItemTable, row: number, neighbour: number): number {
  for (let e = table.offsets[row]!, end = table.offsets[row + 1]!; e < end; e++) {
    if (table.neighbours[e] === neighbour) return table.weights[e]!;
  }
  return 0;
}

/** The table with only the best `length` entries of each row. */
export function bestOfRows({ offsets, neighbours, weights }: ItemTable, length: number): ItemTable {
  const rows = offsets.length - 1;
  const kept = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++)
    kept[row + 1] = kept[row]! + Math.min(length, offsets[row + 1]! - offsets[row]!);
  const shorter: ItemTable = {
    offsets: kept,
    neighbours: new Uint32Array(kept[rows]!),
    weights: new Float32Array(kept[rows]!),
  };
  for (let row = 0; row < rows; row++) {
    const from = offsets[row]!;
    const end = from + kept[row + 1]! - kept[row]!;
    shorter.neighbours.set(neighbours.subarray(from, end), kept[row]);
    shorter.weights.set(weights.subarray(from, end), kept[row]);
  }
  return shorter;
}

/** Adds up one row at a time in a dense scratch array and keeps its best entries. Rows must come in item order. */
export class ItemTableBuilder {
  private readonly sum: Float64Array;
  private readonly touched: Uint32Array;
  private touchedCount = 0;
  private readonly top: TopN;
  private readonly offsets: Uint32Array;
  private neighbours: Uint32Array;
  private weights: Float32Array;
  private used = 0;
  private rows = 0;

  /**
   * @param items catalogue size
   * @param rowLength entries kept per row
   * @param keepOwn whether a row may hold its own item
   */
  constructor(
    items: number,
    rowLength: number,
    private readonly keepOwn = false,
  ) {
    this.sum = new Float64Array(items);
    this.touched = new Uint32Array(items);
    this.top = new TopN(rowLength);
    this.offsets = new Uint32Array(items + 1);
    this.neighbours = new Uint32Array(Math.max(1024, items * 4));
    this.weights = new Float32Array(this.neighbours.length);
  }

  /** Adds weight (> 0) to an entry of the open row. */
  add(neighbour: number, weight: number): void {
    if (this.sum[neighbour] === 0) this.touched[this.touchedCount++] = neighbour;
    this.sum[neighbour]! += weight;
  }

  /** Closes the open row: its entries times `factor(neighbour)`, the best of them kept. */
  finishRow(row: number, factor: (neighbour: number) => number): void {
    this.top.reset();
    for (let t = 0; t < this.touchedCount; t++) {
      const neighbour = this.touched[t]!;
      const weight = Math.fround(this.sum[neighbour]! * factor(neighbour));
      this.sum[neighbour] = 0;
      if (weight > 0 && (this.keepOwn || neighbour !== row)) this.top.push(neighbour, weight);
    }
    this.touchedCount = 0;
    this.top.sort();
    if (this.used + this.top.count > this.neighbours.length) this.grow();
    this.neighbours.set(this.top.ids.subarray(0, this.top.count), this.used);
    this.weights.set(this.top.scores.subarray(0, this.top.count), this.used);
    this.used += this.top.count;
    this.offsets[++this.rows] = this.used;
  }

  finish(): ItemTable {
    return {
      offsets: this.offsets,
      neighbours: this.neighbours.slice(0, this.used),
      weights: this.weights.slice(0, this.used),
    };
  }

  private grow(): void {
    const capacity = this.neighbours.length * 2 + this.top.capacity;
    const neighbours = new Uint32Array(capacity);
    neighbours.set(this.neighbours.subarray(0, this.used));
    this.neighbours = neighbours;
    const weights = new Float32Array(capacity);
    weights.set(this.weights.subarray(0, this.used));
    this.weights = weights;
  }
}
