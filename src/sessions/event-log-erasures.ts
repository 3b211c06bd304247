import { hash, randomBytes } from 'node:crypto';
import { link, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, temporaryName, writeNewFile } from '../bundle/durable-files.js';
import { idText } from './event-codec.js';
import { type LoggedEvent } from './event-log-record.js';

const NAME = /^erased-(\d{13,})-(session|user)-([0-9a-f]{64})$/;
const SALT_FILE = 'erasure-salt';

type ErasedKind = 'session' | 'user';

/**
 * The erasures in force in a log's folder. Each is an empty file `erased-<time>-<kind>-<hash>`, the hash being SHA-256 of
 * the id with a salt of the folder: it appears and disappears in one step, and does not spell out the id. It covers the
 * id's events received until its time, so that the id may be used again. It is removed when no segment holds such an event.
 */
export class Erasures {
  private readonly byHash = new Map<string, { name: string; erasedAtMs: number }[]>();

  /** @param names of erasures, see {@link loadErasures} */
  constructor(
    private readonly salt: string,
    readonly names: readonly string[],
  ) {
    for (const name of names) {
      const [, time, , digest] = NAME.exec(name)!;
      const all = this.byHash.get(digest!) ?? [];
      all.push({ name, erasedAtMs: Number(time) });
      this.byHash.set(digest!, all);
    }
  }

  get isEmpty(): boolean {
    return this.byHash.size === 0;
  }

  /** Those among them that have one of these names. */
  restrictedTo(names: readonly string[]): Erasures {
    return new Erasures(
      this.salt,
      this.names.filter((name) => names.includes(name)),
    );
  }

  /** Names of the erasures that cover an event; none mean it may be read. */
  covering(event: Pick<LoggedEvent, 'sessionId' | 'userId' | 'receivedAtMs'>): string[] {
    if (this.isEmpty) return [];
    const digests = [digestOf(this.salt, 'session', event.sessionId)];
    if (event.userId !== undefined) digests.push(digestOf(this.salt, 'user', event.userId));
    return digests.flatMap((digest) =>
      (this.byHash.get(digest) ?? [])
        .filter(({ erasedAtMs }) => event.receivedAtMs <= erasedAtMs)
        .map(({ name }) => name),
    );
  }
}

/** When an erasure was asked for, milliseconds since 1970 UTC. */
export function erasureTime(name: string): number {
  return Number(NAME.exec(name)![1]);
}

/** The erasures in force. */
export async function loadErasures(dir: string): Promise<Erasures> {
  let names: string[];
  try {
    names = (await readdir(dir)).filter((name) => NAME.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Erasures('', []);
    throw error;
  }
  return new Erasures(names.length === 0 ? '' : await readFile(join(dir, SALT_FILE), 'utf8'), names);
}

/** Puts an erasure in force, durably; returns its name. */
export async function addErasure(
  dir: string,
  kind: ErasedKind,
  id: string,
  erasedAtMs: number,
): Promise<string> {
  const digest = digestOf(await ensureSalt(dir), kind, id);
  const name = `erased-${String(erasedAtMs).padStart(13, '0')}-${kind}-${digest}`;
  await (await open(join(dir, name), 'a')).close();
  await syncFolder(dir);
  return name;
}

/** Ends an erasure. */
export async function removeErasure(dir: string, name: string): Promise<void> {
  await rm(join(dir, name), { force: true });
}

function digestOf(salt: string, kind: ErasedKind, id: string): string {
  return hash('sha256', `${salt} ${kind} ${idText(id)}`);
}

/** The folder's salt; made once, whoever is first. */
async function ensureSalt(dir: string): Promise<string> {
  const path = join(dir, SALT_FILE);
  const temporary = join(dir, temporaryName('salt'));
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    await writeNewFile(temporary, randomBytes(16).toString('hex'));
    await link(temporary, path); // fails if another process was faster
    await syncFolder(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return readFile(path, 'utf8');
}
