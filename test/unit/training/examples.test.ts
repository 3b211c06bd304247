import { describe, expect, it } from 'vitest';
import { type EventTable, sessionCount } from '../../../src/data/event-table.js';
import { simulateEventTable } from '../../../src/data/simulator/simulate-event-table.js';
import { type Target } from '../../../src/data/target.js';
import { Random } from '../../../src/domain/random.js';
import { type EvaluationCase, everyPrefix } from '../../../src/evaluation/cases.js';
import { buildTables } from '../../../src/tables/table-set.js';
import { buildExamples, type SessionRange } from '../../../src/training/examples.js';
import { DEFAULT_TRAINING_SETTINGS as settings } from '../../../src/training/settings.js';
import { fingerprint } from '../../support/fingerprint.js';

const { events } = simulateEventTable({ items: 200, events: 6000, days: 10 });
const sessions = sessionCount(events);
const block: SessionRange = { start: Math.floor(sessions * 0.8), end: sessions };

const tablesOf = (table: EventTable, end: number) =>
  buildTables(table, { sessionsEnd: end, scaleSessions: sessions, settings: settings.tables });

const examplesOf = (
  table: EventTable,
  limits: Partial<typeof settings.examples> = {},
  target: Target = 'item',
) =>
  buildExamples(table, tablesOf(table, block.start), block, {
    settings: { ...settings.examples, wrongPerQuery: 0, ...limits },
    retrieval: settings.retrieval,
    target,
    seed: 1,
  });

const answersOf = (cases: readonly EvaluationCase[]) =>
  new Map(cases.map(({ cluster, start, end, nextItem }) => [`${cluster} ${end - start}`, nextItem]));

describe('buildExamples', () => {
  it('keeps all candidates of each answered query, one of them right', async () => {
    const set = await examplesOf(events);
    expect(set.groupSizes.length).toBeGreaterThan(100);
    let row = 0;
    set.groupSizes.forEach((size, group) => {
      const labels = set.labels.subarray(row, row + size);
      expect(labels.reduce((a, b) => a + b, 0)).toBe(1);
      const next = events.sessionOffsets[set.sessions[group]!]! + set.prefixLengths[group]!;
      expect(set.items[row + labels.indexOf(1)]).toBe(events.itemIndex[next]);
      row += size;
    });
    expect(row).toBe(set.rows);
    expect(set.features.length).toBe(set.rows * set.featureNames.length);
  });

  it.each(['item', 'cart', 'purchase'] as const)(
    'asks the same questions as the evaluation, of the next %s',
    async (target) => {
      const cases = everyPrefix(events, block.start, target);
      const set = await examplesOf(events, {}, target);
      expect(cases.length).toBeGreaterThan(50);
      const nextItem = everyPrefix(events, block.start);
      expect(set.queries).toBe(target === 'item' ? cases.length : cases.length + nextItem.length);
      // First the target's questions, then what joins them.
      const [answers, joined] = [answersOf(cases), answersOf(nextItem)];
      expect(set.targetGroups).toBeGreaterThan(0.5 * cases.length);
      expect(set.targetGroups).toBeLessThanOrEqual(cases.length);
      let row = 0;
      set.groupSizes.forEach((size, group) => {
        const right = set.items[row + set.labels.subarray(row, row + size).indexOf(1)];
        const known = group < set.targetGroups ? answers : joined;
        expect(right).toBe(known.get(`${set.sessions[group]} ${set.prefixLengths[group]}`));
        row += size;
      });
    },
  );

  it('takes next-item questions only where the target leaves room for them', async () => {
    const all = everyPrefix(events, block.start, 'cart').length;
    const few = await examplesOf(events, { maxQueries: 40 }, 'cart');
    expect([few.queries, few.targetGroups]).toEqual([40, few.groupSizes.length]);
    const some = await examplesOf(events, { maxQueries: all + 30 }, 'cart');
    expect(some.queries).toBe(all + 30);
    expect(some.groupSizes.length - some.targetGroups).toBeLessThanOrEqual(30);
    expect(some.groupSizes.length - some.targetGroups).toBeGreaterThan(15);
  });

  it('keeps a random sample of the wrong candidates where asked to, and always the right one', async () => {
    const all = await examplesOf(events);
    const some = await examplesOf(events, { wrongPerQuery: 20 });
    const again = await examplesOf(events, { wrongPerQuery: 20 });
    expect(fingerprint(again)).toBe(fingerprint(some));
    const ample = await examplesOf(events, { wrongPerQuery: 100_000 });
    expect(fingerprint(ample)).toBe(fingerprint(all));

    // The same queries in the same order: the sample draws after they were shuffled.
    expect(some.sessions).toEqual(all.sessions);
    expect(some.prefixLengths).toEqual(all.prefixLengths);
    const width = all.featureNames.length;
    const rowOf = (set: typeof all, row: number) =>
      Buffer.from(set.features.slice(row * width, (row + 1) * width).buffer);
    let [fromAll, fromSome, expected, variance] = [0, 0, 0, 0];
    some.groupSizes.forEach((size, group) => {
      const candidates = all.items.subarray(fromAll, fromAll + all.groupSizes[group]!);
      const labels = some.labels.subarray(fromSome, fromSome + size);
      expect(labels.reduce((a, b) => a + b, 0)).toBe(1);
      // In the candidates' order, each with its own features and label.
      let at = -1;
      for (let n = fromSome; n < fromSome + size; n++) {
        const found = candidates.indexOf(some.items[n]!);
        const same =
          found > at &&
          some.labels[n] === all.labels[fromAll + found] &&
          rowOf(some, n).equals(rowOf(all, fromAll + found));
        if (!same) expect.unreachable(`row ${n} is not the next of its query's candidates`);
        at = found;
      }
      const share = Math.min(1, 20 / (candidates.length - 1));
      expected += share * (candidates.length - 1);
      variance += share * (1 - share) * (candidates.length - 1);
      fromAll += candidates.length;
      fromSome += size;
    });
    const wrong = some.rows - some.groupSizes.length;
    expect(Math.abs(wrong - expected)).toBeLessThan(5 * Math.sqrt(variance));
  });

  it('stays within its limits', async () => {
    const fewer = await examplesOf(events, { maxQueries: 100 });
    expect(fewer.queries).toBe(100);
    const small = await examplesOf(events, { maxRows: 5000 });
    expect(small.rows).toBeLessThanOrEqual(5000);
    expect(small.rows).toBeGreaterThan(4000);
  });

  it('asks a sample of the whole block when rows are few, not its beginning', async () => {
    const { sessions } = await examplesOf(events, { maxRows: 5000 });
    const place = (s: number) => (s - block.start) / (block.end - block.start);
    const mean = sessions.reduce((sum, s) => sum + place(s), 0) / sessions.length;
    expect(mean).toBeGreaterThan(0.3);
    expect(mean).toBeLessThan(0.7);
    expect(Math.max(...sessions)).toBeGreaterThan(block.start + 0.8 * (block.end - block.start));
  });

  it('sees nothing of the label sessions, the label included: the features do not change with them', async () => {
    // Another future: everything after each prefix's last event is replaced by random items.
    const random = new Random(5);
    const changed = { ...events, itemIndex: events.itemIndex.slice() };
    const last = (s: number) => events.sessionOffsets[s + 1]! - 1;
    for (let s = block.start; s < block.end; s++)
      changed.itemIndex[last(s)] = random.below(events.items.length);
    const before = tablesOf(events, block.start);
    const after = tablesOf(changed, block.start);
    expect(after).toEqual(before);
    const [a, b] = await Promise.all([examplesOf(events), examplesOf(changed)]);
    // Prefixes that stop before the changed event are in both sets when their own answer was unchanged.
    const rowsOf = (set: typeof a) => {
      const rows = new Map<string, string>();
      let row = 0;
      const width = set.featureNames.length;
      set.groupSizes.forEach((size, group) => {
        const key = `${set.sessions[group]}:${set.prefixLengths[group]}`;
        rows.set(
          key,
          Buffer.from(set.features.slice(row * width, (row + size) * width).buffer).toString('hex'),
        );
        row += size;
      });
      return rows;
    };
    const rowsA = rowsOf(a);
    const shared = [...rowsOf(b)].filter(([key]) => rowsA.has(key));
    expect(shared.length).toBeGreaterThan(50);
    for (const [key, bytes] of shared) expect(bytes).toBe(rowsA.get(key));
  });
});
