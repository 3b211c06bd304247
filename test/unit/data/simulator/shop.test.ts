import { describe, expect, it } from 'vitest';
import { catalogueOf, itemIdOf, itemNumberOf, itemTitleOf } from '../../../../src/data/simulator/shop.js';
import { openShop } from '../../../../src/data/simulator/simulate.js';
import { ShopDay } from '../../../../src/data/simulator/shop-day.js';
import { AFFINITY, CELLS, TASTES } from '../../../../src/data/simulator/tastes.js';
import { LEAVES } from '../../../../src/data/simulator/taxonomy.js';

const demo = openShop();

describe('the simulated shop', () => {
  it.each([20, 2000, 60_000])('gives each of %i items an own English title', (items) => {
    const shop = openShop({ items });
    const titles = Array.from({ length: items }, (_, item) => itemTitleOf(shop, item));
    expect(new Set(titles).size).toBe(items);
    for (const title of titles) expect(title).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+( \d+)?( [A-Z][a-z]+){2,4}$/);
  });

  it('names what the item is by its category', () => {
    for (let item = 0; item < 200; item++) {
      const leaf = LEAVES[demo.categories.leaf[demo.catalogue.category[item]!]!]!;
      expect(leaf.nouns.some((noun) => itemTitleOf(demo, item).endsWith(` ${noun}`))).toBe(true);
    }
  });

  it('has as many categories as its size asks for, all different, on two or three levels', () => {
    const counts = [1000, 2000, 10_000, 1_000_000].map((items) => {
      const { names } = openShop({ items }).categories;
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[^/]+ \/ [^/]+( \/ [^/]+)?$/);
      // No category is the parent of another one.
      for (const name of names) expect(names.some((other) => other.startsWith(`${name} /`))).toBe(false);
      return names.length;
    });
    expect(counts).toEqual([32, 42, 80, 502]);
    expect(demo.categories.names).toContain('Baby / Prams');
  });

  it('knows complements that exist and are something else', () => {
    for (const items of [20, 300, 2000, 30_000]) {
      const { count, complements } = openShop({ items }).categories;
      complements.forEach((list, category) => {
        expect(list.length).toBeGreaterThan(0);
        expect(new Set(list).size).toBe(list.length);
        for (const complement of list) {
          expect(complement).not.toBe(category);
          expect(complement).toBeLessThan(count);
        }
      });
    }
    const { names, complements } = demo.categories;
    expect(names[complements[names.indexOf('Baby / Prams')]![0]!]).toBe('Baby / Rain Covers');
  });

  it('stands sorted by category and cell, and every item has one slot', () => {
    expect(Array.from(demo.slotOfItem, (slot) => demo.itemOfSlot[slot])).toEqual([...demo.slotOfItem.keys()]);
    for (let slot = 1; slot < 2000; slot++)
      expect(demo.cellOfSlot[slot]!).toBeGreaterThanOrEqual(demo.cellOfSlot[slot - 1]!);
    for (let slot = 0; slot < 2000; slot++) {
      const cell = demo.cellOfSlot[slot]!;
      expect(demo.cellStart[cell]! <= slot && slot < demo.cellStart[cell + 1]!).toBe(true);
      expect(demo.catalogue.category[demo.itemOfSlot[slot]!]).toBe(Math.floor(cell / CELLS));
      expect(demo.byLikeness[demo.likenessRank[slot]!]).toBe(slot);
      const other = demo.byLikeness[slot]!;
      expect(Math.floor(demo.cellOfSlot[other]! / CELLS)).toBe(Math.floor(cell / CELLS));
    }
  });

  it('has prices about those of the goods, dear ones in the dear cells, and weights', () => {
    const catalogue = catalogueOf(demo);
    const pricesOf = (name: string) => {
      const code = demo.categories.names.indexOf(name);
      return Array.from(catalogue.price!)
        .filter((_, item) => catalogue.category!.codes[item] === code)
        .sort((a, b) => a - b);
    };
    const median = (values: number[]) => values[values.length >> 1]!;
    expect(median(pricesOf('Computers / Laptops'))).toBeGreaterThan(10 * median(pricesOf('Kitchen / Mugs')));
    const byLevel = [0, 1, 2].map((level) => {
      const prices = Array.from(demo.itemOfSlot, (item, slot) => ({
        item,
        cell: demo.cellOfSlot[slot]! % CELLS,
      }))
        .filter(({ cell }) => Math.floor(cell / 4) === level)
        .map(
          ({ item }) =>
            demo.catalogue.price[item]! /
            LEAVES[demo.categories.leaf[demo.catalogue.category[item]!]!]!.price,
        );
      return median(prices.sort((a, b) => a - b));
    });
    expect(byLevel[0]!).toBeLessThan(byLevel[1]!);
    expect(byLevel[1]!).toBeLessThan(byLevel[2]!);
    for (const column of [catalogue.price!, catalogue.weightGrams!, catalogue.volumeCm3!])
      expect(column.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
    for (const column of [catalogue.brand!, catalogue.seller!, catalogue.category!]) {
      const names = column.names.toArray();
      expect(new Set(names).size).toBe(names.length);
      expect(column.codes.every((code) => code >= 0 && code < names.length)).toBe(true);
    }
  });

  it('reads its own ids back, and no others', () => {
    expect(itemIdOf(demo, 42)).toBe('p0042');
    expect(itemNumberOf(demo, 'p0042')).toBe(42);
    for (const id of ['p42', 'p2000', 'x0042', 'p00042', '']) expect(itemNumberOf(demo, id)).toBe(-1);
  });
});

describe('a day of the shop', () => {
  it('sells what is launched and not retired, and something in every category', () => {
    const shop = openShop({ items: 300, days: 20, launchShare: 0.9, retireShare: 0.9 });
    const shopDay = new ShopDay(shop);
    for (let day = 0; day < 20; day++) {
      shopDay.load(day);
      const wrong = [...shopDay.popularity.keys()].filter((slot) => {
        const onSale = day >= shop.launchDay[slot]! && day < shop.retireDay[slot]!;
        return shopDay.popularity[slot]! > 0 !== onSale;
      });
      expect(wrong).toEqual([]);
      expect(shopDay.tasteTotal.every((total) => total > 0)).toBe(true);
    }
    expect(shop.launchDay.some((day) => day > 0)).toBe(true);
    expect(shop.retireDay.some((day) => day < 20)).toBe(true);
  });

  it('normalises each taste and finds items by running sum', () => {
    const shop = openShop({ items: 300, days: 9 });
    const shopDay = new ShopDay(shop).load(5);
    const { popularity, cumulative } = shopDay;
    for (const taste of [0, 7]) {
      let sum = 0;
      for (let slot = shop.cellStart[0]!; slot < shop.cellStart[CELLS]!; slot++)
        sum += popularity[slot]! * AFFINITY[taste * CELLS + (shop.cellOfSlot[slot]! % CELLS)]!;
      expect(shopDay.tasteTotal[taste]! / sum).toBeCloseTo(1, 9);
    }
    expect(shopDay.tasteTotal).toHaveLength(shop.categories.count * TASTES);
    for (let slot = 0; slot < 300; slot++) {
      if (popularity[slot] === 0) continue;
      expect(shopDay.slotAt((cumulative[slot]! + cumulative[slot + 1]!) / 2, 0, 300)).toBe(slot);
    }
    expect(popularity[shopDay.slotAt(shopDay.total, 0, 300)]!).toBeGreaterThan(0);
    expect(shopDay.need.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });

  it('does not move without drift and moves with it', () => {
    const still = openShop({ items: 300, drift: 0, launchShare: 0, retireShare: 0 });
    expect(new ShopDay(still).load(0).popularity).toEqual(new ShopDay(still).load(20).popularity);
    const moving = openShop({ items: 300, launchShare: 0, retireShare: 0 });
    const [first, later] = [0, 20].map((day) => new ShopDay(moving).load(day).popularity);
    const moved = first!.filter((value, slot) => Math.abs(Math.log(later![slot]! / value)) > 0.3);
    expect(moved.length).toBeGreaterThan(100);
  });
});
