import { type Clock } from '../domain/time.js';

/** Where progress is written; `process.stderr` is one. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressOutput {
  /** `process.stderr` by default, so that what a command prints can be piped. */
  readonly stream?: ProgressStream;
  readonly clock?: Clock;
  /** Writes nothing at all. */
  readonly quiet?: boolean;
}

export interface ProgressOptions extends ProgressOutput {
  readonly label: string;
  /** How many units there are in all; 0 when that is not known, which leaves out the bar and the remaining time. */
  readonly total: number;
  /** What is counted, plural: `sessions`, `rounds`. */
  readonly unit?: string;
}

export interface Progress {
  /** So many units are done, in all. Cheap enough for an inner loop: it writes only when it is time to. */
  update(done: number, note?: string): void;
  /** Ends the line, with the time it took. Call it also when the work failed, with a note; later calls do nothing. */
  finish(note?: string): void;
}

/** A person watches: often enough to see it move. */
const TERMINAL_INTERVAL_MS = 100;
/** A log file: often enough to see that it lives. */
const LOG_INTERVAL_MS = 5000;
const BAR_WIDTH = 24;

/**
 * Shows how far a long piece of work is. On a terminal: one line with a bar, elapsed and remaining time, redrawn in place.
 * Elsewhere (a log): a plain line at most every 5 seconds. The remaining time supposes that the rest goes at the pace so far.
 * There is no timer behind it: nothing keeps the process alive, and synchronous work is shown as well.
 */
export function createProgress(options: ProgressOptions): Progress {
  const { label, total, unit = '', clock = Date.now, quiet = false } = options;
  const stream = options.stream ?? process.stderr;
  const terminal = stream.isTTY === true;
  const intervalMs = terminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS;
  const startMs = clock();
  // A terminal shows the bar at once; a log waits, for short work needs only its last line.
  let nextMs = terminal ? startMs : startMs + intervalMs;
  let done = 0;
  let finished = quiet;

  const counted = (): string => {
    const units = unit === '' ? '' : ` ${unit}`;
    return total > 0 ? `${whole(done)}/${whole(total)}${units}` : `${whole(done)}${units}`;
  };
  const draw = (line: string, last: boolean): void => {
    if (!terminal) stream.write(`${line}\n`);
    else stream.write(`\r${fit(line, stream.columns)}\u001b[K${last ? '\n' : ''}`);
  };

  return {
    update(now, note) {
      if (finished) return;
      done = now;
      const nowMs = clock();
      if (nowMs < nextMs) return;
      nextMs = nowMs + intervalMs;
      const elapsedMs = nowMs - startMs;
      const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
      const parts = [label];
      if (total > 0) parts.push(terminal ? `${bar(share)} ${percent(share)}` : percent(share));
      parts.push(counted(), formatDuration(elapsedMs));
      if (share > 0 && share < 1)
        parts.push(`about ${formatDuration((elapsedMs * (1 - share)) / share)} left`);
      if (note !== undefined) parts.push(note);
      draw(parts.join('  '), false);
    },
    finish(note) {
      if (finished) return;
      finished = true;
      const parts = [label, counted(), formatDuration(clock() - startMs)];
      if (note !== undefined) parts.push(note);
      draw(parts.join('  '), true);
    },
  };
}

export interface Steps {
  /** Ends the step before, if any, and begins the next one of the list. @throws RangeError after the last */
  begin(): void;
  /** Ends the current step; the note says what came out of it. The next {@link begin} ends it too, without a note. */
  end(note?: string): void;
  /** Progress inside the current step, with its name as label. */
  progress(options: { readonly total: number; readonly unit?: string }): Progress;
  /** Ends the last step and prints the whole duration. Without it (the work failed) nothing claims to be done. */
  finish(note?: string): void;
}

/** Announces the steps of a long job as `[2/5] build tables`, and each one's duration when it is over. */
export function createSteps(labels: readonly string[], output: ProgressOutput = {}): Steps {
  const { clock = Date.now, quiet = false } = output;
  const stream = output.stream ?? process.stderr;
  const startMs = clock();
  let current = -1;
  let running = false;
  let stepStartMs = startMs;

  const say = (line: string): void => {
    if (!quiet) stream.write(`${line}\n`);
  };
  const name = (): string => `[${current + 1}/${labels.length}] ${labels[current]}`;
  const end = (note?: string): void => {
    if (!running) return;
    running = false;
    say(
      `${name()}: done in ${formatDuration(clock() - stepStartMs)}${note === undefined ? '' : `, ${note}`}`,
    );
  };

  return {
    begin() {
      end();
      if (current + 1 >= labels.length) throw new RangeError(`there are only ${labels.length} steps`);
      current++;
      running = true;
      stepStartMs = clock();
      say(name());
    },
    end,
    progress(options) {
      return createProgress({ ...output, ...options, label: `  ${labels[current] ?? ''}` });
    },
    finish(note) {
      end();
      say(`${note ?? 'done'} in ${formatDuration(clock() - startMs)}`);
    },
  };
}

/** A duration for people: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

function bar(share: number): string {
  const filled = Math.floor(share * BAR_WIDTH);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

/** Rounded down: 100% only when everything is done. */
function percent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}

function whole(value: number): string {
  return value.toLocaleString('en-US');
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** A line that wraps cannot be redrawn in place. */
function fit(line: string, columns = 80): string {
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
}
