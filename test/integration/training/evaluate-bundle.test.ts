import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBundle } from '../../../src/bundle/open-bundle.js';
import { type EventTable, filterEvents, itemCount, sessionCount } from '../../../src/data/event-table.js';
import { simulateEventTable } from '../../../src/data/simulator/simulate-event-table.js';
import { StringColumn } from '../../../src/domain/string-column.js';
import { type EvaluationReport } from '../../../src/metrics/evaluation-report.js';
import { evaluateBundle } from '../../../src/training/evaluate-bundle.js';
import { type PipelineOptions, type PipelineResult, runPipeline } from '../../../src/training/pipeline.js';
import { DEFAULT_TRAINING_SETTINGS } from '../../../src/training/settings.js';
import { testStartOf } from '../../../src/training/split.js';

const { events } = simulateEventTable({ items: 300, events: 15_000, days: 14 });
const settings = {
  ...DEFAULT_TRAINING_SETTINGS,
  testShare: 0.2,
  examples: { maxQueries: 1000, maxValidationQueries: 500, wrongPerQuery: 20, maxRows: 100_000 },
  ranker: { rounds: 20, leaves: 7 },
};
const source = { kind: 'stream', simulation: null } as const;
const cut = Math.floor(0.8 * sessionCount(events));

/** Only the sessions before `end`. */
const until = (end: number) =>
  filterEvents(
    events,
    (_, session) => session < end,
    () => 1,
  );

/** What depends on the data alone. */
const figures = (reports: readonly EvaluationReport[]) =>
  reports.map(({ latency: _latency, notes: _notes, modelVersion: _version, ...report }) => report);

describe('evaluateBundle', () => {
  let folder: string;
  let blind: PipelineResult;

  const train = (name: string, of: EventTable, changes: Partial<PipelineOptions> = {}) =>
    runPipeline(of, {
      settings,
      artifactsDir: join(folder, name),
      workspace: null,
      modelVersion: '20260101-000000',
      trainedAtMs: Date.UTC(2026, 0, 1),
      source,
      serveTables: 'train',
      withRanker: false,
      evaluate: false,
      ...changes,
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nextitem-evaluate-bundle-'));
    blind = await train('blind', events, { withRanker: true, evaluate: true });
  }, 300_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('finds what training found on its own test part, figure by figure', async () => {
    const reports = await evaluateBundle(events, await openBundle(blind.bundleDir), { source });
    expect(reports).toHaveLength(2);
    expect(figures(reports)).toEqual(figures(blind.reports));
    expect(reports[0]!.notes).toEqual([]);
    expect(reports[0]!.modelVersion).toBe('20260101-000000');
    expect(reports[0]!.learningCurve!.series[0]!.points.length).toBeGreaterThan(0);
  });

  it('keeps the sessions of shoppers out of the bundle', async () => {
    expect(blind.reports[0]!.outcomes![0]!.examples.length).toBeGreaterThan(0);
    const metrics = (await openBundle(blind.bundleDir)).text('metrics.json')!;
    const [report] = JSON.parse(metrics) as EvaluationReport[];
    expect(report!.outcomes!.map(({ examples }) => examples)).toEqual([[], [], []]);
    expect(report!.outcomes![0]!.share).toBe(blind.reports[0]!.outcomes![0]!.share);
    expect(report!.latency).toBeUndefined();
  });

  it('finds the same in events that number their items in another way', async () => {
    const last = itemCount(events) - 1;
    const turned = {
      ...events,
      items: StringColumn.from(events.items.toArray().reverse()),
      itemIndex: events.itemIndex.map((item) => last - item),
    };
    const reports = await evaluateBundle(turned, await openBundle(blind.bundleDir), { source });
    expect(figures(reports)).toEqual(figures(blind.reports));
  });

  it('refuses to ask what the tables know', async () => {
    const { bundleDir } = await train('all', events, { serveTables: 'all' });
    await expect(evaluateBundle(events, await openBundle(bundleDir), { source })).rejects.toMatchObject({
      code: 'test_known',
    });
  });

  it('leaves out the known part of the test, and says so', async () => {
    const { bundleDir } = await train('earlier', until(cut), { serveTables: 'all' });
    const reports = await evaluateBundle(events, await openBundle(bundleDir), { source, testShare: 0.4 });
    const first = testStartOf(events, 0.4);
    const [known, test] = [cut - first, sessionCount(events) - first];
    expect(known).toBeGreaterThan(0.4 * test);
    const number = (n: number) => n.toLocaleString('en-US');
    expect(reports[0]!.notes).toEqual([
      `Left out: ${number(known)} of ${number(test)} test sessions, which the bundle's tables already know.`,
    ]);
    // The rest is asked, but for sessions that ask nothing.
    expect(reports[0]!.data.testSessions).toBeLessThanOrEqual(test - known);
    expect(reports[0]!.data.testSessions).toBeGreaterThan(0.5 * (test - known));
  });

  it('leaves out items that the bundle does not know', async () => {
    const { bundleDir } = await train('old', until(cut), { serveTables: 'all' });
    const renamed = events.items.toArray().map((id, item) => (item % 2 === 0 ? id : `new ${id}`));
    const reports = await evaluateBundle(
      { ...events, items: StringColumn.from(renamed) },
      await openBundle(bundleDir),
      { source },
    );
    const all = await evaluateBundle(events, await openBundle(bundleDir), { source });
    expect(reports[0]!.data.testPrefixes).toBeLessThan(all[0]!.data.testPrefixes);
    expect(reports[0]!.methods[0]!.metrics['HR@20']!.mean).toBeGreaterThan(0);
    const nothing = { ...events, items: StringColumn.from(renamed.map((id) => `other ${id}`)) };
    await expect(evaluateBundle(nothing, await openBundle(bundleDir), { source })).rejects.toMatchObject({
      code: 'too_little_data',
    });
  });

  it('says that nothing was checked where times cannot tell', async () => {
    const rows = { ...events, clock: 'ordinal', timestampMs: events.timestampMs.map((_, e) => e) } as const;
    const { bundleDir } = await train('rows', rows);
    const bundle = await openBundle(bundleDir);
    // Its own data, row by row, can be checked; other data without times cannot.
    const own = await evaluateBundle(rows, bundle, { source });
    expect(own[0]!.notes).toEqual([]);
    const other = filterEvents(
      rows,
      (_, session) => session % 2 === 0,
      () => 1,
    );
    const reports = await evaluateBundle(other, bundle, { source });
    expect(reports[0]!.notes).toEqual([expect.stringMatching(/^Not checked/)]);
  });
});
