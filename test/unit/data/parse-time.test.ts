import { describe, expect, it } from 'vitest';
import { parseNumber, parseTime, type TimeUnit } from '../../../src/data/parse-time.js';

const time = (text: string, unit: TimeUnit = 'auto') => parseTime(Buffer.from(text), 0, text.length, unit);
const number = (text: string) => parseNumber(Buffer.from(`x${text}x`), 1, text.length + 1);

describe('parseTime', () => {
  it('tells seconds, milliseconds and microseconds apart by size', () => {
    expect(time('1396321341')).toBe(1396321341000);
    expect(time('1396321341.7195')).toBe(1396321341719);
    expect(time('1396321341719')).toBe(1396321341719);
    expect(time('1396321341719123')).toBe(1396321341719);
  });

  it('takes the unit it is told', () => {
    expect(time('5000', 'ms')).toBe(5000);
    expect(time('5', 's')).toBe(5000);
    expect(time('5000000', 'us')).toBe(5000);
  });

  it.each([
    ['2014-04-07T10:51:09.277Z', '2014-04-07T10:51:09.277Z'],
    ['2019-10-01 00:00:05 UTC', '2019-10-01T00:00:05.000Z'],
    ['2017-10-02 10:56:33', '2017-10-02T10:56:33.000Z'],
    ['2016-02-29', '2016-02-29T00:00:00.000Z'],
    ['2016-05-09T10:20', '2016-05-09T10:20:00.000Z'],
    ['2020-01-01T00:30:00+01:00', '2019-12-31T23:30:00.000Z'],
    ['2020-01-01T00:30:00-0230', '2020-01-01T03:00:00.000Z'],
    ['2020-01-01t00:30:00z', '2020-01-01T00:30:00.000Z'],
    ['2020-01-01 00:00:00.123456', '2020-01-01T00:00:00.123Z'],
    ['2099-12-31T23:59:59Z', '2099-12-31T23:59:59.000Z'],
  ])('reads %s', (text, iso) => {
    expect(new Date(time(text)).toISOString()).toBe(iso);
  });

  it.each([
    '',
    'yesterday',
    '2014-13-01',
    '2014-02-29',
    '2014-04-31',
    '2014-04-07T24:00:00Z',
    '2014-04-07T10:61:00Z',
    '2014-04-07T10:51:09+1',
    '2014-04-07T10:51:09 CET',
    '2014/04/07',
    '20140407T105109',
    '-5',
    '1e12',
    '12:00',
    '2100-01-01',
    '99999999999999999999',
    '2014-04-07T10:51:09.Z',
    '2014-04-07Tx',
  ])('refuses %j', (text) => {
    expect(time(text)).toBeNaN();
  });

  it("agrees with Date on every day of four centuries' leap rules within its range", () => {
    for (let day = 0; day < 47_482; day += 13) {
      const iso = new Date(day * 86_400_000).toISOString();
      expect(time(iso.slice(0, 10))).toBe(day * 86_400_000);
    }
  });
});

describe('parseNumber', () => {
  it.each([
    ['0', 0],
    ['35.79', 35.79],
    ['-1.5', -1.5],
    ['007', 7],
    ['33.20', 33.2],
    ['0.1', 0.1],
  ])('reads %s', (text, value) => {
    expect(number(text)).toBe(value);
  });

  it.each(['', '.', '-', '1.', '.5', '1,5', '1e5', 'NaN', '0x10', ' 1'])('refuses %j', (text) => {
    expect(number(text)).toBeNaN();
  });
});
