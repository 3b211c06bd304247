import { EventTableBuilder } from '../data/event-table-builder.js';
import { type EventTable } from '../data/event-table.js';
import { eventTypeCode } from '../domain/event.js';
import { type StringIndex } from '../domain/string-column.js';
import { type FeatureRecord } from '../recommend/feature-log.js';
import { type SessionScorer } from '../recommend/session-scorer.js';
import { SessionQuery } from '../retrieval/session-query.js';

/** The parts of a model that a replay asks. A SessionRecommender is one. */
export interface ReplayModel {
  readonly scorer: SessionScorer;
  /** From an item's id to its dense index. */
  readonly itemIds: StringIndex;
}

/** Where a replayed recommendation is not the one that was served. */
export interface Difference {
  readonly recommendationId: string;
  readonly sessionId: string;
  /** Such as `feature popularity of candidate 3 (item 1042)`. */
  readonly what: string;
  readonly served: string;
  readonly replayed: string;
}

export interface ReplayResult {
  /** Records compared. */
  readonly replayed: number;
  /** Records among them that differ anywhere. */
  readonly different: number;
  /** The first of these. */
  readonly first: Difference | null;
  /** Numbers compared: candidates, feature values and raw scores. A model without a ranker computes no features. */
  readonly candidates: number;
  readonly features: number;
  /** Replayed records with an event of an item that the model does not know. */
  readonly withUnknownItems: number;
  /** Records left out because their model is not at hand, by its version. */
  readonly withoutModel: Readonly<Record<string, number>>;
}

/** Sessions rebuilt at a time; bounds memory at about 50 KB a record. */
const BATCH = 256;

/**
 * Asks again what was asked of the server, by the offline journey: logged events become an EventTable, the table's rows a
 * query, and the model describes and scores its candidates. Compares candidates with their order, every feature and
 * every raw score with what was served: bit by bit, except that one NaN is as good as another.
 *
 * @param modelOf the model of a version, or null if it is not at hand; asked once a version
 */
export async function replay(
  records: AsyncIterable<FeatureRecord>,
  modelOf: (version: string) => Promise<ReplayModel | null>,
  hooks: { readonly signal?: AbortSignal; readonly onProgress?: (replayed: number) => void } = {},
): Promise<ReplayResult> {
  const run = new Replay();
  const models = new Map<string, { model: ReplayModel | null; waiting: FeatureRecord[] }>();
  for await (const record of records) {
    hooks.signal?.throwIfAborted();
    let entry = models.get(record.modelVersion);
    if (entry === undefined) {
      entry = { model: await modelOf(record.modelVersion), waiting: [] };
      models.set(record.modelVersion, entry);
    }
    if (entry.model === null) {
      run.leaveOut(record);
      continue;
    }
    entry.waiting.push(record);
    if (entry.waiting.length < BATCH) continue;
    run.compareAll(entry.waiting.splice(0), entry.model);
    hooks.onProgress?.(run.result.replayed);
  }
  for (const { model, waiting } of models.values()) if (model !== null) run.compareAll(waiting, model);
  hooks.onProgress?.(run.result.replayed);
  return run.result;
}

class Replay {
  readonly result = {
    replayed: 0,
    different: 0,
    first: null as Difference | null,
    candidates: 0,
    features: 0,
    withUnknownItems: 0,
    withoutModel: {} as Record<string, number>,
  };
  private readonly query = new SessionQuery();

  leaveOut({ modelVersion }: FeatureRecord): void {
    this.result.withoutModel[modelVersion] = (this.result.withoutModel[modelVersion] ?? 0) + 1;
  }

  compareAll(records: readonly FeatureRecord[], model: ReplayModel): void {
    const table = tableOf(records, model);
    const asked = new Set<number>();
    for (let s = 0; table !== null && s < table.sessionOffsets.length - 1; s++) {
      const start = table.sessionOffsets[s]!;
      const end = table.sessionOffsets[s + 1]!;
      const number = Number(table.sessionIds.at(s));
      asked.add(number);
      if (table.itemIndex.subarray(start, end).includes(UNKNOWN_ITEM)) this.result.withUnknownItems++;
      this.count(compare(records[number]!, this.query.fromTable(table, start, end), model), model);
    }
    // Sessions without events are in no table.
    records.forEach((record, number) => {
      if (!asked.has(number))
        this.count(compare(record, this.query.fromSession(null, model.itemIds), model), model);
    });
  }

  private count({ candidates, difference }: Comparison, { scorer }: ReplayModel): void {
    const { result } = this;
    result.replayed++;
    result.candidates += candidates;
    if (scorer.forest !== null) result.features += candidates * scorer.featureSet.count;
    if (difference === null) return;
    result.different++;
    result.first ??= difference;
  }
}

/** -1 as an unsigned integer: a query, whose items are signed, reads it as -1 again. */
const UNKNOWN_ITEM = 0xffffffff;

/** The records' sessions as a table over the model's items, built as training builds it; null if none has an event. */
function tableOf(records: readonly FeatureRecord[], { scorer, itemIds }: ReplayModel): EventTable | null {
  const { clock } = scorer.tables;
  const builder = new EventTableBuilder({ source: 'feature log', clock, idleGapMs: null });
  records.forEach(({ events }, number) => {
    const session = builder.groups.internString(String(number));
    for (const { itemId, eventType, timestampMs } of events)
      builder.add(session, builder.items.internString(itemId), eventTypeCode(eventType), timestampMs);
  });
  if (builder.length === 0) return null;
  const table = builder.finish();
  const indexOf = Uint32Array.from(table.items.toArray(), (itemId) => itemIds.indexOf(itemId));
  return { ...table, itemIndex: table.itemIndex.map((item) => indexOf[item]!), items: scorer.tables.items };
}

interface Comparison {
  readonly candidates: number;
  readonly difference: Difference | null;
}

function compare(record: FeatureRecord, query: SessionQuery, { scorer }: ReplayModel): Comparison {
  const { served, recommendationId, sessionId } = record;
  const { featureSet, tables, forest } = scorer;
  const { count, items } = scorer.score(query);
  const differs = (what: string, was: unknown, is: unknown): Comparison => ({
    candidates: count,
    difference: { recommendationId, sessionId, what, served: shown(was), replayed: shown(is) },
  });

  if (served.itemIds.length !== count)
    return differs('the number of candidates', served.itemIds.length, count);
  for (let c = 0; c < count; c++) {
    const item = tables.items.at(items[c]!);
    if (served.itemIds[c] !== item) return differs(`candidate ${c}`, served.itemIds[c], item);
  }
  const width = featureSet.count;
  const compared = forest === null ? 0 : count * width;
  if (forest !== null && served.features.length !== compared)
    return differs('the number of feature values', served.features.length, compared);
  for (let f = 0; f < compared; f++) {
    if (Object.is(served.features[f], scorer.features[f])) continue;
    const c = Math.floor(f / width);
    return differs(
      `feature ${featureSet.names[f % width]} of candidate ${c} (item ${served.itemIds[c]})`,
      served.features[f],
      scorer.features[f],
    );
  }
  if (served.rawScores.length !== count)
    return differs('the number of raw scores', served.rawScores.length, count);
  for (let c = 0; c < count; c++) {
    if (!Object.is(served.rawScores[c], scorer.scores[c]))
      return differs(
        `raw score of candidate ${c} (item ${served.itemIds[c]})`,
        served.rawScores[c],
        scorer.scores[c],
      );
  }
  return { candidates: count, difference: null };
}

/** A value with all its digits; -0 as such. */
function shown(value: unknown): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
