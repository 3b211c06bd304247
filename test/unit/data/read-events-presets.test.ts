import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvents } from '../../../src/data/read-events.js';
import { withDuckDb, sqlString } from '../../../src/data/duckdb.js';
import { categoriesOf, pricesOf, sessionsOf, TestFolder, usersOf } from './helpers.js';

let folder: TestFolder;
beforeAll(async () => void (folder = await TestFolder.create()));
afterAll(() => folder.remove());

describe('readEvents, presets found by the columns', () => {
  it('yoochoose: clicks and buys without headers, together', async () => {
    const clicks = await folder.write(
      'yoochoose-clicks.dat',
      '1,2014-04-07T10:51:09.277Z,214536502,0\n1,2014-04-07T10:54:09.868Z,214536500,S\n2,2014-04-07T13:56:37.614Z,214662742,7\n',
    );
    const buys = await folder.write('yoochoose-buys.dat', '1,2014-04-07T10:55:00.000Z,214536500,1046,1\n');
    const { events, rejects } = await readEvents({ paths: [clicks, buys] });
    expect(sessionsOf(events)).toEqual([
      '1: 214536502 click 1396867869277, 214536500 click 1396868049868, 214536500 purchase 1396868100000',
      '2: 214662742 click 1396878997614',
    ]);
    expect(categoriesOf(events)).toEqual({ 214536502: null, 214536500: null, 214662742: '7' });
    expect(pricesOf(events)).toEqual({ 214536502: NaN, 214536500: 1046, 214662742: NaN });
    expect(rejects.total).toBe(0);
  });

  it('diginetica: semicolons, NA users, day and milliseconds within it', async () => {
    const path = await folder.write(
      'train-item-views.csv',
      'sessionId;userId;itemId;timeframe;eventdate\n1;NA;81766;526309;2016-05-09\n1;NA;31331;1031018;2016-05-09\n2;17;32118;243569;2016-05-10\n',
    );
    const { events } = await readEvents({ paths: [path] });
    const day = Date.UTC(2016, 4, 9);
    expect(sessionsOf(events)).toEqual([
      `1: 81766 view ${day + 526309}, 31331 view ${day + 1031018}`,
      `2: 32118 view ${day + 86_400_000 + 243569}`,
    ]);
    expect(usersOf(events)).toEqual([null, '17']);
  });

  it('retailrocket: visitors cut into sessions after 30 minutes', async () => {
    const path = await folder.write(
      'retail.csv',
      'timestamp,visitorid,event,itemid,transactionid\n1433221332117,257597,view,355908,\n1433223132117,257597,addtocart,355908,\n1433224932118,257597,transaction,355908,4000\n',
    );
    const { events } = await readEvents({ paths: [path] });
    expect(sessionsOf(events)).toEqual([
      '257597#1: 355908 view 1433221332117, 355908 add_to_cart 1433223132117',
      '257597#2: 355908 purchase 1433224932118',
    ]);
    const wide = await readEvents({ paths: [path], idleGapMs: 1_800_001 });
    expect(sessionsOf(wide.events)).toHaveLength(1);
  });

  it('otto: nested events', async () => {
    const path = await folder.write(
      'train.jsonl',
      '{"session":0,"events":[{"aid":1517085,"ts":1659304800025,"type":"clicks"},{"aid":1563459,"ts":1659304904511,"type":"carts"}]}\n{"session":1,"events":[{"aid":424964,"ts":1659304800026,"type":"orders"}]}\n',
    );
    const { events } = await readEvents({ paths: [path] });
    expect(sessionsOf(events)).toEqual([
      '1: 424964 purchase 1659304800026',
      '0: 1517085 click 1659304800025, 1563459 add_to_cart 1659304904511',
    ]);
  });

  it('rees46: dates with UTC, removals dropped on purpose, category code before id', async () => {
    const path = await folder.write(
      '2019-Oct.csv.gz',
      [
        'event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session',
        '2019-10-01 00:00:00 UTC,view,44600062,2103807459595387724,,shiseido,35.79,541312140,72d76fde',
        '2019-10-01 00:00:01 UTC,cart,3900821,2053013552326770905,appliances.environment,aqua,33.20,541312140,72d76fde',
        '2019-10-01 00:00:02 UTC,remove_from_cart,3900821,2053013552326770905,appliances.environment,aqua,33.20,541312140,72d76fde',
      ].join('\n'),
    );
    const { events, rejects } = await readEvents({ paths: [path] });
    expect(sessionsOf(events)).toEqual([
      '72d76fde: 44600062 view 1569888000000, 3900821 add_to_cart 1569888001000',
    ]);
    expect(categoriesOf(events)).toEqual({
      44600062: '2103807459595387724',
      3900821: 'appliances.environment',
    });
    expect(events.catalogue.brand!.names.toArray()).toEqual(['shiseido', 'aqua']);
    expect(events.catalogue.price![0]).toBeCloseTo(35.79, 4);
    expect(rejects).toMatchObject({ total: 0, dropped: { remove_from_cart: 1 } });
  });

  it('srgnn: ordinal clock, order by order_index, split', async () => {
    const path = await folder.write(
      'sessions.csv',
      'session_id,item_id,order_index,split\n7,b,1,train\n7,a,0,train\n3,c,0,test\n3,b,1,test\n',
    );
    const { events } = await readEvents({ paths: [path] });
    expect(events.clock).toBe('ordinal');
    expect(sessionsOf(events)).toEqual(['7: a click 0, b click 1', '3: c click 2, b click 3']);
    expect([...events.split!]).toEqual([0, 1]);
  });

  it('events: optional columns, cancel dropped, valid counts as train', async () => {
    const path = await folder.write(
      'events.csv',
      'session_id,item_id,timestamp_ms,event_type,split,customer_id\n1,a,1000,view,valid,\n1,b,2000,cancel,valid,9\n2,c,3000,purchase,test,9\n',
    );
    const { events, rejects } = await readEvents({ paths: [path] });
    expect(sessionsOf(events)).toEqual(['1: a view 1000', '2: c purchase 3000']);
    expect([...events.split!]).toEqual([0, 1]);
    expect(usersOf(events)).toEqual([null, '9']);
    expect(rejects).toMatchObject({ total: 0, dropped: { cancel: 1 } });
  });

  it("events: the API's own column names, times as dates or milliseconds", async () => {
    const path = await folder.write(
      'api.csv',
      'session_id,item_id,event_type,timestamp\ns,a,view,2026-01-01T00:00:00Z\ns,b,add_to_cart,1767225700000\n',
    );
    const { events } = await readEvents({ paths: [path] });
    expect(sessionsOf(events)).toEqual(['s: a view 1767225600000, b add_to_cart 1767225700000']);
  });

  it('log: segments in order, repeated event ids of one session counted once', async () => {
    const line = (session: string, item: string, id?: string) =>
      JSON.stringify({
        session_id: session,
        item_id: item,
        event_type: 'click',
        timestamp: 1700000000000,
        event_id: id,
        metadata: { a: [1] },
      });
    await folder.write('000001.jsonl', [line('s', 'a', 'e1'), line('s', 'b', 'e2'), ''].join('\n'));
    await folder.write(
      '000002.jsonl',
      [line('s', 'a', 'e1'), line('t', 'a', 'e1'), line('s', 'a'), line('s', 'a')].join('\n'),
    );
    const { events, rejects } = await readEvents({ paths: [folder.at('00000*.jsonl')] });
    const t = 1700000000000;
    expect(sessionsOf(events)).toEqual([
      `s: a click ${t}, b click ${t}, a click ${t}, a click ${t}`,
      `t: a click ${t}`,
    ]);
    expect(rejects).toMatchObject({ total: 0, dropped: { duplicate_event: 1 } });
  });

  it('parquet: typed columns, through DuckDB', async () => {
    const path = folder.at('events.parquet');
    await withDuckDb({}, async (connection) => {
      await connection.run(
        `COPY (SELECT * FROM (VALUES
          ('s''1', 11::BIGINT, TIMESTAMP '2020-01-02 03:04:05.678', 'view', 9.5::DOUBLE, 5::DOUBLE),
          ('s''1', 12::BIGINT, TIMESTAMP '2020-01-02 03:04:06', 'cart', NULL, NULL),
          ('t', 11::BIGINT, TIMESTAMP '2020-01-02 03:04:07', 'fly', NULL, NULL),
          (NULL, 11::BIGINT, TIMESTAMP '2020-01-02 03:04:07', 'view', NULL, NULL)
        ) AS t(user_session, product_id, event_time, event_type, price, user_id)) TO ${sqlString(path)} (FORMAT parquet)`,
      );
    });
    const { events, rejects } = await readEvents({ paths: [path] });
    expect(sessionsOf(events)).toEqual(["s'1: 11 view 1577934245678, 12 add_to_cart 1577934246000"]);
    expect(usersOf(events)).toEqual(['5']);
    expect(pricesOf(events)).toEqual({ 11: 9.5, 12: NaN });
    expect(rejects.reasons.map(({ reason, first }) => [reason, first.line])).toEqual([
      ['unknown_type', 3],
      ['missing_session', 4],
    ]);
  });

  it('a named preset that does not fit says what it needs', async () => {
    const path = await folder.write('other.csv', 'a,b\n1,2\n');
    await expect(readEvents({ paths: [path], preset: 'rees46' })).rejects.toMatchObject({
      code: 'source_unreadable',
      detail: expect.stringContaining('user_session') as string,
    });
  });
});
