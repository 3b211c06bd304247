import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBundle } from '../../../src/bundle/open-bundle.js';
import { openSource } from '../../../src/data/open-source.js';
import { simulateEventTable } from '../../../src/data/simulator/simulate-event-table.js';
import { openModel } from '../../../src/recommend/model.js';
import { buildDataset, loadDataset } from '../../../src/training/dataset.js';
import { type PipelineResult, runPipeline } from '../../../src/training/pipeline.js';
import { DEFAULT_TRAINING_SETTINGS } from '../../../src/training/settings.js';
import { Workspace } from '../../../src/training/workspace.js';

const simulation = { items: 200, events: 20_000, days: 14 };
const settings = {
  ...DEFAULT_TRAINING_SETTINGS,
  target: 'purchase' as const,
  examples: { maxQueries: 1500, maxValidationQueries: 800, wrongPerQuery: 25, maxRows: 400_000 },
  ranker: { rounds: 60, leaves: 15 },
};

describe('a model for the next purchase, learned from the simulated shop', () => {
  let folder: string;
  let workspace: Workspace;
  let result: PipelineResult;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nextitem-target-'));
    workspace = new Workspace(join(folder, 'work'));
    result = await runPipeline(simulateEventTable(simulation).events, {
      settings,
      artifactsDir: join(folder, 'artifacts'),
      workspace,
      modelVersion: '20260101-000000',
      trainedAtMs: Date.UTC(2026, 0, 1),
      source: { kind: 'stream', simulation },
      serveTables: 'train',
      withRanker: true,
      evaluate: true,
    });
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('beats popularity and item-to-item, and says what share of the reachable it gets', () => {
    const [report] = result.reports;
    expect(result.reports.map(({ title }) => title)).toEqual([
      'next purchase',
      'next purchase of a new item',
    ]);
    expect(report!.protocol).toContain('that a purchase still follows');
    for (const rival of ['popular', 'item_to_item']) {
      const difference = report!.comparisons.find((c) => c.against === rival && c.metric === 'HR@20')!;
      expect(difference.low).toBeGreaterThan(0);
    }
    const means = Object.fromEntries(report!.methods.map((m) => [m.name, m.metrics['HR@20']!.mean]));
    const share = (100 * means.ranker!) / means.reachable_best!;
    expect(report!.notes[0]).toContain(`${share.toFixed(1)}% of its HR@20`);
    expect(share).toBeGreaterThan(80);
  });

  it('is a bundle that names its target and answers', async () => {
    const bundle = await openBundle(result.bundleDir);
    expect(bundle.manifest).toMatchObject({
      source: { target: 'purchase' },
      settings: { target: 'purchase' },
    });
    const { recommendations } = openModel(bundle).recommend(null, { k: 10, includeViewed: true });
    expect(recommendations).toHaveLength(10);
  });

  it('is read back from the workspace as it was', async () => {
    const { dataset } = await loadDataset(workspace);
    expect(dataset.settings.target).toBe('purchase');
    expect(dataset.examples!.train.targetGroups).toBe(result.dataset.examples!.train.targetGroups);
    expect(dataset.examples!.train.groupSizes.length).toBeGreaterThan(dataset.examples!.train.targetGroups);
  });
});

const REES46 = '../shared/data/rees46-sample';
const present = existsSync(REES46);
if (!present) process.stderr.write(`tests on public data skipped: ${REES46} is not there\n`);

describe.skipIf(!present)('events with few carts', () => {
  it('still give a ranker enough to learn from', async () => {
    const { events } = await openSource({ kind: 'events', paths: [REES46] });
    const { examples } = await buildDataset(events, { ...settings, target: 'cart' });
    expect(examples!.train.targetGroups).toBeLessThan(100);
    expect(examples!.train.groupSizes.length).toBeGreaterThan(200);
  }, 60_000);
});
