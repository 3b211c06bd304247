import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesOf } from '../../bundle/dtype.js';
import { openBundle } from '../../bundle/open-bundle.js';
import { writeBundle } from '../../bundle/write-bundle.js';
import { eventTableFromSections, eventTableSections } from '../../data/event-table-sections.js';
import { type EventTable } from '../../data/event-table.js';
import { type Target } from '../../data/target.js';
import { type Sections } from '../../domain/sections.js';
import { NextItemError } from '../../errors.js';
import { type Measurement, type ShownFigures } from './measure.js';
import { type BenchmarkTask, type Protocol } from './protocol.js';
import { type RecallCeilings } from '../../metrics/recall-ceilings.js';

/** Raised when what a run measures, or how it is stored, changes: results of another format are measured anew. */
export const RUN_FORMAT = 1;

/** One training of one method, and its answers: what a process of its own does. */
export interface RunSpec {
  readonly method: string;
  /** null for a method that draws nothing. */
  readonly seed: number | null;
  /** All of the method's settings, plain JSON. */
  readonly settings: object;
  /** Whether they are the method's defaults or were given. */
  readonly settingsFrom: 'defaults' | 'file';
  /** Ask at most so many test sessions; null all. */
  readonly limitTest: number | null;
  /** Also measure {@link RecallCeilings}. */
  readonly ceilings: boolean;
}

/** What a run cost. */
export interface RunCost {
  /** From the events to a method that answers, milliseconds. */
  readonly trainMs: number;
  /** The most memory the process ever had in RAM, bytes. */
  readonly peakMemoryBytes: number;
  /** Size of what was learned, bytes. */
  readonly modelBytes: number;
  /** `method`: the method's own count. `heap`: the growth of the process's memory from before training to after. */
  readonly modelBytesFrom: 'method' | 'heap';
  /** How many runs were allowed at the same time; times are only fair at 1. */
  readonly sideBySide: number;
}

/** A finished run. */
export interface RunResult extends Measurement, RunCost {
  readonly spec: RunSpec;
  readonly label: string;
  /** What happened that a reader should know. */
  readonly notes: readonly string[];
  readonly ceilings: RecallCeilings | null;
  /** When it ended, milliseconds since 1970. */
  readonly finishedAtMs: number;
}

/** The version of everything that decides a run's result and is not in its settings. */
export function runKey(dataHash: string, spec: RunSpec, version: string): string {
  return sha256(JSON.stringify([RUN_FORMAT, version, dataHash, spec])).slice(0, 24);
}

/**
 * A benchmark's folder: the prepared data in `data/`, one folder per finished run in `runs/`. Both appear complete or not
 * at all, with checksums; what cannot be read is as good as absent.
 */
export class RunStore {
  constructor(readonly folder: string) {}

  get runsFolder(): string {
    return join(this.folder, 'runs');
  }

  get dataFolder(): string {
    return join(this.folder, 'data');
  }

  /** Stores a task for the processes that work on it, unless it is there. @returns the hash of its content */
  async saveTask(task: BenchmarkTask, signal?: AbortSignal): Promise<string> {
    const hash = taskHash(task);
    const { events, testStart, protocol, target, notes } = task;
    const content = container(hash, eventTableSections(events), {
      source: events.source,
      clock: events.clock,
      testStart,
      protocol,
      target,
      notes,
    });
    if ((await this.read(this.dataFolder, hash)) === null)
      await replaceContainer(this.dataFolder, hash, content, signal);
    return hash;
  }

  /** @throws NextItemError `stage_missing` when it is not there or damaged */
  async loadTask(hash: string): Promise<BenchmarkTask> {
    const stored = await this.read(this.dataFolder, hash);
    if (stored === null)
      throw new NextItemError('stage_missing', 'the prepared data is gone or damaged', 'nextitem benchmark');
    const { source, clock, testStart, protocol, target, notes } = stored.json as {
      source: string;
      clock: EventTable['clock'];
      testStart: number;
      protocol: Protocol;
      target?: Target;
      notes: string[];
    };
    const events = eventTableFromSections((name) => stored.sections[name], source, clock);
    return { protocol, target: target ?? 'item', events, testStart, notes };
  }

  async saveRun(key: string, result: RunResult, signal?: AbortSignal): Promise<void> {
    const { sums, ranks, queryMs, ...json } = result;
    const sections = {
      'sums/sums': sums.sums,
      'sums/sessionNumbers': sums.sessionNumbers,
      'sums/prefixes': sums.prefixes,
      ranks,
      queryMs,
    };
    await replaceContainer(
      this.runsFolder,
      key,
      container(key, sections, { ...json, columns: sums.columns }),
      signal,
    );
  }

  /** A finished run; null if there is none that can be read. */
  async loadRun(key: string): Promise<RunResult | null> {
    const stored = await this.read(this.runsFolder, key);
    if (stored === null) return null;
    const { columns, ...rest } = stored.json as Omit<RunResult, 'sums' | 'ranks' | 'queryMs'> & {
      columns: string[];
      shown: ShownFigures;
    };
    const { sections } = stored;
    return {
      ...rest,
      sums: {
        columns,
        sums: sections['sums/sums'] as Float64Array,
        sessionNumbers: sections['sums/sessionNumbers'] as Uint32Array,
        prefixes: sections['sums/prefixes'] as Uint32Array,
      },
      ranks: sections['ranks'] as Uint8Array,
      queryMs: sections['queryMs'] as Float32Array,
    };
  }

  private async read(folder: string, name: string): Promise<{ sections: Sections; json: object } | null> {
    try {
      const { sections, manifest } = await openBundle(join(folder, name));
      const { format, json } = manifest.settings as unknown as { format: number; json: object };
      return format === RUN_FORMAT ? { sections, json } : null;
    } catch (error) {
      if (error instanceof NextItemError && error.code.startsWith('bundle_')) return null;
      throw error;
    }
  }
}

/** Bundles are what this project has for arrays that appear complete, with checksums, or not at all. */
function container(name: string, sections: Sections, json: object) {
  return {
    modelVersion: name,
    trainedAtMs: 0,
    source: {},
    counts: {},
    settings: { format: RUN_FORMAT, json },
    featureNames: [],
    featureSetHash: '',
    tables: {},
    sections,
    files: {},
  };
}

async function replaceContainer(
  folder: string,
  name: string,
  content: ReturnType<typeof container>,
  signal?: AbortSignal,
): Promise<void> {
  await rm(join(folder, name), { recursive: true, force: true });
  await writeBundle(folder, content, { signal });
}

/** Of everything a method can see: equal hashes mean equal questions, whatever file they were read from. */
function taskHash({ events, testStart, protocol, target }: BenchmarkTask): string {
  // The next item is what was asked before there were other targets: its finished runs are still found.
  const asked = target === 'item' ? [protocol] : [protocol, target];
  const hash = createHash('sha256').update(JSON.stringify([RUN_FORMAT, events.clock, testStart, ...asked]));
  for (const [name, array] of Object.entries(eventTableSections(events)))
    hash.update(`\n${name} ${array.length}\n`).update(bytesOf(array));
  return hash.digest('hex').slice(0, 24);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
