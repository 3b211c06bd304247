import { describe, expect, it } from 'vitest';
import { PURCHASE } from '../../../../src/domain/event.js';
import { Random } from '../../../../src/domain/random.js';
import { everyPrefix } from '../../../../src/evaluation/cases.js';
import { type LiteratureMethod } from '../../../../src/evaluation/literature/literature-method.js';
import { type RankingMethod } from '../../../../src/evaluation/methods.js';
import { literatureSubject } from '../../../../src/evaluation/tuning/literature-subject.js';
import { TuningQuestions } from '../../../../src/evaluation/tuning/questions.js';
import { OBJECTIVE, type TuningData } from '../../../../src/evaluation/tuning/tunable-method.js';
import { eventTable } from '../../../support/event-table.js';

const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Sessions [0, 60) to learn from, [60, 90) to ask, [90, 100) for the test. */
function data(options: Partial<TuningData> = {}): TuningData {
  const random = new Random(3);
  const sessions = Array.from({ length: 100 }, () =>
    Array.from({ length: 2 + random.below(4) }, () => ITEMS[random.below(ITEMS.length)]!),
  );
  return {
    events: eventTable(sessions, { items: ITEMS }),
    validationStart: 60,
    testStart: 90,
    target: 'item',
    seed: 1,
    maxQuestions: 1000,
    ...options,
  };
}

/** Notes what it is asked (by time, which is unique), and answers a constant list. */
function spy(asked: number[], items = [0, 1, 2, 3, 4, 5]): RankingMethod {
  const scores = items.map((_, n) => -n);
  return {
    name: 'spy',
    label: 'Spy',
    rank({ nowMs }) {
      asked.push(nowMs);
      return { count: items.length, items, scores };
    },
  };
}

const all = { part: 'search', share: 1 } as const;

describe('TuningQuestions', () => {
  it('asks every prefix of the validation block once, in two parts without a common session', async () => {
    const { events, ...rest } = data();
    const questions = new TuningQuestions({ events, ...rest });
    const [search, confirm]: [number[], number[]] = [[], []];
    const first = await questions.ask(spy(search), all);
    const second = await questions.ask(spy(confirm), { ...all, part: 'confirm' });

    const expected: number[] = [];
    for (let s = 60; s < 90; s++)
      for (let e = events.sessionOffsets[s]!; e < events.sessionOffsets[s + 1]! - 1; e++)
        expected.push(events.timestampMs[e]!);
    expect([...search, ...confirm].sort()).toEqual(expected.sort());
    expect(first.questions).toBe(search.length);
    const sessions = [first, second].map(({ sums }) => [...sums.sessionNumbers]);
    expect(sessions.map(({ length }) => length)).toEqual([20, 10]);
    expect(sessions[0]!.some((session) => sessions[1]!.includes(session))).toBe(false);
  });

  it('asks what the target asks, of sessions that have it', async () => {
    const base = data();
    const eventType = base.events.eventType.slice();
    // Every third session of the block ends with a purchase.
    for (let s = 60; s < 90; s += 3) eventType[base.events.sessionOffsets[s + 1]! - 1] = PURCHASE;
    const events = { ...base.events, eventType };
    const questions = new TuningQuestions({ ...base, events, target: 'purchase' });
    const [search, confirm]: [number[], number[]] = [[], []];
    await questions.ask(spy(search), all);
    const { sums } = await questions.ask(spy(confirm), { ...all, part: 'confirm' });
    const expected = everyPrefix(events, 60, 'purchase')
      .filter(({ cluster }) => cluster < 90)
      .map(({ end }) => events.timestampMs[end - 1]!);
    expect(expected.length).toBeGreaterThan(10);
    expect([...search, ...confirm].sort()).toEqual(expected.sort());
    expect([...sums.sessionNumbers].every((session) => session % 3 === 0)).toBe(true);
    expect(sums.sessionNumbers).toHaveLength(3);
  });

  it('asks part of the same questions for a smaller share, and no more than the limit', async () => {
    const questions = new TuningQuestions(data());
    const asked: number[][] = [[], [], []];
    const shares = [1 / 9, 1 / 3, 1];
    for (const [n, share] of shares.entries()) await questions.ask(spy(asked[n]!), { ...all, share });
    expect(asked[2]!.slice(0, asked[0]!.length)).toEqual(asked[0]);
    expect(asked[2]!.slice(0, asked[1]!.length)).toEqual(asked[1]);
    expect(asked[0]!.length).toBeLessThan(asked[1]!.length);
    // Whole sessions of 4 questions at most.
    expect(asked[1]!.length / asked[2]!.length).toBeLessThan(1 / 3 + 4 / asked[2]!.length);

    const limited: number[] = [];
    await new TuningQuestions(data({ maxQuestions: 10 })).ask(spy(limited), all);
    expect(limited.length).toBeGreaterThanOrEqual(10);
    expect(limited.length).toBeLessThan(14);
  });

  it('draws other sessions for another seed', async () => {
    const asked: number[][] = [[], [], []];
    for (const [n, seed] of [1, 1, 2].entries())
      await new TuningQuestions(data({ seed, maxQuestions: 20 })).ask(spy(asked[n]!), all);
    expect(asked[0]).toEqual(asked[1]);
    expect(asked[0]).not.toEqual(asked[2]);
  });

  it('measures hits and reciprocal ranks; what is not in the answer is a miss', async () => {
    // The only question of the search part: after a comes b, second in the list; the same in both sessions.
    const sessions = [
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ];
    const events = eventTable(sessions, { items: ITEMS });
    const questions = new TuningQuestions({ ...data(), events, validationStart: 1, testStart: 5 });
    const found = await questions.ask(spy([], [0, 1]), all);
    expect(found).toMatchObject({ questions: 3, hr: 1, mrr: 0.5 });
    expect(found.sums.columns).toEqual([OBJECTIVE, 'HR@20', 'MRR@20']);
    expect([...found.sums.sums]).toEqual([1.5, 1, 0.5, 1.5, 1, 0.5, 1.5, 1, 0.5]);
    expect(await questions.ask(spy([], [0, 2]), all)).toMatchObject({ questions: 3, hr: 0, mrr: 0 });
  });

  it('leaves out items that were not there to be learned, though the test period has them', async () => {
    const sessions = [
      ['a', 'b'],
      ['a', 'new', 'b'],
      ['new', 'b'],
      ['a', 'b'],
      ['b', 'a', 'new'],
      ['new', 'new'],
    ];
    const events = eventTable(sessions, { items: [...ITEMS, 'new'] });
    const questions = new TuningQuestions({ ...data(), events, validationStart: 1, testStart: 5 });
    const parts = await Promise.all(
      (['search', 'confirm'] as const).map((part) => questions.ask(spy([]), { part, share: 1 })),
    );
    expect(parts.reduce((sum, part) => sum + part.questions, 0)).toBe(3);
  });

  it('says so when there is too little to ask', () => {
    expect(() => new TuningQuestions(data({ validationStart: 88, testStart: 90 }))).toThrow(
      'the validation block has 2 sessions',
    );
  });
});

describe('literatureSubject', () => {
  /** Follows the last transition it learned. */
  const method: LiteratureMethod<{ reverse: boolean }> = {
    name: 'test',
    label: 'Test',
    source: 'this test',
    defaults: { reverse: false },
    space: { reverse: { kind: 'choice', values: [false, true] } },
    fit({ events, eventsEnd, items }, { reverse }) {
      const next = new Int32Array(items).fill(-1);
      for (let e = 0; e + 1 < eventsEnd; e++) next[events.itemIndex[e]!] = events.itemIndex[e + 1]!;
      return {
        name: 'test',
        label: 'Test',
        rank: ({ items: taken, length }) => {
          const after = next[taken[length - 1]!]!;
          return { count: after < 0 ? 0 : 1, items: [reverse ? items - 1 - after : after], scores: [1] };
        },
      };
    },
  };
  const cycle = ['a', 'b', 'c', 'd', 'e', 'f'];

  it('learns with the settings from what came before the validation block, and from nothing else', async () => {
    // Before the block the cycle runs forward; from then on backward.
    const sessions = Array.from({ length: 30 }, (_, s) => (s < 20 ? cycle : [...cycle].reverse()));
    const events = eventTable(sessions, { items: cycle });
    const subject = literatureSubject(method).prepare({
      ...data(),
      events,
      validationStart: 20,
      testStart: 27,
    });
    expect(await subject.evaluate({ reverse: false }, all)).toMatchObject({ hr: 0 });

    const forward = eventTable(
      Array.from({ length: 30 }, () => cycle),
      { items: cycle },
    );
    const same = literatureSubject(method).prepare({
      ...data(),
      events: forward,
      validationStart: 20,
      testStart: 27,
    });
    expect(await same.evaluate({ reverse: false }, all)).toMatchObject({ hr: 1, mrr: 1 });
    expect((await same.evaluate({ reverse: true }, all)).hr).toBeLessThan(1);
  });
});
