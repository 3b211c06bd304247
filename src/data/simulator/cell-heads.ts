import { type ShopDay } from './shop-day.js';

/** Each cell's items by popularity of the day, the highest first. A cell is sorted when it is first asked for. */
export class CellHeads {
  private day = -1;
  /** [slots] each cell's slots, sorted where {@link sorted} says so. */
  private readonly order: Uint32Array;
  private readonly sorted: Uint8Array;
  /** [categories x CELLS] popularity of each cell's first item. */
  readonly highest: Float64Array;

  constructor(private readonly shopDay: ShopDay) {
    const cells = shopDay.shop.cellStart.length - 1;
    this.order = new Uint32Array(shopDay.shop.options.items);
    this.sorted = new Uint8Array(cells);
    this.highest = new Float64Array(cells);
  }

  /** Follows the day of the shop's popularity. */
  load(): void {
    const { shopDay, highest } = this;
    if (this.day === shopDay.day) return;
    this.day = shopDay.day;
    this.sorted.fill(0);
    highest.fill(0);
    const { cellOfSlot } = shopDay.shop;
    for (let slot = 0; slot < this.order.length; slot++) {
      const cell = cellOfSlot[slot]!;
      if (shopDay.popularity[slot]! > highest[cell]!) highest[cell] = shopDay.popularity[slot]!;
    }
  }

  /** The slots of a cell, the most popular first; of equal ones the lower. */
  of(cell: number): Uint32Array {
    const { popularity, shop } = this.shopDay;
    const from = shop.cellStart[cell]!;
    const slots = this.order.subarray(from, shop.cellStart[cell + 1]!);
    if (this.sorted[cell] === 0) {
      for (let i = 0; i < slots.length; i++) slots[i] = from + i;
      slots.sort((a, b) => popularity[b]! - popularity[a]! || a - b);
      this.sorted[cell] = 1;
    }
    return slots;
  }
}
