import { type Catalogue } from '../data/catalogue.js';
import { catalogueFromSections, catalogueSections } from '../data/catalogue-sections.js';
import { type EventTable, itemCount } from '../data/event-table.js';
import { type SectionArray, type Sections } from '../domain/sections.js';
import { StringColumn, StringIndex } from '../domain/string-column.js';
import { type AttributeIndex, buildAttributeIndex } from './attribute-index.js';
import { EMBEDDING_PARTS, type SessionEmbedding } from './embedding/session-embedding.js';
import { type ItemTable } from './item-table.js';
import { knownEvents } from './known-events.js';
import { buildLinearTables } from './linear/linear-tables.js';
import { buildPairTable } from './pair-tables.js';
import { buildPopularity, type Popularity } from './popularity.js';
import { buildSessionIndex, type SessionIndex } from './session-index.js';
import { scaledTo, type TableSettings } from './settings.js';
import { buildWalkTable } from './walk-table.js';

/** The item-to-item tables, in the order they are built. */
export const ITEM_TABLES = [
  'next',
  'previous',
  'co_session',
  'bought_together',
  'walk',
  'slis',
  'slit',
  's_walk',
] as const;
/** The attributes of items that lists of popular items are kept for. */
export const ATTRIBUTES = ['category', 'brand', 'seller'] as const;
export type Attribute = (typeof ATTRIBUTES)[number];

export type ItemTableName = (typeof ITEM_TABLES)[number];

/** Everything counted from the events known at one cut: what retrievers and features read. Immutable. */
export interface TableSet {
  readonly items: StringColumn;
  readonly clock: 'real' | 'ordinal';
  /** The time of the newest known event, milliseconds since 1970 UTC. */
  readonly lastMs: number;
  readonly itemTables: Readonly<Record<ItemTableName, ItemTable>>;
  readonly popularity: Popularity;
  readonly sessionIndex: SessionIndex;
  /** The popular items of each category, brand and seller. */
  readonly attributeIndexes: Readonly<Record<Attribute, AttributeIndex>>;
  /** Null where there was too little to learn one from. */
  readonly embedding: SessionEmbedding | null;
  readonly catalogue: Catalogue;
}

export interface BuildTablesOptions {
  /** Sessions [0, sessionsEnd) are counted, nothing after them. */
  readonly sessionsEnd: number;
  /** For the ordinal clock, see tables/session-age.ts. */
  readonly scaleSessions: number;
  readonly settings: TableSettings;
  /** Learned from the same sessions: learning takes long, so it is done apart (embedding/train-embedding.ts). */
  readonly embedding?: SessionEmbedding | null;
  readonly onStep?: (name: string, done: number, total: number) => void;
}

export function buildTables(events: EventTable, options: BuildTablesOptions): TableSet {
  const { onStep } = options;
  const settings = scaledTo(itemCount(events), options.settings);
  const total = ITEM_TABLES.length;
  let done = 0;
  const step = <T>(name: string, build: () => T): T => {
    onStep?.(name, done++, total);
    return build();
  };
  const known = step('postings', () => knownEvents(events, options.sessionsEnd, options.scaleSessions));
  const next = step('next', () => buildPairTable(known, 'next', settings.next, settings));
  const previous = step('previous', () => buildPairTable(known, 'previous', settings.next, settings));
  const coSession = step('co_session', () =>
    buildPairTable(known, 'co_session', settings.coSession, settings),
  );
  const bought = step('bought_together', () =>
    buildPairTable(known, 'bought_together', settings.boughtTogether, settings),
  );
  const walk = step('walk', () => buildWalkTable(known, next, previous, settings));
  const linear = step('linear', () => buildLinearTables(known, settings.linear, settings.rowLength));
  const popularity = step('popularity', () => buildPopularity(known, settings));
  return {
    items: events.items,
    clock: events.clock,
    lastMs: known.lastMs,
    itemTables: {
      next,
      previous,
      co_session: coSession,
      bought_together: bought,
      walk,
      slis: linear.slis,
      slit: linear.slit,
      s_walk: linear.walk,
    },
    popularity,
    sessionIndex: buildSessionIndex(known, settings),
    attributeIndexes: byAttribute((name) =>
      buildAttributeIndex(events.catalogue[name], popularity.recent[2], settings.popularity.listLength),
    ),
    embedding: options.embedding ?? null,
    catalogue: events.catalogue,
  };
}

/** The table set as named arrays for a bundle, with the index from item id to item. */
export function tableSections(tables: TableSet): Sections {
  const sections: Sections = {
    'items/bytes': tables.items.bytes,
    'items/offsets': tables.items.offsets,
    'items/slots': StringIndex.of(tables.items).slots,
    clock: new Float64Array([tables.clock === 'real' ? 0 : 1, tables.lastMs]),
  };
  for (const name of ITEM_TABLES) {
    for (const [part, array] of Object.entries(tables.itemTables[name])) {
      sections[`item_table/${name}/${part}`] = array as SectionArray;
    }
  }
  const { recent, ...popularity } = tables.popularity;
  for (const [part, array] of Object.entries(popularity)) sections[`popularity/${part}`] = array;
  recent.forEach((array, h) => (sections[`popularity/recent_${h}`] = array));
  for (const [part, array] of Object.entries(tables.sessionIndex)) sections[`session_index/${part}`] = array;
  for (const name of ATTRIBUTES) {
    for (const [part, array] of Object.entries(tables.attributeIndexes[name])) {
      sections[`attribute_index/${name}/${part}`] = array as SectionArray;
    }
  }
  if (tables.embedding !== null)
    for (const part of EMBEDDING_PARTS) sections[`embedding/${part}`] = tables.embedding[part];
  return { ...sections, ...catalogueSections(tables.catalogue) };
}

/**
 * Reads back what {@link tableSections} wrote.
 *
 * @param section gives a named array, or undefined where the bundle has none
 * @throws whatever `missing` throws when a required array is absent
 */
export function tablesFromSections(
  section: (name: string) => SectionArray | undefined,
  missing: (name: string) => never,
): { tables: TableSet; itemIds: StringIndex } {
  const need = <T extends SectionArray>(name: string) => (section(name) ?? missing(name)) as T;
  const items = new StringColumn(need('items/bytes'), need('items/offsets'));
  const [clock, lastMs] = need<Float64Array>('clock');
  const itemTables = Object.fromEntries(
    ITEM_TABLES.map((name) => [
      name,
      {
        offsets: need(`item_table/${name}/offsets`),
        neighbours: need(`item_table/${name}/neighbours`),
        weights: need(`item_table/${name}/weights`),
      } satisfies ItemTable,
    ]),
  ) as unknown as Record<ItemTableName, ItemTable>;
  const popularityPart = (part: string) => need<Float32Array>(`popularity/${part}`);
  const tables: TableSet = {
    items,
    clock: clock === 0 ? 'real' : 'ordinal',
    lastMs: lastMs!,
    itemTables,
    popularity: {
      total: popularityPart('total'),
      recent: [popularityPart('recent_0'), popularityPart('recent_1'), popularityPart('recent_2')],
      rank: popularityPart('rank'),
      repeatShare: popularityPart('repeatShare'),
      purchaseShare: popularityPart('purchaseShare'),
      firstSeenDays: popularityPart('firstSeenDays'),
      lastSeenDays: popularityPart('lastSeenDays'),
      list: need('popularity/list'),
    },
    sessionIndex: {
      sessionsOffsets: need('session_index/sessionsOffsets'),
      sessions: need('session_index/sessions'),
      itemsOffsets: need('session_index/itemsOffsets'),
      items: need('session_index/items'),
      ageDays: need('session_index/ageDays'),
    },
    attributeIndexes: byAttribute((name) => ({
      offsets: need(`attribute_index/${name}/offsets`),
      items: need(`attribute_index/${name}/items`),
    })),
    embedding:
      section('embedding/vectors') === undefined
        ? null
        : (Object.fromEntries(
            EMBEDDING_PARTS.map((part) => [part, need(`embedding/${part}`)]),
          ) as unknown as SessionEmbedding),
    catalogue: catalogueFromSections(section),
  };
  return { tables, itemIds: new StringIndex(items, need('items/slots')) };
}

function byAttribute(make: (name: Attribute) => AttributeIndex): Record<Attribute, AttributeIndex> {
  return { category: make('category'), brand: make('brand'), seller: make('seller') };
}
