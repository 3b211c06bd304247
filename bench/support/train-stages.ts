/**
 * Trains once on a simulated shop, stage by stage, and prints one JSON line per stage. Arguments: items, events.
 * The stages are those of `nextitem train` on one core, each once; the real training builds its tables three times (for the
 * examples, for the evaluation, for serving), the first two at the same time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBundle } from '../../src/bundle/write-bundle.js';
import { simulateEventTable } from '../../src/data/simulator/simulate-event-table.js';
import { modelContent } from '../../src/recommend/model.js';
import { trainEmbedding } from '../../src/tables/embedding/train-embedding.js';
import { knownEvents } from '../../src/tables/known-events.js';
import { buildTables } from '../../src/tables/table-set.js';
import { askLabels } from '../../src/training/label-examples.js';
import { trainRanker } from '../../src/training/ranker.js';
import { DEFAULT_TRAINING_SETTINGS } from '../../src/training/settings.js';
import { splitByTime } from '../../src/training/split.js';
import { type StageResult } from './stage-result.js';

const [items, count] = process.argv.slice(2).map(Number) as [number, number];
const settings = DEFAULT_TRAINING_SETTINGS;
let open: { stage: string; since: number; cpu: NodeJS.CpuUsage } | null = null;

/** Ends the stage that runs and begins another; null begins none. */
function begin(stage: string | null): void {
  if (open !== null) {
    const cpu = process.cpuUsage(open.cpu);
    const result: StageResult = {
      stage: open.stage,
      seconds: (performance.now() - open.since) / 1000,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      residentMib: process.memoryUsage.rss() / 1024 ** 2,
      peakMib: process.resourceUsage().maxRSS / 1024,
    };
    console.log(JSON.stringify(result));
  }
  open = stage === null ? null : { stage, since: performance.now(), cpu: process.cpuUsage() };
}

begin('simulate');
const { events } = simulateEventTable({ items, events: count });
const split = splitByTime(events, settings);
// What the examples are asked with; the tables of evaluation and serving know a little more.
const sessionsEnd = split.labels.start;
begin('postings');
const known = knownEvents(events, sessionsEnd, split.testStart);
begin('embedding');
const embedding = await trainEmbedding(known, settings.tables.embedding, { seed: settings.seed });
const tables = buildTables(events, {
  sessionsEnd,
  scaleSessions: split.testStart,
  settings: settings.tables,
  embedding,
  onStep: (name) => begin(name === 'postings' ? 'postings' : `table ${name}`),
});
begin('examples');
const examples = await askLabels(events, tables, split.labels, settings);
begin('ranker');
const ranker = await trainRanker({ events, split, settings, examples });
begin('bundle');
const folder = await mkdtemp(join(tmpdir(), 'nextitem-bench-'));
const content = modelContent({
  modelVersion: '20260101-000000',
  trainedAtMs: 0,
  source: {},
  counts: { items, events: count, sessions: sessionsEnd },
  tables,
  retrieval: settings.retrieval,
  settings,
  rankerText: ranker.modelText,
  files: {},
});
await writeBundle(process.argv[4] ?? folder, content);
begin(null);
const bytes = Object.values(content.sections).reduce((sum, { byteLength }) => sum + byteLength, 0);
console.log(JSON.stringify({ bundleMib: bytes / 1024 ** 2 }));
await rm(folder, { recursive: true, force: true });
