import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, withCleanup } from './test-process.mjs';

/** What the tests run besides npm packages: any one of `programs` on PATH will do, `debian` is the package that has it. */
const TOOLS = [
  { programs: ['redis-server'], debian: 'redis-server', use: 'the tests of the Redis session store' },
  {
    programs: ['chromium', 'chromium-browser', 'google-chrome'],
    debian: 'chromium',
    use: 'the tests in a browser',
  },
];

/** Needed only while the LightGBM library has to be built. */
const BUILD_TOOLS = [
  { programs: ['cmake'], debian: 'cmake', use: 'building LightGBM' },
  { programs: ['c++', 'g++', 'clang++'], debian: 'g++', use: 'building LightGBM' },
  { programs: ['make', 'ninja'], debian: 'make', use: 'building LightGBM' },
];

const CLI = join('bin', 'nextitem.js');
const LIBRARY_FINDER = '../dist/ranking/lightgbm/install.js';
const START_POLICY = '/usr/sbin/policy-rc.d';

/**
 * Sees to it that the tools are there and the LightGBM library is built: as root on Debian the packages are installed,
 * anywhere else the message says what is missing and how to get it. Resolves to whether all is there.
 */
export async function ensureTools() {
  const { findLightgbm } = await import(LIBRARY_FINDER).catch(() => ({}));
  if (findLightgbm === undefined) {
    console.error('nextitem is not built yet. Run: npm run build');
    return false;
  }
  const needed = findLightgbm() === null ? [...TOOLS, ...BUILD_TOOLS] : TOOLS;
  let missing = needed.filter((tool) => !onPath(tool));
  if (missing.length > 0 && isRootOnDebian()) {
    await installPackages(missing.map((tool) => tool.debian));
    missing = needed.filter((tool) => !onPath(tool));
  }
  if (missing.length > 0) {
    for (const { programs, use } of missing) console.error(`missing: ${programs.join(' or ')} (for ${use})`);
    console.error(advice(missing.map((tool) => tool.debian)));
  }
  if (findLightgbm() !== null) return missing.length === 0;
  if (missing.some((tool) => BUILD_TOOLS.includes(tool))) return false;
  // Built here and not by the first test that needs it: a test would wait for two minutes.
  return (await run(process.execPath, [CLI, 'lightgbm', 'install'])) === 0 && missing.length === 0;
}

function advice(packages) {
  if (process.platform === 'darwin')
    return 'Install with: brew install redis cmake libomp; brew install --cask chromium';
  const others = 'elsewhere install the same programs with your package manager';
  return `Install with: sudo apt-get install -y ${packages.join(' ')}   (Debian and Ubuntu; ${others})`;
}

async function installPackages(packages) {
  console.log(`> installing ${packages.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await withoutServices(async () => {
    const updated = await run('apt-get', ['update', '-qq'], env);
    // An old list may still do, so only the installation decides.
    if (updated !== 0) console.error(`apt-get update ended with code ${updated}`);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], env);
  });
}

/** Keeps packages from starting their services meanwhile: the tests start servers of their own, on ports of their own. */
async function withoutServices(work) {
  if (existsSync(START_POLICY)) return work();
  return withCleanup(
    () => rmSync(START_POLICY, { force: true }),
    () => {
      writeFileSync(START_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
      return work();
    },
  );
}

function isRootOnDebian() {
  if (process.getuid?.() !== 0) return false;
  try {
    return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function onPath({ programs }) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => programs.some((program) => isExecutable(join(folder, program))));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
