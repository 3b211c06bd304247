import { ERRORS, NextItemError } from '../errors.js';

/** What a command gets besides its own arguments. */
export interface CommandContext {
  /** Aborted by Ctrl-C or a termination signal. A second one ends the process at once. */
  readonly signal: AbortSignal;
  /** A line for people, on standard error: standard output is for results. */
  readonly say: (line: string) => void;
}

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Wraps a command: interruption, and errors told as what happened, where, and what to do. */
export function run<A extends unknown[]>(
  action: (context: CommandContext, ...args: A) => Promise<void>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    const controller = new AbortController();
    const stop = () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(new NextItemError('interrupted', 'stopped by a signal'));
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    try {
      await action({ signal: controller.signal, say }, ...args);
    } catch (error) {
      // What fails because of an interruption is an interruption, whatever it says.
      fail(controller.signal.aborted ? controller.signal.reason : error);
    } finally {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    }
  };
}

/** Tells an error on standard error and sets the exit code: 130 for an interruption, else 1. */
export function fail(failure: unknown): void {
  const error = fileError(failure) ?? failure;
  process.exitCode = 1;
  if (error instanceof NextItemError) {
    if (error.code === 'interrupted') process.exitCode = 130;
    const where = error.where === undefined ? '' : `\n  where: ${error.where}`;
    say(
      `\nerror: ${ERRORS[error.code].title} [${error.code}]\n  ${error.detail.replaceAll('\n', '\n  ')}${where}\n  fix:   ${error.fix}`,
    );
    return;
  }
  say(`\nerror: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

/** What the file system refused (no permission, no space, not a folder) as an error that says what to do. */
function fileError(failure: unknown): NextItemError | null {
  if (!(failure instanceof Error)) return null;
  const { message, code, path, syscall } = failure as NodeJS.ErrnoException;
  if (syscall === undefined || (path === undefined && code !== 'ENOSPC')) return null;
  return new NextItemError('file_failed', message, path, { cause: failure });
}

/** A command-line argument as a whole number within bounds. @throws NextItemError `invalid_option` */
export function wholeNumber(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text.replaceAll('_', ''));
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new NextItemError(
      'invalid_option',
      `"${text}" is not a whole number from ${min} to ${max}`,
      option,
    );
  };
}

/** A command-line argument as a number within bounds. @throws NextItemError `invalid_option` */
export function realNumber(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= min && value <= max) return value;
    throw new NextItemError('invalid_option', `"${text}" is not a number from ${min} to ${max}`, option);
  };
}
