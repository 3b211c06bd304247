/**
 * Keeps the n best of a stream of (id, score): a bounded binary heap in typed arrays, nothing allocated after
 * construction. Order: score descending, equal scores by id ascending, so results never depend on the order of arrival.
 */
export class TopN {
  /** After {@link sort}: ids best first, valid up to {@link count}. */
  readonly ids: Uint32Array;
  /** After {@link sort}: scores best first, valid up to {@link count}. */
  readonly scores: Float64Array;
  count = 0;
  private limit: number;

  /** @param capacity the largest n that will be asked for */
  constructor(readonly capacity: number) {
    this.ids = new Uint32Array(capacity);
    this.scores = new Float64Array(capacity);
    this.limit = capacity;
  }

  /** Empties it and sets n (at most the capacity). */
  reset(n: number = this.capacity): void {
    this.count = 0;
    this.limit = Math.min(n, this.capacity);
  }

  push(id: number, score: number): void {
    const { ids, scores } = this;
    if (this.count < this.limit) {
      let i = this.count++;
      while (i > 0) {
        const parent = (i - 1) >> 1;
        const ps = scores[parent]!;
        if (ps < score || (ps === score && ids[parent]! > id)) break;
        scores[i] = ps;
        ids[i] = ids[parent]!;
        i = parent;
      }
      scores[i] = score;
      ids[i] = id;
    } else if (this.limit > 0) {
      const worst = scores[0]!;
      if (score < worst || (score === worst && id > ids[0]!)) return;
      this.sink(id, score, this.count);
    }
  }

  /** Sorts best first; afterwards only {@link reset} makes it a heap again. */
  sort(): void {
    const { ids, scores } = this;
    for (let end = this.count - 1; end > 0; end--) {
      const id = ids[end]!;
      const score = scores[end]!;
      ids[end] = ids[0]!;
      scores[end] = scores[0]!;
      this.sink(id, score, end);
    }
  }

  /** Places (id, score) at the root of a heap of `size` and lets it sink: the worst stays on top. */
  private sink(id: number, score: number, size: number): void {
    const { ids, scores } = this;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      const right = child + 1;
      if (
        right < size &&
        (scores[right]! < scores[child]! || (scores[right] === scores[child] && ids[right]! > ids[child]!))
      )
        child = right;
      const cs = scores[child]!;
      if (cs > score || (cs === score && ids[child]! < id)) break;
      scores[i] = cs;
      ids[i] = ids[child]!;
      i = child;
    }
    scores[i] = score;
    ids[i] = id;
  }
}
