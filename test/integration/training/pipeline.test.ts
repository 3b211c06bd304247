import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBundle } from '../../../src/bundle/open-bundle.js';
import { simulateEventTable } from '../../../src/data/simulator/simulate-event-table.js';
import { openModel } from '../../../src/recommend/model.js';
import { loadBaselines } from '../../../src/training/baselines.js';
import { type PipelineOptions, type PipelineResult, runPipeline } from '../../../src/training/pipeline.js';
import { DEFAULT_TRAINING_SETTINGS } from '../../../src/training/settings.js';
import { Workspace } from '../../../src/training/workspace.js';

const { events } = simulateEventTable({ items: 400, events: 30_000, days: 14 });
const settings = {
  ...DEFAULT_TRAINING_SETTINGS,
  examples: { maxQueries: 3000, maxValidationQueries: 1500, wrongPerQuery: 40, maxRows: 400_000 },
  ranker: { rounds: 60, leaves: 15 },
};

describe('runPipeline with the real LightGBM', () => {
  let folder: string;
  let first: PipelineResult;

  const options = (artifacts: string, changes: Partial<PipelineOptions> = {}): PipelineOptions => ({
    settings,
    artifactsDir: join(folder, artifacts),
    workspace: new Workspace(join(folder, `${artifacts}-work`)),
    modelVersion: '20260101-000000',
    trainedAtMs: Date.UTC(2026, 0, 1),
    source: { kind: 'stream', simulation: null },
    serveTables: 'all',
    withRanker: true,
    evaluate: true,
    ...changes,
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nextitem-pipeline-'));
    first = await runPipeline(events, options('first'));
  }, 300_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('beats item-to-item on the next new item, with the interval clear of zero', () => {
    const report = first.reports.find(({ title }) => title === 'next new item')!;
    const against = report.comparisons.find((c) => c.against === 'item_to_item' && c.metric === 'HR@20')!;
    expect(against.low).toBeGreaterThan(0);
  });

  it('writes a bundle that answers', async () => {
    const model = openModel(await openBundle(first.bundleDir));
    expect(model.featuresCount).toBeGreaterThan(60);
    expect(model.recommend(null, { k: 20, includeViewed: true }).recommendations).toHaveLength(20);
  });

  it('leaves files a data person can open', async () => {
    const names = await readdir(join(folder, 'first-work'));
    expect(names).toEqual(
      expect.arrayContaining([
        'dataset.json',
        'training_pairs.parquet',
        'item_features.parquet',
        'item_popularity.parquet',
        'item_similarity.parquet',
        'feature_config.json',
        'feature_importance.json',
        'learning_curve.json',
        'ranker.txt',
      ]),
    );
  });

  it('gives the same bundle, to the byte, for the same data, settings, seed and clock', async () => {
    const second = await runPipeline(events, options('second'));
    for (const name of ['manifest.json', 'sections.bin', 'ranker.txt', 'metrics.json']) {
      expect(await readFile(join(second.bundleDir, name))).toEqual(
        await readFile(join(first.bundleDir, name)),
      );
    }
  });

  it('gives the same model without an evaluation, and leaves no tables that know the test to be measured', async () => {
    const unmeasured = options('unmeasured', { evaluate: false });
    const { bundleDir } = await runPipeline(events, unmeasured);
    for (const name of ['sections.bin', 'ranker.txt'])
      expect(await readFile(join(bundleDir, name))).toEqual(await readFile(join(first.bundleDir, name)));
    expect(await readdir(join(folder, 'unmeasured-work'))).toContain('item_similarity.parquet');
    await expect(loadBaselines(unmeasured.workspace!)).rejects.toMatchObject({ code: 'stage_missing' });
  });

  it('leaves no bundle, whole or half, when it is interrupted', async () => {
    const stop = new AbortController();
    const run = runPipeline(events, options('stopped'), {
      signal: stop.signal,
      onStep: (step) => {
        if (step === 'write bundle') stop.abort(new Error('stop'));
      },
    });
    await expect(run).rejects.toThrow();
    expect(await readdir(join(folder, 'stopped')).catch(() => [])).toEqual([]);
  });

  it('goes on without a ranker, and says so, when a label block is too small', async () => {
    const warnings: string[] = [];
    const small = simulateEventTable({ items: 50, events: 300, days: 3 }).events;
    const result = await runPipeline(small, options('small', { evaluate: false }), {
      onWarning: (w) => warnings.push(w),
    });
    expect(result.ranker).toBeNull();
    expect(warnings.join()).toContain('item-to-item only');
    const model = openModel(await openBundle(result.bundleDir));
    expect(model.featuresCount).toBe(0);
    expect(model.recommend(null, { k: 5, includeViewed: true }).recommendations).toHaveLength(5);
  });
});
