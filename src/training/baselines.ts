import { writeParquet } from '../data/parquet-writer.js';
import { NextItemError } from '../errors.js';
import { bestOfRows } from '../tables/item-table.js';
import { ITEM_TABLES, type TableSet, tablesFromSections, tableSections } from '../tables/table-set.js';
import { type Dataset, describeFeatures } from './dataset.js';
import { type TrainingHooks } from './hooks.js';
import { tablesUntil } from './tables-until.js';
import { type Workspace } from './workspace.js';

const STAGE = 'baselines';

/** Popularity and item-to-item tables over the whole training part: baselines, and what the ranker ranks. */
export function trainBaselines(
  { events, split, settings }: Pick<Dataset, 'events' | 'split' | 'settings'>,
  hooks: TrainingHooks = {},
): Promise<TableSet> {
  return tablesUntil(events, split.testStart, split, settings, hooks);
}

/** Writes the tables for the next steps, and as files for people. */
export async function saveBaselines(workspace: Workspace, tables: TableSet): Promise<void> {
  await workspace.save(STAGE, { sections: tableSections(tables), json: {}, files: {} });
  await writeBaselines(workspace, tables);
}

/** Writes the tables as files for people. */
export async function writeBaselines(workspace: Workspace, tables: TableSet): Promise<void> {
  await workspace.writeJson('feature_config.json', describeFeatures(tables));
  await writePopularity(await workspace.path('item_popularity.parquet'), tables);
  await writeSimilarity(await workspace.path('item_similarity.parquet'), tables);
}

export async function loadBaselines(workspace: Workspace): Promise<TableSet> {
  const { sections } = await workspace.load(STAGE, 'train-baselines');
  return tablesFromSections(
    (name) => sections[name],
    (name) => {
      throw new NextItemError('stage_missing', `the step's result lacks ${name}`, 'nextitem train-baselines');
    },
  ).tables;
}

async function writePopularity(path: string, tables: TableSet): Promise<void> {
  const { total, recent, rank, repeatShare, purchaseShare, lastSeenDays } = tables.popularity;
  const float = (name: string, values: Float32Array) => ({
    name,
    type: 'float' as const,
    value: (item: number) => values[item]!,
  });
  await writeParquet(
    path,
    [
      { name: 'item_id', type: 'string', value: (item) => tables.items.at(item) },
      float('weighted_events', total),
      float('recent_fast', recent[0]),
      float('recent_middle', recent[1]),
      float('recent_slow', recent[2]),
      float('rank', rank),
      float('repeat_share', repeatShare),
      float('purchase_share', purchaseShare),
      float('days_since_last_event', lastSeenDays),
    ],
    tables.items.length,
  );
}

/** The file for people holds so many lines at most, about: each item's best entries of each table. */
const SIMILARITY_LINES = 30_000_000;

/** One line per entry of every item-to-item table; only the best ones of each row where that would be too many. */
async function writeSimilarity(path: string, tables: TableSet): Promise<void> {
  const whole = ITEM_TABLES.map((name) => tables.itemTables[name]);
  const perRow = Math.max(1, Math.floor(SIMILARITY_LINES / tables.items.length / whole.length));
  const entries = whole.reduce((sum, { neighbours }) => sum + neighbours.length, 0);
  const lists = entries <= SIMILARITY_LINES ? whole : whole.map((table) => bestOfRows(table, perRow));
  const starts = lists.reduce((all, list) => [...all, all.at(-1)! + list.neighbours.length], [0]);
  const rowOf = lists.map((list) => {
    const rows = new Uint32Array(list.neighbours.length);
    for (let item = 0; item < tables.items.length; item++)
      rows.fill(item, list.offsets[item], list.offsets[item + 1]);
    return rows;
  });
  const tableOf = (row: number) => starts.findIndex((start, t) => row >= start && row < starts[t + 1]!);
  const entry = (row: number) => {
    const t = tableOf(row);
    return { t, e: row - starts[t]! };
  };
  await writeParquet(
    path,
    [
      { name: 'table', type: 'string', value: (row) => ITEM_TABLES[tableOf(row)]! },
      {
        name: 'item_id',
        type: 'string',
        value: (row) => tables.items.at(rowOf[entry(row).t]![entry(row).e]!),
      },
      {
        name: 'similar_item_id',
        type: 'string',
        value: (row) => tables.items.at(lists[entry(row).t]!.neighbours[entry(row).e]!),
      },
      { name: 'weight', type: 'float', value: (row) => lists[entry(row).t]!.weights[entry(row).e]! },
    ],
    starts.at(-1)!,
  );
}
