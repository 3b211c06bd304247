import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** How long a step may take to end after a signal before it is killed. */
const GRACE_MS = 10_000;

let child = null;
let received = null;
const cleanups = new Set();

/**
 * Runs one step to its end with our output and no input; resolves to its exit code (128 + n for signal n, 127 if it
 * cannot be started).
 *
 * The step leads a process group of its own, so that one signal to us reaches it and all that it started (test workers,
 * their servers) exactly once, with a terminal or without.
 */
export function run(command, args, env = process.env) {
  return new Promise((resolve) => {
    child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true, env });
    child.once('error', (error) => {
      child = null;
      console.error(`${command} cannot be started: ${error.message}`);
      resolve(127);
    });
    child.once('close', (code, signal) => {
      child = null;
      if (received !== null) leave();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

/** Passes SIGINT, SIGTERM and SIGHUP on to the step that runs, then ends this process the way the signal would have. */
export function forwardSignals() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A second signal means: now.
      const forced = received !== null;
      received = signal;
      if (child === null) leave();
      signalGroup(forced ? 'SIGKILL' : signal);
      setTimeout(() => signalGroup('SIGKILL'), GRACE_MS).unref();
    });
  }
}

/** Does the work with `cleanup` guaranteed to run once after it, also when a signal ends this process meanwhile. */
export async function withCleanup(cleanup, work) {
  cleanups.add(cleanup);
  try {
    return await work();
  } finally {
    cleanups.delete(cleanup);
    cleanup();
  }
}

function leave() {
  for (const cleanup of cleanups) cleanup();
  process.exit(128 + constants.signals[received]);
}

function signalGroup(signal) {
  if (child?.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // it ended already
  }
}
