/** The k most probable items of those added, the most probable first; of equally probable ones the first added. */
export class TopItems {
  count = 0;
  /** [count] item numbers. */
  readonly items: Uint32Array;
  /** [count] not rising. */
  readonly probabilities: Float64Array;

  /** @param k at least 1 */
  constructor(readonly k: number) {
    this.items = new Uint32Array(k);
    this.probabilities = new Float64Array(k);
  }

  clear(): void {
    this.count = 0;
  }

  /** Whether an item of this probability would be kept. */
  takes(probability: number): boolean {
    if (!(probability > 0)) return false;
    return this.count < this.k || probability > this.probabilities[this.count - 1]!;
  }

  /** @param item not added before */
  add(item: number, probability: number): void {
    if (!this.takes(probability)) return;
    let place = this.count < this.k ? this.count++ : this.count - 1;
    for (; place > 0 && this.probabilities[place - 1]! < probability; place--) {
      this.items[place] = this.items[place - 1]!;
      this.probabilities[place] = this.probabilities[place - 1]!;
    }
    this.items[place] = item;
    this.probabilities[place] = probability;
  }
}
