import { type StringColumn } from '../domain/string-column.js';
import { ByteDictionary } from './byte-dictionary.js';
import { type Catalogue, type CodedColumn } from './catalogue.js';

/**
 * What the source says about its items, by the builder's item number. Of several values the one with the latest time
 * wins (ties: the later input row), so prices are the last known ones.
 */
export class ItemAttributes {
  readonly title = new NameAttribute();
  readonly category = new NameAttribute();
  readonly brand = new NameAttribute();
  readonly seller = new NameAttribute();
  readonly price = new NumberAttribute();
  readonly weightGrams = new NumberAttribute();
  readonly volumeCm3 = new NumberAttribute();

  /** The catalogue of the items with these numbers, in this order; an attribute that no item has becomes null. */
  select(items: Uint32Array): Catalogue {
    return {
      title: this.title.selectText(items),
      category: this.category.selectCodes(items),
      brand: this.brand.selectCodes(items),
      seller: this.seller.selectCodes(items),
      price: this.price.select(items),
      weightGrams: this.weightGrams.select(items),
      volumeCm3: this.volumeCm3.select(items),
    };
  }
}

/** A number per item; NaN where unknown. */
export class NumberAttribute {
  private values = new Float32Array(0);
  private times = new Float64Array(0);

  /** Only finite values count. @param timeMs when the value held */
  set(item: number, value: number, timeMs: number): void {
    if (!Number.isFinite(value)) return;
    if (item >= this.values.length) {
      const size = grownSize(item);
      const values = new Float32Array(size).fill(NaN);
      values.set(this.values);
      this.values = values;
      this.times = grownTimes(this.times, size);
    }
    if (timeMs < this.times[item]!) return;
    this.values[item] = value;
    this.times[item] = timeMs;
  }

  select(items: Uint32Array): Float32Array | null {
    const selected = new Float32Array(items.length);
    let known = 0;
    for (let i = 0; i < items.length; i++) {
      selected[i] = this.values[items[i]!] ?? NaN;
      if (selected[i] === selected[i]) known++;
    }
    return known === 0 ? null : selected;
  }
}

/** A name per item, from a vocabulary of its own. */
export class NameAttribute {
  private readonly names = new ByteDictionary();
  /** Name number + 1, 0 where unknown. */
  private codes = new Uint32Array(0);
  private times = new Float64Array(0);

  /** An empty name means unknown and changes nothing. */
  set(item: number, buffer: Uint8Array, start: number, end: number, timeMs: number): void {
    if (end > start && this.takes(item, timeMs)) this.codes[item] = this.names.intern(buffer, start, end) + 1;
  }

  setString(item: number, name: string, timeMs: number): void {
    if (name !== '' && this.takes(item, timeMs)) this.codes[item] = this.names.internString(name) + 1;
  }

  /** Names are numbered in order of first appearance among `items`. */
  selectCodes(items: Uint32Array): CodedColumn | null {
    const codes = new Int32Array(items.length).fill(-1);
    const codeOf = new Int32Array(this.names.length).fill(-1);
    const used: number[] = [];
    for (let i = 0; i < items.length; i++) {
      const name = (this.codes[items[i]!] ?? 0) - 1;
      if (name < 0) continue;
      if (codeOf[name]! < 0) codeOf[name] = used.push(name) - 1;
      codes[i] = codeOf[name]!;
    }
    return used.length === 0 ? null : { codes, names: this.names.select(Uint32Array.from(used)) };
  }

  /** One string per item, empty where unknown. */
  selectText(items: Uint32Array): StringColumn | null {
    if (this.names.length === 0) return null;
    const unknown = this.names.internString('');
    return this.names.select(items.map((item) => ((this.codes[item] ?? 0) || unknown + 1) - 1));
  }

  private takes(item: number, timeMs: number): boolean {
    if (item >= this.codes.length) {
      const size = grownSize(item);
      const codes = new Uint32Array(size);
      codes.set(this.codes);
      this.codes = codes;
      this.times = grownTimes(this.times, size);
    }
    if (timeMs < this.times[item]!) return false;
    this.times[item] = timeMs;
    return true;
  }
}

function grownSize(item: number): number {
  return Math.max(1024, 2 ** Math.ceil(Math.log2(item + 1)));
}

function grownTimes(times: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(size).fill(-Infinity);
  grown.set(times);
  return grown;
}
