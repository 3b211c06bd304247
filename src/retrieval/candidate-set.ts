import { TopN } from '../tables/top-n.js';

/**
 * The candidates of one query: the union of the best items of every source, with every source's score for each. Reused
 * for every query; after the first few it allocates nothing.
 *
 * While sources run, each touched item gets a *slot*; a dense map over the catalogue finds it. Scores live by slot, so
 * memory beside that map does not grow with the catalogue.
 */
export class CandidateSet {
  /** Candidates in the union. */
  count = 0;
  /** [count] dense item index. Order: source by source, best first; no item twice. */
  readonly items: Uint32Array;
  /** Per source [count]: the source's score of the candidate, 0 if it gave none. */
  readonly scores: readonly Float64Array[];
  /** Per source [count]: 1 is the source's best; 0 if the candidate is not among those it gave to the union. */
  readonly ranks: readonly Uint16Array[];
  /** [sources] the source's best score in this query, 0 if it found nothing. */
  readonly bestScores: Float64Array;

  private readonly slotOf: Int32Array;
  private slotItem = new Uint32Array(4096);
  private slotCandidate = new Int32Array(4096);
  /** [count] */
  private readonly candidateSlot: Uint32Array;
  private slots = 0;
  private slotScores: Float64Array[];
  private touched: Uint32Array[];
  private readonly touchedCount: Uint32Array;
  private readonly top: TopN;
  private source = 0;
  /** Those of the open source: `add` is called thousands of times a query. */
  private openScores: Float64Array;
  private openTouched: Uint32Array;

  /**
   * @param catalogueSize items the model knows
   * @param sources number of sources
   * @param capacity the most candidates a union can have
   * @param largestLimit the most candidates one source gives
   */
  constructor(
    catalogueSize: number,
    readonly sources: number,
    capacity: number,
    largestLimit: number,
  ) {
    const perSource = <T>(make: () => T) => Array.from({ length: sources }, make);
    this.slotOf = new Int32Array(catalogueSize);
    this.items = new Uint32Array(capacity);
    this.candidateSlot = new Uint32Array(capacity);
    this.scores = perSource(() => new Float64Array(capacity));
    this.ranks = perSource(() => new Uint16Array(capacity));
    this.bestScores = new Float64Array(sources);
    this.slotScores = perSource(() => new Float64Array(this.slotItem.length));
    this.touched = perSource(() => new Uint32Array(this.slotItem.length));
    this.touchedCount = new Uint32Array(sources);
    this.top = new TopN(largestLimit);
    this.openScores = this.slotScores[0]!;
    this.openTouched = this.touched[0]!;
  }

  /** Forgets the last query. */
  begin(): void {
    const { slotOf, slotItem, slots } = this;
    for (let slot = 0; slot < slots; slot++) slotOf[slotItem[slot]!] = 0;
    for (let s = 0; s < this.sources; s++) {
      if (this.touchedCount[s] === 0) continue;
      this.slotScores[s]!.fill(0, 0, slots);
      this.ranks[s]!.fill(0, 0, this.count);
    }
    this.touchedCount.fill(0);
    this.bestScores.fill(0);
    this.slots = 0;
    this.count = 0;
  }

  /** From now on {@link add} speaks for this source. */
  openSource(source: number): void {
    this.source = source;
    this.openScores = this.slotScores[source]!;
    this.openTouched = this.touched[source]!;
  }

  /** Adds to the open source's score of an item. @param score above 0 */
  add(item: number, score: number): void {
    let slot = this.slotOf[item]! - 1;
    if (slot < 0) slot = this.newSlot(item);
    const before = this.openScores[slot]!;
    if (before === 0) this.openTouched[this.touchedCount[this.source]!++] = slot;
    this.openScores[slot] = before + score;
  }

  /** Closes the open source: its best `limit` items join the union. */
  closeSource(limit: number): void {
    const { source, top, slotItem, slotCandidate } = this;
    const scores = this.slotScores[source]!;
    const touched = this.touched[source]!;
    top.reset(limit);
    for (let t = 0, n = this.touchedCount[source]!; t < n; t++) {
      const slot = touched[t]!;
      top.push(slotItem[slot]!, scores[slot]!);
    }
    top.sort();
    this.bestScores[source] = top.count === 0 ? 0 : top.scores[0]!;
    for (let r = 0; r < top.count; r++) {
      const item = top.ids[r]!;
      const slot = this.slotOf[item]! - 1;
      let candidate = slotCandidate[slot]!;
      if (candidate < 0) {
        candidate = this.count++;
        slotCandidate[slot] = candidate;
        this.candidateSlot[candidate] = slot;
        this.items[candidate] = item;
      }
      this.ranks[source]![candidate] = r + 1;
    }
  }

  /** Ends retrieval: every candidate gets every source's score, also from sources that did not nominate it. */
  finish(): void {
    const { candidateSlot, count } = this;
    for (let s = 0; s < this.sources; s++) {
      const scores = this.scores[s]!;
      const slotScores = this.slotScores[s]!;
      for (let c = 0; c < count; c++) scores[c] = slotScores[candidateSlot[c]!]!;
    }
  }

  /** The position of an item among the candidates, or -1. */
  candidateOf(item: number): number {
    const slot = this.slotOf[item]! - 1;
    return slot < 0 ? -1 : this.slotCandidate[slot]!;
  }

  private newSlot(item: number): number {
    const slot = this.slots++;
    if (slot === this.slotItem.length) this.grow();
    this.slotOf[item] = slot + 1;
    this.slotItem[slot] = item;
    this.slotCandidate[slot] = -1;
    return slot;
  }

  private grow(): void {
    const length = this.slotItem.length * 2;
    const larger = <T extends Uint32Array | Int32Array | Float64Array>(array: T, empty: T): T => {
      empty.set(array);
      return empty;
    };
    this.slotItem = larger(this.slotItem, new Uint32Array(length));
    this.slotCandidate = larger(this.slotCandidate, new Int32Array(length));
    this.slotScores = this.slotScores.map((array) => larger(array, new Float64Array(length)));
    this.touched = this.touched.map((array) => larger(array, new Uint32Array(length)));
    this.openSource(this.source);
  }
}
