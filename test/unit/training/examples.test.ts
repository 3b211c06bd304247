import { describe, expect, it } from 'vitest';
import { type EventTable, sessionCount } from '../../../src/data/event-table.js';
import { simulateEventTable } from '../../../src/data/simulator/simulate-event-table.js';
import { Random } from '../../../src/domain/random.js';
import { buildTables } from '../../../src/tables/table-set.js';
import { buildExamples } from '../../../src/training/examples.js';
import { DEFAULT_TRAINING_SETTINGS as settings } from '../../../src/training/settings.js';
import { type LabelBlock } from '../../../src/training/split.js';

const { events } = simulateEventTable({ items: 200, events: 6000, days: 10 });
const sessions = sessionCount(events);
const block: LabelBlock = { name: 'train', start: Math.floor(sessions * 0.8), end: sessions };

const tablesOf = (table: EventTable, end: number) =>
  buildTables(table, { sessionsEnd: end, scaleSessions: sessions, settings: settings.tables });

const examplesOf = (table: EventTable, limits: Partial<typeof settings.examples> = {}) =>
  buildExamples(table, tablesOf(table, block.start), block, {
    settings: { ...settings.examples, ...limits },
    retrieval: settings.retrieval,
    seed: 1,
  });

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
