import { eventTypeCode } from '../domain/event.js';
import { ByteDictionary } from './byte-dictionary.js';
import { type EventMapping, FIELDS } from './event-mapping.js';
import { type EventTableBuilder } from './event-table-builder.js';
import { DROPPED, EventTypeMap, UNKNOWN } from './event-types.js';
import { parseNumber, parseTime, type TimeUnit } from './parse-time.js';
import { type RejectReason } from './reject-log.js';

/** An id longer than this is a mistake in the file. */
const MAX_ID_BYTES = 1024;

const SESSION = FIELDS.indexOf('session');
const USER = FIELDS.indexOf('user');
const ITEM = FIELDS.indexOf('item');
const TIME = FIELDS.indexOf('time');
const TIME_OFFSET = FIELDS.indexOf('timeOffsetMs');
const TYPE = FIELDS.indexOf('type');
const ORDER = FIELDS.indexOf('order');
const SPLIT = FIELDS.indexOf('split');
const EVENT_ID = FIELDS.indexOf('eventId');
const CATEGORY = FIELDS.indexOf('category');
const BRAND = FIELDS.indexOf('brand');
const SELLER = FIELDS.indexOf('seller');
const TITLE = FIELDS.indexOf('title');
const PRICE = FIELDS.indexOf('price');

/** What data tools write for "no value". */
const NO_VALUE: ReadonlySet<string> = new Set(['NA', 'NaN', 'nan', 'NULL', 'null', 'None', '\\N']);

/** What a source's rows have: which fields, and how sessions and time come about. The same for all its files. */
export interface RowShape {
  /** Sessions are cut from the users by idle gap; the session field is not looked at. */
  readonly cutByUser: boolean;
  readonly clock: 'real' | 'ordinal';
}

/**
 * Checks one row after the other and gives the good ones to the builder. A row's fields are byte ranges of one buffer,
 * whatever the file's format, so that a good row makes no JS object and no string.
 */
export class RowIntake {
  /** [FIELDS] Where each field's value starts in the row's buffer. Set before {@link accept}. */
  readonly starts = new Int32Array(FIELDS.length);
  /** [FIELDS] Where it ends; equal to the start where there is none. */
  readonly ends = new Int32Array(FIELDS.length);

  private readonly typeNames = new ByteDictionary();
  private readonly typeCodes: number[] = [];
  private readonly eventIds = new ByteDictionary();
  private eventKey = new Uint8Array(64);
  private mapping!: EventMapping;
  private types = new EventTypeMap();
  private constantType = 0;
  private unit: TimeUnit = 'auto';

  /** @param drop called for rows left out on purpose, with what they are */
  constructor(
    private readonly builder: EventTableBuilder,
    private readonly shape: RowShape,
    private readonly drop: (what: string) => void,
  ) {}

  /** The rows that follow are to be read like this. */
  use(mapping: EventMapping): void {
    this.mapping = mapping;
    this.types = new EventTypeMap(mapping.types);
    this.typeCodes.length = 0;
    this.constantType =
      mapping.columns.type === undefined ? eventTypeCode(mapping.constantType ?? 'view') : UNKNOWN;
    this.unit = mapping.timeUnit ?? 'auto';
  }

  /** Takes the row whose fields are set. @returns why it is refused, or null when it was taken or dropped */
  accept(buffer: Uint8Array): RejectReason | null {
    const { starts, ends, builder } = this;
    for (let field = 0; field < starts.length; field++)
      if (ends[field]! > starts[field]!) this.trim(buffer, field);

    const key = this.shape.cutByUser ? USER : SESSION;
    if (!this.has(key)) return this.shape.cutByUser ? 'missing_user' : 'missing_session';
    if (!this.has(ITEM)) return 'missing_item';
    const type = this.constantType >= 0 ? this.constantType : this.typeOf(buffer);
    if (type === UNKNOWN) return 'unknown_type';
    const time = this.timeOf(buffer);
    if (time !== time) return this.shape.clock === 'real' ? 'bad_time' : 'bad_order';
    const split = this.has(SPLIT) ? splitOf(this.text(buffer, SPLIT)) : -1;
    if (split === -2) return 'unknown_split';

    const knownGroup = builder.groups.find(buffer, starts[key]!, ends[key]!);
    if (knownGroup < 0 && !isId(buffer, starts[key]!, ends[key]!)) return 'bad_id';
    const knownItem = builder.items.find(buffer, starts[ITEM]!, ends[ITEM]!);
    if (knownItem < 0 && !isId(buffer, starts[ITEM]!, ends[ITEM]!)) return 'bad_id';
    const setUser = !this.shape.cutByUser && this.has(USER);
    if (setUser && !isId(buffer, starts[USER]!, ends[USER]!)) return 'bad_id';

    // After the checks: a row left out on purpose is a good row.
    if (type === DROPPED) {
      this.drop(this.text(buffer, TYPE).toLowerCase());
      return null;
    }
    const group = knownGroup < 0 ? builder.groups.addMissing(buffer, starts[key]!, ends[key]!) : knownGroup;
    if (this.has(EVENT_ID) && this.isRepeated(buffer, group)) {
      this.drop('duplicate_event');
      return null;
    }
    const item = knownItem < 0 ? builder.items.addMissing(buffer, starts[ITEM]!, ends[ITEM]!) : knownItem;
    builder.add(group, item, type, time);
    if (setUser) builder.setUser(group, builder.users.intern(buffer, starts[USER]!, ends[USER]!));
    if (split >= 0) builder.setSplit(group, split as 0 | 1);
    this.setAttributes(buffer, item, time);
    return null;
  }

  /** Cuts blanks off a value, and takes the usual words for "no value" as none. */
  private trim(buffer: Uint8Array, field: number): void {
    let start = this.starts[field]!;
    let end = this.ends[field]!;
    while (start < end && isBlank(buffer[start]!)) start++;
    while (end > start && isBlank(buffer[end - 1]!)) end--;
    const length = end - start;
    // 'N', 'n' or '\' first, so that hardly any value is made a string.
    const first = buffer[start];
    if (length >= 2 && length <= 4 && (first === 78 || first === 110 || first === 92)) {
      if (NO_VALUE.has(latin1(buffer, start, end))) end = start;
    }
    this.starts[field] = start;
    this.ends[field] = end;
  }

  private has(field: number): boolean {
    return this.ends[field]! > this.starts[field]!;
  }

  private text(buffer: Uint8Array, field: number): string {
    return utf8.decode(buffer.subarray(this.starts[field], this.ends[field]));
  }

  private typeOf(buffer: Uint8Array): number {
    if (!this.has(TYPE)) return UNKNOWN;
    const start = this.starts[TYPE]!;
    const end = this.ends[TYPE]!;
    const known = this.typeNames.find(buffer, start, end);
    if (known >= 0 && this.typeCodes[known] !== undefined) return this.typeCodes[known]!;
    const code = this.types.codeOf(this.text(buffer, TYPE));
    // Unknown names are not remembered: there may be as many as rows.
    if (code !== UNKNOWN) {
      this.typeCodes[known >= 0 ? known : this.typeNames.addMissing(buffer, start, end)] = code;
    }
    return code;
  }

  private timeOf(buffer: Uint8Array): number {
    if (this.shape.clock === 'ordinal') {
      if (this.mapping.columns.order === undefined) return 0;
      return parseNumber(buffer, this.starts[ORDER]!, this.ends[ORDER]!);
    }
    const time = parseTime(buffer, this.starts[TIME]!, this.ends[TIME]!, this.unit);
    if (this.mapping.columns.timeOffsetMs === undefined) return time;
    return time + parseNumber(buffer, this.starts[TIME_OFFSET]!, this.ends[TIME_OFFSET]!);
  }

  private isRepeated(buffer: Uint8Array, group: number): boolean {
    const start = this.starts[EVENT_ID]!;
    const length = this.ends[EVENT_ID]! - start;
    if (length + 4 > this.eventKey.length) this.eventKey = new Uint8Array(2 * (length + 4));
    const key = this.eventKey;
    for (let i = 0; i < 4; i++) key[i] = (group >>> (8 * i)) & 255;
    for (let i = 0; i < length; i++) key[i + 4] = buffer[start + i]!;
    if (this.eventIds.find(key, 0, length + 4) >= 0) return true;
    this.eventIds.addMissing(key, 0, length + 4);
    return false;
  }

  private setAttributes(buffer: Uint8Array, item: number, time: number): void {
    const { starts, ends } = this;
    const { attributes } = this.builder;
    if (this.has(CATEGORY) && !this.mapping.noCategory?.includes(this.text(buffer, CATEGORY))) {
      attributes.category.set(item, buffer, starts[CATEGORY]!, ends[CATEGORY]!, time);
    }
    if (this.has(BRAND)) attributes.brand.set(item, buffer, starts[BRAND]!, ends[BRAND]!, time);
    if (this.has(SELLER)) attributes.seller.set(item, buffer, starts[SELLER]!, ends[SELLER]!, time);
    if (this.has(TITLE)) attributes.title.set(item, buffer, starts[TITLE]!, ends[TITLE]!, time);
    if (this.has(PRICE)) {
      const price = parseNumber(buffer, starts[PRICE]!, ends[PRICE]!);
      if (price > 0) attributes.price.set(item, price, time);
    }
  }
}

const utf8 = new TextDecoder();

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9;
}

function isId(buffer: Uint8Array, start: number, end: number): boolean {
  if (end - start > MAX_ID_BYTES) return false;
  for (let at = start; at < end; at++) if (buffer[at]! < 32 || buffer[at] === 127) return false;
  return true;
}

/** 0 train, 1 test, -2 neither. Validation data comes before the test data in time, so it may be learned from. */
function splitOf(name: string): number {
  switch (name.toLowerCase()) {
    case 'train':
    case 'valid':
    case 'validation':
      return 0;
    case 'test':
      return 1;
    default:
      return -2;
  }
}

function latin1(buffer: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(buffer[at]!);
  return text;
}
