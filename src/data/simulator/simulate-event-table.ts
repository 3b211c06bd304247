import { type StringColumn, StringColumnBuilder } from '../../domain/string-column.js';
import { type EventTable } from '../event-table.js';
import { MAX_SESSION_EVENTS } from './behaviour.js';
import { EventColumns } from './event-columns.js';
import { SessionGenerator } from './session-generator.js';
import { catalogueOf, itemIdOf } from './shop.js';
import { ShopTruth } from './shop-truth.js';
import { openShop, sessionIdOf, userIdOf } from './simulate.js';
import { ProgressReporter, type SimulationHooks } from './simulation-hooks.js';
import { type ResolvedSimulatorOptions, type SimulatorOptions } from './simulator-options.js';

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
 * @throws `invalid_option`; `interrupted` when `onProgress` aborts the hooks' signal
 */
export function simulateEventTable(
  options: SimulatorOptions = {},
  hooks: SimulationHooks = {},
): SimulatedEvents {
  const shop = openShop(options);
  const { sessions, users } = shop.options;
  const generator = new SessionGenerator(shop);
  const rows = new EventColumns(Math.ceil(shop.options.events * SPARE) + MAX_SESSION_EVENTS);
  const day = new EventColumns(1 << 12);
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

  const progress = new ProgressReporter(shop.options, hooks);
  while (generator.next()) {
    if (generator.day !== dayNumber) flush();
    dayNumber = generator.day;
    dayFirst.push(day.length);
    dayUser.push(generator.user);
    day.appendSession(generator);
    progress.sessionDone(generator);
  }
  flush();

  const seenUsers = numberUsers(sessionUser, users);
  const events: EventTable = {
    source: describeSimulation(shop.options),
    clock: 'real',
    sessionOffsets,
    ...rows.finish(),
    items: stringColumn(shop.options.items, (item) => itemIdOf(shop, item)),
    sessionIds: sessionIds.finish(),
    userIndex: seenUsers.length === 0 ? null : sessionUser,
    users: stringColumn(seenUsers.length, (index) => userIdOf(shop, seenUsers[index]!)),
    split: null,
    catalogue: catalogueOf(shop),
  };
  return { events, truth: new ShopTruth(shop) };
}

/** Replaces user numbers by their place in order of appearance, in which it returns them. -1 stays. */
function numberUsers(sessionUser: Int32Array, users: number): Uint32Array {
  const placeOf = new Int32Array(users).fill(-1);
  const seen = new Uint32Array(Math.min(users, sessionUser.length));
  let count = 0;
  for (let s = 0; s < sessionUser.length; s++) {
    const user = sessionUser[s]!;
    if (user < 0) continue;
    if (placeOf[user]! < 0) {
      placeOf[user] = count;
      seen[count++] = user;
    }
    sessionUser[s] = placeOf[user]!;
  }
  return seen.slice(0, count);
}

function stringColumn(length: number, at: (index: number) => string): StringColumn {
  const builder = new StringColumnBuilder();
  for (let index = 0; index < length; index++) builder.push(at(index));
  return builder.finish();
}

/** A simulation in words, for {@link EventTable.source}. */
export function describeSimulation(options: ResolvedSimulatorOptions): string {
  const number = (value: number) => value.toLocaleString('en-US');
  return `shop simulator (${number(options.items)} items, ${number(options.sessions)} sessions, ${number(options.days)} days, seed ${options.seed})`;
}
