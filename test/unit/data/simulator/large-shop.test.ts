import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { reachableBest } from '../../../../src/data/simulator/reachable.js';
import { ShopTruth } from '../../../../src/data/simulator/shop-truth.js';
import { openShop, simulate } from '../../../../src/data/simulator/simulate.js';
import { VIEW } from '../../../../src/domain/event.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are really in use. */
function bytesInUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('a shop of a million items', () => {
  const shop = openShop({ items: 1_000_000, events: 100_000_000, days: 400, users: 50_000 });

  it('streams sessions without its memory growing', () => {
    let events = 0;
    let early = 0;
    let highest = 0;
    for (const { length, items, sessionNumber } of simulate(shop)) {
      events += length;
      for (let i = 0; i < length; i++) highest = Math.max(highest, items[i]!);
      if (sessionNumber === 5000) early = bytesInUse();
      if (sessionNumber === 105_000) break;
    }
    expect(events).toBeGreaterThan(400_000);
    expect(highest).toBeGreaterThan(900_000);
    // All of it as a table of events would be 400,000 x 13 bytes.
    expect(bytesInUse() - early).toBeLessThan(1_000_000);
  });

  it('knows the next item without looking at all of them', () => {
    const truth = new ShopTruth(shop);
    const timeMs = shop.options.startMs;
    const item = shop.itemOfSlot[shop.cellStart[0]!]!;
    const { items, probabilities } = reachableBest(truth, { items: [item], types: [VIEW], timeMs }, 20);
    expect(items.length).toBe(20);
    expect(items).toContain(item);
    let sum = 0;
    let better = 0;
    const { posterior } = truth;
    for (let i = 0; i < 1_000_000; i += 1) {
      const probability = posterior.probabilityOf(i);
      sum += probability;
      if (probability > probabilities[19]!) better++;
    }
    expect(sum).toBeCloseTo(1, 6);
    expect(better).toBeLessThanOrEqual(19);
  });
});
