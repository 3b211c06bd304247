import { describe, expect, it } from 'vitest';
import { splitByTime } from '../../../src/training/split.js';
import { DEFAULT_TRAINING_SETTINGS } from '../../../src/training/settings.js';
import { eventTable } from '../../support/event-table.js';

const settings = { ...DEFAULT_TRAINING_SETTINGS, testShare: 0.1 };
const sessions = (n: number) => Array.from({ length: n }, (_, s) => [`a${s % 7}`, `b${s % 5}`]);

describe('splitByTime', () => {
  it('puts blocks before test, in time, each as long as the test part', () => {
    expect(splitByTime(eventTable(sessions(100)), settings)).toEqual({
      testStart: 90,
      blocks: [
        { name: 'train', start: 70, end: 80 },
        { name: 'validation', start: 80, end: 90 },
      ],
    });
  });

  it("takes the source's own split", () => {
    const events = { ...eventTable(sessions(10)), split: Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 1]) };
    expect(splitByTime(events, settings).testStart).toBe(8);
  });

  it('refuses a split that is not one in time', () => {
    const events = { ...eventTable(sessions(4)), split: Uint8Array.from([0, 1, 0, 1]) };
    expect(() => splitByTime(events, settings)).toThrow('after its training sessions');
  });

  it('keeps sessions that end together on one side', () => {
    const events = eventTable(sessions(20));
    events.timestampMs.fill(events.timestampMs[30]!, 30);
    expect(splitByTime(events, settings).testStart).toBe(15);
  });

  it('says so when all sessions end at one moment', () => {
    const events = eventTable(sessions(100));
    events.timestampMs.fill(events.timestampMs[0]!);
    expect(() => splitByTime(events, settings)).toThrow('end at the same moment');
  });

  it('refuses too few sessions', () => {
    expect(() => splitByTime(eventTable(sessions(3)), settings)).toThrow(/cannot be split/);
  });
});
