import { RunStore } from '../../evaluation/benchmark/run-store.js';
import { NextItemError } from '../../errors.js';
import { executeRun } from './execute-run.js';
import { type FromRun, type RunTask } from './run-messages.js';

/** The process of one run of a benchmark: takes one task over its channel, stores the result, and ends. */

const PROGRESS_INTERVAL_MS = 200;

const tell = (message: FromRun) =>
  new Promise<void>((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, () => resolve());
  });

// Ctrl-C reaches every process of the terminal; the one that started this decides.
process.on('SIGINT', () => undefined);
// Without it there is nobody to work for.
process.on('disconnect', () => process.exit(130));

process.once('message', (task: RunTask) => void work(task));

async function work({ folder, dataHash, key, spec, sideBySide }: RunTask): Promise<void> {
  try {
    const store = new RunStore(folder);
    const task = await store.loadTask(dataHash);
    let next = 0;
    const result = await executeRun(task, spec, {
      sideBySide,
      onProgress(activity, share) {
        const now = performance.now();
        if (now < next) return;
        next = now + PROGRESS_INTERVAL_MS;
        void tell({ kind: 'progress', activity, share });
      },
    });
    await store.saveRun(key, result);
    await tell({ kind: 'done' });
    process.exit(0);
  } catch (error) {
    const own = error instanceof NextItemError;
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    await tell({
      kind: 'failed',
      failure: { code: own ? error.code : null, detail: own ? error.detail : message, stack },
    });
    process.exit(1);
  }
}
