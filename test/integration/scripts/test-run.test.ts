import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, mkdir, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** scripts/test.mjs on a small project of its own, with the real vitest. */
const root = fileURLToPath(new URL('../../..', import.meta.url));
let project: string;
let temporary: string;

const PASSING = `import { expect, it } from 'vitest';
it('adds', () => expect(1 + 1).toBe(2));
it('subtracts', () => expect(3 - 2).toBe(1));
it.skip('divides', () => {});
`;

const ENDLESS = `import { writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { it } from 'vitest';
it('waits', async () => {
  const server = spawn('sleep', ['1000'], { stdio: 'ignore' });
  writeFileSync('server.pid', String(server.pid));
  await new Promise(() => {});
}, 0);
`;

beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'nextitem-run-')));
  await cp(join(root, 'scripts'), join(project, 'scripts'), { recursive: true });
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'));
  // All tools are there and the library is built, so that nothing is installed here.
  temporary = join(project, 'tmp');
  await mkdir(temporary);
  await mkdir(join(project, 'bin'));
  for (const tool of ['redis-server', 'chromium'])
    await symlink(process.execPath, join(project, 'bin', tool));
  await mkdir(join(project, 'dist/ranking/lightgbm'), { recursive: true });
  await writeFile(
    join(project, 'dist/ranking/lightgbm/install.js'),
    'export const findLightgbm = () => "/library";',
  );
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  await writeFile(
    join(project, 'vitest.config.js'),
    'export default { test: { include: ["test/**/*.test.ts"] } };',
  );
  await mkdir(join(project, 'test'));
  await writeFile(join(project, 'test/passing.test.ts'), PASSING);
  await writeFile(
    join(project, 'test/failing.test.ts'),
    PASSING.replace('toBe(2)', 'toBe(3)').replace('adds', 'adds wrongly'),
  );
  await writeFile(join(project, 'test/broken.test.ts'), 'import "./not-there.js";');
  await writeFile(join(project, 'test/endless.test.ts'), ENDLESS);
});

afterAll(() => rm(project, { recursive: true, force: true }));

function start(args: string[]): { child: ChildProcess; ended: Promise<{ code: number; lines: string[] }> } {
  const path = `${join(project, 'bin')}${delimiter}${process.env['PATH']}`;
  const env = { ...process.env, PATH: path, TMPDIR: temporary, NO_COLOR: '1', FORCE_COLOR: undefined };
  for (const name of Object.keys(env))
    if (/^(VITEST|TINYPOOL|NODE_V8_COVERAGE)/.test(name)) delete env[name as keyof typeof env];
  const child = spawn(process.execPath, [join(project, 'scripts/test.mjs'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr!.resume();
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number,
    lines: output.trimEnd().split('\n'),
  }));
  return { child, ended };
}

describe('npm test -- FILE', () => {
  it('ends with the plain line and code 0 when all is well', async () => {
    const { code, lines } = await start(['test/passing.test.ts']).ended;
    expect(lines.at(-1)).toBe('2 passed, 0 failed, 1 skipped');
    expect(code).toBe(0);
  });

  it('names what failed, counts a file that cannot be loaded, and ends with code 1', async () => {
    const { code, lines } = await start(['test/failing.test.ts', 'test/broken.test.ts', '-t', 'adds']).ended;
    expect(lines.at(-1)).toBe('0 passed, 2 failed, 2 skipped');
    expect(lines.at(-3)).toMatch(/^failed: .*(failing|broken)\.test\.ts/);
    expect(code).toBe(1);
  });

  it('fails when the filter leaves no test to run', async () => {
    const { code, lines } = await start(['test/passing.test.ts', '-t', 'multiplies']).ended;
    expect(lines.slice(-2)).toEqual(['failed: no test was executed', '0 passed, 1 failed, 3 skipped']);
    expect(code).toBe(1);
  });

  it('passes a signal on to everything that the tests started', async () => {
    const { child, ended } = start(['test/endless.test.ts']);
    const pid = await pidOf(join(project, 'server.pid'));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(128 + 15);
    await gone(pid);
    const left = await readdir(temporary);
    expect(left.filter((name) => name.startsWith('nextitem-test-'))).toEqual([]);
  });
});

/** The process number in a file, once it is written. */
async function pidOf(file: string): Promise<number> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text !== '') return Number(text);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resolves once a process has ended; the test's time limit is the only bound. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    // Z: it ended and its parent, which ended before it, cannot collect it.
    if (state === null || /\) Z /.test(state)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
