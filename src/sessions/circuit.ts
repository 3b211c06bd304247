export interface CircuitOptions {
  /** It opens after so many failures in a row... */
  readonly failuresToOpen: number;
  /** ...the first of them so many milliseconds ago: many callers who wait through one short pause all fail at once. */
  readonly failingMs: number;
  /** How often an open one tries whether things are well again. */
  readonly probeIntervalMs: number;
  /** Resolves if things are well again. It is never called while its last call is unsettled. */
  readonly probe: () => Promise<void>;
  /** Told of every change. */
  readonly onChange: (open: boolean) => void;
}

/**
 * A circuit breaker: after some failures in a row it is open, and nobody should try what fails. A probe in the background
 * closes it, so no caller pays for finding out.
 */
export class Circuit {
  private failures = 0;
  private failingSinceMs = 0;
  private timer: NodeJS.Timeout | null = null;
  private probing = false;

  constructor(private readonly options: CircuitOptions) {}

  get open(): boolean {
    return this.timer !== null;
  }

  succeeded(): void {
    this.failures = 0;
  }

  failed(): void {
    const { failuresToOpen, failingMs } = this.options;
    const now = performance.now();
    if (++this.failures === 1) this.failingSinceMs = now;
    if (this.open || this.failures < failuresToOpen || now - this.failingSinceMs < failingMs) return;
    this.timer = setInterval(() => void this.probe(), this.options.probeIntervalMs);
    this.timer.unref();
    this.options.onChange(true);
  }

  /** Ends the probes. */
  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private async probe(): Promise<void> {
    if (this.probing) return;
    this.probing = true;
    try {
      await this.options.probe();
      if (!this.open) return;
      this.close();
      this.failures = 0;
      this.options.onChange(false);
    } catch {
      // The next interval tries again.
    } finally {
      this.probing = false;
    }
  }
}
