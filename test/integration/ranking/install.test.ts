import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ensureLightgbm,
  type InstallProgress,
  lightgbmCacheFolder,
} from '../../../src/ranking/lightgbm/install.js';

// The sources are really fetched and cmake really runs, but no build is run to its end here: the other tests of the
// ranker use a library that was built that way.

let folder: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nextitem-lightgbm-'));
  env = { ...process.env, XDG_CACHE_HOME: folder };
  delete env['LIGHTGBM_LIB'];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Ids of running processes whose command line mentions the folder. */
function processesIn(path: string): string[] {
  return readdirSync('/proc').filter((id) => {
    if (!/^\d+$/.test(id) || Number(id) === process.pid) return false;
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(path);
    } catch {
      return false;
    }
  });
}

describe('the LightGBM build', () => {
  it('ends its processes and leaves only the log when it is aborted in the middle of compiling', async () => {
    const abort = new AbortController();
    const steps: InstallProgress[] = [];
    let running = 0;
    const promise = ensureLightgbm({
      env,
      signal: abort.signal,
      onProgress: (step) => {
        steps.push(step);
        if (step.phase !== 'compile') return;
        const poll = setInterval(() => {
          running = processesIn(folder).length;
          if (running < 3) return; // cmake, ninja or make, and a compiler
          clearInterval(poll);
          abort.abort();
        }, 50);
      },
    });
    await expect(promise).rejects.toMatchObject({ code: 'interrupted' });
    expect([...new Set(steps.map(({ phase }) => phase))]).toEqual([
      'fetch',
      'extract',
      'configure',
      'compile',
    ]);
    expect(running).toBeGreaterThanOrEqual(3);
    // A killed process is gone when the kernel has come to it, which takes a moment on a busy machine.
    await expect.poll(() => processesIn(folder), { timeout: 20_000 }).toEqual([]);
    expect(readdirSync(lightgbmCacheFolder(env))).toEqual(['build.log']);
  }, 120_000);

  it('names the log when cmake fails, and takes over from a build that died', async () => {
    const work = join(lightgbmCacheFolder(env), 'building');
    mkdirSync(join(work, 'left', 'behind'), { recursive: true });
    utimesSync(work, new Date(0), new Date(0));
    const log = join(lightgbmCacheFolder(env), 'build.log');
    const promise = ensureLightgbm({ env: { ...env, CXX: '/bin/false' } });
    await expect(promise).rejects.toMatchObject({ code: 'lightgbm_build_failed', where: log });
    expect(readFileSync(log, 'utf8')).toContain('/bin/false');
    expect(existsSync(work)).toBe(false);
  }, 120_000);

  it('says why the sources could not be fetched', async () => {
    const promise = ensureLightgbm({
      env: { ...env, npm_config_registry: 'http://127.0.0.1:9/' }, // the discard port: nothing listens
    });
    await expect(promise).rejects.toMatchObject({ code: 'lightgbm_fetch_failed', where: 'lightgbm@1.0.27' });
    expect(readdirSync(lightgbmCacheFolder(env))).toEqual([]);
  }, 120_000);
});
