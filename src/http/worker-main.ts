import { type Registry } from 'prom-client';
import { secretsOf } from '../config/load.js';
import { NextItemError } from '../errors.js';
import { createLog } from '../observability/log.js';
import { type RunningServer, startServer } from './server.js';
import { type ModelCheck } from './model-watch.js';
import { type ServedModel } from './served-model.js';
import {
  errorOf,
  type FromWorker,
  type Problem,
  problemOf,
  type ToWorker,
  type WorkerTask,
} from './worker-messages.js';

/** Longest wait for the other workers' metrics. */
const METRICS_TIMEOUT_MS = 5000;

let server: RunningServer | null = null;
let starting: Promise<void> | null = null;
let registry: Registry | null = null;
let model: ServedModel | null = null;
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

const reloads = new Map<number, (answer: { check?: ModelCheck; problem?: Problem }) => void>();

/** Has the primary look for another model; it tells all workers. */
function reloadModel(): Promise<ModelCheck> {
  const id = ++asked;
  return new Promise((resolve, reject) => {
    reloads.set(id, ({ check, problem }) => {
      reloads.delete(id);
      if (check === undefined) reject(errorOf(problem!));
      else resolve(check);
    });
    tell({ kind: 'reload', id });
  });
}

async function exchange(id: number, modelDir: string): Promise<void> {
  try {
    // Told to stop, or not there yet: the primary tells it again when it listens.
    await model?.exchange(modelDir);
    tell({ kind: 'exchanged', id });
  } catch (error) {
    tell({ kind: 'exchanged', id, problem: problemOf(error) });
  }
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
      onModel: (served) => void (model = served),
      reloadModel,
    });
    tell({ kind: 'listening', url: server.url });
  } catch (error) {
    tell({ kind: 'failed', ...problemOf(error) });
    process.disconnect();
  }
}

async function report(id: number): Promise<void> {
  tell({ kind: 'report', id, values: (await registry?.getMetricsAsJSON()) ?? [] });
}

/** A start that is under way comes to its end first: half of a server cannot be closed. */
async function close(): Promise<void> {
  await starting;
  await server?.close();
}

function tell(message: FromWorker): void {
  if (process.connected) process.send!(message);
}

process.on('message', (message: ToWorker) => {
  if (message.kind === 'start') starting = start(message.task);
  if (message.kind === 'stop') void close().finally(() => process.disconnect());
  if (message.kind === 'report') void report(message.id);
  if (message.kind === 'exchange') void exchange(message.id, message.modelDir);
  if (message.kind === 'reloaded') reloads.get(message.id)?.(message);
  if (message.kind === 'metrics') answers.get(message.id)?.(message);
});
// The primary decides when workers stop: Ctrl-C reaches all processes of a terminal at once.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', () => void close().finally(() => process.exit()));
tell({ kind: 'ready' });
