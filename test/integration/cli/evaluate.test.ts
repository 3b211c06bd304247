import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EvaluationReport } from '../../../src/metrics/evaluation-report.js';
import { runCommand } from '../../support/served.js';

// These tests run the built code in processes of their own: npm run build.
const SHOP = ['--simulate', '--sim-events', '6000', '--sim-items', '80'];

describe('nextitem evaluate', () => {
  let folder: string;
  const at = (...path: string[]) => join(folder, ...path);

  async function nextitem(...args: string[]): Promise<{ code: number | null; output: string }> {
    const command = await runCommand(args, {}, { bundle: false });
    const code = await command.exited;
    await command.cleanUp();
    return { code, output: command.output() };
  }
  const train = (name: string, ...args: string[]) =>
    nextitem('train', ...SHOP, '--no-ranker', '--artifacts', at(name), '--work', at(name, 'work'), ...args);
  const json = async (...path: string[]) =>
    JSON.parse(await readFile(at(...path), 'utf8')) as EvaluationReport[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evaluate-test-'));
    const { code, output } = await train('blind', '--serve-tables', 'train');
    expect(code, output).toBe(0);
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('training leaves one page with all tasks, and evaluate makes it again', async () => {
    const page = await readFile(at('blind', 'work', 'evaluation.html'), 'utf8');
    expect(page).toContain('id="next-item"');
    expect(page).toContain('id="next-new-item"');
    const before = await json('blind', 'work', 'evaluation.json');
    const { code, output } = await nextitem('evaluate', '--work', at('blind', 'work'), '--svg', at('plots'));
    expect(code, output).toBe(0);
    const after = await json('blind', 'work', 'evaluation.json');
    expect(after.map(({ methods }) => methods)).toEqual(before.map(({ methods }) => methods));
    expect(await readdir(at('plots'))).toContain('next-new-item-at-k-hr.svg');
  });

  it('measures a bundle on named events and writes what it is asked for', async () => {
    const args = ['evaluate', ...SHOP, '--artifacts', at('blind')];
    const { code, output } = await nextitem(
      ...args, '--report', at('out', 'report.html'), '--json', at('out', 'figures.json'), '--svg', at('out', 'svg'),
    ); // prettier-ignore
    expect(code, output).toBe(0);
    const figures = await json('out', 'figures.json');
    const trained = await json('blind', 'work', 'evaluation.json');
    expect(figures.map(({ methods }) => methods)).toEqual(trained.map(({ methods }) => methods));
    expect(figures[0]!.methods[0]!.name).toBe('reachable_best');
    const page = await readFile(at('out', 'report.html'), 'utf8');
    expect(page.match(/<svg /g)!.length).toBe(2 * (await readdir(at('out', 'svg'))).length);
    expect(output).toContain(`${at('out', 'svg')} (`);

    const bare = await nextitem(...args);
    expect(bare.code, bare.output).toBe(0);
    expect(bare.output).toContain('First 20');
    expect(bare.output).toContain('Nothing was written');
  });

  it('refuses a bundle that knows the events', async () => {
    expect((await train('all', '--no-evaluate')).code).toBe(0);
    const { code, output } = await nextitem('evaluate', ...SHOP, '--artifacts', at('all'));
    expect(code).toBe(1);
    expect(output).toContain('[test_known]');
    expect(output).toContain('--serve-tables train');
  });
});
