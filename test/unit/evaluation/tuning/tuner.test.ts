import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NextItemError } from '../../../../src/errors.js';
import { TrialJournal } from '../../../../src/evaluation/tuning/journal.js';
import { type FlatSettings, type SearchSpace } from '../../../../src/evaluation/tuning/search-space.js';
import { halvingPlan } from '../../../../src/evaluation/tuning/successive-halving.js';
import {
  bestTrial,
  objectiveOf,
  observe,
  runTuner,
  type TunerOptions,
} from '../../../../src/evaluation/tuning/tuner.js';

const space: SearchSpace = {
  x: { kind: 'real', low: 0, high: 1 },
  y: { kind: 'choice', values: ['a', 'b', 'c'] },
};
const defaults: FlatSettings = { x: 0.1, y: 'a' };
const plan = halvingPlan(3, 3);

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tuner-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Best at x = .8, y = c; a smaller budget is a little worse for all. */
function figures({ x, y }: FlatSettings, share: number) {
  const quality = 0.5 - (Number(x) - 0.8) ** 2 / 2 + (y === 'c' ? 0.1 : 0);
  return { hr: quality * (0.9 + 0.1 * share), mrr: quality / 2, questions: Math.round(900 * share) };
}

interface Run extends Partial<TunerOptions> {
  /** Fails when so many were measured: as a killed process would end it. */
  dieAfter?: number;
}

async function tune({ dieAfter = Infinity, ...options }: Run = {}) {
  const journal = TrialJournal.open(join(folder, 'journal.jsonl'), { space });
  const asked: string[] = [];
  let now = 0;
  try {
    const trials = await runTuner({
      defaults,
      space,
      seed: 5,
      trials: 30,
      plan,
      jobs: 1,
      journal,
      clock: () => now++,
      async measure(settings, share) {
        if (asked.length >= dieAfter) throw new Error('killed');
        asked.push(JSON.stringify([settings, share]));
        await new Promise(setImmediate);
        return figures(settings, share);
      },
      ...options,
    });
    return { trials, asked };
  } finally {
    journal.close();
  }
}

const outline = ({ trials }: Awaited<ReturnType<typeof tune>>) =>
  trials.map(({ trial, origin, settings, measured }) => ({
    trial,
    origin,
    settings,
    measured: measured.map(({ hr, mrr, questions }) => [hr, mrr, questions]),
  }));

describe('runTuner', () => {
  it('begins with the defaults, spreads, then proposes, and comes close to the best', async () => {
    const { trials } = await tune();
    expect(trials).toHaveLength(30);
    expect(trials[0]).toMatchObject({ origin: 'defaults', settings: defaults });
    expect(trials.map(({ origin }) => origin)).toEqual([
      'defaults',
      ...Array.from({ length: 17 }, () => 'design'),
      ...Array.from({ length: 12 }, () => 'tpe'),
    ]);
    const best = bestTrial(trials, plan);
    expect(best.settings['y']).toBe('c');
    // The optimum is .9: hit rate .6, reciprocal rank .3.
    expect(objectiveOf(best.measured[2]!)).toBeGreaterThan(0.98 * 0.9);
  });

  it('gives more budget to the best third of each round, and to the defaults', async () => {
    const { trials } = await tune({ trials: 18 });
    for (const round of [trials.slice(0, 9), trials.slice(9)]) {
      const rungs = round.map(({ measured }) => measured.length);
      const others = round.filter(({ trial }) => trial !== 0);
      const byFirst = [...round].sort((a, b) => b.measured[0]!.hr! - a.measured[0]!.hr!);
      // The smaller budget orders the trials here as the full one does.
      expect(byFirst[0]!.measured).toHaveLength(3);
      expect(byFirst.slice(0, 3).every(({ measured }) => measured.length >= 2)).toBe(true);
      expect(byFirst.slice(3).every(({ trial, measured }) => trial === 0 || measured.length === 1)).toBe(
        true,
      );
      expect(others.filter(({ measured }) => measured.length === 3).length).toBeLessThanOrEqual(1);
      if (round[0]!.trial === 0) expect(rungs[0]).toBe(3);
    }
  });

  it('tries the same whatever runs at a time', async () => {
    const alone = await tune();
    rmSync(join(folder, 'journal.jsonl'));
    expect(outline(await tune({ jobs: 4 }))).toEqual(outline(alone));
  });

  it.each([1, 12, 25])(
    'goes on after an interruption as if there had been none (after %i)',
    async (dieAfter) => {
      const whole = await tune();
      rmSync(join(folder, 'journal.jsonl'));
      await expect(tune({ dieAfter })).rejects.toThrow('killed');
      const resumed = await tune();
      expect(outline(resumed)).toEqual(outline(whole));
      expect(resumed.asked).toEqual(whole.asked.slice(dieAfter));
    },
  );

  it('measures nothing twice, and continues a finished run with more trials', async () => {
    await tune({ trials: 18 });
    expect((await tune({ trials: 18 })).asked).toEqual([]);
    const longer = outline(await tune());
    rmSync(join(folder, 'journal.jsonl'));
    expect(longer).toEqual(outline(await tune()));
  });

  it('goes on after a line that a crash cut off', async () => {
    const whole = outline(await tune());
    const path = join(folder, 'journal.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, -20));
    const { asked, ...resumed } = await tune();
    expect(asked).toHaveLength(1);
    expect(outline({ asked, ...resumed })).toEqual(whole);
    expect(
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toHaveLength(1 + whole.reduce((sum, { measured }) => sum + measured.length, 0));
  });

  it('begins nothing when the time is up', async () => {
    let measured = 0;
    const { trials, asked } = await tune({ isTimeUp: () => measured >= 15, onMeasured: () => measured++ });
    expect(asked).toHaveLength(15);
    expect(bestTrial(trials, plan).measured).toHaveLength(3);
    expect(trials.every((trial) => trial.measured.length > 0)).toBe(true);
  });

  it('says so when the time was up before anything was measured in full', async () => {
    const { trials } = await tune({ isTimeUp: () => true });
    expect(() => bestTrial(trials, plan)).toThrow('the time was up');
  });

  it('stops trials whose settings do not work, and goes on with others', async () => {
    const measure: TunerOptions['measure'] = (settings, share) =>
      settings['y'] === 'b'
        ? Promise.reject(new NextItemError('too_little_data', 'no split'))
        : Promise.resolve(figures(settings, share));
    const { trials } = await tune({ measure });
    const failed = trials.filter(({ settings }) => settings['y'] === 'b');
    expect(failed.length).toBeGreaterThan(2);
    for (const { measured } of failed) {
      expect(measured).toHaveLength(1);
      expect(measured[0]).toMatchObject({ hr: null, problem: expect.stringContaining('no split') as string });
    }
    expect(bestTrial(trials, plan).settings['y']).toBe('c');
  });

  it('ends when the defaults do not work, or something else fails', async () => {
    const fail = (error: Error) => tune({ measure: () => Promise.reject(error) });
    await expect(fail(new NextItemError('too_little_data', 'few'))).rejects.toThrow('few');
    await expect(fail(new TypeError('broken'))).rejects.toThrow('broken');
  });

  it('tries every point of a small space once, and then ends', async () => {
    const small: SearchSpace = { y: { kind: 'choice', values: ['a', 'b', 'c'] } };
    const { trials } = await tune({ space: small });
    expect(trials.map(({ settings }) => settings['y']).sort()).toEqual(['a', 'b', 'c']);
    const { trials: none } = await tune({ space: {}, trials: 5 });
    expect(none).toHaveLength(1);
  });
});

describe('observe', () => {
  const entry = (hr: number | null) => ({
    trial: 0,
    rung: 0,
    settings: defaults,
    hr,
    mrr: hr === null ? null : 0,
    questions: 1,
    tookMs: 0,
  });
  const trial = (number: number, ...values: (number | null)[]) => ({
    trial: number,
    origin: 'design' as const,
    settings: defaults,
    measured: values.map(entry),
  });

  it('adds the mean gain of the rungs that a stopped trial missed', () => {
    // First to second rung: +.1 and +.3, mean .2; second to third: +.05.
    const trials = [trial(0, 0.1, 0.2, 0.25), trial(1, 0.1, 0.4), trial(2, 0.3), trial(3, null)];
    const values = observe(trials, plan).map(({ value }) => value);
    expect(values[0]).toBeCloseTo(0.25, 12);
    expect(values[1]).toBeCloseTo(0.45, 12);
    expect(values[2]).toBeCloseTo(0.55, 12);
    expect(values[3]).toBe(-Infinity);
  });
});
