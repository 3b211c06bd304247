import { readdirSync, readFileSync } from 'node:fs';

/** Memory of one process as Linux accounts for it, MiB. */
export interface ProcessMemory {
  /** All of its pages that are in memory. */
  readonly residentMib: number;
  /** Those no other process has: what one more process costs, and what ends with it. */
  readonly privateMib: number;
  /** Those that it shares, such as a file mapped by several processes. */
  readonly sharedMib: number;
  /** Those of its private pages that are not simply a file's: they cannot be dropped and read again. */
  readonly anonymousMib: number;
}

/** Reads /proc/PID/smaps_rollup; null where there is none. */
export function processMemory(pid: number): ProcessMemory | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  } catch {
    return null;
  }
  const mib = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024;
  return {
    residentMib: mib('Rss'),
    privateMib: mib('Private_Clean') + mib('Private_Dirty'),
    sharedMib: mib('Shared_Clean') + mib('Shared_Dirty'),
    anonymousMib: mib('Anonymous'),
  };
}

/** The most memory a running process ever had, MiB; 0 where the system does not tell. */
export function peakMibOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The processes a process started and that still run; empty where the system does not tell. */
export function childrenOf(pid: number): number[] {
  let tasks: string[] = [];
  try {
    tasks = readdirSync(`/proc/${pid}/task`);
  } catch {
    // Not Linux, or it has ended.
  }
  return tasks.flatMap((task) => {
    try {
      return readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
        .split(' ')
        .filter((text) => text.trim() !== '')
        .map(Number);
    } catch {
      return [];
    }
  });
}
