import { type Random } from '../../domain/random.js';
import { HOUR_MS } from '../../domain/time.js';
import { type ResolvedSimulatorOptions } from './simulator-options.js';

/** Visits by hour of the day, UTC: quiet at night, a first peak at noon, the highest in the evening. */
const HOUR_WEIGHT = [
  ...[0.9, 0.5, 0.3, 0.2, 0.15, 0.25, 0.6, 1.1, 1.7, 2.2, 2.5, 2.6],
  ...[2.7, 2.5, 2.4, 2.4, 2.5, 2.7, 3.1, 3.7, 4.1, 3.9, 2.9, 1.7],
];
/** By weekday, Sunday first. */
const WEEKDAY_WEIGHT = [1.25, 1.1, 0.95, 0.9, 0.9, 0.95, 1.05];

/**
 * When sessions begin, in order: their number is spread over the hours by the rhythm of day and week, and each hour's
 * are spread over it with some chance. Needs memory by hour, not by session.
 */
export class Arrivals {
  /** [hours + 1] number of sessions that begin before each hour. */
  private readonly before: Float64Array;
  private hour = 0;
  private next = 0;

  constructor(
    private readonly options: ResolvedSimulatorOptions,
    private readonly random: Random,
  ) {
    const hours = options.days * 24;
    this.before = new Float64Array(hours + 1);
    for (let hour = 0; hour < hours; hour++) {
      const date = new Date(options.startMs + hour * HOUR_MS);
      const weight = HOUR_WEIGHT[date.getUTCHours()]! * WEEKDAY_WEIGHT[date.getUTCDay()]!;
      this.before[hour + 1] = this.before[hour]! + weight;
    }
    const scale = options.sessions / this.before[hours]!;
    for (let hour = 1; hour <= hours; hour++) this.before[hour] = Math.round(this.before[hour]! * scale);
  }

  /** When the next session begins, milliseconds since 1970 UTC; -1 after the last. Never falls. */
  nextMs(): number {
    if (this.next === this.options.sessions) return -1;
    while (this.before[this.hour + 1]! <= this.next) this.hour++;
    const first = this.before[this.hour]!;
    const share = (this.next - first + this.random.next()) / (this.before[this.hour + 1]! - first);
    this.next++;
    return this.options.startMs + Math.floor((this.hour + share) * HOUR_MS);
  }
}
