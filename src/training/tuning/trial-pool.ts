import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NextItemError } from '../../errors.js';
import { type FlatSettings } from '../../evaluation/tuning/search-space.js';
import { type Measurement, type MeasureOptions } from '../../evaluation/tuning/tunable-method.js';
import { type FromTrial, type ToTrial, type TrialTask } from './trial-messages.js';

const SCRIPT = fileURLToPath(new URL('./trial-process.js', import.meta.url));
/** Kept of what a process says on standard error, to tell why it died. */
const LAST_WORDS = 2000;

/**
 * Processes that measure trials side by side. Processes and not threads: a trial that runs out of memory takes only
 * itself down, and LightGBM's threads are set for a process as a whole.
 */
export class TrialPool {
  private constructor(
    private readonly all: readonly TrialProcess[],
    private readonly idle: TrialProcess[],
  ) {}

  /** Starts so many processes and hands them the data. */
  static async start(jobs: number, task: TrialTask): Promise<TrialPool> {
    const processes = Array.from({ length: jobs }, () => new TrialProcess());
    const pool = new TrialPool(processes, [...processes]);
    try {
      await Promise.all(processes.map((one) => one.ask({ kind: 'prepare', task })));
      return pool;
    } catch (error) {
      pool.close();
      throw error;
    }
  }

  /**
   * Measures in an idle process; there must be one.
   *
   * @throws NextItemError what the measurement threw; `internal` when its process died or something else failed
   */
  async measure(settings: FlatSettings, options: Omit<MeasureOptions, 'signal'>): Promise<Measurement> {
    const worker = this.idle.pop();
    if (worker === undefined) throw new RangeError('every process is busy');
    try {
      const answer = await worker.ask({ kind: 'measure', settings, options });
      return (answer as FromTrial & { kind: 'measured' }).measurement;
    } finally {
      this.idle.push(worker);
    }
  }

  /** Ends the processes at once; what they are measuring is rejected with `interrupted`. */
  close(): void {
    for (const one of this.all) one.end();
  }
}

class TrialProcess {
  private readonly child: ChildProcess = fork(SCRIPT, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  private waiting: { resolve(answer: FromTrial): void; reject(error: Error): void } | null = null;
  private lastWords = '';
  private ended: NextItemError | null = null;

  constructor() {
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.lastWords = (this.lastWords + text).slice(-LAST_WORDS);
    });
    this.child.on('message', (answer: FromTrial) => {
      if (answer.kind === 'failed')
        this.fail(new NextItemError(answer.code ?? 'internal', answer.detail, answer.where));
      else this.settle()?.resolve(answer);
    });
    this.child.on('error', (error) => this.die(`a trial's process failed: ${error.message}`));
    this.child.on('close', (code, signal) =>
      this.die(
        [`a trial's process ended with ${signal ?? `code ${code}`}`, this.lastWords.trim()]
          .filter(Boolean)
          .join(': '),
      ),
    );
  }

  /** One question at a time. */
  ask(message: ToTrial): Promise<FromTrial> {
    return new Promise((resolve, reject) => {
      if (this.ended !== null) return reject(this.ended);
      this.waiting = { resolve, reject };
      // A process that died before it could listen is told of by `close`.
      this.child.send(message, () => undefined);
    });
  }

  end(): void {
    this.ended ??= new NextItemError('interrupted', 'the trial was stopped');
    this.fail(this.ended);
    this.child.kill('SIGKILL');
  }

  private die(how: string): void {
    this.ended ??= new NextItemError('internal', how);
    this.fail(this.ended);
  }

  private fail(error: Error): void {
    this.settle()?.reject(error);
  }

  private settle(): TrialProcess['waiting'] {
    const waiting = this.waiting;
    this.waiting = null;
    return waiting;
  }
}
