import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../bundle/durable-files.js';
import { type Erasures } from './event-log-erasures.js';
import { decodeRecord } from './event-log-record.js';

/**
 * A file of the log, named `events-<start>-<id>-<owner>[.open].jsonl`: names sort by the time the segment was begun, `id`
 * stays with it for good, `.open` means its owner may still write to it.
 */
export interface Segment {
  readonly name: string;
  /** Milliseconds since 1970 UTC. */
  readonly startMs: number;
  readonly id: string;
  readonly owner: string;
  readonly isOpen: boolean;
}

const NAME = /^events-(\d{13,})-([0-9a-f]{12})-([0-9a-f]{8}\.\d+\.\d+\.[0-9a-f]{8})(\.open)?\.jsonl$/;
const REWRITE = /^\.rewrite-(?:.+)-([0-9a-f]{8}\.\d+\.\d+\.[0-9a-f]{8})$/;
const CHUNK_BYTES = 1 << 20;
const NEWLINE = 10;

export function newSegment(startMs: number, owner: string): Segment {
  return segmentOf(startMs, randomBytes(6).toString('hex'), owner, true);
}

/** The same segment under another owner, or closed for writing. */
export function renamedSegment(segment: Segment, owner: string, isOpen: boolean): Segment {
  return segmentOf(segment.startMs, segment.id, owner, isOpen);
}

/** The segments of a folder, oldest first; none if there is no such folder. */
export async function listSegments(dir: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of await namesIn(dir)) {
    const match = NAME.exec(name);
    if (match === null) continue;
    segments.push({
      name,
      startMs: Number(match[1]),
      id: match[2]!,
      owner: match[3]!,
      isOpen: match[4] !== undefined,
    });
  }
  return segments.sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1));
}

/** Unfinished rewrites in a folder, with the owner who left them. */
export async function listRewrites(dir: string): Promise<{ name: string; owner: string }[]> {
  return (await namesIn(dir)).flatMap((name) => {
    const match = REWRITE.exec(name);
    return match === null ? [] : [{ name, owner: match[1]! }];
  });
}

/** Opens a segment for reading, also if it was renamed since it was listed; null if it is gone. */
export async function openSegment(dir: string, segment: Segment): Promise<FileHandle | null> {
  for (let name: string | undefined = segment.name; name !== undefined;) {
    try {
      return await open(join(dir, name), 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const missing: string = name;
    name = (await listSegments(dir)).find(({ id, name: now }) => id === segment.id && now !== missing)?.name;
  }
  return null;
}

/**
 * The complete lines of a file, without newlines, some at a time. What follows the last newline was never acknowledged and
 * is left out. Lines are valid until the next batch is asked for.
 */
export async function* readLines(handle: FileHandle): AsyncGenerator<Buffer[]> {
  let carried: Buffer[] = [];
  for (let position = 0; ;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const lines: Buffer[] = [];
    let from = 0;
    for (let to; (to = chunk.subarray(0, bytesRead).indexOf(NEWLINE, from)) >= 0; from = to + 1) {
      const end = chunk.subarray(from, to);
      lines.push(carried.length === 0 ? end : Buffer.concat([...carried, end]));
      carried = [];
    }
    if (from < bytesRead) carried.push(chunk.subarray(from, bytesRead));
    if (lines.length > 0) yield lines;
  }
}

/** Cuts off what follows the last newline of a file. */
export async function cutTornLine(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    const { size } = await handle.stat();
    const chunk = Buffer.allocUnsafe(64 * 1024);
    let end = size;
    while (end > 0) {
      const from = Math.max(0, end - chunk.length);
      const { bytesRead } = await handle.read(chunk, 0, end - from, from);
      const newline = chunk.subarray(0, bytesRead).lastIndexOf(NEWLINE);
      if (newline >= 0) {
        end = from + newline + 1;
        break;
      }
      end = from;
    }
    if (end === size) return;
    await handle.truncate(end);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

export interface ErasedLines {
  /** Lines that an erasure covers. */
  readonly covered: number;
  /** [groups] those among them that an erasure of the group covers. */
  readonly byGroup: Uint32Array;
  /** Lines nobody can read, which may hold anything. */
  readonly damaged: number;
}

/**
 * Counts what erasures cover in a segment.
 *
 * @param groups names of erasures, some of which may be in several of them
 */
export async function countErased(
  dir: string,
  segment: Segment,
  erasures: Erasures,
  groups: readonly ReadonlySet<string>[],
): Promise<ErasedLines> {
  const count = { covered: 0, byGroup: new Uint32Array(groups.length), damaged: 0 };
  const handle = await openSegment(dir, segment);
  if (handle === null) return count;
  try {
    for await (const lines of readLines(handle)) {
      for (const line of lines) {
        const event = decodeRecord(line);
        if (event === null) {
          count.damaged++;
          continue;
        }
        const by = erasures.covering(event);
        if (by.length === 0) continue;
        count.covered++;
        groups.forEach((names, group) => {
          if (by.some((name) => names.has(name))) count.byGroup[group]!++;
        });
      }
    }
    return count;
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a segment by a copy without the lines that erasures cover, nor damaged ones. Readers see the old file or
 * the new. Only for the segment's owner, once nobody writes to it. An empty rest is removed.
 */
export async function rewriteSegment(dir: string, segment: Segment, erasures: Erasures): Promise<void> {
  const path = join(dir, segment.name);
  const rewrite = join(dir, `.rewrite-${segment.id}-${segment.owner}`);
  const source = await open(path, 'r');
  try {
    const { atime, mtime } = await source.stat();
    const target = await open(rewrite, 'w');
    let kept = 0;
    try {
      for await (const lines of readLines(source)) {
        const keep = lines.filter((line) => {
          const event = decodeRecord(line);
          return event !== null && erasures.covering(event).length === 0;
        });
        kept += keep.length;
        if (keep.length > 0) await target.writeFile(Buffer.concat(keep.flatMap((line) => [line, LINE_END])));
      }
      await target.sync();
    } finally {
      await target.close();
    }
    await utimes(rewrite, atime, mtime); // retention goes by the last event, not by the rewrite
    await rename(rewrite, path);
    if (kept === 0) await rm(path);
    await syncFolder(dir);
  } finally {
    await source.close();
    await rm(rewrite, { force: true });
  }
}

const LINE_END = Buffer.of(NEWLINE);

function segmentOf(startMs: number, id: string, owner: string, isOpen: boolean): Segment {
  const start = String(startMs).padStart(13, '0');
  return { name: `events-${start}-${id}-${owner}${isOpen ? '.open' : ''}.jsonl`, startMs, id, owner, isOpen };
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
