import { join } from 'node:path';
import { NextItemError } from '../errors.js';
import { assertVersion, DATE_STAMP_PATTERN } from './names.js';
import { type ByteProgress } from './object-store.js';
import { type SourceOptions } from './source.js';
import { verifyBundle } from './verify.js';
import { listBundles, listed } from './versions.js';

export interface ResolveOptions extends SourceOptions {
  /** MODEL_VERSION: a version or `latest`. */
  readonly version: string;
  /** ARTIFACTS_PATH. */
  readonly artifactsDir: string;
  /** MODEL_SOURCE; without it only what is there already can be served. */
  readonly source?: string;
  /** Told each warning as it arises. */
  readonly log?: (warning: string) => void;
  readonly onProgress?: ByteProgress;
}

export interface ResolvedBundle {
  readonly version: string;
  /** A verified bundle, ready for openBundle. */
  readonly dir: string;
  readonly origin: 'cache' | 'fetched' | 'fallback';
  /** What did not go as asked, for people to read; never empty with origin `fallback`. */
  readonly warnings: readonly string[];
}

/**
 * Finds the bundle to serve.
 *
 * A named version that is there and good is taken without asking the source; else it is fetched. For `latest` the source
 * is asked what that is, and without a source it is the highest date-stamped version there. When fetching fails for
 * whatever reason, the newest good bundle that is there is served instead, with a warning that names both.
 *
 * Errors: `bundle_not_found`, `bundle_invalid` or `bundle_incompatible` without a source, else the failure of the fetch
 * with a note that nothing else is there to serve; `interrupted`.
 */
export async function resolveBundle(options: ResolveOptions): Promise<ResolvedBundle> {
  const { version, artifactsDir, source, signal } = options;
  const warnings: string[] = [];
  const warn = (warning: string): void => {
    warnings.push(warning);
    options.log?.(warning);
  };
  if (version !== 'latest') assertVersion(version);
  if (version !== 'latest') {
    const present = (await listBundles(artifactsDir)).includes(version);
    const problem = present ? await problemOf(join(artifactsDir, version), version, signal) : null;
    if (present && problem === null)
      return { version, dir: join(artifactsDir, version), origin: 'cache', warnings };
    if (problem !== null) {
      if (source === undefined) throw problem;
      warn(`Model ${version} in ${artifactsDir} cannot be used and is fetched again: ${problem.message}`);
    }
  }
  if (source === undefined) return fromCache(options, warn, warnings);
  try {
    // Loaded only where something is fetched: archives and clients take a while to load.
    const { installBundle } = await import('./install.js');
    const installed = await installBundle({ ...options, source });
    return {
      version: installed.version,
      dir: installed.dir,
      origin: installed.fetched ? 'fetched' : 'cache',
      warnings,
    };
  } catch (error) {
    if (!(error instanceof Error) || (error instanceof NextItemError && error.code === 'interrupted'))
      throw error;
    const fallback = await newestGood(artifactsDir, () => true, warn, signal);
    if (fallback === null) throw nothingToServe(error, artifactsDir);
    warn(
      `Model ${version} could not be fetched; serving ${fallback.version}, the newest good one in ${artifactsDir}. ${error.message}`,
    );
    return { ...fallback, origin: 'fallback', warnings };
  }
}

async function fromCache(
  options: ResolveOptions,
  warn: (warning: string) => void,
  warnings: string[],
): Promise<ResolvedBundle> {
  const { version, artifactsDir, signal } = options;
  const stamped = (name: string): boolean => version === 'latest' && DATE_STAMP_PATTERN.test(name);
  const found = await newestGood(artifactsDir, stamped, warn, signal);
  if (found !== null) return { ...found, origin: 'cache', warnings };
  const wanted = version === 'latest' ? 'no usable date-stamped model' : `no model ${version}`;
  const versions = await listBundles(artifactsDir);
  throw new NextItemError(
    'bundle_not_found',
    `${artifactsDir} has ${wanted}, and no source is set; ${listed(versions)}`,
  );
}

/** The newest bundle that passes verification; each one that does not is warned about. */
async function newestGood(
  artifactsDir: string,
  wanted: (version: string) => boolean,
  warn: (warning: string) => void,
  signal: AbortSignal | undefined,
): Promise<{ version: string; dir: string } | null> {
  for (const version of (await listBundles(artifactsDir)).filter(wanted)) {
    const dir = join(artifactsDir, version);
    const problem = await problemOf(dir, version, signal);
    if (problem === null) return { version, dir };
    warn(`Model ${version} in ${artifactsDir} was passed over: ${problem.message}`);
  }
  return null;
}

/** Why a folder cannot be served as a version, or null if it can. */
async function problemOf(
  dir: string,
  version: string,
  signal: AbortSignal | undefined,
): Promise<NextItemError | null> {
  try {
    const { modelVersion } = await verifyBundle(dir, 'marker', { signal });
    if (modelVersion === version) return null;
    return new NextItemError('bundle_invalid', `the folder holds model ${modelVersion}`, dir);
  } catch (error) {
    if (!(error instanceof NextItemError) || error.code === 'interrupted') throw error;
    return error;
  }
}

function nothingToServe(error: Error, artifactsDir: string): NextItemError {
  const note = `nothing good to serve instead is in ${artifactsDir}`;
  if (!(error instanceof NextItemError)) {
    return new NextItemError('bundle_source_failed', `${error.message}; ${note}`, undefined, {
      cause: error,
    });
  }
  return new NextItemError(error.code, `${error.detail}; ${note}`, error.where, { cause: error });
}
