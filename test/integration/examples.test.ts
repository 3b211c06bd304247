import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, writeTestBundle } from '../support/served.js';

// Examples, and the package they import, are the built code: npm run build.
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'nextitem-examples-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a program to its end; its standard output. Rejects with all of its output if it fails. */
function output(file: string, args: readonly string[], cwd = ROOT): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${error.message}\n${stdout}${stderr}`)),
    );
  });
}

const example = (name: string, ...args: string[]) =>
  output(process.execPath, [join('examples', name), ...args]);

describe('the examples', () => {
  it('are all here', async () => {
    expect((await readdir(join(ROOT, 'examples'))).sort()).toEqual([
      'evaluate-own-recommender.mjs',
      'http-client.mjs',
      'library-recommend.mjs',
      'library-train.mjs',
    ]);
  });

  it('library-recommend recommends', async () => {
    const artifacts = join(folder, 'recommend');
    await writeTestBundle(artifacts);
    const printed = await example('library-recommend.mjs', artifacts);
    expect(printed).toContain('model 20260101-000000 knows 7 items');
    expect(printed.match(/^\d\. \S+ {2}0\.\d{3} {2}\w+/gm)).toHaveLength(5);
  });

  it('library-train trains on a file', async () => {
    const file = join(folder, 'events.csv');
    const rows = Array.from({ length: 60 }, (_, s) =>
      ['tea', 'pot', 'cup'].map(
        (item, i) => `s${s},${item},view,${1_700_000_000_000 + s * 60_000 + i * 1000}`,
      ),
    );
    await writeFile(file, ['session_id,item_id,event_type,timestamp', ...rows.flat(), ''].join('\n'));
    const printed = await example('library-train.mjs', file, join(folder, 'trained'));
    expect(printed).toContain('wrote ');
    expect(printed).toMatch(/most popular: (tea|pot|cup), /);
  }, 60_000);

  it('evaluate-own-recommender measures two', async () => {
    const printed = await example('evaluate-own-recommender.mjs');
    const hitRate = (name: string) =>
      Number(new RegExp(`^${name}: HR@20 (\\d\\.\\d+)`, 'm').exec(printed)![1]);
    expect(hitRate('what follows')).toBeGreaterThan(hitRate('popular'));
  }, 60_000);

  it('http-client talks to a server', async () => {
    const served = await runCommand(['serve'], { NODE_ENV: 'development' });
    try {
      const printed = await example('http-client.mjs', served.url);
      expect(printed).toMatch(/viewed \S+, event 2 of the session/);
      expect(printed).toMatch(/^1\. \S+ {2}\w+/m);
      expect(printed).toContain('a mistake is answered with: invalid_request');
      expect(printed).toContain('erased 1 session');
    } finally {
      await served.cleanUp();
    }
  });
});

describe('the package', () => {
  it('can be imported, with types, by a project it is installed in', async () => {
    const project = join(folder, 'project');
    const installed = join(project, 'node_modules', 'nextitem');
    await mkdir(installed, { recursive: true });
    const packed = await output('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]);
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    await extract({ file: join(folder, filename), cwd: installed, strip: 1 });
    // What npm would install beside it.
    await symlink(join(ROOT, 'node_modules'), join(installed, 'node_modules'));

    await writeFile(join(project, 'package.json'), '{"type":"module"}');
    await writeFile(
      join(project, 'shop.ts'),
      `import { evaluateRecommendations, NextItemError, openRecommender, type Recommendation } from 'nextitem';
       const result = await evaluateRecommendations([['a', 'b']], () => ['b'], { k: 1 });
       const rate: number = result.hitRate.mean;
       let shown: readonly Recommendation[] = [];
       try {
         shown = (await openRecommender('nowhere')).recommend(null, { k: 5, includeViewed: true }).recommendations;
       } catch (error) {
         if (!(error instanceof NextItemError)) throw error;
         console.log(rate, shown.length, error.code);
       }
       // @ts-expect-error a list length is a number
       await evaluateRecommendations([['a', 'b']], () => [], { k: 'many' }).catch(() => undefined);
      `,
    );
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2022',
          lib: ['es2022', 'dom'],
          strict: true,
          skipLibCheck: true,
          types: [],
        },
      }),
    );
    await output(process.execPath, [tsc], project);
    expect(await output(process.execPath, ['shop.js'], project)).toBe('1 0 bundle_not_found\n');
  }, 60_000);
});
