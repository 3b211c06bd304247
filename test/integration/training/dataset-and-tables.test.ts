import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { simulateEventTable } from '../../../src/data/simulator/simulate-event-table.js';
import type * as DatasetAndTables from '../../../src/training/dataset-and-tables.js';
import { labelExamples } from '../../../src/training/label-examples.js';
import { DEFAULT_TRAINING_SETTINGS, type TrainingSettings } from '../../../src/training/settings.js';
import { splitByTime } from '../../../src/training/split.js';
import { tablesUntil } from '../../../src/training/tables-until.js';
import { fingerprint } from '../../support/fingerprint.js';

// Threads run compiled code: npm run build.
const DIST = new URL('../../../dist/', import.meta.url);
const BIN = fileURLToPath(new URL('../../../bin/nextitem.js', import.meta.url));
const { buildDatasetAndTables } = (await import(
  new URL('training/dataset-and-tables.js', DIST).href
)) as typeof DatasetAndTables;

/** More events than a thread needs to be worth it. */
const SHOP = { items: 600, events: 55_000, days: 14 };
const ACTIVITY = 'tables and examples';

const quick: TrainingSettings = {
  ...DEFAULT_TRAINING_SETTINGS,
  tables: {
    ...DEFAULT_TRAINING_SETTINGS.tables,
    embedding: { ...DEFAULT_TRAINING_SETTINGS.tables.embedding, epochs: 1, negatives: 32 },
  },
  examples: { maxQueries: 1500, maxValidationQueries: 300, wrongPerQuery: 20, maxRows: 200_000 },
};

function run(args: readonly string[], cwd?: string) {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const waiting: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const look of waiting) look();
    });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  // A thread that was not ended would keep the process alive.
  onTestFinished(() => void (child.exitCode === null && child.kill('SIGKILL')));
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      waiting.push(() => output.includes(text) && resolve());
      void ended.then(() => reject(new Error(`it ended without saying "${text}": ${output}`)));
    });
  return { child, ended, said, output: () => output };
}

/** A process that makes examples with an embedding that is never done; `then` is told what to do with it. */
function endless(then: string) {
  const module = (path: string) => JSON.stringify(new URL(path, DIST).href);
  return run([
    '--input-type=module',
    '--eval',
    `
    import { simulateEventTable } from ${module('data/simulator/simulate-event-table.js')};
    import { buildDatasetAndTables } from ${module('training/dataset-and-tables.js')};
    const settings = ${JSON.stringify(quick)};
    settings.tables.embedding.epochs = 1e6;
    const { events } = simulateEventTable(${JSON.stringify(SHOP)});
    ${then}
    `,
  ]);
}

describe('buildDatasetAndTables', () => {
  it('makes in two threads what one makes, to the bit', async () => {
    const { events } = simulateEventTable(SHOP);
    const split = splitByTime(events, quick);
    const said: [string, number, number][] = [];
    const { dataset, tables } = await buildDatasetAndTables(events, quick, {
      onProgress: (...progress) => void said.push(progress),
    });
    expect(new Set(said.map(([activity]) => activity))).toEqual(new Set([ACTIVITY]));
    const done = said.map(([, share]) => share);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBeLessThanOrEqual(said[0]![2]);

    const here = await labelExamples(events, split, quick);
    expect(here.train.rows).toBeGreaterThan(3000);
    expect(here.validation.rows).toBeGreaterThan(3000);
    expect(fingerprint(dataset.examples)).toBe(fingerprint(here));
    expect(fingerprint(tables)).toBe(fingerprint(await tablesUntil(events, split.testStart, split, quick)));
  });

  it('ends its thread when it is told to stop, and says why', async () => {
    const { ended, output } = endless(`
      const stop = new AbortController();
      const hooks = { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) };
      await buildDatasetAndTables(events, settings, hooks).catch((error) => console.log('stopped:', error.message));
      await buildDatasetAndTables(events, settings, hooks).catch((error) => console.log('not begun:', error.message));
    `);
    expect(await ended).toBe(0);
    expect(output()).toBe('stopped: enough\nnot begun: enough\n');
  });

  it('ends the tables when the examples fail', async () => {
    const { ended, output } = endless(`
      settings.target = 'nonsense';
      await buildDatasetAndTables(events, settings, {}).catch((error) => console.log('failed:', error.message));
    `);
    expect(await ended).toBe(0);
    expect(output()).toMatch(/^failed: /);
  });

  it('is stopped by Ctrl-C', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nextitem-threads-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const shop = ['--simulate', '--sim-items', `${SHOP.items}`, '--sim-events', `${SHOP.events}`];
    const { child, said, ended, output } = run([BIN, 'train', ...shop, '--no-ranker'], folder);
    await said(ACTIVITY);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(output()).toContain('[interrupted]');
    // Nothing but the empty folder for the steps' results.
    expect(await readdir(join(folder, 'artifacts'), { recursive: true })).toEqual(['work']);
  });
});
