import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/domain/random.js';
import { type BenchmarkResult } from '../../../src/evaluation/benchmark/benchmark-result.js';

// These tests run the built code in processes of their own: npm run build.
const BIN = fileURLToPath(new URL('../../../bin/nextitem.js', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
let data: string;
const out = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nextitem-benchmark-'));
  data = join(folder, 'clicks.csv');
  await writeFile(data, clicks(900));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A shop with columns of its own names: shoppers mostly walk on along a ring of products. */
function clicks(visits: number): string {
  const random = new Random(11);
  const rows = ['visit,sku,at'];
  for (let v = 0; v < visits; v++) {
    let item = random.below(80);
    const length = 2 + random.below(6);
    for (let e = 0; e < length; e++) {
      rows.push(
        `v${v},sku-${item},${new Date(Date.UTC(2026, 0, 1) + v * 600_000 + e * 20_000).toISOString()}`,
      );
      if (random.next() > 0.2) item = (item + 1 + random.below(2)) % 80;
    }
  }
  return `${rows.join('\n')}\n`;
}

const COLUMNS = ['--column', 'session=visit', 'item=sku', 'time=at'];

function start(args: readonly string[]): {
  child: ChildProcess;
  ended: Promise<Ended>;
  stderr: () => string;
} {
  const child = spawn(process.execPath, [BIN, 'benchmark', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended, stderr: () => stderr };
}

const benchmark = (...args: string[]) => start(args).ended;
const json = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as BenchmarkResult;

/** Everything of a result that the data decides: no times, no sizes. */
function accuracy({ methods, comparisons, breakdowns, ceilings }: BenchmarkResult) {
  const figures = Object.entries(methods).map(
    ([name, { 'hr@20': hr, 'map@5': map, intervals, shown, seeds }]) => ({
      name,
      hr,
      map,
      intervals,
      shown,
      seeds,
    }),
  );
  return { figures, comparisons, breakdowns, ceilings };
}

describe('nextitem benchmark', () => {
  it('measures ours against the literature on data it has never seen, and uses what is finished', async () => {
    const file = out('result.json');
    const args = [
      '--data',
      data,
      ...COLUMNS,
      '--methods',
      'pop,sr,nextitem',
      '--out',
      out('main'),
      '--json',
      file,
    ];
    const first = await benchmark(...args);
    expect(first.stderr).toContain('page: ');
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/│ POP +│/);
    expect(first.stdout).toContain('nextitem against');

    const result = await json(file);
    expect(result.protocol).toBe('time');
    expect(Object.keys(result.methods)).toEqual(['pop', 'sr', 'nextitem']);
    for (const [name, method] of Object.entries(result.methods)) {
      expect(method['hr@20']).toBeGreaterThanOrEqual(method['hr@5']!);
      expect(method['hr@20']).toBeLessThanOrEqual(1);
      expect(method['mrr@20']).toBeLessThanOrEqual(method['hr@20']!);
      expect(method.peakMemoryBytes).toBeGreaterThan(20e6);
      // What a simple method holds is too little to tell from the noise of a process's memory.
      expect(method.modelBytes).toBeGreaterThanOrEqual(name === 'nextitem' ? 1 : 0);
    }
    // Who walks along a ring is predictable, and not by popularity.
    expect(result.methods.sr!['hr@5']).toBeGreaterThan(result.methods.pop!['hr@5']! + 0.3);
    expect(result.methods.nextitem!['hr@5']).toBeGreaterThan(result.methods.pop!['hr@5']! + 0.3);
    expect(result.methods.nextitem!.seeds).toEqual([1]);
    // The served candidates are the ceiling of the ranker.
    expect(result.methods.nextitem!['hr@20']).toBeLessThanOrEqual(result.ceilings!.served.recall);
    expect(await json(out('main/clicks-time.json'))).toEqual(result);
    expect(await readFile(out('main/clicks-time.html'), 'utf8')).toContain('What can the ranker reach?');

    const again = await benchmark(...args);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('finished runs found in the folder: 3');
    expect(accuracy(await json(file))).toEqual(accuracy(result));
  }, 240_000);

  it('gives the same figures when it measures again, on one core or two', async () => {
    const args = ['--data', data, ...COLUMNS, '--methods', 'pop,vstan,item-to-item', '--limit-test', '40'];
    const one = await benchmark(...args, '--out', out('a'), '--jobs', '1');
    const two = await benchmark(...args, '--out', out('a'), '--jobs', '2', '--fresh');
    const other = await benchmark(...args, '--out', out('b'), '--json', '-');
    expect([one.code, two.code, other.code]).toEqual([0, 0, 0]);
    expect(two.stderr).not.toContain('finished runs');
    const result = JSON.parse(other.stdout) as BenchmarkResult;
    expect(accuracy(await json(out('a/clicks-time.json')))).toEqual(accuracy(result));
    expect(result.data.askedSessions).toBe(40);
    expect(result.notes.join()).toContain('Only 40 test sessions');
  }, 120_000);

  it('takes tuned settings, and says so', async () => {
    const settings = out('settings.json');
    await writeFile(settings, JSON.stringify({ sr: { steps: 1 } }));
    const { code, stdout } = await benchmark(
      '--data', data, ...COLUMNS, '--methods', 'pop,sr', '--settings', settings, '--out', out('tuned'), '--json', '-',
    ); // prettier-ignore
    expect(code).toBe(0);
    const { methods } = JSON.parse(stdout) as BenchmarkResult;
    expect(methods.pop!.settingsFrom).toBe('defaults');
    expect(methods.sr!.settingsFrom).toBe('file');
    expect(methods.sr!.settings).toMatchObject({ steps: 1 });
  }, 60_000);

  it('stops at a signal without half a result, and goes on from there', async () => {
    const args = ['--data', data, ...COLUMNS, '--methods', 'pop,sr,nextitem', '--out', out('stopped')];
    const { child, ended } = start(args);
    // ours is trained last and alone: when both others are there, it has begun.
    await expect
      .poll(
        async () =>
          (await readdir(out('stopped/runs')).catch(() => [])).filter((name) => !name.startsWith('.')).length,
        {
          timeout: 60_000,
        },
      )
      .toBe(2);
    child.kill('SIGINT');
    const stopped = await ended;
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('[interrupted]');
    expect(await readdir(out('stopped/runs'))).toHaveLength(2);
    expect(await readdir(out('stopped'))).toEqual(['data', 'runs']);

    const { code, stderr } = await benchmark(...args);
    expect(code).toBe(0);
    expect(stderr).toContain('finished runs found in the folder: 2');
    expect(Object.keys((await json(out('stopped/clicks-time.json'))).methods)).toHaveLength(3);
  }, 240_000);

  it('a method that fails does not take the others with it', async () => {
    const settings = out('broken.json');
    // A number as it should be, and no number of neighbours: only the method itself can tell.
    await writeFile(settings, JSON.stringify({ vsknn: { k: -1 } }));
    const { code, stdout, stderr } = await benchmark(
      '--data', data, ...COLUMNS, '--methods', 'pop,vsknn', '--settings', settings, '--out', out('failed'),
    ); // prettier-ignore
    expect(code).toBe(1);
    expect(stderr).toContain('[benchmark_failed]');
    expect(stderr).toContain('vsknn: ');
    expect(stdout).toMatch(/│ POP +│/);
    expect(stdout).not.toMatch(/│ VSKNN +│/);
    expect(await readdir(out('failed/runs'))).toHaveLength(1);
  }, 60_000);

  describe('tells what is wrong', () => {
    const refused = async (args: readonly string[], code: string, message: RegExp) => {
      const ended = await benchmark(...args, '--out', out('refused'));
      expect(ended.stderr).toMatch(message);
      expect(ended.stderr).toContain(`[${code}]`);
      expect(ended.code).toBe(1);
      expect(ended.stdout).toBe('');
    };

    it('no such file', () =>
      refused(['--data', out('nothing.csv')], 'source_not_found', /names no data file/));

    it('a method that is not known', () =>
      refused(['--data', data, '--methods', 'pop,magic'], 'invalid_option', /there is no method magic/));

    it('columns that are not known', () =>
      refused(['--data', data, '--methods', 'pop'], 'source_unreadable', /clicks\.csv/));

    it('srgnn without a split', () =>
      refused(
        ['--data', data, ...COLUMNS, '--methods', 'pop', '--protocol', 'srgnn'],
        'invalid_option',
        /--protocol time/,
      ));

    it('too little to split', async () => {
      const tiny = out('tiny.csv');
      await writeFile(tiny, 'session_id,item_id,timestamp\n1,a,1767225600\n1,b,1767225601\n');
      await refused(['--data', tiny, '--methods', 'pop'], 'too_little_data', /1 sessions cannot be split/);
    });

    it('an empty file, and one that is no table', async () => {
      const empty = out('empty.csv');
      await writeFile(empty, '');
      await refused(['--data', empty, '--methods', 'pop'], 'source_empty', /no row/);
      const noise = out('noise.csv');
      await writeFile(noise, Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 131) % 256)));
      await refused(['--data', noise, '--methods', 'pop'], 'source_unreadable', /noise\.csv/);
    });

    it('settings that no method has', async () => {
      const settings = out('wrong.json');
      await writeFile(settings, '{"sr": {"speed": 3}}');
      await refused(
        ['--data', data, ...COLUMNS, '--methods', 'sr', '--settings', settings],
        'invalid_option',
        /"speed" is not a setting[^]*known settings: steps/,
      );
      await writeFile(settings, '{"sr": ');
      await refused(['--data', data, '--settings', settings], 'invalid_option', /not valid JSON/);
    });
  });
});
