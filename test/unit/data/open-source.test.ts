import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatSummary } from '../../../src/data/describe-source.js';
import { openSource } from '../../../src/data/open-source.js';
import { TestFolder } from './helpers.js';

let folder: TestFolder;
beforeAll(async () => void (folder = await TestFolder.create()));
afterAll(() => folder.remove());

it('opens event files and sums them up', async () => {
  const path = await folder.write(
    'events.csv',
    'session_id,item_id,timestamp_ms,event_type,split,title\n1,a,1577836800000,view,train,Pot\n1,b,1577836860000,cart,train,\n2,a,1577923200000,buy,test,Pot\n',
  );
  const { summary, rejects } = await openSource({ kind: 'events', paths: [path] });
  expect(rejects).toMatchObject({ total: 0, reasons: [], dropped: {}, path: null });
  expect(summary).toMatchObject({
    eventsByType: { view: 1, add_to_cart: 1, purchase: 1 },
    split: { train: 1, test: 1 },
    attributes: { title: 1 },
  });
  expect(formatSummary(summary)).toEqual([
    '3 events in 2 sessions over 2 items',
    'types: 1 view, 1 add_to_cart, 1 purchase',
    'time: 2020-01-01 00:00 to 2020-01-02 00:00 UTC',
    'sessions: 1.50 events on average, 2 at most, 1 with one event',
    'split: 1 train, 1 test sessions',
    'items with: title 1',
  ]);
});
