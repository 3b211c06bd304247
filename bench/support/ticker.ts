import { Worker } from 'node:worker_threads';

/**
 * Calls back at a fixed interval, more evenly than a timer can: those of the event loop know whole milliseconds only. A
 * thread sleeps until each tick is due and wakes this one. A tick that is missed is not made up for.
 */
export class Ticker {
  private readonly thread: Worker;

  constructor(intervalMs: number, onTick: () => void) {
    this.thread = new Worker(THREAD, { eval: true, workerData: intervalMs });
    this.thread.on('message', onTick);
  }

  async stop(): Promise<void> {
    this.thread.removeAllListeners('message');
    await this.thread.terminate();
  }
}

const THREAD = `
const { parentPort, workerData: intervalMs } = require('node:worker_threads');
const never = new Int32Array(new SharedArrayBuffer(4));
for (let dueMs = performance.now() + intervalMs; ; ) {
  const leftMs = dueMs - performance.now();
  if (leftMs > 0) Atomics.wait(never, 0, 0, leftMs);
  parentPort.postMessage(0);
  dueMs = Math.max(dueMs + intervalMs, performance.now());
}
`;
