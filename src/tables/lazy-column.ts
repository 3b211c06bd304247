/**
 * A column of 32-bit floats worked out one by one, when each is first asked for: opening a model must not take longer, nor
 * need more memory, for a larger catalogue. Untouched parts are never written, so the system need not give memory for them.
 */
export class LazyColumn {
  private readonly values: Float32Array;

  /** @param valueOf what belongs at an index in [0, length); rounded to 32 bits. A 0 is worked out each time */
  constructor(
    length: number,
    private readonly valueOf: (index: number) => number,
  ) {
    this.values = new Float32Array(length);
  }

  at(index: number): number {
    const { values } = this;
    if (values[index] === 0) values[index] = this.valueOf(index);
    return values[index]!;
  }
}
