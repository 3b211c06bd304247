import { describe, expect, it } from 'vitest';
import {
  dropUnknownItems,
  everyPrefix,
  everyPrefixToNewItem,
  firstEventPerItem,
} from '../../../src/evaluation/cases.js';
import { type Target } from '../../../src/data/target.js';
import { nextOrderTask } from '../../../src/evaluation/next-order.js';
import { eventTable } from '../../support/event-table.js';

const plain = (cases: ReturnType<typeof everyPrefix>) =>
  cases.map(({ cluster, start, end, nextItem, remaining }) => ({
    cluster,
    start,
    end,
    nextItem,
    remaining: [...remaining],
  }));

describe('evaluation cases', () => {
  // Items by number: a 0, b 1, c 2, d 3.
  const events = eventTable([
    ['a', 'b', 'c'],
    ['a', 'a', 'd', 'b'],
    ['d', 'c'],
    ['b', 'a', 'b'],
  ]);

  it('ask every prefix of the test sessions', () => {
    expect(plain(everyPrefix(events, 3))).toEqual([
      { cluster: 3, start: 9, end: 10, nextItem: 0, remaining: [0, 1] },
      { cluster: 3, start: 9, end: 11, nextItem: 1, remaining: [1] },
    ]);
  });

  it('ask only for new items where that is the task', () => {
    expect(plain(everyPrefixToNewItem(events, 3))).toEqual([
      { cluster: 3, start: 9, end: 10, nextItem: 0, remaining: [0] },
    ]);
  });

  it('ask for what is put into the cart or bought next, where that is the target', () => {
    const shop = eventTable([
      [['a', 'purchase']],
      ['a', 'b', ['b', 'add_to_cart'], ['b', 'purchase'], ['a', 'add_to_cart'], 'c', ['a', 'purchase'], 'b'],
      [['c', 'add_to_cart'], 'c'],
      [
        ['c', 'add_to_cart'],
        ['d', 'add_to_cart'],
      ],
    ]);
    const asked = (target: Target) =>
      plain(everyPrefix(shop, 1, target)).map(({ cluster, end, nextItem, remaining }) => [
        cluster,
        end,
        nextItem,
        remaining,
      ]);
    // Items by number: a 0, b 1, c 2, d 3. Events of session 1 are [1, 9), of session 2 [9, 11), of session 3 [11, 13).
    expect(asked('cart')).toEqual([
      [1, 2, 1, [1, 0]],
      [1, 3, 1, [1, 0]],
      [1, 4, 0, [0]],
      [1, 5, 0, [0]],
      [3, 12, 3, [3]],
    ]);
    expect(asked('purchase')).toEqual([
      [1, 2, 1, [1, 0]],
      [1, 3, 1, [1, 0]],
      [1, 4, 1, [1, 0]],
      [1, 5, 0, [0]],
      [1, 6, 0, [0]],
      [1, 7, 0, [0]],
    ]);
    // At a prefix of a and b only what is new to it counts.
    expect(plain(everyPrefixToNewItem(shop, 1, 'cart'))).toEqual([
      { cluster: 1, start: 1, end: 2, nextItem: 1, remaining: [1] },
      { cluster: 3, start: 11, end: 12, nextItem: 3, remaining: [3] },
    ]);
  });

  it('leave out items training never saw, then sessions that are too short', () => {
    const test = dropUnknownItems(events, 1);
    expect(test.sessionIds.toArray()).toEqual(['s0', 's1', 's3']);
    expect([...test.itemIndex]).toEqual([0, 1, 2, 0, 0, 1, 1, 0, 1]);
    expect(dropUnknownItems(events, 1, 1).sessionIds.toArray()).toEqual(['s0', 's1', 's2', 's3']);
  });

  it('take each item once where only different products count', () => {
    const distinct = firstEventPerItem(events, 1);
    expect([...distinct.itemIndex]).toEqual([0, 1, 2, 0, 3, 1, 3, 2, 1, 0]);
  });
});

describe('nextOrderTask', () => {
  it("joins a customer's orders and asks for the first item of each test order", () => {
    const orders = eventTable([['a', 'b'], ['c'], ['d', 'a'], ['b'], ['c', 'd']], {
      users: ['u', 'v', 'u', 'w', 'u'],
    });
    const { events, cases } = nextOrderTask(orders, 2);
    expect([...events.itemIndex]).toEqual([0, 1, 3, 0, 2, 3]);
    expect(plain(cases)).toEqual([
      { cluster: 0, start: 0, end: 2, nextItem: 3, remaining: [3, 0] },
      { cluster: 0, start: 0, end: 4, nextItem: 2, remaining: [2, 3] },
    ]);
  });

  it('finds nothing without users', () => {
    expect(nextOrderTask(eventTable([['a'], ['b']]), 0).cases).toEqual([]);
  });
});
