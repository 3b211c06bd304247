import { spawn } from 'node:child_process';
import { accessSync, constants, type WriteStream } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NextItemError } from '../../errors.js';

/** Whether a program of one of these names can be run from PATH. */
export function isOnPath(names: readonly string[], env: NodeJS.ProcessEnv): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((folder) =>
    names.some((name) => {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }),
  );
}

/**
 * Runs a program of the build to its end, its output into the log. Resolves to its exit code; -1 when it was killed.
 * On abort the whole process group is killed (cmake starts ninja, ninja starts compilers), and the call rejects with
 * `interrupted` only once the program is gone, so that nothing writes into the folder removed afterwards.
 */
export function runLogged(
  command: string,
  args: readonly string[],
  options: {
    cwd: string;
    env: NodeJS.ProcessEnv;
    log: WriteStream;
    signal?: AbortSignal | undefined;
    onLine(line: string): void;
  },
): Promise<number> {
  const { log, signal } = options;
  log.write(`$ ${command} ${args.join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      detached: process.platform !== 'win32', // its own group, so that the group can be killed
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
      } catch {
        // already gone
      }
    };
    const finish = (): void => {
      signal?.removeEventListener('abort', kill);
      process.removeListener('exit', kill);
    };
    process.once('exit', kill);
    signal?.addEventListener('abort', kill);
    if (signal?.aborted) kill();

    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      log.write(text);
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      lines.forEach(options.onLine);
    });
    child.stderr.on('data', (bytes: Buffer) => log.write(bytes));
    child.once('error', (error) => {
      finish();
      reject(error);
    });
    child.once('close', (code) => {
      finish();
      if (signal?.aborted) reject(new NextItemError('interrupted', 'the LightGBM build was stopped'));
      else resolve(code ?? -1);
    });
  });
}

/** The share done, 0..100, in a progress line of ninja (`[12/85] ...`) or make (`[ 14%] ...`); null in other lines. */
export function buildPercent(line: string): number | null {
  const match = /^\[\s*(?:(\d+)\/(\d+)|(\d+)%)\]/.exec(line);
  if (match === null) return null;
  if (match[3] !== undefined) return Math.min(100, Number(match[3]));
  return Number(match[2]) > 0 ? Math.min(100, Math.floor((100 * Number(match[1])) / Number(match[2]))) : null;
}
