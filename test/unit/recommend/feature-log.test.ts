import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/domain/time.js';
import {
  FeatureLog,
  featureLogFiles,
  type FeatureRecord,
  readFeatureLog,
} from '../../../src/recommend/feature-log.js';

let dir: string;
let nowMs: number;
let dropped: number;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'nextitem-feature-log-'));
  nowMs = Date.UTC(2026, 0, 10);
  dropped = 0;
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const openLog = (folder = dir) =>
  new FeatureLog({ dir: folder, retentionDays: 7, clock: () => nowMs, onDrop: () => dropped++ });

function record(sessionId: string, userId?: string): FeatureRecord {
  return {
    recommendationId: `r-${sessionId}`,
    sessionId,
    ...(userId === undefined ? {} : { userId }),
    servedAtMs: nowMs,
    modelVersion: '20260101-000000',
    events: [{ itemId: 'line\u2028separator', eventType: 'add_to_cart', timestampMs: 5 }],
    served: {
      itemIds: ['a', 'b'],
      features: Float32Array.of(1 / 3, NaN, -0, Infinity),
      rawScores: Float64Array.of(Math.PI, -1e-300),
    },
  };
}

async function read(onDamagedLine?: (file: string) => void): Promise<FeatureRecord[]> {
  const records: FeatureRecord[] = [];
  for await (const one of readFeatureLog(dir, onDamagedLine)) records.push(one);
  return records;
}

const sessionsOf = (records: readonly FeatureRecord[]) => records.map(({ sessionId }) => sessionId);

describe('the feature log', () => {
  it('gives back what it was given, to the bit', async () => {
    const log = openLog();
    log.add(record('s1', 'ann'));
    log.add(record('s2'));
    await log.close();
    expect(await read()).toEqual([record('s1', 'ann'), record('s2')]);
  });

  it('is not spoiled by a line that an earlier process with the same id left torn', async () => {
    const first = openLog();
    first.add(record('s1'));
    await first.close();
    const [name] = await featureLogFiles(dir);
    await appendFile(join(dir, name!), '{"session_id":"torn');
    const second = openLog();
    second.add(record('s2'));
    await second.close();
    const damaged: string[] = [];
    expect(sessionsOf(await read((file) => damaged.push(file)))).toEqual(['s1', 's2']);
    expect(damaged).toEqual([name]);
  });

  it('erases by session and by user: what waits, what is written, and what nobody can read', async () => {
    const log = openLog();
    for (const [session, user] of [['s1'], ['s2', 'ann'], ['s3', 'bob'], ['s4', 'bob']] as const)
      log.add(record(session, user));
    await log.flush();
    await appendFile(join(dir, (await featureLogFiles(dir))[0]!), '{"session_id":"s3\n');
    log.add(record('s1'));
    expect(await log.erase({ sessionIds: ['s1'], userId: 'ann' })).toBe(3);
    await log.close();
    expect(sessionsOf(await read())).toEqual(['s3', 's4']);
    expect(await readFile(join(dir, (await readdir(dir))[0]!), 'utf8')).not.toContain('"s3\n');
    expect(await readdir(dir)).toHaveLength(1);
    expect(await openLog().erase({ sessionIds: ['s1'] })).toBe(0);
  });

  it('removes days older than the retention', async () => {
    const log = openLog();
    log.add(record('old'));
    await log.flush();
    nowMs += 9 * DAY_MS;
    log.add(record('new'));
    await log.close();
    expect(sessionsOf(await read())).toEqual(['new']);
  });

  it('drops records, and says so, when it cannot write or too many wait', async () => {
    await writeFile(join(dir, 'file'), '');
    const blocked = openLog(join(dir, 'file', 'below'));
    blocked.add(record('s1'));
    await blocked.close();
    expect(dropped).toBe(1);
    const log = openLog();
    for (let n = 0; n < 1005; n++) log.add(record(`s${n}`));
    await log.close();
    expect(dropped).toBe(6);
    expect(await read()).toHaveLength(1000);
  });

  it('is empty where there is none', async () => {
    await rm(dir, { recursive: true });
    expect(await read()).toEqual([]);
    expect(await openLog().erase({ sessionIds: ['s'] })).toBe(0);
  });
});
