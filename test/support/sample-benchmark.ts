import { Random } from '../../src/domain/random.js';
import { benchmarkCases, benchmarkTask } from '../../src/evaluation/benchmark/protocol.js';
import { type BenchmarkResult } from '../../src/evaluation/benchmark/benchmark-result.js';
import { measureMethod } from '../../src/evaluation/benchmark/measure.js';
import { type RunResult, type RunSpec } from '../../src/evaluation/benchmark/run-store.js';
import { summarise } from '../../src/evaluation/benchmark/summarise.js';
import { literatureMethod } from '../../src/evaluation/literature/registry.js';
import { knownEvents } from '../../src/tables/known-events.js';
import { eventTable } from './event-table.js';

/** A small shop whose sessions walk along a ring of items, with the questions of the time protocol. */
export function benchmarkSample() {
  const random = new Random(5);
  const sessions = Array.from({ length: 240 }, () => {
    let item = random.below(60);
    return Array.from({ length: 2 + random.below(6) }, () => {
      item = random.next() < 0.25 ? item : (item + 1 + random.below(3)) % 60;
      return `i${item}`;
    });
  });
  const task = benchmarkTask(eventTable(sessions), 'time', () => 180);
  return { task, cases: benchmarkCases(task, null) };
}

/** A real run of a method of the literature on {@link benchmarkSample}, with made-up cost. */
export async function benchmarkRun(name: string, changes: Partial<RunResult> = {}): Promise<RunResult> {
  const { task, cases } = benchmarkSample();
  const { defaults, fit, label } = literatureMethod(name);
  const method = fit(knownEvents(task.events, task.testStart, task.testStart), defaults);
  const spec: RunSpec = {
    method: name,
    seed: null,
    settings: defaults,
    settingsFrom: 'defaults',
    limitTest: null,
    ceilings: false,
  };
  return {
    spec,
    label,
    notes: [],
    ...(await measureMethod(method, task, cases)),
    trainMs: 1200,
    peakMemoryBytes: 90e6,
    modelBytes: 2e6,
    modelBytesFrom: 'heap',
    sideBySide: 2,
    ceilings: null,
    finishedAtMs: Date.UTC(2026, 0, 1),
    ...changes,
  };
}

/** Three methods, ours among them with two seeds and recall ceilings; its answers are SR's and Markov's. */
export async function sampleBenchmark(): Promise<BenchmarkResult> {
  const { task, cases } = benchmarkSample();
  const ours = async (like: string, seed: number) => {
    const run = await benchmarkRun(like);
    return { ...run, label: 'nextitem', spec: { ...run.spec, method: 'nextitem', seed }, sideBySide: 1 };
  };
  const ceilings = {
    depths: [20, 50, 100, 200],
    sources: { walk: [0.4, 0.5, 0.6, 0.7], next: [0.5, 0.6, 0.65, 0.65], brand_popular: [0, 0, 0, 0] },
    union: [0.6, 0.7, 0.8, 0.9],
    served: { recall: 0.75, meanCandidates: 123.4 },
  };
  return summarise(
    task,
    cases,
    new Map([
      ['pop', [await benchmarkRun('pop')]],
      ['s-pop', [await benchmarkRun('s-pop')]],
      ['nextitem', [{ ...(await ours('sr', 1)), ceilings }, await ours('markov', 2)]],
    ]),
    {
      dataHash: 'abc',
      resamples: 200,
      seed: 1,
      createdAtMs: Date.UTC(2026, 0, 2),
      version: '1.2.3',
      machine: { cpu: 'a processor', cores: 2, node: '20.0.0' },
      notes: ['a note'],
    },
  );
}
