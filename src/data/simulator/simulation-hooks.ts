import { NextItemError } from '../../errors.js';
import { type ResolvedSimulatorOptions } from './simulator-options.js';

/** What a long simulation reports, and how it is stopped. */
export interface SimulationHooks {
  /** Called about two hundred times, and at the end. */
  readonly onProgress?: (progress: SimulationProgress) => void;
  /** Aborting it ends the work with `interrupted`. */
  readonly signal?: AbortSignal;
}

export interface SimulationProgress {
  readonly events: number;
  readonly sessions: number;
  /** How many sessions there will be. */
  readonly sessionsTotal: number;
}

const REPORTS = 200;

/** Counts sessions and calls the hooks now and then. */
export class ProgressReporter {
  private events = 0;
  private sessions = 0;
  private readonly every: number;

  constructor(
    private readonly options: ResolvedSimulatorOptions,
    private readonly hooks: SimulationHooks,
  ) {
    this.every = Math.max(1, Math.ceil(options.sessions / REPORTS));
  }

  /** @throws `interrupted` */
  sessionDone(session: { readonly length: number }): void {
    this.events += session.length;
    this.sessions++;
    if (this.sessions % this.every !== 0 && this.sessions < this.options.sessions) return;
    const { events, sessions } = this;
    this.hooks.onProgress?.({ events, sessions, sessionsTotal: this.options.sessions });
    if (this.hooks.signal?.aborted) throw new NextItemError('interrupted', 'the simulation was stopped');
  }
}
