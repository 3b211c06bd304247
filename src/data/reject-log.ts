import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { NextItemError } from '../errors.js';

/** Why a row was refused, in words for people. */
export const REJECT_REASONS = {
  broken_line: 'the line cannot be parsed (unbalanced quotes, or not a JSON object)',
  wrong_column_count: 'the line has another number of columns than the header',
  line_too_long: 'the line is longer than 1 MiB',
  invalid_utf8: 'the line is not valid UTF-8',
  missing_session: 'the session id is missing',
  missing_user: 'the user id is missing, and sessions are cut by user',
  missing_item: 'the item id is missing',
  bad_id: 'an id has control characters or more than 1,024 bytes',
  bad_time: 'the time is missing, cannot be read, or is not between 1970 and 2100',
  bad_order: 'the order column is not a number',
  unknown_type: 'the event type is not in the mapping',
  unknown_split: 'the split is neither train nor test',
  unknown_order: 'the order is not in the orders file',
} as const;

export type RejectReason = keyof typeof REJECT_REASONS;

/** Where a refused row stands. */
export interface RejectedRow {
  readonly file: string;
  /** 1 is the first line of the file (Parquet: its first row). */
  readonly line: number;
  /** The line's text, cut to 2,000 characters; bytes that are not UTF-8 became U+FFFD. */
  readonly raw: string;
}

/** What became of the rows that are not events. */
export interface RejectReport {
  /** All refused rows. */
  readonly total: number;
  /** By reason, in order of first appearance: how many rows, and the first of them. */
  readonly reasons: readonly {
    readonly reason: RejectReason;
    readonly count: number;
    readonly first: RejectedRow;
  }[];
  /** Rows left out on purpose, which are no mistakes: by event type (`cancel`), or `repeated_header`, `duplicate_event`. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Where all refused rows were written, when a path was given and there were any. */
  readonly path: string | null;
}

const MAX_RAW_CHARS = 2000;
const FLUSH_CHARS = 1 << 16;

/** Counts refused rows, keeps the first of each reason, and writes all of them to a file of JSON lines. */
export class RejectLog {
  private readonly reasons = new Map<RejectReason, { count: number; first: RejectedRow }>();
  private readonly dropped = new Map<string, number>();
  private total = 0;
  private file: number | null = null;
  private pending = '';

  /**
   * @param path where refused rows go, one `{"file","line","reason","raw"}` a line; null for nowhere. A file of an
   *   earlier run is removed, so that the file, if there is one, always speaks of this run.
   * @param strict throw `bad_row` at the first refused row
   */
  constructor(
    private readonly path: string | null,
    private readonly strict: boolean,
  ) {
    if (path !== null) rmSync(path, { force: true });
  }

  /** @param rawText the row's text; only asked for when it is shown or written */
  reject(reason: RejectReason, file: string, line: number, rawText: () => string): void {
    if (this.strict) {
      const raw = rawText();
      throw new NextItemError(
        'bad_row',
        `${REJECT_REASONS[reason]} (${reason}): ${raw.slice(0, 200)}`,
        `${file}:${line}`,
      );
    }
    this.total++;
    const seen = this.reasons.get(reason);
    if (seen) seen.count++;
    if (seen && this.path === null) return;
    const raw = rawText().slice(0, MAX_RAW_CHARS);
    if (!seen) this.reasons.set(reason, { count: 1, first: { file, line, raw } });
    if (this.path === null) return;
    this.pending += `${JSON.stringify({ file, line, reason, raw })}\n`;
    if (this.pending.length >= FLUSH_CHARS) this.flush();
  }

  /** Counts a row that is left out on purpose. */
  drop(what: string): void {
    this.dropped.set(what, (this.dropped.get(what) ?? 0) + 1);
  }

  /** Writes what is pending and closes the file. Safe to call twice. */
  close(): void {
    this.flush();
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }

  report(): RejectReport {
    return {
      total: this.total,
      reasons: [...this.reasons].map(([reason, { count, first }]) => ({ reason, count, first })),
      dropped: Object.fromEntries(this.dropped),
      path: this.total > 0 ? this.path : null,
    };
  }

  private flush(): void {
    if (this.pending === '' || this.path === null) return;
    if (this.file === null) {
      mkdirSync(dirname(this.path), { recursive: true });
      this.file = openSync(this.path, 'w');
    }
    writeFileSync(this.file, this.pending);
    this.pending = '';
  }
}

/** The report as lines for people; none when every row was used. */
export function formatRejects(report: RejectReport): string[] {
  const lines: string[] = [];
  if (report.total > 0) {
    lines.push(
      `${report.total} row${report.total === 1 ? '' : 's'} refused${report.path === null ? '' : `, all in ${report.path}`}:`,
    );
    for (const { reason, count, first } of report.reasons) {
      lines.push(
        `  ${count} ${reason}: ${REJECT_REASONS[reason]}; first at ${first.file}:${first.line}: ${first.raw.slice(0, 120)}`,
      );
    }
  }
  for (const [what, count] of Object.entries(report.dropped))
    lines.push(`${count} rows left out on purpose: ${what}`);
  return lines;
}
