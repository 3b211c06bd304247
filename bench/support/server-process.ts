import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { childrenOf, processMemory } from './process-memory.js';

const BIN = join(process.cwd(), 'bin', 'nextitem.js');
/** Of Node: with them the server and its workers collect all garbage when they get SIGUSR2. */
const COLLECTING = ['--expose-gc', '--import', new URL('./collect-on-signal.js', import.meta.url).href];
const COLLECTION_MS = 1000;
const STOP_TIMEOUT_MS = 20_000;

const children = new Set<ChildProcess>();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** Runs a command of the built code to its end, showing what it prints. */
export async function runNextitem(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  children.add(child);
  const [code] = await once(child, 'exit');
  children.delete(child);
  if (code !== 0) throw new Error(`nextitem ${args.join(' ')} ended with code ${code}`);
}

export interface ServerProcess {
  readonly url: string;
  /** Of the process that was started; its workers are its children. */
  readonly pid: number;
  /**
   * Memory of the server and its workers, MiB: resident now and at its largest, each counting what they share; private to
   * each, with pages of files that nobody else has mapped; and of no file at all. 0 where the system does not tell.
   */
  memory(): {
    readonly nowMib: number;
    readonly peakMib: number;
    readonly privateMib: number;
    readonly anonymousMib: number;
  };
  /** Memory of no file, MiB, of the server and its workers after each has collected all its garbage. Takes a second; only where it was started so that it can. */
  keptMib(): Promise<number>;
  /** Open files and sockets of the server and its workers; 0 where the system does not tell. */
  handles(): number;
  /** Processor time the server and its workers took so far, milliseconds; 0 where the system does not tell. */
  processorMs(): number;
  kill9(): Promise<void>;
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>;
}

/** Starts the built server on the loopback interface and does not wait for it. */
export function spawnServer(env: Readonly<Record<string, string>>): {
  readonly pid: number;
  processorMs(): number;
  stop(): Promise<void>;
} {
  const { child, ended } = spawnServe(env, 'inherit');
  return {
    pid: child.pid!,
    processorMs: () => processorMsOf(child.pid!),
    stop: () => stop(child, ended),
  };
}

/**
 * Starts the built server on a free port of the loopback interface; resolves when it listens. With `collects` it can be
 * asked what it keeps.
 */
export async function startServerProcess(
  env: Readonly<Record<string, string>>,
  { collects = false } = {},
): Promise<ServerProcess> {
  const { child, ended } = spawnServe(env, 'pipe', collects ? COLLECTING : []);
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      // Kept only until it listens: a server that logs much must not fill this process.
      if (output.length < 1 << 20) output += chunk.toString();
      const found = /listening on (http:\/\/[^\s"]+)/.exec(output);
      if (found !== null) resolve(found[1]!);
    };
    child.stdout!.on('data', read);
    child.stderr!.on('data', read);
    void ended.then(() => reject(new Error(`the server did not start:\n${output}`)));
  });
  return {
    url: url.replace('localhost', '127.0.0.1'),
    pid: child.pid!,
    memory: () => memoryOf(child.pid!),
    async keptMib() {
      if (!collects) throw new Error('the server was not started so that it collects when asked');
      for (const pid of [child.pid!, ...childrenOf(child.pid!)]) process.kill(pid, 'SIGUSR2');
      await wait(COLLECTION_MS);
      return memoryOf(child.pid!).anonymousMib;
    },
    handles: () => [child.pid!, ...childrenOf(child.pid!)].reduce((sum, pid) => sum + handlesOf(pid), 0),
    processorMs: () => processorMsOf(child.pid!),
    async kill9() {
      for (const pid of [child.pid!, ...childrenOf(child.pid!)]) process.kill(pid, 'SIGKILL');
      await ended;
    },
    stop: () => stop(child, ended),
  };
}

function spawnServe(
  env: Readonly<Record<string, string>>,
  output: 'pipe' | 'inherit',
  nodeOptions: readonly string[] = [],
) {
  const child = spawn(process.execPath, [...nodeOptions, BIN, 'serve'], {
    env: {
      PATH: process.env.PATH!,
      API_HOST: '127.0.0.1',
      API_PORT: '0',
      ...env,
    },
    stdio: ['ignore', output, output],
  });
  children.add(child);
  const ended = once(child, 'exit').then(() => void children.delete(child));
  return { child, ended };
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(force);
}

function memoryOf(pid: number): ReturnType<ServerProcess['memory']> {
  const sum = { nowMib: 0, peakMib: 0, privateMib: 0, anonymousMib: 0 };
  for (const each of [pid, ...childrenOf(pid)]) {
    const status = read(`/proc/${each}/status`);
    sum.nowMib += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    sum.peakMib += Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    const memory = processMemory(each);
    sum.privateMib += memory?.privateMib ?? 0;
    sum.anonymousMib += memory?.anonymousMib ?? 0;
  }
  return sum;
}

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

function processorMsOf(pid: number): number {
  let ticks = 0;
  for (const each of [pid, ...childrenOf(pid)]) {
    const stat = read(`/proc/${each}/stat`);
    // The name in parentheses may hold anything; user and system time are the 12th and 13th field after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks * TICK_MS;
}

function handlesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0; // Not Linux, or it has ended.
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
