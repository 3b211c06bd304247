import { type Command } from 'commander';
import { loadConfig, secretsOf } from '../config/load.js';
import { type Config } from '../config/schema.js';
import { findModel } from '../http/find-model.js';
import { type RunningServer } from '../http/server.js';
import { createLog } from '../observability/log.js';
import { type CommandContext, run } from './run.js';

/** The flags of commands that serve; everything else is in the environment or a config file. */
export interface ServeFlags {
  config?: string;
  host?: string;
  port?: string;
  workers?: string;
  modelVersion?: string;
  artifacts?: string;
}

/** Adds {@link ServeFlags} to a command. */
export function serveFlags(command: Command): Command {
  return command
    .option('--port <n>', 'port to listen on (API_PORT)')
    .option('--host <address>', 'address to listen on (API_HOST)')
    .option('--workers <n>', 'server processes (WORKERS)')
    .option('--model-version <version>', 'the bundle to serve (MODEL_VERSION)')
    .option('--artifacts <folder>', 'folder of bundles (ARTIFACTS_PATH)')
    .option('--config <file>', 'a JSON file with settings');
}

export function configOf(flags: ServeFlags): Config {
  const { host, port, workers, modelVersion, artifacts, config } = flags;
  return loadConfig({
    env: process.env,
    ...(config === undefined ? {} : { file: config }),
    flags: {
      ...(host === undefined ? {} : { apiHost: host }),
      ...(port === undefined ? {} : { apiPort: port }),
      ...(workers === undefined ? {} : { workers }),
      ...(modelVersion === undefined ? {} : { modelVersion }),
      ...(artifacts === undefined ? {} : { artifactsPath: artifacts }),
    },
  });
}

export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .summary('answer over HTTP')
    .description(
      'Serves a bundle: POST /event, POST /recommend and the rest of the API, documented at /docs. All settings: .env.example.',
    );
  serveFlags(command).action(run((context, flags: ServeFlags) => serve(configOf(flags), context)));
}

/** Serves until a signal comes; finishes what was accepted before it returns. */
export async function serve(
  config: Config,
  { signal }: CommandContext,
  onListening?: (server: RunningServer) => void,
): Promise<void> {
  const log = createLog({
    level: config.logLevel,
    production: config.production,
    secrets: secretsOf(config),
  });
  const { version, dir, origin } = await findModel(config, (warning) => log.warn(`MODEL: ${warning}`));
  // The primary of several workers serves nothing itself and does not load what that takes.
  const server =
    config.workers > 1
      ? await (await import('../http/workers.js')).startWorkers(config, log, dir)
      : await (await import('../http/server.js')).startServer(config, log, { modelDir: dir });
  log.info(
    { url: server.url, model: version, origin, store: config.sessionStore, workers: config.workers },
    `listening on ${server.url}`,
  );
  onListening?.(server);
  const reload = () => void server.reloadModel().catch(() => undefined); // it is in the log
  // The hang-up of a terminal means the end, as always; to a service it means to look again.
  if (!process.stdin.isTTY) process.on('SIGHUP', reload);
  await aborted(signal);
  process.off('SIGHUP', reload);
  log.info('shutting down');
  await server.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
