import { resolveBundle, type ResolvedBundle } from '../bundle/resolve.js';
import { type Config } from '../config/schema.js';

/** Finds the bundle to serve, fetching it if need be. @param warn told of what did not go as asked */
export function findModel(config: Config, warn: (warning: string) => void): Promise<ResolvedBundle> {
  return resolveBundle({
    version: config.modelVersion,
    artifactsDir: config.artifactsPath,
    ...(config.modelSource === null ? {} : { source: config.modelSource }),
    allowInsecureHttp: config.modelSourceInsecure,
    log: warn,
  });
}
