import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TARGETS } from '../../../../src/data/target.js';
import { benchmarkTask } from '../../../../src/evaluation/benchmark/protocol.js';
import { runKey, type RunSpec, RunStore } from '../../../../src/evaluation/benchmark/run-store.js';
import { eventTable } from '../../../support/event-table.js';
import { benchmarkRun, benchmarkSample } from '../../../support/sample-benchmark.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'nextitem-runs-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('RunStore', () => {
  it('gives back a task as it was', async () => {
    const store = new RunStore(folder);
    const { task } = benchmarkSample();
    const hash = await store.saveTask(task);
    expect(await store.saveTask(task)).toBe(hash);
    const loaded = await new RunStore(folder).loadTask(hash);
    expect(loaded).toEqual(task);
    await expect(store.loadTask('0123456789')).rejects.toThrow(/prepared data is gone/);
  });

  it('tells tasks apart by content, not by where they were read', async () => {
    const store = new RunStore(folder);
    const one = benchmarkTask(
      eventTable([
        ['a', 'b'],
        ['b', 'a'],
      ]),
      'time',
      () => 1,
    );
    const hash = await store.saveTask(one);
    const elsewhere = { ...one, events: { ...one.events, source: 'another file' } };
    expect(await store.saveTask(elsewhere)).toBe(hash);
    const later = { ...one.events, timestampMs: one.events.timestampMs.map((time) => time + 1) };
    expect(await store.saveTask({ ...one, events: later })).not.toBe(hash);
  });

  it('tells tasks apart by what they ask', async () => {
    const store = new RunStore(folder);
    const events = eventTable([
      ['a', ['b', 'add_to_cart']],
      ['b', ['a', 'add_to_cart']],
      ['b', ['a', 'purchase']],
    ]);
    const hashes = await Promise.all(
      TARGETS.map((target) => store.saveTask(benchmarkTask(events, 'time', () => 1, target))),
    );
    expect(new Set(hashes).size).toBe(TARGETS.length);
    expect((await store.loadTask(hashes[1]!)).target).toBe('cart');
  });

  it('gives back a run as it was', async () => {
    const store = new RunStore(folder);
    const run = await benchmarkRun('pop');
    await store.saveRun('abc', run);
    expect(await store.loadRun('abc')).toEqual(run);
    await store.saveRun('abc', { ...run, trainMs: 7 });
    expect((await store.loadRun('abc'))!.trainMs).toBe(7);
  });

  it('takes what is missing, damaged or cut off for not measured, and can write it again', async () => {
    const store = new RunStore(folder);
    const run = await benchmarkRun('pop');
    expect(await store.loadRun('abc')).toBeNull();
    for (const damage of [
      (dir: string) => truncate(join(dir, 'sections.bin'), 10),
      (dir: string) => writeFile(join(dir, 'manifest.json'), '{'),
      async (dir: string) => {
        const path = join(dir, 'sections.bin');
        const bytes = await readFile(path);
        bytes[0]! ^= 1;
        await writeFile(path, bytes);
      },
    ]) {
      await store.saveRun('abc', run);
      await damage(join(store.runsFolder, 'abc'));
      expect(await store.loadRun('abc')).toBeNull();
    }
    await store.saveRun('abc', run);
    expect(await store.loadRun('abc')).toEqual(run);
    expect(await readdir(store.runsFolder)).toEqual(['abc']);
  });
});

describe('runKey', () => {
  const spec: RunSpec = {
    method: 'sr',
    seed: null,
    settings: { steps: 10 },
    settingsFrom: 'defaults',
    limitTest: null,
    ceilings: false,
  };

  it('changes with everything that decides a result', () => {
    const key = runKey('data', spec, '1.0.0');
    const keys = [
      runKey('other', spec, '1.0.0'),
      runKey('data', spec, '1.0.1'),
      runKey('data', { ...spec, settings: { steps: 11 } }, '1.0.0'),
      runKey('data', { ...spec, seed: 1 }, '1.0.0'),
      runKey('data', { ...spec, limitTest: 5 }, '1.0.0'),
      runKey('data', { ...spec, method: 'ar' }, '1.0.0'),
    ];
    expect(new Set([key, ...keys]).size).toBe(keys.length + 1);
    expect(runKey('data', { ...spec }, '1.0.0')).toBe(key);
  });
});
