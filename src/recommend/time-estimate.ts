/** Weight of a new measurement. */
const RATE = 0.05;
/** A measurement counts as so many times the estimate at most: one pause of the process must not look like a slow stage. */
const LARGEST_STEP = 4;
/** Below this, milliseconds, the clock itself is what is measured. */
const SMALLEST_MS = 0.01;
/** What is left of the estimate after a stage was skipped, so that a wrong one is found out by trying again. */
const KEPT_AFTER_SKIP = 0.95;

/** How long a stage takes lately: a running average, milliseconds. 0 until it was measured. */
export class TimeEstimate {
  ms = 0;

  observe(ms: number): void {
    const counted = this.ms === 0 ? ms : Math.min(ms, LARGEST_STEP * Math.max(this.ms, SMALLEST_MS));
    this.ms = this.ms === 0 ? counted : this.ms + RATE * (counted - this.ms);
  }

  /** The stage was left out because there was no time for it. */
  skipped(): void {
    this.ms *= KEPT_AFTER_SKIP;
  }
}
