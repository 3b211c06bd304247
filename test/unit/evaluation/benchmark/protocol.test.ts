import { describe, expect, it } from 'vitest';
import { type EventTable, sessionCount } from '../../../../src/data/event-table.js';
import {
  benchmarkCases,
  benchmarkTask,
  protocolRules,
  trainingPopularity,
} from '../../../../src/evaluation/benchmark/protocol.js';
import { eventTable } from '../../../support/event-table.js';

const withSplit = (events: EventTable, split: readonly number[]): EventTable => ({
  ...events,
  split: Uint8Array.from(split),
});
const never = (): number => {
  throw new Error('the source brings its own split');
};
/** Item ids of every session. */
const sessionsOf = ({ sessionOffsets, itemIndex, items }: EventTable) =>
  Array.from({ length: sessionOffsets.length - 1 }, (_, s) =>
    Array.from(itemIndex.subarray(sessionOffsets[s], sessionOffsets[s + 1]), (i) => items.at(i)).join(''),
  );
const asked = (events: EventTable, cases: ReturnType<typeof benchmarkCases>) =>
  cases.map(({ cluster, start, end, nextItem }) => {
    const known = Array.from(events.itemIndex.subarray(start, end), (i) => events.items.at(i)).join('');
    return `${cluster}:${known}>${events.items.at(nextItem)}`;
  });

describe('benchmarkTask, srgnn', () => {
  const events = withSplit(eventTable([['a', 'b'], ['b', 'c'], ['a', 'x', 'b'], ['c']]), [0, 0, 1, 1]);

  it('drops nothing: items that training never saw are asked and asked for', () => {
    const task = benchmarkTask(events, 'srgnn', never);
    expect(task.testStart).toBe(2);
    expect(task.notes).toEqual([]);
    expect(asked(task.events, benchmarkCases(task, null))).toEqual(['2:a>x', '2:ax>b']);
  });

  it('needs a split', () => {
    expect(() => benchmarkTask(eventTable([['a', 'b']]), 'srgnn', never)).toThrow(/--protocol time/);
  });
});

describe('benchmarkTask, other targets', () => {
  const events = eventTable([
    ['a', ['b', 'add_to_cart']],
    ['a', 'b', ['a', 'add_to_cart'], 'b'],
    ['b', 'a', ['b', 'purchase']],
  ]);

  it('asks only the prefixes that an event of the type follows, and says so', () => {
    const task = benchmarkTask(events, 'time', () => 1, 'cart');
    expect(task.target).toBe('cart');
    expect(asked(task.events, benchmarkCases(task, null))).toEqual(['1:a>a', '1:ab>a']);
    expect(protocolRules('time', 'cart')).toContain('that an add_to_cart still follows predicts');
    expect(protocolRules('srgnn', 'item')).toContain(
      'Every prefix of every test session predicts its next item',
    );
  });

  it('refuses a target that no event answers, and one that no test session does', () => {
    expect(() => benchmarkTask(eventTable([['a', 'b']]), 'time', () => 0, 'purchase')).toThrow(/no purchase/);
    expect(() => benchmarkTask(events, 'time', () => 2, 'cart')).toThrow(/no test session has a cart/);
  });
});

describe('benchmarkTask, time', () => {
  it('asks the latest sessions, without unknown items and sessions that are then too short', () => {
    const events = eventTable([
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'x', 'b'],
      ['x', 'c'],
      ['c', 'c', 'a'],
    ]);
    const task = benchmarkTask(events, 'time', () => 2);
    expect(sessionsOf(task.events)).toEqual(['ab', 'bc', 'ab', 'cca']);
    expect(Array.from(task.events.split!)).toEqual([0, 0, 1, 1]);
    expect(asked(task.events, benchmarkCases(task, null))).toEqual(['2:a>b', '3:c>c', '3:cc>a']);
    expect(task.notes).toEqual([
      expect.stringContaining('2 events of items that training never saw, and 1 sessions'),
    ]);
  });

  it('takes the split of the source where there is one', () => {
    const events = withSplit(
      eventTable([
        ['a', 'b'],
        ['a', 'b'],
        ['b', 'a'],
      ]),
      [0, 0, 1],
    );
    expect(benchmarkTask(events, 'time', never).testStart).toBe(2);
  });

  it('leaves a few training sessions out that end after the first test session', () => {
    const sessions = Array.from({ length: 14 }, (_, s) => (s === 12 ? ['b', 'a'] : ['a', 'b']));
    const split = sessions.map((_, s) => (s === 11 || s === 13 ? 1 : 0));
    const task = benchmarkTask(withSplit(eventTable(sessions), split), 'time', never);
    expect(task.testStart).toBe(11);
    expect(sessionsOf(task.events)).toEqual(Array(13).fill('ab'));
    expect(task.notes).toEqual([expect.stringContaining('1 of 12 training sessions')]);
    expect(task.notes[0]).toContain('neither learned from nor asked');
  });

  it('keeps all training sessions where the split is not one in time, and says so', () => {
    const events = withSplit(
      eventTable([
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
        ['a', 'c'],
        ['b', 'b'],
      ]),
      [0, 1, 0, 1, 0],
    );
    const task = benchmarkTask(events, 'time', never);
    expect(task.testStart).toBe(3);
    expect(sessionsOf(task.events)).toEqual(['ab', 'ca', 'bb', 'bc', 'ac']);
    expect(Array.from({ length: 5 }, (_, s) => task.events.sessionIds.at(s))).toEqual([
      's0',
      's2',
      's4',
      's1',
      's3',
    ]);
    expect(task.notes[0]).toContain('not one in time');
  });

  it('says what is missing when nothing can be asked or learned', () => {
    const events = eventTable([
      ['a', 'b'],
      ['x', 'y'],
    ]);
    expect(() => benchmarkTask(events, 'time', () => 1)).toThrow(/nothing to ask.*training knows/);
    expect(() => benchmarkTask(events, 'time', () => 2)).toThrow(/nothing to ask/);
    expect(() => benchmarkTask(events, 'srgnn', never)).toThrow();
    const onlyTest = withSplit(events, [1, 1]);
    expect(() => benchmarkTask(onlyTest, 'srgnn', never)).toThrow(/no training session/);
  });
});

describe('benchmarkCases', () => {
  const sessions = Array.from({ length: 12 }, () => ['a', 'b', 'a']);
  const task = benchmarkTask(eventTable(sessions), 'time', () => 2);

  it('asks so many sessions, whole ones, evenly spread', () => {
    const clusters = benchmarkCases(task, 4).map(({ cluster }) => cluster);
    expect([...new Set(clusters)]).toEqual([2, 4, 7, 9]);
    expect(clusters).toHaveLength(8);
  });

  it('asks all when the limit is not reached', () => {
    expect(benchmarkCases(task, 10)).toHaveLength(20);
    expect(benchmarkCases(task, 1000)).toEqual(benchmarkCases(task, null));
  });

  it('counts popularity in training only', () => {
    expect(Array.from(trainingPopularity(task))).toEqual([4, 2]);
    expect(sessionCount(task.events)).toBe(12);
  });
});
