import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trainingSettings } from '../../../src/cli/training-options.js';
import { type JournalEntry } from '../../../src/evaluation/tuning/journal.js';
import { type FlatSettings } from '../../../src/evaluation/tuning/search-space.js';
import { type TuningResult } from '../../../src/evaluation/tuning/tuning-result.js';
import { checkSettingsFile } from '../../../src/training/benchmark/method-catalogue.js';

// These tests run the built code in processes of their own: npm run build.
const BIN = fileURLToPath(new URL('../../../bin/nextitem.js', import.meta.url));
const SHOP = ['--simulate', '--sim-events', '6000', '--sim-items', '80'];

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'tune-test-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended };
}

const nextitem = (...args: string[]): Promise<Ended> => start(args).ended;
const tune = (out: string, ...args: string[]) =>
  nextitem('tune', ...SHOP, '--questions', '300', '--out', out, ...args);
const json = async <T>(...path: string[]) => JSON.parse(await readFile(join(folder, ...path), 'utf8')) as T;

/** The measurements of a journal, without how long they took, in order of trial and rung. */
async function measurements(...path: string[]): Promise<unknown[]> {
  const text = await readFile(join(folder, ...path), 'utf8').catch(() => '');
  const lines = text.split('\n').slice(1, -1);
  return lines
    .map((line) => {
      const { tookMs: _, ...entry } = JSON.parse(line) as JournalEntry;
      return entry;
    })
    .sort((a, b) => a.trial - b.trial || a.rung - b.rung);
}

describe('nextitem tune', () => {
  it('tunes methods of the literature and writes settings, trials and plots', async () => {
    const { code, stdout, stderr } = await tune('out', '--method', 'sr,vstan', '--trials', '12');
    expect(code, stderr).toBe(0);
    const best = await json<Record<string, FlatSettings>>('out', 'best-settings.json');
    expect(JSON.parse(stdout)).toEqual(best);
    expect(Object.keys(best)).toEqual(['sr', 'vstan']);
    // The benchmark takes the file as it is.
    expect(checkSettingsFile(best, 'best-settings.json')).toEqual(best);

    const results = await json<Record<string, TuningResult>>('out', 'trials.json');
    for (const method of ['sr', 'vstan']) {
      const { trials, best: winner, defaults } = results[method]!;
      expect(trials).toHaveLength(12);
      expect(trials[0]!.settings).toEqual(defaults);
      expect(trials[0]!.measured).toHaveLength(3);
      expect(trials[winner]!.settings).toEqual(best[method]);
      const full = trials.filter(({ measured }) => measured.length === 3);
      expect(Math.max(...full.map(({ estimate }) => estimate!))).toBe(trials[winner]!.estimate);
      expect(stderr).toMatch(/better than the defaults|within noise|worse than the defaults/);
    }
    expect(await readFile(join(folder, 'out', 'tuning.html'), 'utf8')).toContain('Which settings mattered?');
  });

  it('keeps what another run into the folder found, and refuses to continue another search', async () => {
    expect((await tune('out', '--method', 'sr', '--trials', '3')).code).toBe(0);
    expect((await tune('out', '--method', 'ar', '--trials', '3')).code).toBe(0);
    const best = await json<object>('out', 'best-settings.json');
    expect(Object.keys(best)).toEqual(['sr', 'ar']);

    const { code, stderr } = await tune('out', '--method', 'sr', '--trials', '3', '--seed', '2');
    expect(code).toBe(1);
    expect(stderr).toContain('[journal_mismatch]');
    expect(stderr).toContain('seed was 1, is now 2');
    expect(await json('out', 'best-settings.json')).toEqual(best);
  });

  it('goes on after Ctrl-C as if there had been none, with another number of processes', async () => {
    const search = ['--method', 'vsknn', '--trials', '90'];
    const running = start(['tune', ...SHOP, '--questions', '300', '--out', 'cut', ...search, '--jobs', '2']);
    const measured = () => measurements('cut', 'journal-vsknn.jsonl');
    await expect
      .poll(async () => (await measured()).length, { timeout: 120_000, interval: 20 })
      .toBeGreaterThan(4);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain('the same command goes on from there');
    const before = await measured();

    expect((await tune('cut', ...search, '--jobs', '1')).code).toBe(0);
    expect((await tune('whole', ...search, '--jobs', '1')).code).toBe(0);
    const after = await measured();
    expect(before.length).toBeLessThan(after.length);
    expect(after).toEqual(await measurements('whole', 'journal-vsknn.jsonl'));
    expect(await json('cut', 'best-settings.json')).toEqual(await json('whole', 'best-settings.json'));
  });

  it('says what is wrong before anything is read', async () => {
    expect((await tune('out', '--method', 'vstam')).stderr).toMatch(
      /there is no method vstam.*nextitem.*vstan/s,
    );
    expect((await tune('out', '--method', 'vstan', '--only', 'kk')).stderr).toContain(
      'no tuned setting begins with "kk"; tuned are k, sampleSize',
    );
  });
});

describe('nextitem tune --method nextitem', () => {
  it('finds settings that nextitem train takes', async () => {
    const { code, stderr } = await tune(
      'out',
      '--method',
      'nextitem',
      ...['--only', 'ranker', '--trials', '3', '--rungs', '1', '--max-queries', '500'],
    );
    expect(code, stderr).toBe(0);
    const results = await json<Record<string, TuningResult>>('out', 'trials.json');
    const { trials, space } = results['nextitem']!;
    expect(trials.map(({ measured }) => measured.length)).toEqual([1, 1, 1]);
    expect(trials[1]!.measured[0]!.hr).toBeGreaterThan(0.1);
    expect(Object.keys(space).every((name) => name.startsWith('ranker.'))).toBe(true);

    const found = { 'ranker.leaves': 17, 'ranker.rounds': 5, 'retrieval.limits.walk': 11 };
    await writeFile(join(folder, 'found.json'), JSON.stringify({ nextitem: found }));
    const trained = await nextitem(
      ...['train', ...SHOP, '--settings', 'found.json', '--no-evaluate', '--model-version', 'tuned'],
      ...['--max-queries', '500', '--learning-rate', '0.1'],
    );
    expect(trained.code, trained.stderr).toBe(0);
    const { settings } = await json<{ settings: Record<string, Record<string, unknown>> }>(
      'artifacts',
      'tuned',
      'manifest.json',
    );
    expect(settings['ranker']).toEqual({ leaves: 17, rounds: 5, learningRate: 0.1 });
    expect(settings['retrieval']!['limits']).toMatchObject({ walk: 11 });
  });
});

describe('train --settings', () => {
  const flags = { seed: 1, testShare: 0.1, target: 'item' as const, maxQueries: 1000 };

  it('lets flags count for more than the file', async () => {
    const settings = join(folder, 'settings.json');
    await writeFile(settings, JSON.stringify({ nextitem: { 'ranker.leaves': 17, 'ranker.rounds': 9 } }));
    expect(trainingSettings({ ...flags, settings, leaves: 31 }).ranker).toEqual({ leaves: 31, rounds: 9 });
  });

  it.each([
    [
      { nextitem: { 'ranker.leafs': 17 } },
      /"ranker.leafs" is not a setting\nknown settings: .*ranker\.leaves/,
    ],
    [{ nextitem: { 'ranker.leaves': '17' } }, /"ranker.leaves" must be a number/],
    // It has a flag of its own.
    [{ nextitem: { seed: 3 } }, /"seed" is not a setting/],
    [{ nextitem: { target: 'cart' } }, /"target" is not a setting/],
    [{ vstan: { k: 3 } }, /no settings under "nextitem"/],
    [[], /no settings under "nextitem"/],
  ])('refuses %j', async (content, message) => {
    const settings = join(folder, 'settings.json');
    await writeFile(settings, JSON.stringify(content));
    expect(() => trainingSettings({ ...flags, settings })).toThrow(message);
  });

  it('refuses what is no JSON', async () => {
    const settings = join(folder, 'settings.json');
    await writeFile(settings, 'leaves=17');
    expect(() => trainingSettings({ ...flags, settings })).toThrow(/not valid JSON.*settings\.json/s);
  });
});
