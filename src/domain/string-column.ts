/**
 * Many strings as two typed arrays: they can be written into a bundle, mapped from a file and shared by processes,
 * and a million of them are two objects for the garbage collector instead of a million.
 */
export class StringColumn {
  /**
   * @param bytes the strings' UTF-8 bytes, one after the other
   * @param offsets [length + 1] where each string starts in `bytes`
   */
  constructor(
    readonly bytes: Uint8Array,
    readonly offsets: Uint32Array,
  ) {}

  get length(): number {
    return this.offsets.length - 1;
  }

  /** The string at an index in [0, length). */
  at(index: number): string {
    return decoder.decode(this.bytes.subarray(this.offsets[index], this.offsets[index + 1]));
  }

  /** Every string, in order. */
  toArray(): string[] {
    return Array.from({ length: this.length }, (_, index) => this.at(index));
  }

  static from(values: Iterable<string>): StringColumn {
    const builder = new StringColumnBuilder();
    for (const value of values) builder.push(value);
    return builder.finish();
  }
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Collects strings one by one into a {@link StringColumn}. */
export class StringColumnBuilder {
  private bytes = new Uint8Array(1024);
  private offsets = new Uint32Array(64);
  private used = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  /** Adds a string and returns its index. Total bytes are limited to 4 GiB by the 32-bit offsets. */
  push(value: string): number {
    // A UTF-16 unit becomes at most three UTF-8 bytes.
    const needed = this.used + value.length * 3;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.used));
      this.bytes = grown;
    }
    this.used += encoder.encodeInto(value, this.bytes.subarray(this.used)).written;
    if (this.count + 2 > this.offsets.length) {
      const grown = new Uint32Array(this.offsets.length * 2);
      grown.set(this.offsets);
      this.offsets = grown;
    }
    this.offsets[++this.count] = this.used;
    return this.count - 1;
  }

  finish(): StringColumn {
    return new StringColumn(this.bytes.slice(0, this.used), this.offsets.slice(0, this.count + 1));
  }
}

/**
 * From a string to its index in a {@link StringColumn}: open addressing with linear probing over the column itself,
 * at most half full. Two typed arrays, no string is kept.
 */
export class StringIndex {
  private readonly mask: number;
  private scratch = new Uint8Array(256);

  /**
   * @param column the strings, all different
   * @param slots [power of two] index + 1 of the string in this slot, 0 where empty
   */
  constructor(
    readonly column: StringColumn,
    readonly slots: Uint32Array,
  ) {
    this.mask = slots.length - 1;
  }

  /** Builds the index of a column whose strings are all different (of equal ones only the first is found). */
  static of(column: StringColumn): StringIndex {
    let size = 4;
    while (size < column.length * 2) size *= 2;
    const slots = new Uint32Array(size);
    const { bytes, offsets } = column;
    for (let index = 0; index < column.length; index++) {
      let slot = hash(bytes, offsets[index]!, offsets[index + 1]!) & (size - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      slots[slot] = index + 1;
    }
    return new StringIndex(column, slots);
  }

  /** The index of a string, or -1 when the column does not hold it. */
  indexOf(value: string): number {
    if (value.length * 3 > this.scratch.length) this.scratch = new Uint8Array(value.length * 3);
    const length = encoder.encodeInto(value, this.scratch).written;
    const { bytes, offsets } = this.column;
    for (let slot = hash(this.scratch, 0, length) & this.mask; ; slot = (slot + 1) & this.mask) {
      const found = this.slots[slot]! - 1;
      if (found < 0) return -1;
      const start = offsets[found]!;
      if (offsets[found + 1]! - start !== length) continue;
      let same = 0;
      while (same < length && bytes[start + same] === this.scratch[same]) same++;
      if (same === length) return found;
    }
  }
}

/** 32-bit FNV-1a with a final mix, because linear probing needs good low bits. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let h = 0x811c9dc5;
  for (let i = from; i < to; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}
