import { ERRORS, NextItemError } from '../errors.js';

/** What a command gets besides its own arguments. */
export interface CommandContext {
  /** Aborted by Ctrl-C or a termination signal. A second one ends the process at once. */
  readonly signal: AbortSignal;
  /** A line for people, on standard error: standard output is for results. */
  readonly say: (line: string) => void;
}

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
    const say = (line: string) => void process.stderr.write(`${line}\n`);
    try {
      await action({ signal: controller.signal, say }, ...args);
    } catch (error) {
      process.exitCode = controller.signal.aborted ? 130 : 1;
      report(error, say);
    } finally {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    }
  };
}

function report(error: unknown, say: (line: string) => void): void {
  if (error instanceof NextItemError) {
    const where = error.where === undefined ? '' : `\n  where: ${error.where}`;
    say(
      `\nerror: ${ERRORS[error.code].title} [${error.code}]\n  ${error.detail.replaceAll('\n', '\n  ')}${where}\n  fix:   ${error.fix}`,
    );
    return;
  }
  say(`\nerror: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
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
