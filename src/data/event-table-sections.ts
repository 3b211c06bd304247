import { type SectionArray, type Sections } from '../domain/sections.js';
import { StringColumn } from '../domain/string-column.js';
import { catalogueFromSections, catalogueSections } from './catalogue-sections.js';
import { type EventTable } from './event-table.js';

/** An event table as named arrays, for files. `source` and `clock` are for the caller to keep. */
export function eventTableSections(events: EventTable): Sections {
  return {
    'events/sessionOffsets': events.sessionOffsets,
    'events/itemIndex': events.itemIndex,
    'events/eventType': events.eventType,
    'events/timestampMs': events.timestampMs,
    'events/items/bytes': events.items.bytes,
    'events/items/offsets': events.items.offsets,
    'events/sessionIds/bytes': events.sessionIds.bytes,
    'events/sessionIds/offsets': events.sessionIds.offsets,
    'events/users/bytes': events.users.bytes,
    'events/users/offsets': events.users.offsets,
    ...(events.userIndex === null ? {} : { 'events/userIndex': events.userIndex }),
    ...(events.split === null ? {} : { 'events/split': events.split }),
    ...catalogueSections(events.catalogue),
  };
}

/** Reads back what {@link eventTableSections} wrote. @param section undefined for an array that was not written */
export function eventTableFromSections(
  section: (name: string) => SectionArray | undefined,
  source: string,
  clock: EventTable['clock'],
): EventTable {
  const need = <T extends SectionArray>(name: string) => section(`events/${name}`) as T;
  const strings = (name: string) => new StringColumn(need(`${name}/bytes`), need(`${name}/offsets`));
  return {
    source,
    clock,
    sessionOffsets: need('sessionOffsets'),
    itemIndex: need('itemIndex'),
    eventType: need('eventType'),
    timestampMs: need('timestampMs'),
    items: strings('items'),
    sessionIds: strings('sessionIds'),
    users: strings('users'),
    userIndex: need<Int32Array>('userIndex') ?? null,
    split: need<Uint8Array>('split') ?? null,
    catalogue: catalogueFromSections(section),
  };
}
