import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildPercent, isOnPath } from '../../../../src/ranking/lightgbm/build-process.js';
import {
  ensureLightgbm,
  findLightgbm,
  type InstallProgress,
  lightgbmCacheFolder,
} from '../../../../src/ranking/lightgbm/install.js';
import { parseNpmrc, readNpmSettings } from '../../../../src/ranking/lightgbm/npm-settings.js';

let folder: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nextitem-lightgbm-'));
  env = { PATH: process.env['PATH'], XDG_CACHE_HOME: folder };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeLibrary(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'a library');
  return path;
}

describe('findLightgbm', () => {
  it('finds nothing in an empty cache, then what is there, then what LIGHTGBM_LIB names', () => {
    expect(findLightgbm(env)).toBeNull();
    const cached = writeLibrary(join(lightgbmCacheFolder(env), 'lib_lightgbm.so'));
    expect(cached.startsWith(folder)).toBe(true);
    expect(findLightgbm(env)).toBe(cached);
    const own = writeLibrary(join(folder, 'own.so'));
    expect(findLightgbm({ ...env, LIGHTGBM_LIB: own })).toBe(own);
    expect(findLightgbm({ ...env, LIGHTGBM_LIB: join(folder, 'absent.so') })).toBeNull();
  });
});

describe('ensureLightgbm', () => {
  it('does not build when LIGHTGBM_LIB names nothing', async () => {
    const error = {
      code: 'lightgbm_missing',
      where: 'LIGHTGBM_LIB',
      detail: `there is no file ${folder}/absent.so`,
    };
    await expect(
      ensureLightgbm({ env: { ...env, LIGHTGBM_LIB: join(folder, 'absent.so') } }),
    ).rejects.toMatchObject(error);
  });

  it('names what has to be installed before it fetches anything', async () => {
    const progress: InstallProgress[] = [];
    const promise = ensureLightgbm({
      env: { ...env, PATH: folder },
      onProgress: (step) => progress.push(step),
    });
    await expect(promise).rejects.toMatchObject({
      code: 'lightgbm_missing',
      detail: expect.stringMatching(/needs cmake and a C\+\+ compiler and make or ninja; install with: \S+/),
    });
    expect(progress).toEqual([]);
  });

  it('waits for another process that is building, and uses its library', async () => {
    const cache = lightgbmCacheFolder(env);
    mkdirSync(join(cache, 'building'), { recursive: true });
    const phases: string[] = [];
    const path = await ensureLightgbm({
      env,
      onProgress: ({ phase }) => {
        phases.push(phase);
        writeLibrary(join(cache, 'lib_lightgbm.so'));
      },
    });
    expect(path).toBe(join(cache, 'lib_lightgbm.so'));
    expect(phases).toEqual(['wait']);
  });

  it('can be aborted while it waits', async () => {
    mkdirSync(join(lightgbmCacheFolder(env), 'building'), { recursive: true });
    const abort = new AbortController();
    await expect(
      ensureLightgbm({ env, signal: abort.signal, onProgress: () => abort.abort() }),
    ).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('buildPercent', () => {
  it.each([
    ['[12/85] Building CXX object CMakeFiles/lightgbm_objs.dir/src/boosting/gbdt.cpp.o', 14],
    ['[85/85] Linking CXX shared library', 100],
    ['[ 14%] Building CXX object', 14],
    ['[100%] Built target _lightgbm', 100],
    ['[0/0] nothing', null],
    ['-- The CXX compiler identification is GNU 12.2.0', null],
  ])('reads %s', (line, percent) => {
    expect(buildPercent(line)).toBe(percent);
  });
});

describe('isOnPath', () => {
  it('wants a file that can be run', () => {
    const tool = writeLibrary(join(folder, 'tool'));
    expect(isOnPath(['tool'], { PATH: folder })).toBe(false);
    rmSync(tool);
    writeFileSync(tool, '', { mode: 0o755 });
    expect(isOnPath(['other', 'tool'], { PATH: `/nowhere:${folder}` })).toBe(true);
  });
});

describe('npm settings', () => {
  it('takes the registry and its credentials, and nothing else', () => {
    const text = [
      '; comment',
      'registry = "https://npm.example.test/"',
      '//npm.example.test/:_authToken=${TOKEN}',
      'save=true',
      'email=',
      '//other.test/:_auth=${UNSET}',
    ];
    expect(parseNpmrc(text.join('\r\n'), { TOKEN: 'secret' })).toEqual({
      registry: 'https://npm.example.test/',
      '//npm.example.test/:_authToken': 'secret',
      '//other.test/:_auth': '${UNSET}',
    });
  });

  it('lets the project overrule the user, and the environment both', () => {
    const user = writeLibrary(join(folder, 'user', '.npmrc'));
    const project = writeLibrary(join(folder, 'project', '.npmrc'));
    const settings = { npm_config_userconfig: user };
    expect(readNpmSettings(settings, dirname(project))).toEqual({});
    writeFileSync(user, 'registry=https://user.test/\n');
    expect(readNpmSettings(settings, dirname(project))).toEqual({ registry: 'https://user.test/' });
    writeFileSync(project, 'registry=https://project.test/\n');
    expect(readNpmSettings(settings, dirname(project))).toEqual({ registry: 'https://project.test/' });
    const all = { ...settings, npm_config_registry: 'https://env.test/' };
    expect(readNpmSettings(all, dirname(project))).toEqual({ registry: 'https://env.test/' });
    expect(readNpmSettings({ npm_config_userconfig: join(folder, 'absent') }, folder)).toEqual({});
  });
});
