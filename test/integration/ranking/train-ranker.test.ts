import { beforeAll, describe, expect, it, vi } from 'vitest';
import { NextItemError } from '../../../src/errors.js';
import { Forest } from '../../../src/ranking/forest.js';
import { ensureLightgbm } from '../../../src/ranking/lightgbm/install.js';
import { LightGbm } from '../../../src/ranking/lightgbm/library.js';
import { type RankerParameters } from '../../../src/ranking/lightgbm/parameters.js';
import { type RankerData } from '../../../src/ranking/lightgbm/ranker-data.js';
import { trainRanker } from '../../../src/ranking/lightgbm/train.js';
import { FEATURE_NAMES, rankingData } from '../../support/ranking-data.js';

beforeAll(async () => {
  await ensureLightgbm();
}, 600_000);

const train = rankingData(1, 400);
const validation = rankingData(2, 200);

function run(
  parameters: Partial<RankerParameters>,
  data: Partial<RankerData> = {},
): ReturnType<typeof trainRanker> {
  return trainRanker({
    featureNames: FEATURE_NAMES,
    train: { ...train, ...data },
    parameters: { rounds: 15, minDataInLeaf: 10, ...parameters },
  });
}

/** Mean reciprocal rank of the relevant row. */
function mrrOf(data: RankerData, scores: Float64Array): number {
  let sum = 0;
  let start = 0;
  for (const size of data.groupSizes) {
    const relevant = data.labels.indexOf(1, start);
    let rank = 1;
    for (let row = start; row < start + size; row++)
      if (row !== relevant && scores[row]! >= scores[relevant]!) rank++;
    sum += 1 / rank;
    start += size;
  }
  return sum / data.groupSizes.length;
}

async function refusal(promise: Promise<unknown>): Promise<NextItemError> {
  const error = await promise.then(
    () => expect.fail('it was not refused'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(NextItemError);
  return error as NextItemError;
}

describe('trainRanker', () => {
  it('learns what the labels follow, with either objective', async () => {
    const chance = 0.18; // 1/20 * (1 + 1/2 + ... + 1/20)
    for (const objective of ['lambdarank', 'binary'] as const) {
      const { modelText, importance, bestIteration, history } = await run({
        objective,
        rounds: 40,
        categoricalFeatures: ['category'],
      });
      const scores = new Float64Array(validation.rows);
      Forest.parse(modelText).score(validation.features, validation.rows, scores);
      expect(mrrOf(validation, scores)).toBeGreaterThan(2 * chance);
      expect(importance.map(({ feature }) => feature).slice(0, 2)).toContain('signal');
      expect(importance).toHaveLength(FEATURE_NAMES.length);
      expect(bestIteration).toBe(40);
      expect(history).toHaveLength(40);
    }
  });

  it('gives the same text to the byte, run after run, on one thread and on two', async () => {
    const texts: string[] = [];
    for (const threads of [1, 2, 2, 3])
      texts.push((await run({ threads, categoricalFeatures: ['category'] })).modelText);
    expect(new Set(texts).size).toBe(1);
    expect((await run({ seed: 2, categoricalFeatures: ['category'] })).modelText).not.toBe(texts[0]);
  });

  it('takes single precision, and weights that turn what is learned around', async () => {
    const single = await run({}, { features: Float32Array.from(train.features) });
    expect(Forest.parse(single.modelText).treeCount).toBe(15);
    // Only rows with a low signal count for anything: then the relevant rows among them are the ones to find.
    const weights = Float32Array.from({ length: train.rows }, (_, row) =>
      train.features[row * FEATURE_NAMES.length]! < 0 ? 1 : 0,
    );
    const weighted = await run({ objective: 'binary' }, { weights });
    expect(weighted.modelText).not.toBe((await run({ objective: 'binary' })).modelText);
  });

  it('stops early on the library metric and keeps the best iteration only', async () => {
    const seen: number[] = [];
    const { modelText, bestIteration, history } = await trainRanker({
      featureNames: FEATURE_NAMES,
      train,
      validation,
      parameters: { rounds: 500, earlyStoppingRounds: 5, minDataInLeaf: 5, learningRate: 0.3, metricAt: 10 },
      onIteration: (_iteration, total, metrics) => {
        expect(total).toBe(500);
        seen.push(metrics['ndcg@10']!);
      },
    });
    expect(history.length).toBe(bestIteration + 5);
    expect(history.map(({ metrics }) => metrics['ndcg@10'])).toEqual(seen);
    expect(Math.max(...seen)).toBe(seen[bestIteration - 1]);
    expect(Forest.parse(modelText).treeCount).toBe(bestIteration);
  });

  it('stops early on a metric of one own, whose scores are those of the model', async () => {
    const given: Float64Array[] = [];
    const values = [0.1, 0.3, 0.2, 0.3, 0.25];
    const { modelText, bestIteration, history } = await trainRanker({
      featureNames: FEATURE_NAMES,
      train,
      validation,
      parameters: { rounds: 50, earlyStoppingRounds: 3, minDataInLeaf: 10 },
      evaluateCustom: (scores) => {
        given.push(scores);
        return values[given.length - 1]!;
      },
    });
    expect(bestIteration).toBe(2);
    expect(history.map(({ metrics }) => metrics['custom'])).toEqual(values);
    const scores = new Float64Array(validation.rows);
    Forest.parse(modelText).score(validation.features, validation.rows, scores);
    expect([...given[1]!]).toEqual([...scores]);
  });

  it('can be aborted between two rounds and trains again afterwards', async () => {
    const abort = new AbortController();
    let rounds = 0;
    const error = await refusal(
      trainRanker(
        {
          featureNames: FEATURE_NAMES,
          train,
          parameters: { rounds: 1000, minDataInLeaf: 10 },
          onIteration: () => ++rounds === 3 && abort.abort(),
        },
        { signal: abort.signal },
      ),
    );
    expect(error.code).toBe('interrupted');
    expect(rounds).toBe(3);
    expect((await run({})).bestIteration).toBe(15);
  });

  it('lets the event loop turn while it trains', async () => {
    let turns = 0;
    let pending = setImmediate(function turn() {
      turns++;
      pending = setImmediate(turn);
    });
    await run({ rounds: 60 });
    clearImmediate(pending);
    expect(turns).toBeGreaterThanOrEqual(60);
  });

  it('writes the names of the features into the model', async () => {
    expect(Forest.parse((await run({ rounds: 1 })).modelText).featureNames).toEqual(FEATURE_NAMES);
  });

  it.each<[string, Partial<RankerData>, string]>([
    [
      'features that are no rectangle',
      { features: new Float64Array(7) },
      '7 feature values are not 8000 rows of 6 features',
    ],
    ['a wrong number of labels', { labels: new Float32Array(3) }, '3 labels for 8000 rows'],
    ['a label that is no number', { labels: new Float32Array(8000).fill(NaN) }, 'label NaN of row 0'],
    ['a label between two', { labels: new Float32Array(8000).fill(0.5) }, 'label 0.5 of row 0'],
    [
      'groups that do not cover the rows',
      { groupSizes: Int32Array.of(20, 30) },
      'the queries have 50 rows together, the data has 8000',
    ],
    ['an empty group', { groupSizes: Int32Array.of(0, 8000) }, 'a query has 0 rows'],
    ['a negative weight', { weights: new Float32Array(8000).fill(-1) }, 'weight -1 of row 0'],
    ['too few weights', { weights: new Float32Array(1) }, '1 weights for 8000 rows'],
  ])('refuses %s before the library sees it', async (_, data, message) => {
    const error = await refusal(run({}, data));
    expect(error.code).toBe('lightgbm_failed');
    expect(error.message).toContain(message);
  });

  it('passes on what the library says', async () => {
    const error = await refusal(run({ learningRate: -1 }));
    expect(error.code).toBe('lightgbm_failed');
    expect(error.message).toContain('learning_rate');
    expect((await refusal(run({ leaves: 1 }))).message).toContain('num_leaves');
  });

  it('refuses feature names that LightGBM would change, and unknown categorical ones', async () => {
    const names = [...FEATURE_NAMES.slice(1), 'two words'];
    expect((await refusal(trainRanker({ featureNames: names, train }))).message).toContain('"two words"');
    expect((await refusal(run({ categoricalFeatures: ['colour'] }))).message).toContain('"colour"');
  });

  it('says so when no tree can be grown', async () => {
    const error = await refusal(run({ minDataInLeaf: 5000 }));
    expect(error.code).toBe('too_little_data');
    expect(error.message).toContain('5000');
  });

  it('frees all it took from the library, whatever the end', async () => {
    const calls = vi.spyOn(LightGbm.prototype, 'call'); // watches, the calls go through
    const count = (what: RegExp): number =>
      calls.mock.calls.filter(
        ([name], index) => what.test(name) && calls.mock.results[index]!.type === 'return',
      ).length;
    const abort = new AbortController();
    const common = { featureNames: FEATURE_NAMES, train, validation };
    try {
      await run({ rounds: 1 });
      await trainRanker({ ...common, parameters: { rounds: 2 } });
      await refusal(run({ leaves: 1 }));
      await refusal(run({ minDataInLeaf: 5000 }));
      await refusal(trainRanker({ ...common, onIteration: () => abort.abort() }, { signal: abort.signal }));
      await refusal(
        trainRanker({ ...common, evaluateCustom: () => NaN, parameters: { earlyStoppingRounds: 1 } }),
      );
      expect(count(/^datasetCreate$/)).toBeGreaterThanOrEqual(8);
      expect(count(/^datasetFree$/)).toBe(count(/^datasetCreate$/));
      expect(count(/^boosterCreate$/)).toBeGreaterThanOrEqual(5);
      expect(count(/^boosterFree$/)).toBe(count(/^boosterCreate$/));
    } finally {
      calls.mockRestore();
    }
  });
});

describe('LightGbm.load', () => {
  it('says why a file is not a library it can use', () => {
    const error = (() => {
      try {
        return LightGbm.load(process.execPath + '.so');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(NextItemError);
    expect((error as NextItemError).code).toBe('lightgbm_missing');
    expect((error as NextItemError).message).toContain('.so');
  });
});
