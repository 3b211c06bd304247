/**
 * What each candidate source and each group of features is worth: the ranker is trained again without it, on the same
 * tables and the same questions, for as many rounds as the whole one stopped at, and both are asked the same sample of test
 * prefixes. A source that is left out takes its candidates along; features of its table stay. A group that is left
 * out is NaN in training, so that no tree looks at it.
 *
 * Run: npm run bench -- ablation [--queries 12000] [--seed 1] [--json FILE] [DATA_SET ...]
 *      default: diginetica yoochoose1_64, folders of ../shared/data
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { openSource } from '../src/data/open-source.js';
import { type EventTable } from '../src/data/event-table.js';
import { type EvaluationCase, everyPrefix } from '../src/evaluation/cases.js';
import { FeatureSet } from '../src/features/feature-set.js';
import { EvaluationAccumulator } from '../src/metrics/accumulator.js';
import { type Bootstrapped, comparePaired, intervalOf } from '../src/metrics/bootstrap.js';
import { Forest } from '../src/ranking/forest.js';
import { SessionScorer } from '../src/recommend/session-scorer.js';
import { SessionQuery } from '../src/retrieval/session-query.js';
import { SOURCES, type SourceName } from '../src/retrieval/settings.js';
import { type TableSet } from '../src/tables/table-set.js';
import { type ExampleSet } from '../src/training/examples.js';
import { askLabels, type LabelExamples } from '../src/training/label-examples.js';
import { trainRanker } from '../src/training/ranker.js';
import { DEFAULT_TRAINING_SETTINGS, type TrainingSettings } from '../src/training/settings.js';
import { type Split, splitByTime } from '../src/training/split.js';
import { tablesUntil } from '../src/training/tables-until.js';

const DATA = join('..', 'shared', 'data');

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    queries: { type: 'string', default: '12000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});

interface Line {
  readonly without: string;
  readonly boot: Bootstrapped;
  /** Share of the questions whose answer is among the candidates. */
  readonly ceiling: number;
  readonly meanCandidates: number;
}

/** Every so many test sessions, so that about `limit` prefixes are asked. */
function sample(events: EventTable, firstSession: number, limit: number): EvaluationCase[] {
  const all = everyPrefix(events, firstSession);
  const every = Math.max(1, Math.round(all.length / limit));
  return all.filter(({ cluster }) => cluster % every === 0);
}

class Ablation {
  readonly lines: Line[] = [];
  private rounds = 0;

  constructor(
    private readonly events: EventTable,
    private readonly split: Split,
    private readonly settings: TrainingSettings,
    private readonly labelTables: TableSet,
    private readonly tables: TableSet,
    private readonly cases: readonly EvaluationCase[],
  ) {}

  async run(): Promise<void> {
    const { settings } = this;
    const examples = await this.ask(settings);
    await this.measure('nothing', settings, examples);
    this.measureForest('the ranker: fused sources', settings, null);
    for (const { name, columns } of new FeatureSet(this.tables).groups)
      await this.measure(`features: ${name}`, settings, withoutColumns(examples, columns));
    for (const source of SOURCES) {
      if (settings.retrieval.limits[source] === 0) continue;
      const without = withoutSource(settings, source);
      await this.measure(`source: ${source}`, without, await this.ask(without));
    }
  }

  private ask(settings: TrainingSettings): Promise<LabelExamples> {
    return askLabels(this.events, this.labelTables, this.split.labels, settings);
  }

  private async measure(without: string, settings: TrainingSettings, examples: LabelExamples): Promise<void> {
    const { events, split, rounds } = this;
    const ranker = rounds === 0 ? {} : { rounds, earlyStoppingRounds: 0 };
    const trained = await trainRanker({ events, split, examples, settings: { ...settings, ranker } });
    this.rounds ||= trained.bestIteration;
    this.measureForest(without, settings, Forest.parse(trained.modelText));
  }

  private measureForest(without: string, settings: TrainingSettings, forest: Forest | null): void {
    const { events, tables, cases } = this;
    const scorer = new SessionScorer(tables, settings.retrieval, forest);
    const accumulator = new EvaluationAccumulator({ itemCount: events.items.length, cutoffs: [20] });
    const query = new SessionQuery();
    let found = 0;
    let candidates = 0;
    for (const { cluster, start, end, nextItem, remaining } of cases) {
      const { items, count } = scorer.score(query.fromTable(events, start, end));
      if (items.subarray(0, count).includes(nextItem)) found++;
      candidates += count;
      accumulator.addScored(cluster, items, scorer.scores, count, nextItem, remaining);
    }
    this.lines.push({
      without,
      boot: accumulator.bootstrap({ seed: settings.seed }),
      ceiling: found / cases.length,
      meanCandidates: candidates / cases.length,
    });
    console.error(`  without ${without}`);
  }
}

function withoutColumns(
  { train, validation }: LabelExamples,
  { start, end }: { start: number; end: number },
): LabelExamples {
  const blank = (set: ExampleSet): ExampleSet => {
    const features = set.features.slice();
    const width = set.featureNames.length;
    for (let row = 0; row < set.rows; row++) features.fill(NaN, row * width + start, row * width + end);
    return { ...set, features };
  };
  return { train: blank(train), validation: blank(validation) };
}

function withoutSource(settings: TrainingSettings, source: SourceName): TrainingSettings {
  const { retrieval } = settings;
  return {
    ...settings,
    retrieval: { ...retrieval, limits: { ...retrieval.limits, [source]: 0 } },
  };
}

const results: Record<string, unknown> = {};
const settings = { ...DEFAULT_TRAINING_SETTINGS, seed: Number(flags.seed) };
for (const name of positionals.length > 0 ? positionals : ['diginetica', 'yoochoose1_64']) {
  const { events } = await openSource({ kind: 'events', paths: [join(DATA, name)] });
  const split = splitByTime(events, settings);
  const cases = sample(events, split.testStart, Number(flags.queries));
  console.error(`${name}: ${cases.length} questions`);
  const labelTables = await tablesUntil(events, split.labels.start, split, settings);
  const tables = await tablesUntil(events, split.testStart, split, settings);
  const ablation = new Ablation(events, split, settings, labelTables, tables, cases);
  await ablation.run();

  const [whole] = ablation.lines as [Line, ...Line[]];
  const percent = (share: number) => (100 * share).toFixed(2);
  const change = (line: Line, metric: string) => {
    if (line === whole) return '';
    const { difference, low, high } = comparePaired(line.boot, whole.boot, metric);
    return `${percent(difference)} (${percent(low)} to ${percent(high)})`;
  };
  const table = new Table({
    head: ['without', 'HR@20', 'change', 'MRR@20', 'change', 'in candidates', 'candidates'],
    style: { head: [], border: [] },
  });
  for (const line of ablation.lines)
    table.push([
      line.without,
      percent(intervalOf(line.boot, 'HR@20').mean),
      change(line, 'HR@20'),
      percent(intervalOf(line.boot, 'MRR@20').mean),
      change(line, 'MRR@20'),
      percent(line.ceiling),
      line.meanCandidates.toFixed(0),
    ]);
  console.log(`\n${name}, ${cases.length} test prefixes, percent; change with its 95% interval by session`);
  console.log(table.toString());
  results[name] = {
    questions: cases.length,
    lines: ablation.lines.map((line) => ({
      without: line.without,
      hr20: intervalOf(line.boot, 'HR@20'),
      mrr20: intervalOf(line.boot, 'MRR@20'),
      hr20Change: comparePaired(line.boot, whole.boot, 'HR@20'),
      mrr20Change: comparePaired(line.boot, whole.boot, 'MRR@20'),
      ceiling: line.ceiling,
      meanCandidates: line.meanCandidates,
    })),
  };
}
if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(results, null, 1)}\n`);
