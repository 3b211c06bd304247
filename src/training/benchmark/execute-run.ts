import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { literatureMethod } from '../../evaluation/literature/registry.js';
import { benchmarkCases, type BenchmarkTask } from '../../evaluation/benchmark/protocol.js';
import { measureMethod } from '../../evaluation/benchmark/measure.js';
import { recallCeilings } from '../../evaluation/benchmark/recall-ceilings.js';
import { type RunResult, type RunSpec } from '../../evaluation/benchmark/run-store.js';
import { type RankingMethod } from '../../evaluation/methods.js';
import { type FlatSettings } from '../../evaluation/tuning/search-space.js';
import { knownEvents } from '../../tables/known-events.js';
import { type TrainingSettings } from '../settings.js';
import { isOurs } from './method-catalogue.js';
import { type CandidateSources, fitItemToItem, trainOurMethod } from './our-method.js';

export interface ExecuteRunOptions {
  readonly sideBySide: number;
  readonly signal?: AbortSignal;
  /** @param share of the whole run, 0..1 */
  readonly onProgress?: (activity: string, share: number) => void;
}

interface Fitted {
  readonly method: RankingMethod;
  readonly notes: readonly string[];
  readonly candidates: CandidateSources | null;
}

/** Where in a run its training ends and its questions begin, for the progress: training ours is most of the work. */
const TRAINING_SHARE = { ours: 0.7, literature: 0.2 };

/**
 * Trains a method on a task and asks it everything. Meant for a process that does nothing else: peak memory is the
 * process's own, and the growth of its heap is taken for the size of a method that does not count its own.
 */
export async function executeRun(
  task: BenchmarkTask,
  spec: RunSpec,
  options: ExecuteRunOptions,
): Promise<RunResult> {
  const { signal, onProgress, sideBySide } = options;
  const cases = benchmarkCases(task, spec.limitTest);
  const trained = spec.method === 'nextitem' ? TRAINING_SHARE.ours : TRAINING_SHARE.literature;
  const asking = (activity: string, from: number, to: number) => (done: number, total: number) =>
    onProgress?.(activity, from + ((to - from) * done) / total);

  onProgress?.('training', 0);
  const before = heapBytes();
  const started = performance.now();
  const { method, notes, candidates } = await fit(task, spec, options, trained);
  const trainMs = performance.now() - started;
  const grown = heapBytes() - before;

  const asked = spec.ceilings ? 0.9 : 1;
  const measurement = await measureMethod(method, task, cases, {
    signal,
    onProgress: asking('asking', trained, asked),
  });
  const peakMemoryBytes = peakMemory();
  return {
    spec,
    label: method.label,
    notes,
    ...measurement,
    trainMs,
    peakMemoryBytes,
    modelBytes: method.bytes ?? Math.max(0, grown),
    modelBytesFrom: method.bytes === undefined ? 'heap' : 'method',
    sideBySide,
    ceilings:
      spec.ceilings && candidates !== null
        ? await recallCeilings(candidates.deep(), candidates.served(), candidates.names, task, cases, {
            signal,
            onProgress: asking('recall ceilings', asked, 1),
          })
        : null,
    finishedAtMs: Date.now(),
  };
}

async function fit(
  { events, testStart }: BenchmarkTask,
  { method, settings, seed }: RunSpec,
  { signal, onProgress }: ExecuteRunOptions,
  trained: number,
): Promise<Fitted> {
  if (!isOurs(method)) {
    const fitted = literatureMethod(method).fit(
      knownEvents(events, testStart, testStart),
      settings as FlatSettings,
    );
    return { method: fitted, notes: [], candidates: null };
  }
  const hooks = {
    ...(signal === undefined ? {} : { signal }),
    onProgress: onProgress === undefined ? undefined : trainingProgress(onProgress, trained),
  };
  const ours = settings as TrainingSettings;
  return method === 'nextitem'
    ? trainOurMethod(events, { ...ours, seed: seed ?? ours.seed }, hooks)
    : fitItemToItem(events, testStart, ours, hooks);
}

/** Of a training of ours, the share of its time before the ranker; after that, boosting rounds. */
const RANKER_BEGINS = 0.75;

/** Each activity of a training counts its own steps from 0; this makes one share of them that never goes back. */
function trainingProgress(tell: NonNullable<ExecuteRunOptions['onProgress']>, trained: number) {
  let furthest = 0;
  return (activity: string, done: number, total: number) => {
    const inside = total > 0 ? done / total : 0;
    const share = activity.startsWith('ranker')
      ? RANKER_BEGINS + (1 - RANKER_BEGINS) * inside
      : RANKER_BEGINS * inside;
    furthest = Math.max(furthest, share);
    tell(activity, trained * furthest);
  };
}

/** Bytes in use in V8's heap and in typed arrays, after a collection. */
function heapBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Twice: array buffers are let go by a finaliser of the first.
  collect();
  collect();
}

/**
 * The most memory this process had in RAM, bytes. On Linux VmHWM and not getrusage: the latter's figure begins at that of
 * the process that started this one.
 */
function peakMemory(): number {
  if (process.platform === 'linux') {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  }
  return process.resourceUsage().maxRSS * 1024;
}
