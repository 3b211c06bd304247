import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOlistFolder, readOlist } from '../../../src/data/olist.js';
import { openSource } from '../../../src/data/open-source.js';
import { categoriesOf, pricesOf, sessionsOf, TestFolder, usersOf } from './helpers.js';

let folder: TestFolder;
beforeEach(async () => {
  folder = await TestFolder.create();
  await folder.write(
    'olist_customers_dataset.csv',
    '"customer_id","customer_unique_id","customer_city"\n"c1","ann","x"\n"c2","bob","y"\n"c3","ann","x"\n',
  );
  await folder.write(
    'olist_orders_dataset.csv.gz',
    [
      'order_id,customer_id,order_status,order_purchase_timestamp',
      'o1,c1,delivered,2017-10-02 10:00:00',
      'o2,c2,delivered,2017-10-01 10:00:00',
      'o3,c3,delivered,2017-10-03 10:00:00',
      'o4,c2,canceled,2017-10-04 10:00:00',
    ].join('\n'),
  );
  await folder.write(
    'olist_order_items_dataset.csv',
    [
      'order_id,order_item_id,product_id,seller_id,price,freight_value',
      'o1,2,p2,s1,20.00,1',
      'o1,10,p3,s2,30.00,1',
      'o1,1,p1,s1,10.00,1',
      'o3,1,p1,s3,12.50,1',
      'o3,2,p1,s3,12.50,1',
      'o2,1,p2,s1,19.00,1',
      'o4,1,p4,s1,19.00,1',
    ].join('\n'),
  );
  await folder.write(
    'olist_products_dataset.csv',
    [
      'product_id,product_category_name,product_weight_g,product_length_cm,product_height_cm,product_width_cm',
      'p9,unsold,1,1,1,1',
      'p1,beleza_saude,225,16,10,14',
      'p2,pc_gamer,,16,,14',
      'p3,,100,1,2,3',
    ].join('\n'),
  );
  await folder.write(
    'product_category_name_translation.csv',
    '\ufeffproduct_category_name,product_category_name_english\nbeleza_saude,health_beauty\n',
  );
});
afterEach(() => folder.remove());

const T = (day: number) => Date.UTC(2017, 9, day, 10);

describe('readOlist', () => {
  it('makes an order a session, its lines by number, delivered only', async () => {
    const { events, rejects } = await readOlist(folder.path);
    expect(sessionsOf(events)).toEqual([
      `o2: p2 purchase ${T(1)}`,
      `o1: p1 purchase ${T(2)}, p2 purchase ${T(2)}, p3 purchase ${T(2)}`,
      `o3: p1 purchase ${T(3)}, p1 purchase ${T(3)}`,
    ]);
    expect(usersOf(events)).toEqual(['bob', 'ann', 'ann']);
    expect(rejects).toMatchObject({ total: 0, dropped: { not_delivered: 1 } });
  });

  it('makes a customer a session, her orders in time', async () => {
    const { events } = await readOlist(folder.path, { sessions: 'customers', deliveredOnly: false });
    expect(sessionsOf(events)).toEqual([
      `ann: p1 purchase ${T(2)}, p2 purchase ${T(2)}, p3 purchase ${T(2)}, p1 purchase ${T(3)}, p1 purchase ${T(3)}`,
      `bob: p2 purchase ${T(1)}, p4 purchase ${T(4)}`,
    ]);
  });

  it('knows the attributes of what was sold', async () => {
    const { events } = await readOlist(folder.path);
    const { catalogue, items } = events;
    expect(items.toArray()).toEqual(['p2', 'p1', 'p3']);
    expect(categoriesOf(events)).toEqual({ p2: 'pc_gamer', p1: 'health_beauty', p3: null });
    expect(pricesOf(events)).toEqual({ p2: 20, p1: 12.5, p3: 30 });
    expect([...catalogue.weightGrams!]).toEqual([NaN, 225, 100]);
    expect([...catalogue.volumeCm3!]).toEqual([NaN, 2240, 6]);
    expect([...catalogue.seller!.codes].map((code) => catalogue.seller!.names.at(code))).toEqual([
      's1',
      's3',
      's2',
    ]);
  });

  it('does without products and translation', async () => {
    const { rm } = await import('node:fs/promises');
    await rm(folder.at('product_category_name_translation.csv'));
    expect(categoriesOf((await readOlist(folder.path)).events)).toMatchObject({ p1: 'beleza_saude' });
    await rm(folder.at('olist_products_dataset.csv'));
    const { events } = await readOlist(folder.path);
    expect(events.catalogue.category).toBeNull();
    expect(events.catalogue.price).not.toBeNull();
  });

  it('refuses and counts malformed rows of every table', async () => {
    await folder.write(
      'olist_orders_dataset.csv.gz',
      'order_id,customer_id,order_status,order_purchase_timestamp\no1,c1,delivered,2017-10-02 10:00:00\no3,c3,delivered,when\n,c1,delivered,2017-10-02\n',
    );
    await folder.write(
      'olist_order_items_dataset.csv',
      'order_id,order_item_id,product_id,seller_id,price\no1,1,p1,s,1\no1,2,,s,1\no1,x,p1,s,1\no3,1,p1,s,1\n,1,p1,s,1\no1,1\n',
    );
    const { events, rejects } = await readOlist(folder.path);
    expect(sessionsOf(events)).toEqual([`o1: p1 purchase ${T(2)}`]);
    expect(rejects.reasons.map(({ reason, count, first }) => `${reason} ${count} ${first.line}`)).toEqual([
      'bad_time 1 3',
      'missing_session 2 4',
      'missing_item 1 3',
      'bad_order 1 4',
      'unknown_order 1 5',
      'wrong_column_count 1 7',
    ]);
    await expect(readOlist(folder.path, { strict: true })).rejects.toMatchObject({
      code: 'bad_row',
      where: `${folder.at('olist_orders_dataset.csv.gz')}:3`,
    });
  });

  it('says which file or column is missing, and when nothing is left', async () => {
    await folder.write('olist_order_items_dataset.csv', 'order_id,product_id\no1,p1\n');
    await expect(readOlist(folder.path)).rejects.toMatchObject({
      code: 'source_unreadable',
      detail: expect.stringContaining('order_item_id') as string,
    });
    await folder.write(
      'olist_order_items_dataset.csv',
      'order_id,order_item_id,product_id,seller_id,price\no4,1,p1,s,1\n',
    );
    await expect(readOlist(folder.path)).rejects.toMatchObject({ code: 'source_empty' });
    const { rm } = await import('node:fs/promises');
    await rm(folder.at('olist_customers_dataset.csv'));
    await expect(readOlist(folder.path)).rejects.toMatchObject({ code: 'source_not_found' });
    await expect(readOlist(folder.at('nowhere'))).rejects.toMatchObject({ code: 'source_not_found' });
  });

  it('is recognised and opened through openSource', async () => {
    expect(await isOlistFolder(folder.path)).toBe(true);
    expect(await isOlistFolder(folder.at('nowhere'))).toBe(false);
    const { summary } = await openSource({ kind: 'olist', folder: folder.path });
    expect(summary).toMatchObject({
      sessions: 3,
      events: 6,
      items: 3,
      users: 2,
      eventsByType: { purchase: 6 },
      singleEventSessions: 1,
      longestSession: 3,
      timeRange: { fromMs: T(1), toMs: T(3) },
      split: null,
      attributes: { category: 2, seller: 3, price: 3, weightGrams: 2, volumeCm3: 2 },
    });
  });
});
