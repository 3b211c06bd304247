import { EVENT_TYPES, type EventType } from '../domain/event.js';
import { type EventTable, eventCount, itemCount, sessionCount } from './event-table.js';

/** A data source in numbers. */
export interface SourceSummary {
  readonly source: string;
  readonly sessions: number;
  readonly events: number;
  readonly items: number;
  /** Users named by the source; 0 if it names none. */
  readonly users: number;
  /** Only the types that occur. */
  readonly eventsByType: Readonly<Partial<Record<EventType, number>>>;
  /** Sessions of one event: nothing can be learned from or measured on their order. */
  readonly singleEventSessions: number;
  readonly longestSession: number;
  /** First and last time, milliseconds since 1970 UTC; null where the clock is ordinal. */
  readonly timeRange: { readonly fromMs: number; readonly toMs: number } | null;
  /** Sessions of the source's own split; null where it has none. */
  readonly split: { readonly train: number; readonly test: number } | null;
  /** Items with a known value, for each attribute the source has. */
  readonly attributes: Readonly<Record<string, number>>;
}

/** Counts a source's events. One pass over the columns. */
export function describeSource(events: EventTable): SourceSummary {
  const byType = new Array<number>(EVENT_TYPES.length).fill(0);
  for (const type of events.eventType) byType[type]!++;
  let single = 0;
  let longest = 0;
  for (let s = 0; s < sessionCount(events); s++) {
    const length = events.sessionOffsets[s + 1]! - events.sessionOffsets[s]!;
    if (length === 1) single++;
    longest = Math.max(longest, length);
  }
  let fromMs = Infinity;
  let toMs = -Infinity;
  for (const time of events.timestampMs) {
    if (time < fromMs) fromMs = time;
    if (time > toMs) toMs = time;
  }
  const test = events.split?.reduce((sum, split) => sum + split, 0) ?? 0;
  return {
    source: events.source,
    sessions: sessionCount(events),
    events: eventCount(events),
    items: itemCount(events),
    users: events.users.length,
    eventsByType: Object.fromEntries(
      EVENT_TYPES.map((type, code) => [type, byType[code]!]).filter(([, n]) => n !== 0),
    ),
    singleEventSessions: single,
    longestSession: longest,
    timeRange: events.clock === 'real' ? { fromMs, toMs } : null,
    split: events.split === null ? null : { train: sessionCount(events) - test, test },
    attributes: countAttributes(events),
  };
}

function countAttributes({ catalogue }: EventTable): Record<string, number> {
  const counts: Record<string, number> = {};
  const { title, category, brand, seller, price, weightGrams, volumeCm3 } = catalogue;
  if (title !== null) {
    counts.title = title.offsets.reduce((n, end, i) => (i > 0 && end > title.offsets[i - 1]! ? n + 1 : n), 0);
  }
  for (const [name, column] of Object.entries({ category, brand, seller })) {
    if (column !== null) counts[name] = column.codes.reduce((n, code) => (code >= 0 ? n + 1 : n), 0);
  }
  for (const [name, column] of Object.entries({ price, weightGrams, volumeCm3 })) {
    if (column !== null) counts[name] = column.reduce((n, value) => (Number.isNaN(value) ? n : n + 1), 0);
  }
  return counts;
}

/** The summary as lines for people. */
export function formatSummary(summary: SourceSummary): string[] {
  const number = (value: number) => value.toLocaleString('en-US');
  const { events, sessions, items, users, timeRange, split } = summary;
  const day = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
  const types = Object.entries(summary.eventsByType).map(([type, count]) => `${number(count)} ${type}`);
  const attributes = Object.entries(summary.attributes).map(([name, count]) => `${name} ${number(count)}`);
  return [
    `${number(events)} events in ${number(sessions)} sessions over ${number(items)} items${users > 0 ? ` by ${number(users)} users` : ''}`,
    `types: ${types.join(', ')}`,
    timeRange === null
      ? 'time: none given, sessions stand in time order'
      : `time: ${day(timeRange.fromMs)} to ${day(timeRange.toMs)} UTC`,
    `sessions: ${(events / sessions).toFixed(2)} events on average, ${number(summary.longestSession)} at most, ${number(summary.singleEventSessions)} with one event`,
    ...(split === null ? [] : [`split: ${number(split.train)} train, ${number(split.test)} test sessions`]),
    ...(attributes.length === 0 ? [] : [`items with: ${attributes.join(', ')}`]),
  ];
}
