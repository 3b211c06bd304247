import { type RankedItems } from '../methods.js';

/** Sparse scores over the catalogue, allocated once: add up, read as an answer, and begin again. */
export class ScoreBoard implements RankedItems {
  /** Items with a score. */
  count = 0;
  /** [count] in the order in which they were first touched. */
  readonly items: Uint32Array;
  /** [count] the score of each. */
  readonly scores: Float64Array;
  /** [items] place in {@link items} plus 1; 0 for an item without a score. */
  private readonly placeOf: Uint32Array;

  /** @param itemCount size of the catalogue */
  constructor(itemCount: number) {
    this.items = new Uint32Array(itemCount);
    this.scores = new Float64Array(itemCount);
    this.placeOf = new Uint32Array(itemCount);
  }

  /** Forgets all scores. Costs what was touched, not the catalogue. */
  begin(): this {
    for (let place = 0; place < this.count; place++) this.placeOf[this.items[place]!] = 0;
    this.count = 0;
    return this;
  }

  /** Adds to an item's score; an item touched for the first time starts at 0. */
  add(item: number, score: number): void {
    const place = this.placeOf[item]!;
    if (place > 0) {
      this.scores[place - 1]! += score;
      return;
    }
    this.items[this.count] = item;
    this.scores[this.count++] = score;
    this.placeOf[item] = this.count;
  }

  /** The score of an item; 0 without one. */
  scoreOf(item: number): number {
    const place = this.placeOf[item]!;
    return place === 0 ? 0 : this.scores[place - 1]!;
  }
}
