import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type FromRun, type RunFailure, type RunTask } from './run-messages.js';

/** A run to do. */
export interface PoolRun {
  readonly task: RunTask;
  /** Nothing runs beside it. */
  readonly alone: boolean;
}

export interface PoolOptions {
  /** Processes at the same time, at most. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** @param run its position in the list */
  readonly onProgress?: (run: number, activity: string, share: number) => void;
  readonly onEnd?: (run: number, failure: RunFailure | null) => void;
}

/** A process that does not end when it is told to is ended after this long. */
const GRACE_MS = 2000;
/** Kept of what a process says on standard error, to tell why it died. */
const LAST_WORDS = 2000;

const SCRIPT = fileURLToPath(new URL('./run-process.js', import.meta.url));

/**
 * Does every run in a process of its own, several at a time; first those that bear company, then those that do not, each
 * in their order. A failed run does not stop the others.
 *
 * When the signal is given, all processes are ended and it throws the signal's reason; what they had not finished leaves
 * nothing behind but temporaries that the next writer sweeps.
 */
export async function runAll(runs: readonly PoolRun[], options: PoolOptions): Promise<void> {
  const { jobs, signal, onEnd } = options;
  const children = new Set<ChildProcess>();
  const numbered = runs.map((run, number) => ({ ...run, number }));
  const stop = () => children.forEach(end);
  signal?.addEventListener('abort', stop);
  const drain = async (queue: typeof numbered, width: number) => {
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined && !signal?.aborted; next = queue.shift()) {
        const { number, task } = next;
        const failure = await runOne(task, children, (activity, share) =>
          options.onProgress?.(number, activity, share),
        );
        if (!signal?.aborted) onEnd?.(number, failure);
      }
    };
    await Promise.all(Array.from({ length: width }, worker));
  };
  try {
    await drain(
      numbered.filter(({ alone }) => !alone),
      jobs,
    );
    await drain(
      numbered.filter(({ alone }) => alone),
      1,
    );
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  signal?.throwIfAborted();
}

/** @returns null when the run's result is stored, else why not */
function runOne(
  task: RunTask,
  children: Set<ChildProcess>,
  onProgress: (activity: string, share: number) => void,
): Promise<RunFailure | null> {
  return new Promise((resolve) => {
    const child = fork(SCRIPT, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    children.add(child);
    let outcome: RunFailure | 'done' | null = null;
    let lastWords = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-LAST_WORDS);
    });
    child.on('message', (message: FromRun) => {
      if (message.kind === 'progress') onProgress(message.activity, message.share);
      else outcome = message.kind === 'done' ? 'done' : message.failure;
    });
    const finish = (how: string) => {
      children.delete(child);
      resolve(
        outcome === 'done'
          ? null
          : (outcome ?? {
              code: null,
              detail: [how, lastWords.trim()].filter(Boolean).join(': '),
              stack: '',
            }),
      );
    };
    child.on('error', (error) => finish(`its process could not start: ${error.message}`));
    child.on('close', (code, signal) =>
      finish(signal === null ? `its process ended with code ${code}` : `its process was ended by ${signal}`),
    );
    child.send(task, (error) => {
      // It died before it could listen; `close` says how.
      if (error !== null) child.kill();
    });
  });
}

function end(child: ChildProcess): void {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
}
