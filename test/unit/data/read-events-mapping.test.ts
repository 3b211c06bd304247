import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EventMapping } from '../../../src/data/event-mapping.js';
import { readEvents } from '../../../src/data/read-events.js';
import { categoriesOf, pricesOf, sessionsOf, TestFolder, usersOf } from './helpers.js';

let folder: TestFolder;
beforeAll(async () => void (folder = await TestFolder.create()));
afterAll(() => folder.remove());

const OWN: EventMapping = {
  columns: {
    session: 'visit',
    item: 'sku',
    time: 'at',
    type: 'what',
    title: 'name',
    price: 'eur',
    category: ['cat', 'dept'],
  },
  types: { Looked: 'view', returned: 'drop' },
};
const ROWS = [
  'visit\tsku\tat\twhat\tname\teur\tcat\tdept',
  'v1\t A1 \t2020-01-01T00:00:00Z\tLOOKED\tRed "5 inch" pot\t5.50\t\tgarden',
  'v1\tA2\t1577836801\treturned\tBlue pot\t6\tpots\tgarden',
  'v1\tA2\t1577836802\tbuy\tBlue pot\t7\tpots\tgarden',
].join('\r\n');

describe('readEvents with a mapping', () => {
  it('reads a tab-separated file of any column names', async () => {
    const { events, rejects } = await readEvents({
      paths: [await folder.write('own.tsv', ROWS)],
      mapping: OWN,
    });
    expect(sessionsOf(events)).toEqual(['v1: A1 view 1577836800000, A2 purchase 1577836802000']);
    expect(events.catalogue.title!.toArray()).toEqual(['Red "5 inch" pot', 'Blue pot']);
    expect(categoriesOf(events)).toEqual({ A1: 'garden', A2: 'pots' });
    expect(pricesOf(events)).toEqual({ A1: 5.5, A2: 7 });
    expect(rejects).toMatchObject({ total: 0, dropped: { returned: 1 } });
  });

  it('takes the mapping from a file, with more on top of it', async () => {
    const mappingFile = await folder.write('mapping.json', JSON.stringify(OWN));
    const path = await folder.write('own2.tsv', ROWS);
    const { events } = await readEvents({
      paths: [path],
      mappingFile,
      mapping: { columns: { user: 'visit' } },
    });
    expect(usersOf(events)).toEqual(['v1']);
    const byUser = await readEvents({
      paths: [path],
      mappingFile,
      mapping: { columns: { user: 'visit' } },
      sessionsBy: 'user',
    });
    expect(sessionsOf(byUser.events)[0]).toMatch(/^v1#1: /);
  });

  it('changes single columns of a preset', async () => {
    const path = await folder.write('ev.csv', 'session_id,item_id,timestamp_ms,guest\n1,a,1000,g7\n');
    const { events } = await readEvents({ paths: [path], mapping: { columns: { user: 'guest' } } });
    expect(usersOf(events)).toEqual(['g7']);
  });

  it('reads files without a header and with a constant type', async () => {
    const path = await folder.write('bare.txt', 's|1000|a\ns|2000|b\n');
    const mapping: EventMapping = {
      columns: { session: 'S', time: 'T', item: 'I' },
      header: ['S', 'T', 'I'],
      constantType: 'purchase',
      timeUnit: 'ms',
    };
    const { events } = await readEvents({ paths: [path], mapping });
    expect(sessionsOf(events)).toEqual(['s: a purchase 1000, b purchase 2000']);
  });

  it('reads JSON lines by any keys', async () => {
    const path = await folder.write(
      'own.ndjson.gz',
      '{"u":7,"i":"a","t":"2020-01-01T00:00:00Z"}\n\n{"u":7,"i":"b","t":1577836860.5}\n',
    );
    const { events } = await readEvents({
      paths: [path],
      mapping: { columns: { user: 'u', item: 'i', time: 't' } },
    });
    expect(sessionsOf(events)).toEqual(['7#1: a view 1577836800000, b view 1577836860500']);
  });

  it('names the columns that are not there', async () => {
    const path = await folder.write('own3.tsv', ROWS);
    const mapping = { columns: { ...OWN.columns, item: 'product' } };
    await expect(readEvents({ paths: [path], mapping })).rejects.toMatchObject({
      code: 'source_unreadable',
      detail: expect.stringMatching(/not there: "product".*"visit", "sku"/s) as string,
    });
  });

  it('names every mistake of a mapping', async () => {
    const bad = { columns: { sesion: 'a', item: 5 }, timeUnit: 'hours', types: { x: 'like' }, colour: 'red' };
    const mappingFile = await folder.write('bad.json', JSON.stringify(bad));
    const error = await readEvents({ paths: ['x'], mappingFile }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'invalid_option', where: mappingFile });
    for (const part of ['columns.sesion', 'columns.item', 'timeUnit', 'types.x', '"colour"']) {
      expect((error as { detail: string }).detail).toContain(part);
    }
    const broken = await folder.write('broken.json', '{');
    await expect(readEvents({ paths: ['x'], mappingFile: broken })).rejects.toMatchObject({
      code: 'invalid_option',
    });
    await expect(readEvents({ paths: ['x'], mappingFile: folder.at('none') })).rejects.toMatchObject({
      code: 'source_not_found',
    });
  });

  it('refuses files that do not go together', async () => {
    const real = await folder.write('real.csv', 'session_id,item_id,timestamp_ms\n1,a,1000\n');
    const ordinal = await folder.write('ordinal.csv', 'session_id,item_id,order_index\n1,a,0\n');
    await expect(readEvents({ paths: [real, ordinal] })).rejects.toMatchObject({
      code: 'source_unreadable',
      where: ordinal,
    });
  });
});
