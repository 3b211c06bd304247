import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sqlString, withDuckDb } from '../../../src/data/duckdb.js';
import { type EventTable } from '../../../src/data/event-table.js';
import { openSource } from '../../../src/data/open-source.js';

const DATA = '../shared/data';
const present = existsSync(DATA);
if (!present) process.stderr.write(`tests on public data skipped: ${DATA} is not there\n`);

const open = (folder: string) => openSource({ kind: 'events', paths: [`${DATA}/${folder}`] });

/** Every event of a session but the last is a prefix that predicts the next item. */
function prefixes({ split, sessionOffsets }: EventTable): { train: number; test: number } {
  const counts = [0, 0];
  split!.forEach((part, s) => (counts[part]! += sessionOffsets[s + 1]! - sessionOffsets[s]! - 1));
  return { train: counts[0]!, test: counts[1]! };
}

/** Events, sessions and items counted by another reader: DuckDB's own. */
async function countByDuckDb(path: string, where: string): Promise<number[]> {
  return withDuckDb({}, async (connection) => {
    const sql = `SELECT count(*)::INT, count(DISTINCT session_id)::INT, count(DISTINCT item_id)::INT FROM read_csv(${sqlString(path)}, all_varchar = true) WHERE ${where}`;
    return (await connection.runAndReadAll(sql)).getRows()[0] as number[];
  });
}

describe.skipIf(!present)('public data has its published counts', () => {
  it('Diginetica after SR-GNN', async () => {
    const { events, summary, rejects } = await open('diginetica');
    expect(rejects.total).toBe(0);
    expect(summary).toMatchObject({
      events: 982_961,
      items: 43_097,
      split: { train: 186_670, test: 15_963 },
      timeRange: null,
    });
    expect(prefixes(events)).toEqual({ train: 719_470, test: 60_858 });
    // The file is in time order: session ids 1, 2, 3, ...; rows are numbered.
    expect(events.sessionIds.at(0)).toBe('1');
    expect(events.timestampMs[982_960]).toBe(982_960);
  });

  it('Yoochoose 1/64 after SR-GNN', async () => {
    const { events, summary, rejects } = await open('yoochoose1_64');
    expect(rejects.total).toBe(0);
    expect(summary).toMatchObject({
      events: 557_248,
      items: 17_745,
      split: { train: 116_167, test: 15_324 },
    });
    expect(prefixes(events)).toEqual({ train: 369_859, test: 55_898 });
  });

  it.each([
    ['yoochoose-100k', 83_846, 21_210, 2_933],
    ['serenade-toy', 116_285, 24_385, 18_009],
    ['rees46-sample', 17_434, 5_066, 6_493],
  ])('%s', async (folder, events, sessions, items) => {
    const { summary, rejects } = await open(folder);
    expect(rejects.total).toBe(0);
    expect(summary).toMatchObject({ events, sessions, items });
  });

  it('REES46 has views, carts and purchases', async () => {
    const { summary } = await open('rees46-sample');
    expect(summary.eventsByType).toEqual({ view: 17_055, add_to_cart: 165, purchase: 214 });
  });

  it('Online Retail without its cancellations, counted by DuckDB as well', async () => {
    const { summary, rejects } = await open('online-retail');
    expect(rejects).toMatchObject({ total: 0, dropped: { cancel: 10_624 } });
    expect(summary.events + rejects.dropped.cancel!).toBe(541_909);
    const counted = await countByDuckDb(`${DATA}/online-retail/events.csv.gz`, "event_type <> 'cancel'");
    expect([summary.events, summary.sessions, summary.items]).toEqual(counted);
  });

  it('Olist, all orders and delivered ones', async () => {
    const all = await openSource({ kind: 'olist', folder: `${DATA}/olist`, deliveredOnly: false });
    expect(all.rejects.total).toBe(0);
    expect(all.summary.events).toBe(26_109);
    const delivered = await openSource({ kind: 'olist', folder: `${DATA}/olist` });
    expect(delivered.summary.events + delivered.rejects.dropped.not_delivered!).toBe(26_109);
    const customers = await openSource({
      kind: 'olist',
      folder: `${DATA}/olist`,
      sessions: 'customers',
      deliveredOnly: false,
    });
    expect(all.summary.sessions - customers.summary.sessions).toBeGreaterThanOrEqual(174);
    const { category } = delivered.events.catalogue;
    expect(category!.names.toArray()).toContain('health_beauty');
  });

  it('reading twice gives equal bytes', async () => {
    const [a, b] = [await open('rees46-sample'), await open('rees46-sample')];
    expect(a.events).toEqual(b.events);
  });
});
