import { describe, expect, it } from 'vitest';
import {
  answeringEvents,
  checkTarget,
  NO_ANSWER,
  TARGETS,
  targetEventType,
  targetQuestion,
} from '../../../src/data/target.js';
import { EVENT_TYPES } from '../../../src/domain/event.js';
import { eventTable } from '../../support/event-table.js';

const NONE = NO_ANSWER;

describe('answeringEvents', () => {
  const events = eventTable([
    ['a', 'b'],
    [['a', 'add_to_cart'], 'b', ['b', 'add_to_cart'], 'a', ['b', 'purchase']],
    ['c'],
    ['c', ['a', 'add_to_cart']],
  ]);

  it('are the very next ones for the next item', () => {
    expect([...answeringEvents(events, 0, 4, 'item')]).toEqual([NONE, 1, NONE, 3, 4, 5, 6, NONE, NONE, 9]);
  });

  it('are the next ones of the type, which nothing of the known events is', () => {
    expect([...answeringEvents(events, 0, 4, 'cart')]).toEqual([
      ...[NONE, NONE],
      ...[NONE, 4, 4, NONE, NONE],
      NONE,
      ...[NONE, 9],
    ]);
    expect([...answeringEvents(events, 1, 2, 'purchase')]).toEqual([NONE, 6, 6, 6, 6]);
  });

  it('begin with the first session asked', () => {
    expect([...answeringEvents(events, 3, 4, 'cart')]).toEqual([NONE, 9]);
    expect(answeringEvents(events, 4, 4, 'item')).toHaveLength(0);
  });
});

describe('targets', () => {
  it('have a type and words', () => {
    expect(TARGETS.map((target) => EVENT_TYPES[targetEventType(target) ?? -1] ?? null)).toEqual([
      null,
      'add_to_cart',
      'purchase',
    ]);
    expect(targetQuestion('item', 'every test session')).toBe(
      'Every prefix of every test session predicts its next item',
    );
    expect(targetQuestion('cart', 'every session')).toBe(
      'Every prefix of every session that an add_to_cart still follows predicts the item of the next one',
    );
    expect(targetQuestion('purchase', 'every session')).toContain('that a purchase still follows');
  });

  it('are refused where no event can answer', () => {
    const views = eventTable([['a', 'b']]);
    checkTarget(views, 'item');
    expect(() => checkTarget(views, 'cart')).toThrow(/no add_to_cart/);
    checkTarget(eventTable([['a', ['b', 'purchase']]]), 'purchase');
  });
});
