import { describe, expect, it } from 'vitest';
import { codeColumn } from '../../../src/data/catalogue.js';
import { everyPrefix, type EvaluationTask } from '../../../src/evaluation/cases.js';
import { categoryDimension, evaluateTask } from '../../../src/evaluation/evaluate-task.js';
import { type RankingMethod } from '../../../src/evaluation/methods.js';
import { CandidateSet } from '../../../src/retrieval/candidate-set.js';
import { StringColumn } from '../../../src/domain/string-column.js';
import { eventTable, type TestEvent } from '../../support/event-table.js';

const ITEMS = 120;
const name = (item: number) => `item${item}`;

/** After item n come n + 1, n + 2, ... up to 30 of them with falling scores, found by `up`; `one` finds n + 1 and n + 40. */
function countingUp(): RankingMethod {
  const candidates = new CandidateSet(ITEMS, 2, 60, 30);
  const scores = new Float64Array(60);
  return {
    name: 'up',
    label: 'Up',
    origin: { sources: ['up', 'one'], candidates },
    rank(query) {
      const last = query.items[query.length - 1]!;
      candidates.begin();
      candidates.openSource(0);
      for (let step = 1; step <= 30; step++) candidates.add(last + step, 1 / step);
      candidates.closeSource(30);
      candidates.openSource(1);
      candidates.add(last + 40, 1);
      candidates.add(last + 1, 0.5);
      candidates.closeSource(30);
      candidates.finish();
      // What the second source alone found has the lowest score.
      for (let c = 0; c < candidates.count; c++) scores[c] = candidates.scores[0]![c]! || -1;
      return { count: candidates.count, items: candidates.items, scores };
    },
  };
}

/** Sessions of two events, from item 0 to each of the steps. */
function taskOf(steps: readonly number[], hideKnownItems = false): EvaluationTask {
  const sessions: TestEvent[][] = steps.map((step) => [name(0), [name(step), 'click']]);
  const events = eventTable(sessions, {
    items: Array.from({ length: ITEMS }, (_, item) => name(item)),
    catalogue: {
      title: StringColumn.from(Array.from({ length: ITEMS }, (_, item) => (item === 5 ? 'Lamp & <b>' : ''))),
      category: codeColumn(
        Array.from({ length: ITEMS }, (_, item) => (item < 10 ? 'low_shelf' : item < 60 ? 'high' : '')),
      ),
    },
  });
  return { name: 'task', description: '', events, hideKnownItems, cases: everyPrefix(events, 0) };
}

const options = {
  itemCount: ITEMS,
  popularity: Float32Array.from({ length: ITEMS }, (_, item) => ITEMS - item),
  seed: 1,
  resamples: 20,
};

describe('evaluateTask', () => {
  // Ranks 1, 5, 20 and 21; 40 is found by the second source alone, 31st of 31; 35 and 70 by none.
  const steps = [1, 5, 20, 21, 40, 35, 70];

  it('counts what each source found while it asks', async () => {
    const { closer } = await evaluateTask(taskOf(steps), [countingUp()], options);
    const { ceilings } = closer!;
    expect(ceilings.depths).toEqual([10, 20, 50, 100]);
    expect(ceilings.sources).toEqual({
      up: [2 / 7, 3 / 7, 4 / 7, 4 / 7],
      one: [2 / 7, 2 / 7, 2 / 7, 2 / 7],
    });
    expect(ceilings.union).toEqual([3 / 7, 4 / 7, 5 / 7, 5 / 7]);
    expect(ceilings.served).toEqual({ recall: 5 / 7, meanCandidates: 31 });
  });

  it('parts the questions by how their answers went, with examples in words', async () => {
    const { closer } = await evaluateTask(taskOf(steps), [countingUp()], options);
    const [shown, low, missing] = closer!.outcomes;
    expect([shown, low, missing].map((outcome) => [outcome!.outcome, outcome!.share])).toEqual([
      ['shown', 3 / 7],
      ['ranked too low', 2 / 7],
      ['not found', 2 / 7],
    ]);
    expect(shown!.examples.map(({ rank }) => rank)).toEqual([1, 5, 20]);
    expect(low!.examples.map(({ rank, candidates }) => [rank, candidates])).toEqual([
      [21, 31],
      [31, 31],
    ]);
    expect(low!.examples[1]!.sources).toEqual([{ source: 'one', rank: 1 }]);
    expect(missing!.examples.map(({ rank, sources }) => [rank, sources])).toEqual([
      [null, []],
      [null, []],
    ]);
    const lamp = shown!.examples[1]!;
    expect(lamp.known).toEqual([{ name: 'Low shelf · tem0', category: 'Low shelf', event: 'view' }]);
    expect(lamp.earlier).toBe(0);
    expect(lamp.right).toEqual({ name: 'Lamp & <b>', category: 'Low shelf' });
    expect(lamp.answered.map(({ isRight }) => isRight ?? false)).toEqual([false, false, false, false, true]);
    expect(lamp.sources).toEqual([{ source: 'up', rank: 5 }]);
  });

  it('draws a few examples of many, the same ones for the same seed', async () => {
    const many = taskOf(Array.from({ length: 60 }, (_, i) => 1 + (i % 20)));
    const drawn = async (seed: number) =>
      (await evaluateTask(many, [countingUp()], { ...options, seed })).closer!.outcomes[0]!;
    const [first, again, other] = [await drawn(1), await drawn(1), await drawn(2)];
    expect(first.share).toBe(1);
    expect(first.examples).toHaveLength(4);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('shows how the scores would do as probabilities', async () => {
    const { closer } = await evaluateTask(taskOf(Array<number>(60).fill(1)), [countingUp()], options);
    const { plain, isotonic, checked, listLength } = closer!.calibration!;
    expect([listLength, checked.pairs]).toEqual([20, 600]);
    const weights = [...Array.from({ length: 30 }, (_, i) => Math.exp(1 / (i + 1))), Math.exp(-1)];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const promised = weights.slice(0, 20).reduce((sum, weight) => sum + weight, 0) / total;
    expect(plain.promised).toBeCloseTo(promised, 6);
    expect(plain.held).toBe(1);
    expect(isotonic.promised).toBeCloseTo(1, 6);
  });

  it('does not count hidden items among the candidates', async () => {
    // The known item 0 is no candidate, so all 31 stay; after item 0 and 1, item 1 is hidden.
    const events = eventTable([[name(1), name(0), name(5)]], {
      items: Array.from({ length: ITEMS }, (_, item) => name(item)),
    });
    const cases = everyPrefix(events, 0).slice(1);
    const task = { name: '', description: '', events, hideKnownItems: true, cases };
    const { closer, methods } = await evaluateTask(task, [countingUp()], options);
    expect(closer!.ceilings.served.meanCandidates).toBe(30);
    expect(closer!.outcomes[0]!.examples[0]!.rank).toBe(4);
    expect(methods[0]!.metrics['MRR@20']!.mean).toBe(1 / 4);
  });

  it('measures parts as it measures the whole', async () => {
    const { breakdowns, methods } = await evaluateTask(taskOf(steps), [countingUp()], options);
    const category = breakdowns.find((breakdown) => breakdown.name === 'category of the next item')!;
    expect(category.named).toBe(true);
    expect(
      category.buckets.map(({ label, prefixes, perMethod }) => [
        label,
        prefixes,
        perMethod['up']!['HR@20']!.mean,
      ]),
    ).toEqual([
      ['High', 4, 1 / 4],
      ['Low shelf', 2, 1],
      ['(no category)', 1, 0],
    ]);
    const known = breakdowns.find((breakdown) => breakdown.name === 'events known')!;
    const { mean } = known.buckets[0]!.perMethod['up']!['MRR@20']!;
    expect(mean).toBe(methods[0]!.metrics['MRR@20']!.mean);
    expect(mean).toBeCloseTo((1 + 1 / 5 + 1 / 20) / 7, 12);
  });

  it('says what is shown to whom: by popularity, and how evenly', async () => {
    const { exposure } = await evaluateTask(taskOf([1, 1]), [countingUp()], options);
    // Of 120 items the first is the head, 23 the middle; shown are items 1 to 20.
    expect(exposure.catalogue).toEqual([1 / 120, 23 / 120, 96 / 120]);
    expect(exposure.answers).toEqual([0, 1, 0]);
    expect(exposure.methods['up']!.tiers).toEqual([0, 1, 0]);
    const { lorenz } = exposure.methods['up']!;
    expect(lorenz).toHaveLength(51);
    // 100 of 120 items are never shown: nothing up to 5/6.
    expect(lorenz[41]).toBe(0);
    expect(lorenz[42]).toBeGreaterThan(0);
    expect(lorenz[50]).toBe(1);
  });

  it('looks no closer at a method that does not say where its answers come from', async () => {
    const { origin: _, ...silent } = countingUp();
    expect((await evaluateTask(taskOf(steps), [silent], options)).closer).toBeNull();
  });
});

describe('categoryDimension', () => {
  it('keeps the categories with most questions and puts the others together', () => {
    const sessions = Array.from({ length: 14 }, (_, c) =>
      Array.from({ length: c + 1 }, (): TestEvent[] => [name(0), name(c + 1)]),
    ).flat();
    const events = eventTable(sessions, {
      items: Array.from({ length: 20 }, (_, item) => name(item)),
      catalogue: { category: codeColumn(Array.from({ length: 20 }, (_, item) => `c${item}`)) },
    });
    const task = { name: '', description: '', events, hideKnownItems: false, cases: everyPrefix(events, 0) };
    const [{ labels, bucketOf }] = categoryDimension(task) as [ReturnType<typeof categoryDimension>[number]];
    expect(labels).toEqual([
      ...Array.from({ length: 12 }, (_, i) => `C${14 - i}`),
      '(all others)',
      '(no category)',
    ]);
    expect(task.cases.filter((question) => bucketOf(question) === '(all others)')).toHaveLength(1 + 2);
  });

  it('is none without categories, or with a single one', () => {
    const events = eventTable([[name(0), name(1)]]);
    const task = { name: '', description: '', events, hideKnownItems: false, cases: everyPrefix(events, 0) };
    expect(categoryDimension(task)).toEqual([]);
    const one = { ...events, catalogue: { ...events.catalogue, category: codeColumn(['a', 'a']) } };
    expect(categoryDimension({ ...task, events: one })).toEqual([]);
  });
});
