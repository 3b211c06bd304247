import { describe, expect, it } from 'vitest';
import { codeColumn } from '../../../src/data/catalogue.js';
import { DEFAULT_TABLE_SETTINGS } from '../../../src/tables/settings.js';
import {
  buildTables,
  ITEM_TABLES,
  tablesFromSections,
  tableSections,
} from '../../../src/tables/table-set.js';
import { eventTable } from '../../support/event-table.js';
import { handMadeEmbedding } from '../../support/hand-made-embedding.js';

const events = eventTable([['a', 'a', 'b'], ['b', ['c', 'purchase']], ['c']], {
  catalogue: { category: codeColumn(['x', 'y', 'x']), price: new Float32Array([1, NaN, 3]) },
});
const tables = buildTables(events, { sessionsEnd: 2, scaleSessions: 2, settings: DEFAULT_TABLE_SETTINGS });

describe('buildTables', () => {
  it('counts popularity by type and knows nothing of the last session', () => {
    expect([...tables.popularity.total]).toEqual([2, 2, 3]);
    expect([...tables.popularity.rank]).toEqual([1, 2, 0]);
    expect(tables.lastMs).toBe(events.timestampMs[4]);
    expect(tables.popularity.lastSeenDays[2]).toBe(0);
  });

  it('smooths the repeat share towards the shop', () => {
    // One of five events is followed by the same item; ten imagined events at that rate are added.
    expect(tables.popularity.repeatShare[0]).toBeCloseTo((1 + 2) / 12, 6);
    expect(tables.popularity.repeatShare[1]).toBeCloseTo(2 / 12, 6);
  });

  it('indexes sessions by item, most recent first, and items by session', () => {
    const { sessionsOffsets, sessions, itemsOffsets, items } = tables.sessionIndex;
    expect([...sessions.subarray(sessionsOffsets[1], sessionsOffsets[2])]).toEqual([1, 0]);
    expect([...items.subarray(itemsOffsets[0], itemsOffsets[1])]).toEqual([0, 0, 1]);
  });

  it('lists the popular items of each category', () => {
    const { offsets, items } = tables.attributeIndexes.category;
    expect([...items.subarray(offsets[0], offsets[1])]).toEqual([2, 0]);
  });

  it('survives being written as sections, with an embedding and without one', () => {
    const withOne = { ...tables, embedding: handMadeEmbedding([[1], null, [0, 1]], [1, 0.5]) };
    for (const written of [tables, withOne]) {
      const sections = tableSections(written);
      const { tables: read, itemIds } = tablesFromSections(
        (name) => sections[name],
        (name) => {
          throw new Error(name);
        },
      );
      expect(read).toEqual(written);
      expect(itemIds.indexOf('c')).toBe(2);
    }
    expect(tables.embedding).toBeNull();
  });

  it('keeps the embedding it is given', () => {
    const embedding = handMadeEmbedding([[1], null, [0, 1]], [1, 0.5]);
    const options = { sessionsEnd: 2, scaleSessions: 2, settings: DEFAULT_TABLE_SETTINGS, embedding };
    expect(buildTables(events, options).embedding).toBe(embedding);
  });

  it('builds the tables in their order, and says so', () => {
    const steps: [string, number, number][] = [];
    const onStep = (...step: [string, number, number]) => void steps.push(step);
    buildTables(events, { sessionsEnd: 2, scaleSessions: 2, settings: DEFAULT_TABLE_SETTINGS, onStep });
    expect(Object.keys(tables.itemTables)).toEqual([...ITEM_TABLES]);
    steps.forEach(([, done, total], n) => {
      expect(done).toBe(n);
      expect(done).toBeLessThan(total);
    });
  });

  it.each(['popularity/total', 'item_table/s_walk/offsets', 'embedding/gates'])(
    'names %s when it is missing',
    (gone) => {
      const embedding = handMadeEmbedding([[1], null, [0, 1]], [1, 0.5]);
      const sections = tableSections({ ...tables, embedding });
      expect(sections).toHaveProperty([gone]);
      const read = () =>
        tablesFromSections(
          (name) => (name === gone ? undefined : sections[name]),
          (name) => {
            throw new Error(name);
          },
        );
      expect(read).toThrow(gone);
    },
  );
});
