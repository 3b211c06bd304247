import { StringColumn } from '../domain/string-column.js';
import { NextItemError } from '../errors.js';

/** A {@link StringColumn}'s offsets have 32 bits. */
const MAX_BYTES = 2 ** 32 - 1;

/**
 * Numbers strings 0.. in order of first appearance, from their UTF-8 bytes: no JS string or object per value, so tens
 * of millions of ids cost little more than their bytes. Open addressing with linear probing, at most three quarters full;
 * the hash stands beside the number, so that other strings' bytes are hardly ever touched (a cache miss each).
 */
export class ByteDictionary {
  private bytes = new Uint8Array(4096);
  private offsets = new Uint32Array(256);
  /** Pairs of hash and number + 1; 0 instead of a number where empty. */
  private slots = new Uint32Array(1024);
  private count = 0;
  private scratch = new Uint8Array(256);
  /** The free slot the last unsuccessful {@link find} ended at, and its string's hash. */
  private freeSlot = 0;
  private freeHash = 0;

  get length(): number {
    return this.count;
  }

  /** The number of the string in `buffer[start, end)`, or -1; {@link addMissing} may follow a -1. */
  find(buffer: Uint8Array, start: number, end: number): number {
    const { bytes, offsets, slots } = this;
    const mask = slots.length - 1;
    const length = end - start;
    const wanted = hash(buffer, start, end);
    for (let slot = (wanted << 1) & mask; ; slot = (slot + 2) & mask) {
      const found = slots[slot + 1]! - 1;
      if (found < 0) {
        this.freeSlot = slot;
        this.freeHash = wanted;
        return -1;
      }
      if (slots[slot] !== wanted) continue;
      const at = offsets[found]!;
      if (offsets[found + 1]! - at !== length) continue;
      let same = 0;
      while (same < length && bytes[at + same] === buffer[start + same]) same++;
      if (same === length) return found;
    }
  }

  /** Adds the very string the last {@link find} did not find; returns its number. */
  addMissing(buffer: Uint8Array, start: number, end: number): number {
    const used = this.offsets[this.count]!;
    const needed = used + end - start;
    if (needed > MAX_BYTES) {
      throw new NextItemError('source_unreadable', 'the ids of one column take more than 4 GiB');
    }
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.min(MAX_BYTES, Math.max(needed, this.bytes.length * 2)));
      grown.set(this.bytes.subarray(0, used));
      this.bytes = grown;
    }
    if (this.count + 2 > this.offsets.length) {
      const grown = new Uint32Array(this.offsets.length * 2);
      grown.set(this.offsets);
      this.offsets = grown;
    }
    // A plain loop beats set(subarray) for strings as short as ids: no view object.
    for (let i = start, to = used; i < end; i++, to++) this.bytes[to] = buffer[i]!;
    this.offsets[++this.count] = needed;
    this.slots[this.freeSlot] = this.freeHash;
    this.slots[this.freeSlot + 1] = this.count;
    if (this.count * 8 > this.slots.length * 3) this.growSlots();
    return this.count - 1;
  }

  /** The number of a string, added if it is new. */
  intern(buffer: Uint8Array, start: number, end: number): number {
    const found = this.find(buffer, start, end);
    return found < 0 ? this.addMissing(buffer, start, end) : found;
  }

  /** The number of a JS string, added if it is new. */
  internString(value: string): number {
    if (value.length * 3 > this.scratch.length) this.scratch = new Uint8Array(value.length * 3);
    return this.intern(this.scratch, 0, encoder.encodeInto(value, this.scratch).written);
  }

  /** The string with a number. */
  at(index: number): string {
    return decoder.decode(this.bytes.subarray(this.offsets[index], this.offsets[index + 1]));
  }

  /** The strings with these numbers, in this order (a number may occur any number of times). */
  select(numbers: Uint32Array): StringColumn {
    let size = 0;
    for (const number of numbers) size += this.offsets[number + 1]! - this.offsets[number]!;
    if (size > MAX_BYTES)
      throw new NextItemError('source_unreadable', 'the ids of one column take more than 4 GiB');
    const bytes = new Uint8Array(size);
    const offsets = new Uint32Array(numbers.length + 1);
    let used = 0;
    for (let i = 0; i < numbers.length; i++) {
      const to = this.offsets[numbers[i]! + 1]!;
      for (let from = this.offsets[numbers[i]!]!; from < to; from++) bytes[used++] = this.bytes[from]!;
      offsets[i + 1] = used;
    }
    return new StringColumn(bytes, offsets);
  }

  private growSlots(): void {
    const old = this.slots;
    const slots = new Uint32Array(old.length * 2);
    const mask = slots.length - 1;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let slot = (old[from]! << 1) & mask;
      while (slots[slot + 1] !== 0) slot = (slot + 2) & mask;
      slots[slot] = old[from]!;
      slots[slot + 1] = old[from + 1]!;
    }
    this.slots = slots;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** 32-bit FNV-1a with a final mix, because linear probing needs good low bits. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let h = 0x811c9dc5;
  for (let i = from; i < to; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}
