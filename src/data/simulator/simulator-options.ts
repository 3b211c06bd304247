import { DAY_MS } from '../../domain/time.js';
import { NextItemError } from '../../errors.js';

/** What shop to simulate. The same options give the same shop and the same events, whatever they are used for. */
export interface SimulatorOptions {
  /** Items in the catalogue, those not launched yet and those retired included: 20 .. 1,000,000. Default 2,000. */
  readonly items?: number;
  /**
   * Events to aim at: 1 .. 100,000,000. Default 200,000. The number of sessions follows from it (about 5 events a
   * session); the events that come out are within two percent of it for 100,000 and more.
   */
  readonly events?: number;
  /** Days the events are spread over: 1 .. 3,650. Default 30. */
  readonly days?: number;
  /** Shoppers with an account: 1 .. 20,000,000. Default: one for every 2.5 sessions. */
  readonly users?: number;
  /** A whole number, 0 .. 2^32 - 1. Default 1. */
  readonly seed?: number;
  /**
   * When the first day begins, milliseconds since 1970 UTC. Default Monday 2025-09-01T04:00Z. A day of the shop turns
   * at this time of day: items launch and retire then, and no session lasts beyond it.
   */
  readonly startMs?: number;
  /** Share of sessions without a user id: 0 .. 1. Default 0.4. */
  readonly guestShare?: number;
  /** Share of items launched after the first day: 0 .. 0.9. Default 0.15. */
  readonly launchShare?: number;
  /** Share of items retired before the last day: 0 .. 0.9. Default 0.1. */
  readonly retireShare?: number;
  /** How much popularity and needs move: 0 (not at all) .. 3. Default 1. */
  readonly drift?: number;
}

/** {@link SimulatorOptions} with every default filled in. */
export type ResolvedSimulatorOptions = Required<SimulatorOptions> & {
  /** How many sessions there will be. */
  readonly sessions: number;
};

/** Mean of the session lengths that the behaviour's constants lead to; a test keeps it true. */
export const MEAN_SESSION_EVENTS = 5;

interface Limit {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

const LIMITS: Readonly<Record<keyof SimulatorOptions, Limit>> = {
  items: { min: 20, max: 1_000_000, whole: true },
  events: { min: 1, max: 100_000_000, whole: true },
  days: { min: 1, max: 3650, whole: true },
  users: { min: 1, max: 20_000_000, whole: true },
  seed: { min: 0, max: 2 ** 32 - 1, whole: true },
  startMs: { min: 0, max: 4_102_444_800_000, whole: true },
  guestShare: { min: 0, max: 1, whole: false },
  launchShare: { min: 0, max: 0.9, whole: false },
  retireShare: { min: 0, max: 0.9, whole: false },
  drift: { min: 0, max: 3, whole: false },
};

/**
 * Fills in the defaults.
 * @throws `invalid_option` naming every option that is unknown or out of range, with its limits
 */
export function resolveSimulatorOptions(options: SimulatorOptions = {}): ResolvedSimulatorOptions {
  const mistakes: string[] = [];
  for (const [name, value] of Object.entries(options) as [keyof SimulatorOptions, unknown][]) {
    if (value === undefined) continue;
    const limit = LIMITS[name];
    if (limit === undefined) {
      mistakes.push(`"${name}" is not known; use ${Object.keys(LIMITS).join(', ')}`);
      continue;
    }
    const { min, max, whole } = limit;
    if (typeof value !== 'number' || !(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
      const kind = whole ? 'a whole number' : 'a number';
      mistakes.push(
        `"${name}" must be ${kind} from ${min} to ${max}, not ${JSON.stringify(value) ?? typeof value}`,
      );
    }
  }
  if (mistakes.length > 0) throw new NextItemError('invalid_option', mistakes.join('; '), 'simulator');
  const events = options.events ?? 200_000;
  const sessions = Math.max(1, Math.round(events / MEAN_SESSION_EVENTS));
  return {
    items: options.items ?? 2000,
    events,
    sessions,
    days: options.days ?? 30,
    users: options.users ?? Math.min(LIMITS.users.max, Math.max(1, Math.round(sessions / 2.5))),
    seed: options.seed ?? 1,
    startMs: options.startMs ?? DEFAULT_START_MS,
    guestShare: options.guestShare ?? 0.4,
    launchShare: options.launchShare ?? 0.15,
    retireShare: options.retireShare ?? 0.1,
    drift: options.drift ?? 1,
  };
}

const DEFAULT_START_MS = Date.UTC(2025, 8, 1, 4);

/** When a day of the shop begins, milliseconds since 1970 UTC. @param day 0 .. days; `days` is the end of all */
export function dayStartMs(options: ResolvedSimulatorOptions, day: number): number {
  return options.startMs + day * DAY_MS;
}
