import { hash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { DAY_MS } from '../domain/time.js';

/*
 * Who a log segment belongs to. Only the owner writes, renames or rewrites a segment, so processes that share a folder
 * need no lock; what a dead owner left is taken over by renaming it, which succeeds for one process only.
 */

/** A segment whose owner cannot be asked, on another machine or in another container, is abandoned after this long. */
const FOREIGN_MAX_SILENCE_MS = DAY_MS;

/** Process ids mean something only inside one machine and one container. */
const PLACE = hash('sha256', `${hostname()} ${pidNamespace()}`).slice(0, 8);

/** Logs that this process opened and closed again. */
const closedOwners = new Set<string>();

/** An owner's name: `place.pid.start.token`. The start time tells a process from a later one with the same id. */
export function newOwner(): string {
  return `${PLACE}.${process.pid}.${startOf(process.pid)}.${randomBytes(4).toString('hex')}`;
}

/** The owner has let go of its segments. */
export function retireOwner(owner: string): void {
  closedOwners.add(owner);
}

/** Whether an owner is certainly gone. @param lastWriteMs when its segment was last written, wall clock */
export function isGone(owner: string, lastWriteMs: number): boolean {
  const [place, pidText, started] = owner.split('.');
  if (place !== PLACE) return Date.now() - lastWriteMs > FOREIGN_MAX_SILENCE_MS;
  if (closedOwners.has(owner)) return true;
  const pid = Number(pidText);
  if (startOf(pid) !== started) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** When a process started, in Linux's clock ticks since boot; 0 elsewhere. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!; // the name before may contain anything
  } catch {
    return '0';
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
