import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EventTable, sessionCount } from '../../../../src/data/event-table.js';
import { readEvents } from '../../../../src/data/read-events.js';
import { itemNumbersIn } from '../../../../src/data/simulator/reachable.js';
import { simulateEventTable } from '../../../../src/data/simulator/simulate-event-table.js';
import { SIMULATION_COLUMNS, writeSimulation } from '../../../../src/data/simulator/write-simulation.js';

const OPTIONS = { items: 400, events: 6000, days: 6, seed: 11 };
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulation-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Sessions in order, with everything named instead of numbered. */
function named(events: EventTable): unknown[] {
  const { title, category, brand, price } = events.catalogue;
  return Array.from({ length: sessionCount(events) }, (_, s) => ({
    session: events.sessionIds.at(s),
    user: events.userIndex![s]! < 0 ? null : events.users.at(events.userIndex![s]!),
    events: Array.from({ length: events.sessionOffsets[s + 1]! - events.sessionOffsets[s]! }, (_, i) => {
      const e = events.sessionOffsets[s]! + i;
      const item = events.itemIndex[e]!;
      return [
        ...[events.items.at(item), events.eventType[e], events.timestampMs[e], title!.at(item), price![item]],
        ...[category!.names.at(category!.codes[item]!), brand!.names.at(brand!.codes[item]!)],
      ];
    }),
  }));
}

describe('writeSimulation', () => {
  it.each(['.csv', '.csv.gz', '.jsonl', '.jsonl.gz'])(
    'writes %s that reads back as the same table',
    async (ending) => {
      const path = join(folder, `events${ending}`);
      const progress: number[] = [];
      const written = await writeSimulation(OPTIONS, path, {
        onProgress: ({ events }) => progress.push(events),
      });
      const { events, rejects } = await readEvents({ paths: [path] });
      const { events: table, truth } = simulateEventTable(OPTIONS);
      expect(rejects.total).toBe(0);
      expect(written).toEqual({ path, sessions: 1200, events: table.itemIndex.length });
      expect(progress.at(-1)).toBe(written.events);
      expect(named(events)).toEqual(named(table));
      const numbers = itemNumbersIn(truth, events.items);
      expect(Array.from(events.itemIndex, (item) => numbers[item])).toEqual(Array.from(table.itemIndex));
      // The name on the outside is the format inside.
      const bytes = await readFile(path);
      const text = (ending.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
      expect(
        text.startsWith(
          ending.startsWith('.csv') ? `${SIMULATION_COLUMNS.join(',')}\n` : '{"session_id":"s0000"',
        ),
      ).toBe(true);
    },
  );

  it('leaves nothing behind when it is stopped or cannot write, and keeps what was there', async () => {
    const path = join(folder, 'events.csv');
    const before = await readFile(path);
    const controller = new AbortController();
    const stopped = writeSimulation({ ...OPTIONS, events: 60_000 }, path, {
      signal: controller.signal,
      onProgress: ({ sessions, sessionsTotal }) => {
        if (sessions > sessionsTotal / 4) controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'interrupted' });
    await expect(writeSimulation(OPTIONS, path, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'interrupted',
    });
    await expect(writeSimulation(OPTIONS, join(folder, 'none', 'events.csv'))).rejects.toThrow(/ENOENT/);
    expect((await readdir(folder)).filter((name) => name.includes('unfinished'))).toEqual([]);
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it('refuses other endings and wrong options before it writes', async () => {
    await expect(writeSimulation(OPTIONS, join(folder, 'events.xml'))).rejects.toMatchObject({
      code: 'invalid_option',
    });
    await expect(writeSimulation({ items: 1 }, join(folder, 'x.csv'))).rejects.toMatchObject({
      code: 'invalid_option',
    });
    expect(await readdir(folder)).not.toContain('x.csv');
  });
});
