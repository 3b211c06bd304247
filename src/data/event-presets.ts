import { type EventMapping } from './event-mapping.js';

/** The public data sets and layouts that are understood without a mapping. */
export const PRESET_NAMES = [
  'otto',
  'log',
  'rees46',
  'retailrocket',
  'diginetica',
  'srgnn',
  'events',
  'yoochoose',
] as const;

export type PresetName = (typeof PRESET_NAMES)[number];

/** How a file begins: the fields of its first line, the keys of its first JSON object, or its Parquet columns. */
export interface FirstRecord {
  readonly kind: 'delimited' | 'json' | 'parquet';
  readonly names: readonly string[];
}

/** The mapping of a file, if it is laid out as the preset says. */
type Preset = (first: FirstRecord) => EventMapping | null;

const ATTRIBUTES = {
  category: ['category_code', 'category_id', 'category'],
  brand: 'brand',
  price: 'price',
  title: 'title',
  seller: 'seller_id',
};

/** In the order they are tried. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  // OTTO: JSON lines of sessions with `events: [{aid, ts, type}]`, or the same flat in Parquet with types 0 to 2.
  otto: (first) =>
    has(first, 'session', 'events') || has(first, 'session', 'aid', 'ts', 'type')
      ? {
          columns: { session: 'session', item: 'aid', time: 'ts', type: 'type' },
          types: { 0: 'click', 1: 'add_to_cart', 2: 'purchase' },
        }
      : null,

  // The service's own event log, one event a line.
  log: (first) =>
    first.kind === 'json' && has(first, 'session_id', 'item_id', 'event_type', 'timestamp')
      ? {
          columns: {
            session: 'session_id',
            user: 'user_id',
            item: 'item_id',
            time: 'timestamp',
            type: 'event_type',
            eventId: 'event_id',
          },
          timeUnit: 'ms',
        }
      : null,

  // REES46 monthly files.
  rees46: (first) =>
    has(first, 'event_time', 'event_type', 'product_id', 'user_session')
      ? {
          columns: {
            session: 'user_session',
            user: 'user_id',
            item: 'product_id',
            time: 'event_time',
            type: 'event_type',
            ...ATTRIBUTES,
          },
        }
      : null,

  // RetailRocket events.csv: visitors, no sessions.
  retailrocket: (first) =>
    has(first, 'timestamp', 'visitorid', 'event', 'itemid')
      ? { columns: { user: 'visitorid', item: 'itemid', time: 'timestamp', type: 'event' }, timeUnit: 'ms' }
      : null,

  // Diginetica train-item-views.csv: the day, and the milliseconds since the session's first query.
  diginetica: (first) => {
    if (has(first, 'sessionId', 'itemId', 'timeframe', 'eventdate')) {
      return {
        columns: {
          session: 'sessionId',
          user: 'userId',
          item: 'itemId',
          time: 'eventdate',
          timeOffsetMs: 'timeframe',
        },
        constantType: 'view',
      };
    }
    // An older export of the same file.
    if (has(first, 'session_id', 'item_id', 'timeframe', 'eventdate')) {
      return {
        columns: {
          session: 'session_id',
          user: 'user_id',
          item: 'item_id',
          time: 'eventdate',
          timeOffsetMs: 'timeframe',
        },
        constantType: 'view',
      };
    }
    return null;
  },

  // Prepared after SR-GNN: no times, a session's rank in the file is its age.
  srgnn: (first) =>
    has(first, 'session_id', 'item_id', 'order_index')
      ? {
          columns: { session: 'session_id', item: 'item_id', order: 'order_index', split: 'split' },
          constantType: 'click',
        }
      : null,

  // One event a row, everything beyond session, item and time optional.
  events: (first) =>
    has(first, 'session_id', 'item_id', 'timestamp_ms') || has(first, 'session_id', 'item_id', 'timestamp')
      ? {
          columns: {
            session: 'session_id',
            user: ['user_id', 'customer_id'],
            item: 'item_id',
            // The column the API calls timestamp may hold milliseconds or dates.
            time: ['timestamp_ms', 'timestamp'],
            type: 'event_type',
            split: 'split',
            eventId: 'event_id',
            ...ATTRIBUTES,
          },
          timeUnit: 'ms',
        }
      : null,

  // Yoochoose clicks and buys, two files without a header. Category S is a special offer, 0 is unknown.
  yoochoose: (first) => {
    const [session, time] = first.names;
    if (first.kind !== 'delimited' || !/^\d+$/.test(session ?? '') || !/^\d{4}-\d\d-\d\dT/.test(time ?? ''))
      return null;
    const columns = { session: 'session', item: 'item', time: 'time' };
    if (first.names.length === 4) {
      const header = ['session', 'time', 'item', 'category'];
      return {
        columns: { ...columns, category: 'category' },
        header,
        constantType: 'click',
        noCategory: ['S', '0'],
      };
    }
    if (first.names.length === 5) {
      const header = ['session', 'time', 'item', 'price', 'quantity'];
      return { columns: { ...columns, price: 'price' }, header, constantType: 'purchase' };
    }
    return null;
  },
};

/** Which columns each preset is known by, for error messages. */
export const PRESET_COLUMNS: Readonly<Record<PresetName, string>> = {
  otto: 'session and events, or session, aid, ts, type',
  log: 'JSON lines with session_id, item_id, event_type, timestamp',
  rees46: 'event_time, event_type, product_id, user_session',
  retailrocket: 'timestamp, visitorid, event, itemid',
  diginetica: 'sessionId, itemId, timeframe, eventdate',
  srgnn: 'session_id, item_id, order_index',
  events: 'session_id, item_id, timestamp_ms or timestamp',
  yoochoose:
    'no header; session, time, item, category (clicks) or session, time, item, price, quantity (buys)',
};

function has(first: FirstRecord, ...names: string[]): boolean {
  return names.every((name) => first.names.includes(name));
}
