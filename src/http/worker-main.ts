import { type Registry } from 'prom-client';
import { secretsOf } from '../config/load.js';
import { NextItemError } from '../errors.js';
import { createLog } from '../observability/log.js';
import { type RunningServer, startServer } from './server.js';
import { type FromWorker, type ToWorker, type WorkerTask } from './worker-messages.js';

/** Longest wait for the other workers' metrics. */
const METRICS_TIMEOUT_MS = 5000;

let server: RunningServer | null = null;
let registry: Registry | null = null;
let asked = 0;
const answers = new Map<number, (answer: { text?: string; problem?: string }) => void>();

/** The metrics of all workers, from the primary, which asks each of them. */
function allMetrics(): Promise<string> {
  const id = ++asked;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      answers.delete(id);
      reject(new NextItemError('not_ready', 'the other workers did not give their metrics in time'));
    }, METRICS_TIMEOUT_MS);
    answers.set(id, ({ text, problem = 'no metrics came' }) => {
      clearTimeout(timer);
      answers.delete(id);
      if (text === undefined) reject(new NextItemError('not_ready', problem));
      else resolve(text);
    });
    tell({ kind: 'metrics', id });
  });
}

async function start({ config, modelDir }: WorkerTask): Promise<void> {
  try {
    const log = createLog({
      level: config.logLevel,
      production: config.production,
      secrets: secretsOf(config),
    });
    server = await startServer(config, log, {
      modelDir,
      metricsText: allMetrics,
      onMetrics: (metrics) => void (registry = metrics.registry),
    });
    tell({ kind: 'listening', url: server.url });
  } catch (error) {
    const known = error instanceof NextItemError ? error : new NextItemError('internal', String(error));
    tell({
      kind: 'failed',
      code: known.code,
      detail: known.detail,
      ...(known.where === undefined ? {} : { where: known.where }),
    });
    await stop();
  }
}

async function report(id: number): Promise<void> {
  tell({ kind: 'report', id, values: (await registry?.getMetricsAsJSON()) ?? [] });
}

async function stop(): Promise<void> {
  await server?.close();
  process.disconnect();
}

function tell(message: FromWorker): void {
  if (process.connected) process.send!(message);
}

process.on('message', (message: ToWorker) => {
  if (message.kind === 'start') void start(message.task);
  if (message.kind === 'stop') void stop();
  if (message.kind === 'report') void report(message.id);
  if (message.kind === 'metrics') answers.get(message.id)?.(message);
});
// The primary decides when workers stop: Ctrl-C reaches all processes of a terminal at once.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', () => void server?.close().finally(() => process.exit()));
tell({ kind: 'ready' });
