import { type Config } from '../config/schema.js';
import { type Clock } from '../domain/time.js';
import { type Logger } from '../observability/log.js';
import { type Metrics } from '../observability/metrics.js';
import { createApp } from './app.js';
import { openServices } from './services.js';

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** Stops accepting, finishes what was accepted, lets go of everything. Safe to call twice. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly modelDir: string;
  readonly clock?: Clock;
  /** The metrics of all workers; default: of this process. */
  readonly metricsText?: () => Promise<string>;
  /** Told of the process's own metrics before it listens. */
  readonly onMetrics?: (metrics: Metrics) => void;
}

/** Opens the services of one process and listens. */
export async function startServer(
  config: Config,
  log: Logger,
  options: ServerOptions,
): Promise<RunningServer> {
  const services = await openServices(config, log, options.modelDir, options.clock ?? Date.now);
  options.onMetrics?.(services.metrics);
  const metricsText = options.metricsText === undefined ? {} : { metricsText: options.metricsText };
  const app = await createApp({ ...services, ...metricsText });
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= shutDown());

  async function shutDown(): Promise<void> {
    const inTime = await Promise.race([app.close().then(() => true), delay(config.shutdownTimeoutMs)]);
    if (!inTime) {
      log.warn(
        { ms: config.shutdownTimeoutMs },
        'requests were still open at the end of the shutdown timeout',
      );
      app.server.closeAllConnections();
    }
    await services.close();
  }

  try {
    const address = await app.listen({ host: config.apiHost, port: config.apiPort });
    return { url: address.replace('0.0.0.0', 'localhost').replace('[::]', 'localhost'), close };
  } catch (error) {
    await services.close();
    throw error;
  }
}

function delay(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref());
}
