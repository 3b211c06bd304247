import { createWriteStream, statSync } from 'node:fs';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pacote from 'pacote';
import { extract } from 'tar';
import { NextItemError } from '../../errors.js';
import { buildPercent, isOnPath, runLogged } from './build-process.js';
import { readNpmSettings } from './npm-settings.js';

/** The npm package that carries the complete C++ source of LightGBM, pinned to the byte. */
const SOURCE_PACKAGE = 'lightgbm@1.0.27';
const SOURCE_INTEGRITY =
  'sha512-4E/Gjr3FqQl9U3z0BMuuViTlvO7T9oGMcfa3Jp2MRyKWWSJxFPs7xDTlzrEaBBG6iA69S/AcGn1lgMCuZT8qsg==';

/** The version of LightGBM in {@link SOURCE_PACKAGE}. */
export const LIGHTGBM_VERSION = '4.1.0';

/** What the CPU build reads of the source tree: 20 of its 51 MB. */
const NEEDED =
  /^package\/dependencies\/LightGBM\/(?:CMakeLists\.txt|VERSION\.txt|LICENSE|include\/|src\/|cmake\/|external_libs\/(?:eigen\/Eigen|fmt\/include|fast_double_parser\/include)\/)/;

/** A build whose folder was not touched for this long is taken for dead: its process touches it every tenth of that. */
const BUILD_STALE_MS = 60_000;
const POLL_MS = 250;

export interface InstallProgress {
  /** `wait`: another process is building the same library, and its result will be used. */
  readonly phase: 'wait' | 'fetch' | 'extract' | 'configure' | 'compile';
  /** Share of the phase that is done, 0..100; null where it cannot be known. */
  readonly percent: number | null;
}

export interface InstallOptions {
  readonly onProgress?: ((progress: InstallProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Environment variables, the process's own by default: LIGHTGBM_LIB, XDG_CACHE_HOME, PATH, CXX, npm's. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** The folder that keeps the built library: per user, outside of any source tree, one per version and platform. */
export function lightgbmCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(base, 'nextitem', `lightgbm-${LIGHTGBM_VERSION}-${process.platform}-${process.arch}`);
}

/** The library's path: what LIGHTGBM_LIB names, else the one in the cache; null if there is no such file. */
export function findLightgbm(env: NodeJS.ProcessEnv = process.env): string | null {
  const path = env['LIGHTGBM_LIB'] || join(lightgbmCacheFolder(env), 'lib_lightgbm.so');
  return isFile(path) ? path : null;
}

/**
 * The library's path, built first if need be (about two minutes on two cores, once per user and version).
 *
 * Safe to call from several processes at once: one builds, the others wait for it. The library appears in the cache
 * by a rename, whole or not at all; on abort the build's processes are ended and its folder is removed.
 *
 * @throws NextItemError `lightgbm_missing` (no cmake, no compiler, or LIGHTGBM_LIB names nothing),
 *   `lightgbm_fetch_failed` (sources not to be had), `lightgbm_build_failed` (with the path of the build log),
 *   `interrupted` (aborted)
 */
export async function ensureLightgbm(options: InstallOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const found = findLightgbm(env);
  if (found !== null) return found;
  if (env['LIGHTGBM_LIB']) {
    throw new NextItemError('lightgbm_missing', `there is no file ${env['LIGHTGBM_LIB']}`, 'LIGHTGBM_LIB');
  }
  requireTools(env);

  const folder = lightgbmCacheFolder(env);
  const work = join(folder, 'building');
  await mkdir(folder, { recursive: true });
  // The work folder is also the lock: only one process can create it.
  while (!(await claim(work))) {
    throwIfAborted(options.signal);
    options.onProgress?.({ phase: 'wait', percent: null });
    await sleep(POLL_MS);
    const built = findLightgbm(env);
    if (built !== null) return built;
  }
  const heartbeat = setInterval(
    () => void utimes(work, new Date(), new Date()).catch(() => {}),
    BUILD_STALE_MS / 10,
  );
  try {
    const built = await build(work, join(folder, 'build.log'), env, options);
    const target = join(folder, 'lib_lightgbm.so');
    await rename(built, target);
    return target;
  } finally {
    clearInterval(heartbeat);
    await rm(work, { recursive: true, force: true });
  }
}

/** Fetches, unpacks and compiles inside the work folder; returns the library's path there. */
async function build(
  work: string,
  logFile: string,
  env: NodeJS.ProcessEnv,
  options: InstallOptions,
): Promise<string> {
  const { signal } = options;
  const report = (phase: InstallProgress['phase'], percent: number | null): void => {
    throwIfAborted(signal);
    options.onProgress?.({ phase, percent });
  };

  report('fetch', null);
  const tarball = join(work, 'source.tgz');
  try {
    // npm-registry-fetch, underneath, honours `signal`; its type declarations do not know it yet.
    const fetchOptions = { ...readNpmSettings(env, process.cwd()), integrity: SOURCE_INTEGRITY, signal };
    await pacote.tarball.file(SOURCE_PACKAGE, tarball, fetchOptions);
  } catch (error) {
    throwIfAborted(signal);
    const reason = error instanceof Error ? error.message : String(error);
    throw new NextItemError('lightgbm_fetch_failed', reason, SOURCE_PACKAGE, { cause: error });
  }

  report('extract', null);
  const source = join(work, 'source');
  await mkdir(source);
  await extract({ file: tarball, cwd: source, strip: 3, filter: (path) => NEEDED.test(path) });

  const log = createWriteStream(logFile);
  try {
    const run = async (phase: 'configure' | 'compile', args: string[]): Promise<void> => {
      report(phase, phase === 'compile' ? 0 : null);
      const onLine = (line: string): void => {
        const percent = buildPercent(line);
        if (percent !== null) options.onProgress?.({ phase, percent });
      };
      const code = await runLogged('cmake', args, { cwd: source, env, log, signal, onLine });
      if (code !== 0)
        throw new NextItemError('lightgbm_build_failed', `cmake ended with code ${code}`, logFile);
    };
    await run('configure', [
      ...[
        '-S',
        source,
        '-B',
        join(work, 'objects'),
        '-G',
        isOnPath(['ninja'], env) ? 'Ninja' : 'Unix Makefiles',
      ],
      // CMake 4 refuses projects that ask for less than 3.5, as this one does, unless told so.
      ...['-DCMAKE_BUILD_TYPE=Release', '-DBUILD_CLI=OFF', '-DCMAKE_POLICY_VERSION_MINIMUM=3.5'],
    ]);
    await run('compile', ['--build', join(work, 'objects'), '--parallel', String(availableParallelism())]);
  } finally {
    await new Promise((done) => log.end(done));
  }
  const library = join(source, 'lib_lightgbm.so');
  if (!isFile(library))
    throw new NextItemError('lightgbm_build_failed', 'the build made no lib_lightgbm.so', logFile);
  return library;
}

function requireTools(env: NodeJS.ProcessEnv): void {
  if (process.platform === 'win32') {
    throw new NextItemError(
      'lightgbm_missing',
      'it is not built on Windows; set LIGHTGBM_LIB to a lib_lightgbm.dll',
    );
  }
  const missing: string[] = [];
  if (!isOnPath(['cmake'], env)) missing.push('cmake');
  if (!env['CXX'] && !isOnPath(['c++', 'g++', 'clang++'], env)) missing.push('a C++ compiler');
  if (!isOnPath(['ninja', 'make'], env)) missing.push('make or ninja');
  if (missing.length === 0) return;
  const advice =
    process.platform === 'darwin'
      ? 'xcode-select --install; brew install cmake libomp'
      : 'apt-get install -y cmake g++ make';
  throw new NextItemError(
    'lightgbm_missing',
    `building it needs ${missing.join(' and ')}; install with: ${advice}`,
  );
}

/** Tries to become the one process that builds; takes over from one that died. */
async function claim(work: string): Promise<boolean> {
  try {
    await mkdir(work);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const touchedMs = await stat(work)
    .then((found) => found.mtimeMs)
    .catch(() => null);
  if (touchedMs === null || Date.now() - touchedMs < BUILD_STALE_MS) return false;
  const abandoned = `${work}-abandoned-${process.pid}`;
  await rename(work, abandoned).catch(() => {});
  await rm(abandoned, { recursive: true, force: true });
  return false;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new NextItemError('interrupted', 'the LightGBM build was stopped');
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
