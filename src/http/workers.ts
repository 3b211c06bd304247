import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { type Config } from '../config/schema.js';
import { NextItemError } from '../errors.js';
import { type Logger } from '../observability/log.js';
import { type RunningServer } from './server.js';
import { ModelWatch } from './model-watch.js';
import {
  errorOf,
  type FromWorker,
  type Problem,
  problemOf,
  type ToWorker,
  type WorkerTask,
} from './worker-messages.js';
import { WorkerMetrics } from './worker-metrics.js';

/** A worker that dies is replaced after this long, twice as long each time it dies young, at most the second value. */
const FIRST_RESTART_DELAY_MS = 100;
const LONGEST_RESTART_DELAY_MS = 10_000;
/** A worker that lived this long did not die young. */
const SETTLED_AFTER_MS = 10_000;

/**
 * Runs several server processes on one port. A worker that dies is replaced; metrics are those of all workers together.
 * Resolves when all of them listen.
 */
export async function startWorkers(config: Config, log: Logger, modelDir: string): Promise<RunningServer> {
  cluster.setupPrimary({ exec: fileURLToPath(new URL('./worker-main.js', import.meta.url)) });
  // While Redis is away, a worker that takes a dead one's place can still recommend.
  const replacementConfig: Config = { ...config, redisRequiredAtStart: false };
  const exchanges = new Map<number, (problem?: Problem) => void>();
  let asked = 0;
  let servedDir = modelDir;
  const watch = new ModelWatch(modelDir, exchangeAll, config, log);
  const metrics = new WorkerMetrics((worker, id) => send(worker, { kind: 'report', id }));
  const listening = new Set<Worker>();
  const restarts = new Set<NodeJS.Timeout>();
  let closing: Promise<void> | null = null;
  let restartDelayMs = FIRST_RESTART_DELAY_MS;

  function fork(config: Config): Promise<string> {
    const worker = cluster.fork();
    const bornMs = Date.now();
    const task: WorkerTask = { config, modelDir: servedDir };
    worker.on('message', (message: FromWorker) => {
      // Told to stop before it was ready, it did not hear it.
      if (message.kind === 'ready')
        send(worker, closing === null ? { kind: 'start', task } : { kind: 'stop' });
      if (message.kind === 'listening') {
        listening.add(worker);
        if (task.modelDir !== servedDir)
          exchange(worker, servedDir).catch((error: unknown) =>
            log.error({ err: error }, 'a worker kept its model'),
          );
      }
      if (message.kind === 'exchanged') exchanges.get(message.id)?.(message.problem);
      if (message.kind === 'reload') void answerReload(worker, message.id);
      if (message.kind === 'report') metrics.answered(message.id, message.values);
      if (message.kind === 'metrics') void answerMetrics(worker, message.id);
    });
    // What could not be told to a worker that was ending: whoever waits for its answer hears of its end.
    worker.on('error', (error) => log.debug({ err: error, worker: worker.id }, 'a worker was not reached'));
    worker.on('exit', (code, signal) => {
      listening.delete(worker);
      if (closing !== null) return;
      restartDelayMs =
        Date.now() - bornMs > SETTLED_AFTER_MS
          ? FIRST_RESTART_DELAY_MS
          : Math.min(restartDelayMs * 2, LONGEST_RESTART_DELAY_MS);
      log.error(
        { worker: worker.id, code, signal, restartInMs: restartDelayMs },
        'a worker died and is replaced',
      );
      const timer = setTimeout(() => {
        restarts.delete(timer);
        fork(replacementConfig).catch((error: unknown) =>
          log.error({ err: error }, 'a worker could not start'),
        );
      }, restartDelayMs);
      restarts.add(timer);
    });
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'listening') resolve(message.url);
        if (message.kind === 'failed') reject(errorOf(message));
      });
      worker.once('exit', () => reject(new NextItemError('internal', 'a worker ended before it listened')));
    });
  }

  /** Resolves when a worker serves another model, or has ended. */
  function exchange(worker: Worker, dir: string): Promise<void> {
    const id = ++asked;
    return new Promise((resolve, reject) => {
      const end = (problem?: Problem) => {
        exchanges.delete(id);
        worker.off('exit', ended);
        if (problem === undefined) resolve();
        else reject(errorOf(problem));
      };
      const ended = () => end();
      exchanges.set(id, end);
      worker.once('exit', ended);
      send(worker, { kind: 'exchange', id, modelDir: dir });
    });
  }

  /** One worker after the other: while one of them opens the model, the others answer. The first that refuses it ends it. */
  async function exchangeAll(dir: string): Promise<void> {
    for (const worker of [...listening]) {
      await exchange(worker, dir);
      servedDir = dir;
    }
  }

  async function answerReload(worker: Worker, id: number): Promise<void> {
    const answer = await watch.check().then(
      (check) => ({ check }),
      (error: unknown) => ({ problem: problemOf(error) }),
    );
    send(worker, { kind: 'reloaded', id, ...answer });
  }

  async function answerMetrics(worker: Worker, id: number): Promise<void> {
    const answer = await metrics.gather([...listening]).then(
      (text) => ({ text }),
      (error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }),
    );
    send(worker, { kind: 'metrics', id, ...answer });
  }

  async function stopAll(): Promise<void> {
    const watchEnded = watch.close();
    for (const timer of restarts) clearTimeout(timer);
    const workers = Object.values(cluster.workers ?? {}) as Worker[];
    await Promise.all(
      workers.map((worker) => {
        if (worker.isDead()) return undefined;
        const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
        send(worker, { kind: 'stop' });
        // A worker that hangs must not hold the shutdown up for ever.
        const force = setTimeout(() => {
          log.error({ worker: worker.id }, 'a worker did not end and had to be killed');
          worker.process.kill('SIGKILL');
        }, config.shutdownTimeoutMs + 2000);
        return ended.finally(() => clearTimeout(force));
      }),
    );
    await watchEnded;
  }

  const close = () => (closing ??= stopAll());
  try {
    const [url] = await Promise.all(Array.from({ length: config.workers }, () => fork(config)));
    return { url: url!, reloadModel: () => watch.check(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** To a worker that is just ending nothing needs to be said. */
function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}
