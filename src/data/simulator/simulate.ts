import { SessionGenerator } from './session-generator.js';
import { makeShop, type Shop } from './shop.js';
import { resolveSimulatorOptions, type SimulatorOptions } from './simulator-options.js';

/** A session as it comes out of {@link simulate}; its arrays are valid until the next one is asked for. */
export interface SimulatedSession {
  /** From 0 in the order sessions begin. */
  readonly sessionNumber: number;
  /** -1 for a guest. */
  readonly user: number;
  /** Number of events; the arrays may be longer. */
  readonly length: number;
  /** [length] item numbers of the shop. */
  readonly items: Uint32Array;
  /** [length] codes of domain/event.ts. */
  readonly types: Uint8Array;
  /** [length] milliseconds since 1970 UTC, rising. */
  readonly timesMs: Float64Array;
}

/** Builds the simulated shop. @throws `invalid_option` */
export function openShop(options: SimulatorOptions = {}): Shop {
  return makeShop(resolveSimulatorOptions(options));
}

/**
 * The sessions of a simulation, one after the other, in the order they begin. Memory does not grow with their number.
 * @param shopOrOptions a shop of {@link openShop}, or the options of one
 * @throws `invalid_option`
 */
export function* simulate(
  shopOrOptions: Shop | SimulatorOptions = {},
): Generator<SimulatedSession, void, undefined> {
  const shop = 'itemOfSlot' in shopOrOptions ? shopOrOptions : openShop(shopOrOptions);
  const generator = new SessionGenerator(shop);
  while (generator.next()) yield generator;
}

/** The id of a session: `s` and its number, all of one length. */
export function sessionIdOf(shop: Shop, session: number): string {
  return `s${String(session).padStart(String(shop.options.sessions - 1).length, '0')}`;
}

/** The id of a user: `u` and the number, all of one length. */
export function userIdOf(shop: Shop, user: number): string {
  return `u${String(user).padStart(String(shop.options.users - 1).length, '0')}`;
}
