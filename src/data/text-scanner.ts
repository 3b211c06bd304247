import { isUtf8 } from 'node:buffer';
import { type RejectReason } from './reject-log.js';
import { readBytes } from './source-files.js';

/** Longer lines are refused: no event is that long, and a file without line ends must not fill the memory. */
export const MAX_LINE_BYTES = 1 << 20; // 1 MiB
/** How far a quoted field may go on over line ends, before its opening quote is taken for a mistake. */
const MAX_QUOTED_BYTES = 1 << 16; // 64 KiB
/** Columns beyond this many are not looked at. */
const MAX_COLUMNS = 1024;
const RAW_BYTES = 2000;

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

/** Turns the bytes of a text file into records, with exact line numbers. */
export abstract class TextScanner {
  /** The line the current record starts in; the first is 1. */
  line = 1;
  protected buffer: Buffer = Buffer.alloc(0);
  protected recordStart = 0;
  protected recordEnd = 0;

  /** @param onReject called for each line that is no record; then {@link raw} is its text */
  constructor(protected readonly onReject: (reason: RejectReason) => void) {}

  /** The current record's text, shortened if very long. */
  raw(): string {
    const text = this.buffer.toString(
      'utf8',
      this.recordStart,
      Math.min(this.recordEnd, this.recordStart + RAW_BYTES),
    );
    return text.replace(/\r?\n?$/, '');
  }

  /** Scans a whole file. @throws `source_unreadable` when it cannot be read to its end */
  async scan(path: string, onRead?: (bytes: number) => void, signal?: AbortSignal): Promise<void> {
    this.line = 1;
    let buffer = Buffer.alloc(4 * MAX_LINE_BYTES);
    let used = 0;
    let first = true;
    let skipping = false;
    for await (const chunk of readBytes(path, onRead)) {
      signal?.throwIfAborted();
      let from = 0;
      if (skipping) {
        from = chunk.indexOf(NEWLINE) + 1;
        if (from === 0) continue;
        skipping = false;
        this.line++;
      }
      if (used + chunk.length > buffer.length)
        buffer = Buffer.concat([buffer.subarray(0, used)], 2 * (used + chunk.length));
      buffer.set(from === 0 ? chunk : chunk.subarray(from), used);
      used += chunk.length - from;
      if (first && used >= 3) {
        if (buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) {
          buffer.copyWithin(0, 3, used);
          used -= 3;
        }
        first = false;
      }
      let done = this.scanLines(buffer, buffer.subarray(0, used).lastIndexOf(NEWLINE) + 1, false);
      if (used - done > MAX_LINE_BYTES) {
        done += this.scanLines(
          buffer.subarray(done),
          buffer.subarray(done, used).lastIndexOf(NEWLINE) + 1,
          true,
        );
        if (used - done > MAX_LINE_BYTES) {
          this.refuse('line_too_long', buffer, done, used);
          skipping = true;
          done = used;
        }
      }
      buffer.copyWithin(0, done, used);
      used -= done;
    }
    if (used > 0) this.scanLines(buffer, used, true);
  }

  /** Scans the beginning of a file, its first line whole; for a look at the first records. */
  scanHead(head: Buffer): void {
    const bom = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
    this.scanLines(bom ? head.subarray(3) : head, bom ? head.length - 3 : head.length, true);
  }

  /**
   * Scans the whole lines of `buffer[0, limit)`.
   * @param last nothing follows that could complete the last record
   * @returns where the first record that may go on behind `limit` starts, or `limit`
   */
  protected abstract scanLines(buffer: Buffer, limit: number, last: boolean): number;

  protected refuse(reason: RejectReason, buffer: Buffer, start: number, end: number): void {
    this.buffer = buffer;
    this.recordStart = start;
    this.recordEnd = end;
    this.onReject(reason);
  }
}

/** One record: field `i` is `buffer[starts[i], ends[i])`; valid only during the call. */
export type OnRecord = (buffer: Uint8Array, starts: Int32Array, ends: Int32Array, count: number) => void;

/**
 * Delimited text after RFC 4180: a field that starts with a quote ends with one and may hold delimiters, line ends
 * and doubled quotes; other quotes are plain characters. Lines end with LF or CR LF; empty lines are skipped.
 */
export class DelimitedScanner extends TextScanner {
  private readonly delimiter: number;
  private readonly starts = new Int32Array(MAX_COLUMNS);
  private readonly ends = new Int32Array(MAX_COLUMNS);
  private count = 0;
  /** A record with quotes is unescaped into this. */
  private unescaped = new Uint8Array(4096);

  /** @param delimiter one ASCII character */
  constructor(
    delimiter: string,
    private readonly onRecord: OnRecord,
    onReject: (reason: RejectReason) => void,
  ) {
    super(onReject);
    this.delimiter = delimiter.charCodeAt(0);
  }

  protected override scanLines(buffer: Buffer, limit: number, last: boolean): number {
    const { delimiter, starts, ends } = this;
    const allValid = isUtf8(buffer.subarray(0, limit));
    this.buffer = buffer;
    for (let start = 0; start < limit;) {
      let at = start;
      let count = 0;
      let fieldStart = start;
      let lines = 1;
      let fields: Uint8Array = buffer;
      let quoted = buffer[start] === QUOTE;
      while (!quoted) {
        const byte = at < limit ? buffer[at]! : NEWLINE;
        if (byte === delimiter || byte === NEWLINE) {
          starts[count] = fieldStart;
          ends[count++] = at;
          if (byte === NEWLINE) break;
          fieldStart = at + 1;
          quoted = fieldStart < limit && buffer[fieldStart] === QUOTE;
        }
        at++;
      }
      if (quoted) {
        at = this.scanQuoted(buffer, start, limit);
        if (at === UNFINISHED && !last) return start;
        if (at < 0) {
          const end = buffer.indexOf(NEWLINE, start);
          const next = end < 0 || end >= limit ? limit : end + 1;
          this.refuse(next - start > MAX_LINE_BYTES ? 'line_too_long' : 'broken_line', buffer, start, next);
          this.line++;
          start = next;
          continue;
        }
        count = this.count;
        fields = this.unescaped;
        lines = 0;
        for (let i = start; i < at; i++) if (buffer[i] === NEWLINE) lines++;
      } else {
        if (at > start && buffer[at - 1] === RETURN && ends[count - 1]! > starts[count - 1]!)
          ends[count - 1]!--;
        at++;
      }
      this.recordStart = start;
      this.recordEnd = Math.min(at, limit);
      if (at - start > MAX_LINE_BYTES) this.onReject('line_too_long');
      else if (!allValid && !isUtf8(buffer.subarray(start, this.recordEnd))) this.onReject('invalid_utf8');
      else if (count > 1 || ends[0]! > starts[0]!) this.onRecord(fields, starts, ends, count);
      this.line += lines;
      start = at;
    }
    return limit;
  }

  /** Scans a record that has a quoted field. @returns where the next record starts, or {@link BROKEN} or {@link UNFINISHED} */
  private scanQuoted(buffer: Buffer, start: number, limit: number): number {
    const size = Math.min(limit - start, MAX_LINE_BYTES + 1);
    if (size > this.unescaped.length) this.unescaped = new Uint8Array(size);
    const out = this.unescaped;
    let at = start;
    let used = 0;
    let crossed = false;
    for (this.count = 0; ;) {
      const fieldStart = used;
      let byte = at < limit ? buffer[at]! : NEWLINE;
      if (at < limit && byte === QUOTE) {
        for (at++; ; at++) {
          if (at - start > (crossed ? MAX_QUOTED_BYTES : MAX_LINE_BYTES)) return BROKEN;
          if (at >= limit) return UNFINISHED;
          byte = buffer[at]!;
          if (byte === QUOTE) {
            if (at + 1 >= limit || buffer[at + 1] !== QUOTE) break;
            at++;
          } else if (byte === NEWLINE) crossed = true;
          out[used++] = byte;
        }
        at++;
        if (at + 1 < limit && buffer[at] === RETURN && buffer[at + 1] === NEWLINE) at++;
        byte = at < limit ? buffer[at]! : NEWLINE;
        if (byte !== this.delimiter && byte !== NEWLINE) return BROKEN;
      } else {
        while (byte !== this.delimiter && byte !== NEWLINE) {
          out[used++] = byte;
          byte = ++at < limit ? buffer[at]! : NEWLINE;
        }
        if (byte === NEWLINE && used > fieldStart && out[used - 1] === RETURN) used--;
      }
      this.starts[this.count] = fieldStart;
      this.ends[this.count++] = used;
      at++;
      if (byte === NEWLINE) return at;
    }
  }
}

const BROKEN = -1;
const UNFINISHED = -2;

/** JSON lines: one JSON object a line. Empty lines are skipped. */
export class JsonLinesScanner extends TextScanner {
  constructor(
    private readonly onObject: (object: Record<string, unknown>) => void,
    onReject: (reason: RejectReason) => void,
  ) {
    super(onReject);
  }

  protected override scanLines(buffer: Buffer, limit: number): number {
    const allValid = isUtf8(buffer.subarray(0, limit));
    for (let start = 0; start < limit; this.line++) {
      const newline = buffer.indexOf(NEWLINE, start);
      const end = newline < 0 || newline >= limit ? limit : newline;
      this.buffer = buffer;
      this.recordStart = start;
      this.recordEnd = end;
      this.scanLine(buffer, start, end, allValid);
      start = end + 1;
    }
    return limit;
  }

  private scanLine(buffer: Buffer, start: number, end: number, valid: boolean): void {
    if (end - start > MAX_LINE_BYTES) return this.onReject('line_too_long');
    if (!valid && !isUtf8(buffer.subarray(start, end))) return this.onReject('invalid_utf8');
    const text = buffer.toString('utf8', start, end);
    if (text.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return this.onReject('broken_line');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return this.onReject('broken_line');
    this.onObject(value as Record<string, unknown>);
  }
}
