import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBundle } from '../../../src/bundle/open-bundle.js';
import { type EventTable, eventCount, sessionCount } from '../../../src/data/event-table.js';
import { simulateEventTable } from '../../../src/data/simulator/simulate-event-table.js';
import { EVENT_TYPES, type EventType, type SessionEvent } from '../../../src/domain/event.js';
import { Random } from '../../../src/domain/random.js';
import { DAY_MS } from '../../../src/domain/time.js';
import { featureLogFiles, type FeatureRecord, readFeatureLog } from '../../../src/recommend/feature-log.js';
import { openModel } from '../../../src/recommend/model.js';
import { runPipeline } from '../../../src/training/pipeline.js';
import { replay } from '../../../src/training/replay.js';
import { DEFAULT_TRAINING_SETTINGS } from '../../../src/training/settings.js';
import { serveWithFeatureLog } from '../../support/parity-server.js';

// The command is run from the built code: npm run build.
const BIN = fileURLToPath(new URL('../../../bin/nextitem.js', import.meta.url));

const { events } = simulateEventTable({ items: 400, events: 30_000, days: 14 });
const NOW_MS = events.timestampMs[eventCount(events) - 1]! + DAY_MS;
const VERSION = '20260101-000000';

let folder: string;
let artifacts: string;
/** What the served model logged, and where. */
let features: string;
let records: FeatureRecord[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nextitem-parity-'));
  artifacts = join(folder, 'artifacts');
  const bundleDir = await train(events, artifacts, true);
  ({ features, records } = await serve(bundleDir, shoppers(events, 110), join(folder, 'state')));
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function train(table: EventTable, artifactsDir: string, withRanker: boolean): Promise<string> {
  const { bundleDir } = await runPipeline(table, {
    settings: {
      ...DEFAULT_TRAINING_SETTINGS,
      examples: { maxQueries: 2000, maxValidationQueries: 1000, wrongPerQuery: 40, maxRows: 300_000 },
      ranker: { rounds: 40, leaves: 15 },
    },
    artifactsDir,
    workspace: null,
    modelVersion: VERSION,
    trainedAtMs: Date.UTC(2026, 0, 1),
    source: { kind: 'stream', simulation: null },
    serveTables: 'all',
    withRanker,
    evaluate: false,
  });
  return bundleDir;
}

/** What one shopper sends, in the order it arrives. */
interface Shopper {
  readonly sessionId: string;
  readonly arriving: readonly SessionEvent[];
}

/**
 * Sessions of the simulated shop and made-up ones: with carts and purchases, unknown and repeated items, far more events
 * than the model looks at, equal timestamps, and arrivals out of order.
 */
function shoppers(table: EventTable, count: number): Shopper[] {
  const random = new Random(11);
  return Array.from({ length: count }, (_, n) => {
    const s = random.below(sessionCount(table));
    const from = table.sessionOffsets[s]!;
    const own = Array.from({ length: table.sessionOffsets[s + 1]! - from }, (_, i) => ({
      itemId: table.items.at(table.itemIndex[from + i]!),
      eventType: EVENT_TYPES[table.eventType[from + i]!] as EventType,
      timestampMs: NOW_MS - DAY_MS + i * 1000,
    }));
    // Every tenth shopper goes on and on.
    while (own.length < (n % 10 === 0 ? 80 : 5)) {
      const again = random.below(3) === 0;
      own.push({
        itemId: again
          ? own[random.below(own.length)]!.itemId
          : random.below(8) === 0
            ? `not-in-the-shop-${random.below(5)}`
            : table.items.at(random.below(table.items.length)),
        eventType: EVENT_TYPES[random.below(EVENT_TYPES.length)]!,
        timestampMs: own.at(-1)!.timestampMs + random.below(3) * 700,
      });
    }
    if (n % 4 === 1) for (const event of own) event.timestampMs -= event.timestampMs % 5000;
    if (n % 4 === 2) own.push(own.splice(random.below(own.length - 1), 1)[0]!);
    if (n % 4 === 3) own.reverse();
    return { sessionId: `shopper-${n}`, arriving: own };
  });
}

/** Sends all shoppers' events to a real server, several shoppers at a time, and asks after most of them. */
async function serve(bundleDir: string, all: readonly Shopper[], statePath: string) {
  const server = await serveWithFeatureLog(bundleDir, statePath, NOW_MS);
  try {
    const left = [...all];
    const next = async (): Promise<void> => {
      for (let shopper; (shopper = left.pop()) !== undefined;) {
        const { sessionId, arriving } = shopper;
        for (const [n, event] of arriving.entries()) {
          await server.post('/event', {
            session_id: sessionId,
            item_id: event.itemId,
            event_type: event.eventType,
            timestamp: event.timestampMs,
          });
          const isLast = n === arriving.length - 1;
          if (n < 6 || n % 16 === 0 || isLast)
            await server.post('/recommend', { session_id: sessionId, k: 1 + (n % 30) });
        }
        const { itemId, eventType, timestampMs } = arriving[0]!;
        await server.post('/recommend', {
          session_id: `${sessionId}-stateless`,
          events: [
            { item_id: itemId, event_type: eventType, timestamp: timestampMs },
            { item_id: 'unknown', event_type: 'view', timestamp: timestampMs - 1 },
          ],
        });
        await server.post('/recommend', { session_id: `${sessionId}-new`, include_viewed: false });
      }
    };
    await Promise.all(Array.from({ length: 6 }, next));
  } finally {
    await server.close();
  }
  expect(server.dropped()).toBe(0);
  const logged: FeatureRecord[] = [];
  for await (const record of readFeatureLog(server.features)) logged.push(record);
  return { features: server.features, records: logged };
}

async function replayAll(logged: readonly FeatureRecord[], bundleDir = join(artifacts, VERSION)) {
  async function* stream() {
    yield* logged;
  }
  return replay(stream(), async (version) =>
    version === VERSION ? openModel(await openBundle(bundleDir)) : null,
  );
}

function nextitem(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
    );
  });
}

describe('what was served over HTTP, asked again the way training asks', () => {
  it('is the same to the bit: candidates, features, scores', async () => {
    const result = await replayAll(records);
    expect(result.first).toBeNull();
    expect(result.different).toBe(0);
    expect(result.replayed).toBe(records.length);
    expect(result.withoutModel).toEqual({});
  });

  it('was served from sessions of every kind', () => {
    const count = (holds: (events: readonly SessionEvent[]) => boolean) =>
      records.filter((record) => holds(record.events)).length;
    const known = new Set(events.items.toArray());
    expect(records.length).toBeGreaterThanOrEqual(500);
    expect(count((all) => all.length > 64)).toBeGreaterThan(10);
    expect(count((all) => all.length === 0)).toBeGreaterThan(50);
    expect(count((all) => all.some(({ eventType }) => eventType === 'add_to_cart'))).toBeGreaterThan(50);
    expect(count((all) => all.some(({ eventType }) => eventType === 'purchase'))).toBeGreaterThan(50);
    expect(count((all) => all.some(({ itemId }) => !known.has(itemId)))).toBeGreaterThan(100);
    expect(count((all) => new Set(all.map(({ itemId }) => itemId)).size < all.length)).toBeGreaterThan(100);
    expect(
      count((all) => new Set(all.map(({ timestampMs }) => timestampMs)).size < all.length),
    ).toBeGreaterThan(100);
  });

  it('is the same from a model of data without times', async () => {
    const ordinal: EventTable = {
      ...events,
      clock: 'ordinal',
      timestampMs: Float64Array.from(events.timestampMs.keys()),
    };
    const bundleDir = await train(ordinal, join(folder, 'ordinal'), true);
    const served = await serve(bundleDir, shoppers(events, 20), join(folder, 'ordinal-state'));
    const result = await replayAll(served.records, bundleDir);
    expect(result.first).toBeNull();
    expect(result.replayed).toBe(served.records.length);
  }, 120_000);

  it('is the same from a model without a ranker, which has no features', async () => {
    const bundleDir = await train(events, join(folder, 'tables-only'), false);
    const served = await serve(bundleDir, shoppers(events, 20), join(folder, 'tables-only-state'));
    const result = await replayAll(served.records, bundleDir);
    expect(result).toMatchObject({ first: null, different: 0, features: 0, replayed: served.records.length });
  }, 120_000);

  it('counts what other models served, without asking them', async () => {
    const mixed = [
      ...records.slice(0, 5),
      ...records.slice(5, 8).map((r) => ({ ...r, modelVersion: '20250101-000000' })),
    ];
    const result = await replayAll(mixed);
    expect(result).toMatchObject({ replayed: 5, different: 0, withoutModel: { '20250101-000000': 3 } });
  });
});

describe('a record that is not what was served', () => {
  const changed = (
    record: FeatureRecord,
    change: (copy: { -readonly [K in keyof FeatureRecord]: FeatureRecord[K] }) => void,
  ) => {
    const copy = structuredClone(record);
    change(copy);
    return copy;
  };
  const isLong = ({ events: all }: FeatureRecord) => all.length > 5;

  it.each<[string, (record: FeatureRecord) => FeatureRecord, RegExp]>([
    [
      'one bit of one feature',
      (r) => changed(r, ({ served }) => flipBit(served.features, 7)),
      /^feature \S+ of candidate 0 /,
    ],
    [
      'one bit of the last feature',
      (r) => changed(r, ({ served }) => flipBit(served.features, served.features.length - 1)),
      /^feature /,
    ],
    [
      'a number where there was none',
      (r) => changed(r, ({ served }) => void (served.features[served.features.findIndex(Number.isNaN)] = 0)),
      /^feature /,
    ],
    [
      'one bit of one score',
      (r) => changed(r, ({ served }) => flipBit(served.rawScores, 3)),
      /^raw score of candidate 3 /,
    ],
    [
      'candidates in another order',
      (r) => changed(r, ({ served }) => void (served.itemIds as string[]).reverse()),
      /^candidate 0$/,
    ],
    [
      'a candidate less',
      (r) => changed(r, ({ served }) => void (served.itemIds as string[]).pop()),
      /^the number of candidates$/,
    ],
    [
      'fewer features',
      (r) =>
        changed(
          r,
          (copy) => void (copy.served = { ...copy.served, features: copy.served.features.slice(1) }),
        ),
      /^the number of feature values$/,
    ],
    ['another session', (r) => changed(r, (copy) => void (copy.events = copy.events.slice(1))), /./],
    [
      'another time',
      (r) =>
        changed(
          r,
          (copy) =>
            void (copy.events = copy.events.map((e) => ({
              ...e,
              timestampMs: e.timestampMs + 3_600_000 * 5,
            }))),
        ),
      /^feature /,
    ],
  ])('%s is found', async (_, tamper, what) => {
    const at = records.findIndex((record) => isLong(record) && record.served.features.some(Number.isNaN));
    expect(at).toBeGreaterThanOrEqual(0);
    const all = records.map((record, n) => (n === at ? tamper(record) : record));
    const result = await replayAll(all);
    expect(result.different).toBe(1);
    expect(result.first!.recommendationId).toBe(records[at]!.recommendationId);
    expect(result.first!.what).toMatch(what);
    expect(result.first!.served).not.toBe(result.first!.replayed);
  });
});

describe('nextitem replay', () => {
  it('says that nothing differs and ends with code 0; leaves out torn lines; shows the first difference and ends with code 1', async () => {
    const args = ['replay', '--features', features, '--artifacts', artifacts];
    const good = await nextitem(...args);
    expect(good.output).toContain(
      `${records.length.toLocaleString('en')} recommendations replayed, 0 differ`,
    );
    expect(good.code).toBe(0);

    const [name] = await featureLogFiles(features);
    const path = join(features, name!);
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
    const record = JSON.parse(lines[10]!) as { raw_scores: string; recommendation_id: string };
    const scores = Buffer.from(record.raw_scores, 'base64');
    scores[0]! ^= 1;
    lines[10] = JSON.stringify({ ...record, raw_scores: scores.toString('base64') });
    lines[20] = lines[20]!.slice(0, 1000);
    await writeFile(path, `${lines.join('\n')}\n${lines[0]!.slice(0, 50)}`);
    const bad = await nextitem(...args);
    expect(bad.code).toBe(1);
    expect(bad.output).toContain(
      `${(records.length - 1).toLocaleString('en')} recommendations replayed, 1 differ`,
    );
    expect(bad.output).toContain(record.recommendation_id);
    expect(bad.output).toContain('raw score of candidate 0');
    expect(bad.output).toContain('1 damaged line');
  }, 60_000);

  it('refuses a log with nothing it can replay', async () => {
    const result = await nextitem('replay', '--features', features, '--artifacts', join(folder, 'nowhere'));
    expect(result.code).toBe(1);
    expect(result.output).toContain('their model');
    expect((await nextitem('replay', '--features', join(folder, 'nowhere'))).output).toContain(
      'source_not_found',
    );
  }, 60_000);
});

function flipBit(values: Float32Array | Float64Array, index: number): void {
  new Uint8Array(values.buffer, values.byteOffset + index * values.BYTES_PER_ELEMENT, 1)[0]! ^= 1;
}
