import { describe, expect, it } from 'vitest';
import { earlierSplit, splitByTime } from '../../../src/training/split.js';
import { DEFAULT_TRAINING_SETTINGS } from '../../../src/training/settings.js';
import { eventTable } from '../../support/event-table.js';

const settings = { ...DEFAULT_TRAINING_SETTINGS, testShare: 0.1 };
const sessions = (n: number) => Array.from({ length: n }, (_, s) => [`a${s % 7}`, `b${s % 5}`]);

describe('splitByTime', () => {
  it('puts the label block before the test, its last fifth to stop by', () => {
    expect(splitByTime(eventTable(sessions(100)), settings)).toEqual({
      testStart: 90,
      labels: { start: 72, validationStart: 86, end: 90 },
    });
  });

  it('has the same one block earlier, asking the label block', () => {
    const split = splitByTime(eventTable(sessions(100)), settings);
    expect(earlierSplit(split)).toEqual({
      testStart: 72,
      labels: { start: 54, validationStart: 68, end: 72 },
    });
    expect(() => earlierSplit({ testStart: 2, labels: { start: 1, validationStart: 1, end: 2 } })).toThrow(
      'too few for two label blocks',
    );
  });

  it('makes the label block as short as holds enough questions', () => {
    // 15 questions in each of 10,000 training sessions: 30,000 in 2,000 of them, a fifth; twice as many need a tenth.
    const long = (questions: number) => {
      const offsets = Uint32Array.from({ length: 11_001 }, (_, s) => s * (questions + 1));
      const split = new Uint8Array(11_000).fill(1, 10_000);
      return { ...eventTable([['a']]), sessionOffsets: offsets, split };
    };
    const startOf = (questions: number) => splitByTime(long(questions), settings).labels.start;
    expect(startOf(2)).toBe(8000);
    expect(startOf(15)).toBe(8000);
    expect(startOf(30)).toBe(9000);
    expect(startOf(500)).toBe(9400);
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
