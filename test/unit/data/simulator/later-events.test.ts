import { describe, expect, it } from 'vitest';
import { sessionCount } from '../../../../src/data/event-table.js';
import { endProbability, MAX_SESSION_EVENTS, pauseMs } from '../../../../src/data/simulator/behaviour.js';
import { bestReachableAccuracy, reachableBest } from '../../../../src/data/simulator/reachable.js';
import { Shopper } from '../../../../src/data/simulator/shopper.js';
import { ShopTruth } from '../../../../src/data/simulator/shop-truth.js';
import { openShop } from '../../../../src/data/simulator/simulate.js';
import { simulateEventTable } from '../../../../src/data/simulator/simulate-event-table.js';
import { TASTES } from '../../../../src/data/simulator/tastes.js';
import { type Target, targetEventType } from '../../../../src/data/target.js';
import { ADD_TO_CART, CLICK, PURCHASE, VIEW } from '../../../../src/domain/event.js';
import { Random } from '../../../../src/domain/random.js';
import { DAY_MS, HOUR_MS } from '../../../../src/domain/time.js';
import { type Step } from './enumerated-truth.js';

const shop = openShop({ items: 24, days: 3, users: 7, launchShare: 0.2, retireShare: 0.2, seed: 3 });
const truth = new ShopTruth(shop);
const timeMs = shop.options.startMs + DAY_MS + 9 * HOUR_MS;

/**
 * The plain way: draws a hidden state from the posterior and lets the shopper go on by the rules of the generator, until
 * the session ends or answers. @returns [items] how often each item was the answer
 */
function playedOut(steps: readonly Step[], target: Target, sessions: number): Float64Array {
  const posterior = truth.posterior.begin(timeMs);
  for (const [item, type] of steps) posterior.observe(item, type);
  const { state, visit } = posterior;
  const random = new Random(99);
  const shopper = new Shopper(posterior.shopDay, random, visit.recent.length);
  const wanted = targetEventType(target);
  const counts = new Float64Array(shop.options.items);
  const dayEndMs = shop.options.startMs + 2 * DAY_MS;
  for (let n = 0; n < sessions; n++) {
    let at = 0;
    for (let left = random.next() - state[0]!; left >= 0 && at < state.length - 1;) left -= state[++at]!;
    shopper.need = Math.floor(at / TASTES);
    shopper.taste = at % TASTES;
    shopper.visit.copyFrom(visit);
    const seen = shopper.visit;
    let first = true;
    for (let now = timeMs; seen.length < MAX_SESSION_EVENTS; first = false) {
      if (random.next() < endProbability(seen.length, seen.lastType, seen.cartSize)) break;
      now += pauseMs(seen.lastType, random.normal());
      if (now >= dayEndMs) break;
      // The posterior's state is that of the next event already.
      if (!first) shopper.changeNeed();
      shopper.goOn();
      if (shopper.type !== wanted) continue;
      counts[shop.itemOfSlot[shopper.slot]!]!++;
      break;
    }
  }
  return counts;
}

function estimated(steps: readonly Step[], target: Target, continuations: number): Float64Array {
  const prefix = { items: steps.map(([item]) => item), types: steps.map(([, type]) => type), timeMs };
  const best = reachableBest(truth, prefix, shop.options.items, target, continuations);
  const all = new Float64Array(shop.options.items);
  best.items.forEach((item, rank) => (all[item] = best.probabilities[rank]!));
  return all;
}

/** How many standard deviations the counts are off, as a whole. */
function surprise(counts: Float64Array, probabilities: Float64Array): number {
  const total = counts.reduce((a, b) => a + b, 0);
  let chiSquare = 0;
  let terms = 0;
  for (let item = 0; item < counts.length; item++) {
    const expected = probabilities[item]! * total;
    if (expected < 8) continue;
    chiSquare += (counts[item]! - expected) ** 2 / expected;
    terms += 1 - probabilities[item]!;
  }
  return (chiSquare - terms) / Math.sqrt(2 * terms);
}

describe('the estimated distribution of what is carted or bought next', () => {
  const prefixes: Step[][] = [
    [[5, VIEW]],
    [[5, VIEW], [9, VIEW], [9, CLICK]],
    [[5, VIEW], [5, CLICK], [5, ADD_TO_CART]],
    [[5, VIEW], [5, CLICK], [5, ADD_TO_CART], [7, VIEW], [7, CLICK], [7, ADD_TO_CART], [11, VIEW]],
    [[5, VIEW], [5, CLICK], [5, ADD_TO_CART], [5, PURCHASE]],
  ]; // prettier-ignore

  it.each(['cart', 'purchase'] as const)('is that of sessions played out, next %s', (target) => {
    let previous: Float64Array | null = null;
    for (const steps of prefixes) {
      const counts = playedOut(steps, target, 60_000);
      expect(counts.reduce((a, b) => a + b, 0)).toBeGreaterThan(800);
      const probabilities = estimated(steps, target, 2000);
      expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      expect(surprise(counts, probabilities)).toBeLessThan(5);
      // A wrong distribution is noticed.
      if (previous !== null) expect(surprise(counts, previous)).toBeGreaterThan(15);
      previous = probabilities;
    }
  });

  it('is the same every time, and empty without an event', () => {
    const once = estimated(prefixes[1]!, 'purchase', 50);
    estimated(prefixes[3]!, 'cart', 50);
    expect(estimated(prefixes[1]!, 'purchase', 50)).toEqual(once);
    expect(reachableBest(truth, { items: [], types: [], timeMs }, 5, 'cart').items).toHaveLength(0);
  });
});

describe('the best reachable accuracy for later targets', () => {
  const simulated = simulateEventTable({ items: 300, events: 30_000, days: 10 });
  const firstSession = Math.floor(sessionCount(simulated.events) * 0.85);

  it('lies between its bounds, which come together', () => {
    const best = (continuations: number) =>
      bestReachableAccuracy(simulated.truth, simulated.events, 5, {
        firstSession,
        target: 'cart',
        continuations,
      });
    const [rough, fine] = [best(2), best(24)];
    expect(fine.prefixes).toBeGreaterThan(300);
    // Luck of a few hundred questions apart.
    expect(Math.abs(fine.hitRate - fine.expectedHitRate)).toBeLessThan(0.08);
    expect(rough.expectedHitRate - rough.hitRate).toBeGreaterThan(fine.expectedHitRate - fine.hitRate);
    expect(fine.hitRate).toBeGreaterThan(rough.hitRate);
  });
});
