import { NextItemError } from '../errors.js';
import { ByteDictionary } from './byte-dictionary.js';
import { type EventTable } from './event-table.js';
import { ItemAttributes } from './item-attributes.js';

/** Rows are collected in pieces of this size, so that growing copies nothing. */
const CHUNK_BITS = 18;
const CHUNK = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK - 1;

export interface EventTableBuilderOptions {
  /** See {@link EventTable.source}. */
  readonly source: string;
  /** `ordinal`: the times given to {@link EventTableBuilder.add} only order a session's events. */
  readonly clock: 'real' | 'ordinal';
  /**
   * Cut a group's events into sessions wherever two neighbours in time are further apart than this, milliseconds.
   * The groups are then the users, and a session's id is `user#1`, `user#2`, ... in time. Null: a group is a session.
   */
  readonly idleGapMs: number | null;
}

/** What a builder's rows are grouped by, and what it holds about each group. */
interface Ranges {
  /** [sessions + 1] where each session starts in the row order. */
  readonly starts: Uint32Array;
  /** [sessions] the group each session came from. */
  readonly groups: Uint32Array;
}

/**
 * Collects events row by row, in any order, into an {@link EventTable}: 17 bytes per event while collecting, about 25
 * at the peak of {@link finish}. The result depends on the rows and their order alone.
 *
 * Sort order: sessions by (last time, first input row); events in a session by (time, input row); items are numbered
 * by first appearance in that order. With an ordinal clock sessions stand by their first input row.
 */
export class EventTableBuilder {
  /** Session ids; with `idleGapMs` user ids instead. */
  readonly groups = new ByteDictionary();
  readonly items = new ByteDictionary();
  readonly users = new ByteDictionary();
  readonly attributes = new ItemAttributes();

  private groupChunks: Uint32Array[] = [];
  private itemChunks: Uint32Array[] = [];
  private typeChunks: Uint8Array[] = [];
  private timeChunks: Float64Array[] = [];
  private used = CHUNK;
  /** By group: user number + 1, 0 for none. */
  private groupUser = new Uint32Array(1024);
  /** By group: split + 1, 0 for none. */
  private groupSplit = new Uint8Array(1024);
  private anyUser = false;
  private anySplit = false;

  constructor(private readonly options: EventTableBuilderOptions) {}

  /** Events added so far. */
  get length(): number {
    return this.groupChunks.length * CHUNK - (CHUNK - this.used);
  }

  /**
   * Adds one event.
   * @param group number from {@link groups}
   * @param item number from {@link items}
   * @param eventType code of domain/event.ts
   * @param time milliseconds since 1970 UTC, or with an ordinal clock any number that orders the session's events
   */
  add(group: number, item: number, eventType: number, time: number): void {
    if (this.used === CHUNK) {
      this.groupChunks.push(new Uint32Array(CHUNK));
      this.itemChunks.push(new Uint32Array(CHUNK));
      this.typeChunks.push(new Uint8Array(CHUNK));
      this.timeChunks.push(new Float64Array(CHUNK));
      this.used = 0;
    }
    const last = this.groupChunks.length - 1;
    this.groupChunks[last]![this.used] = group;
    this.itemChunks[last]![this.used] = item;
    this.typeChunks[last]![this.used] = eventType;
    this.timeChunks[last]![this.used] = time;
    this.used++;
  }

  /** Names the user of a session; the first one named stays. Not used with `idleGapMs`, where the group is the user. */
  setUser(group: number, user: number): void {
    if (group >= this.groupUser.length) this.groupUser = grown(this.groupUser, group);
    if (this.groupUser[group] === 0) this.groupUser[group] = user + 1;
    this.anyUser = true;
  }

  /** @param split 0 train, 1 test; a session named both is a test session, so that it cannot be learned from */
  setSplit(group: number, split: 0 | 1): void {
    if (group >= this.groupSplit.length) this.groupSplit = grown(this.groupSplit, group);
    this.groupSplit[group] = Math.max(this.groupSplit[group]!, split + 1);
    this.anySplit = true;
  }

  /** Builds the table. The builder's rows are let go on the way: call it once. @throws `source_empty` without events */
  finish(): EventTable {
    const n = this.length;
    if (n === 0) throw new NextItemError('source_empty', 'there is no event', this.options.source);
    const { times, rows } = this.sortRows(n);
    const ranges = this.options.idleGapMs === null ? this.givenSessions(n) : this.cutSessions(times);
    this.groupChunks = [];
    const order = this.orderSessions(ranges, times, rows);
    const sessions = order.length;

    const sessionOffsets = new Uint32Array(sessions + 1);
    const timestampMs = new Float64Array(n);
    let at = 0;
    for (let s = 0; s < sessions; s++) {
      const end = ranges.starts[order[s]! + 1]!;
      for (let from = ranges.starts[order[s]!]!; from < end; from++, at++) {
        timestampMs[at] = this.options.clock === 'real' ? times[from]! : at;
      }
      sessionOffsets[s + 1] = at;
    }

    const itemIndex = new Uint32Array(n);
    const eventType = new Uint8Array(n);
    const indexOf = new Int32Array(this.items.length).fill(-1);
    const itemNumbers = new Uint32Array(this.items.length);
    let items = 0;
    at = 0;
    for (let s = 0; s < sessions; s++) {
      const end = ranges.starts[order[s]! + 1]!;
      for (let from = ranges.starts[order[s]!]!; from < end; from++, at++) {
        const row = rows[from]!;
        const number = this.itemChunks[row >>> CHUNK_BITS]![row & CHUNK_MASK]!;
        if (indexOf[number]! < 0) {
          indexOf[number] = items;
          itemNumbers[items++] = number;
        }
        itemIndex[at] = indexOf[number]!;
        eventType[at] = this.typeChunks[row >>> CHUNK_BITS]![row & CHUNK_MASK]!;
      }
    }
    this.itemChunks = [];
    this.typeChunks = [];
    const used = itemNumbers.slice(0, items);
    return {
      source: this.options.source,
      clock: this.options.clock,
      sessionOffsets,
      itemIndex,
      eventType,
      timestampMs,
      items: this.items.select(used),
      ...this.sessionColumns(order, ranges),
      catalogue: this.attributes.select(used),
    };
  }

  /** Rows by (group, time, input row): a counting sort over the groups, then each group that needs it. */
  private sortRows(n: number): { times: Float64Array; rows: Uint32Array } {
    const next = new Uint32Array(this.groups.length + 1);
    for (let row = 0; row < n; row++) next[this.groupOf(row) + 1]!++;
    for (let group = 0; group < this.groups.length; group++) next[group + 1]! += next[group]!;
    const rows = new Uint32Array(n);
    const times = new Float64Array(n);
    for (let row = 0; row < n; row++) {
      const at = next[this.groupOf(row)]!++;
      rows[at] = row;
      times[at] = this.timeChunks[row >>> CHUNK_BITS]![row & CHUNK_MASK]!;
    }
    this.timeChunks = [];
    // `next[group]` has moved on to the group's end.
    for (let group = 0, start = 0; group < this.groups.length; group++) {
      sortRange(times, rows, start, next[group]!);
      start = next[group]!;
    }
    return { times, rows };
  }

  private groupOf(row: number): number {
    return this.groupChunks[row >>> CHUNK_BITS]![row & CHUNK_MASK]!;
  }

  private givenSessions(n: number): Ranges {
    const counts = new Uint32Array(this.groups.length);
    for (let row = 0; row < n; row++) counts[this.groupOf(row)]!++;
    const groups = Uint32Array.from(counts.keys()).filter((group) => counts[group]! > 0);
    const starts = new Uint32Array(groups.length + 1);
    for (let s = 0; s < groups.length; s++) starts[s + 1] = starts[s]! + counts[groups[s]!]!;
    return { starts, groups };
  }

  private cutSessions(times: Float64Array): Ranges {
    const gap = this.options.idleGapMs!;
    const given = this.givenSessions(times.length);
    const isCut = (g: number, at: number) => at === given.starts[g] || times[at]! - times[at - 1]! > gap;
    let sessions = 0;
    for (let g = 0; g < given.groups.length; g++) {
      for (let at = given.starts[g]!; at < given.starts[g + 1]!; at++) if (isCut(g, at)) sessions++;
    }
    const starts = new Uint32Array(sessions + 1);
    const groups = new Uint32Array(sessions);
    let s = 0;
    for (let g = 0; g < given.groups.length; g++) {
      for (let at = given.starts[g]!; at < given.starts[g + 1]!; at++) {
        if (!isCut(g, at)) continue;
        starts[s] = at;
        groups[s++] = given.groups[g]!;
      }
    }
    starts[sessions] = times.length;
    return { starts, groups };
  }

  /** The sessions' positions in `ranges`, in the table's order. */
  private orderSessions(ranges: Ranges, times: Float64Array, rows: Uint32Array): Uint32Array {
    const sessions = ranges.groups.length;
    const firstRow = new Uint32Array(sessions);
    const lastTime = new Float64Array(sessions);
    for (let s = 0; s < sessions; s++) {
      let first = rows[ranges.starts[s]!]!;
      for (let at = ranges.starts[s]! + 1; at < ranges.starts[s + 1]!; at++)
        first = Math.min(first, rows[at]!);
      firstRow[s] = first;
      lastTime[s] = this.options.clock === 'real' ? times[ranges.starts[s + 1]! - 1]! : 0;
    }
    return Uint32Array.from(firstRow.keys()).sort(
      (a, b) => lastTime[a]! - lastTime[b]! || firstRow[a]! - firstRow[b]!,
    );
  }

  private sessionColumns(
    order: Uint32Array,
    ranges: Ranges,
  ): Pick<EventTable, 'sessionIds' | 'userIndex' | 'users' | 'split'> {
    const groups = order.map((s) => ranges.groups[s]!);
    const cut = this.options.idleGapMs !== null;
    const users = cut ? this.groups : this.users;
    const userOf = (group: number) => (cut ? group : (this.groupUser[group] ?? 0) - 1);
    const indexOf = new Int32Array(users.length).fill(-1);
    const userNumbers = new Uint32Array(users.length);
    let named = 0;
    const userIndex = Int32Array.from(groups, (group) => {
      const user = userOf(group);
      if (user < 0) return -1;
      if (indexOf[user]! < 0) {
        indexOf[user] = named;
        userNumbers[named++] = user;
      }
      return indexOf[user]!;
    });
    return {
      sessionIds: cut ? this.cutSessionIds(order, ranges) : this.groups.select(groups),
      userIndex: cut || this.anyUser ? userIndex : null,
      users: users.select(userNumbers.slice(0, named)),
      split: this.anySplit ? Uint8Array.from(groups, (group) => Number(this.groupSplit[group] === 2)) : null,
    };
  }

  /** `user#n`, n counting the user's sessions in time; ranges hold them in that order, one user after the other. */
  private cutSessionIds(order: Uint32Array, ranges: Ranges): EventTable['sessionIds'] {
    const ids = new ByteDictionary();
    for (let s = 0, n = 0; s < order.length; s++) {
      n = s > 0 && ranges.groups[s] === ranges.groups[s - 1] ? n + 1 : 1;
      ids.internString(`${this.groups.at(ranges.groups[s]!)}#${n}`);
    }
    return ids.select(order);
  }
}

/** Sorts `times[start, end)` and `rows` with it by (time, row). Rows come in ascending, so a stable sort by time does. */
function sortRange(times: Float64Array, rows: Uint32Array, start: number, end: number): void {
  let at = start + 1;
  while (at < end && times[at]! >= times[at - 1]!) at++;
  if (at >= end) return;
  if (end - start <= 64) {
    for (let i = at; i < end; i++) {
      const time = times[i]!;
      const row = rows[i]!;
      let to = i;
      for (; to > start && times[to - 1]! > time; to--) {
        times[to] = times[to - 1]!;
        rows[to] = rows[to - 1]!;
      }
      times[to] = time;
      rows[to] = row;
    }
    return;
  }
  const oldTimes = times.slice(start, end);
  const oldRows = rows.slice(start, end);
  const order = Uint32Array.from(oldRows.keys()).sort((a, b) => oldTimes[a]! - oldTimes[b]! || a - b);
  for (let i = 0; i < order.length; i++) {
    times[start + i] = oldTimes[order[i]!]!;
    rows[start + i] = oldRows[order[i]!]!;
  }
}

function grown<T extends Uint32Array | Uint8Array>(values: T, index: number): T {
  const size = 2 ** Math.ceil(Math.log2(index + 1));
  const bigger = new (values.constructor as new (size: number) => T)(Math.max(size, values.length * 2));
  bigger.set(values);
  return bigger;
}
