import { NextItemError } from '../../errors.js';
import { StringColumnBuilder } from '../../domain/string-column.js';
import { type EventTable } from '../event-table.js';
import { MAX_SESSION_EVENTS } from './behaviour.js';
import { SessionGenerator } from './session-generator.js';
import { catalogueOf, itemIdOf, makeShop, type Shop } from './shop.js';
import { openShop, sessionIdOf, userIdOf } from './simulate.js';
import { type ResolvedSimulatorOptions, type SimulatorOptions } from './simulator-options.js';
import { ShopTruth } from './shop-truth.js';

/** What long work reports, and how it is stopped. */
export interface SimulationHooks {
  /** Called some hundred times. @param sessionsTotal all there will be */
  readonly onProgress?: (progress: SimulationProgress) => void;
  /** Aborting it ends the work with `interrupted`. Synchronous work sees it only if `onProgress` aborts it. */
  readonly signal?: AbortSignal;
}

export interface SimulationProgress {
  readonly events: number;
  readonly sessions: number;
  readonly sessionsTotal: number;
}

/** A simulation as a table, with what is true of it. */
export interface SimulatedEvents {
  readonly events: EventTable;
  readonly truth: ShopTruth;
}

/** Growing arrays begin with room for the expected events and so much more. */
const SPARE = 1.03;

/**
 * Simulates straight into the columns of an {@link EventTable}: 13 bytes an event, no object per event. The table's
 * items are the shop's whole catalogue, item index = item number, also those that no event names.
 *
 * Sessions end on the day they begin, so putting them in order of their last event takes one day at a time.
 * @throws `invalid_option`, `interrupted`
 */
export function simulateEventTable(options: SimulatorOptions = {}, hooks: SimulationHooks = {}): SimulatedEvents {
  const shop = openShop(options);
  const { sessions, users } = shop.options;
  const generator = new SessionGenerator(shop);
  const rows = new Columns(Math.ceil(shop.options.events * SPARE) + MAX_SESSION_EVENTS);
  const day = new Columns(1 << 12);
  const sessionOffsets = new Uint32Array(sessions + 1);
  const sessionUser = new Int32Array(sessions);
  const sessionIds = new StringColumnBuilder();
  const dayFirst: number[] = [];
  const dayUser: number[] = [];
  let dayNumber = 0;
  let firstSession = 0;
  let written = 0;

  const flush = (): void => {
    dayFirst.push(day.length);
    const endOf = (s: number) => day.timestampMs[dayFirst[s + 1]! - 1]!;
    const order = Uint32Array.from(dayUser.keys()).sort((a, b) => endOf(a) - endOf(b) || a - b);
    for (const s of order) {
      rows.append(day, dayFirst[s]!, dayFirst[s + 1]!);
      sessionUser[written] = dayUser[s]!;
      sessionIds.push(sessionIdOf(shop, firstSession + s));
      sessionOffsets[++written] = rows.length;
    }
    firstSession += order.length;
    day.length = dayFirst.length = dayUser.length = 0;
  };

  const reportEvery = progressStep(shop.options);
  while (generator.next()) {
    if (generator.day !== dayNumber) flush();
    dayNumber = generator.day;
    dayFirst.push(day.length);
    dayUser.push(generator.user);
    day.appendSession(generator);
    if (generator.sessionNumber % reportEvery === 0) {
      report(hooks, rows.length + day.length, generator.sessionNumber, sessions);
    }
  }
  flush();
  report(hooks, rows.length, sessions, sessions);

  const userIndex = numberUsers(sessionUser, users);
  const events: EventTable = {
    source: describeSimulation(shop.options),
    clock: 'real',
    sessionOffsets,
    ...rows.finish(),
    items: column(shop.options.items, (item) => itemIdOf(shop, item)),
    sessionIds: sessionIds.finish(),
    userIndex: userIndex.seen.length === 0 ? null : sessionUser,
    users: column(userIndex.seen.length, (index) => userIdOf(shop, userIndex.seen[index]!)),
    split: null,
    catalogue: catalogueOf(shop),
  };
  return { events, truth: new ShopTruth(shop) };
}

/** The truth of a simulation from its options alone, without simulating it. @throws `invalid_option` */
export function simulationTruth(options: SimulatorOptions = {}): ShopTruth {
  return new ShopTruth(openShop(options));
}
