import { resolveBundle, type ResolvedBundle } from '../bundle/resolve.js';
import { type Config } from '../config/schema.js';
import { type Logger } from '../observability/log.js';

/** Finds the bundle to serve, fetching it if need be; warnings go to the log, loudly. */
export function findModel(config: Config, log: Logger): Promise<ResolvedBundle> {
  return resolveBundle({
    version: config.modelVersion,
    artifactsDir: config.artifactsPath,
    ...(config.modelSource === null ? {} : { source: config.modelSource }),
    allowInsecureHttp: config.modelSourceInsecure,
    log: (warning) => log.warn(`MODEL: ${warning}`),
  });
}
