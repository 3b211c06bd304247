import { type Config } from '../config/schema.js';
import { type Clock } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { type Logger } from '../observability/log.js';
import { type Metrics } from '../observability/metrics.js';
import { createApp } from './app.js';
import { Connections } from './drain.js';
import { type ModelCheck, ModelWatch } from './model-watch.js';
import { type ServedModel } from './served-model.js';
import { openServices } from './services.js';
import { warmUp } from '../recommend/warm-up.js';

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** Looks for another model to serve. Errors: `model_refused`; then the one in service stays. */
  reloadModel(): Promise<ModelCheck>;
  /** Stops accepting, finishes what was accepted, lets go of everything. Safe to call twice. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly modelDir: string;
  readonly clock?: Clock;
  /** Looks for another model for all workers; default: this process looks for its own. */
  readonly reloadModel?: () => Promise<ModelCheck>;
  /** Told how to put another model into service here before it listens. */
  readonly onModel?: (model: ServedModel) => void;
  /** The metrics of all workers; default: of this process. */
  readonly metricsText?: () => Promise<string>;
  /** Told of the process's own metrics before it listens. */
  readonly onMetrics?: (metrics: Metrics) => void;
}

/** Opens the services of one process and listens. Errors: `cannot_listen`, and those of opening the services. */
export async function startServer(
  config: Config,
  log: Logger,
  options: ServerOptions,
): Promise<RunningServer> {
  const services = await openServices(config, log, options.modelDir, options.clock ?? Date.now);
  options.onMetrics?.(services.metrics);
  options.onModel?.(services.model);
  const watch =
    options.reloadModel === undefined
      ? new ModelWatch(options.modelDir, (dir) => services.model.exchange(dir), config, log)
      : null;
  const reloadModel = options.reloadModel ?? (() => watch!.check());
  const goOnWarmingUp = warmUp(services.recommender());
  const metricsText = options.metricsText === undefined ? {} : { metricsText: options.metricsText };
  const app = await createApp({ ...services, reloadModel, ...metricsText });
  const connections = new Connections(app.server);
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= shutDown());

  async function shutDown(): Promise<void> {
    const watchEnded = watch?.close();
    const closed = app.close();
    void connections.drainUntil(closed);
    const inTime = await Promise.race([closed.then(() => true), delay(config.shutdownTimeoutMs)]);
    if (!inTime) {
      log.warn(
        { ms: config.shutdownTimeoutMs },
        'requests were still open at the end of the shutdown timeout',
      );
      app.server.closeAllConnections();
      await closed;
    }
    await watchEnded;
    await services.close();
  }

  try {
    const address = await app.listen({ host: config.apiHost, port: config.apiPort });
    goOnWarmingUp();
    return { url: address.replace('0.0.0.0', 'localhost').replace('[::]', 'localhost'), reloadModel, close };
  } catch (error) {
    await watch?.close();
    await services.close();
    throw cannotListen(error as NodeJS.ErrnoException, config);
  }
}

/** The error of a socket that cannot be opened, in words; others as they are. */
function cannotListen(error: NodeJS.ErrnoException, { apiHost, apiPort }: Config): Error {
  if (error.syscall !== 'listen' && error.syscall !== 'bind' && error.syscall !== 'getaddrinfo') return error;
  const detail = `cannot listen on ${apiHost}:${apiPort}: ${LISTEN_ERRORS[error.code ?? ''] ?? error.message}`;
  return new NextItemError('cannot_listen', detail, 'API_HOST, API_PORT', { cause: error });
}

const LISTEN_ERRORS: Record<string, string> = {
  EADDRINUSE: 'another process listens there',
  EACCES: 'this user may not; ports below 1024 are often reserved',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'the address is not known',
};

function delay(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref());
}
