import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvents } from '../../../src/data/read-events.js';
import { formatRejects, type RejectReport } from '../../../src/data/reject-log.js';
import { sessionsOf, TestFolder } from './helpers.js';

let folder: TestFolder;
beforeAll(async () => void (folder = await TestFolder.create()));
afterAll(() => folder.remove());

const HEADER = 'session_id,item_id,timestamp_ms,event_type';
const GOOD = 's,good,1000,view';
let files = 0;

async function read(content: string | Uint8Array, name = `f${files++}.csv`) {
  const path = await folder.write(name, content);
  return { path, ...(await readEvents({ paths: [path] })) };
}

/** `reason line` of the first row of each reason. */
function firsts(report: RejectReport): string[] {
  return report.reasons.map(({ reason, first }) => `${reason} ${first.line}`);
}

function bytes(...parts: (string | number[])[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
  );
}

describe('readEvents, refused rows', () => {
  it.each([
    ['missing_session', ',a,1000,view'],
    ['missing_session', '  ,a,1000,view'],
    ['missing_session', 'null,a,1000,view'],
    ['missing_item', 's,,1000,view'],
    ['missing_item', 's,NaN,1000,view'],
    ['bad_time', 's,a,,view'],
    ['bad_time', 's,a,soon,view'],
    ['bad_time', 's,a,-1,view'],
    ['bad_time', 's,a,1396321341719000,view'],
    ['unknown_type', 's,a,1000,'],
    ['unknown_type', 's,a,1000,levitate'],
    ['wrong_column_count', 's,a,1000'],
    ['wrong_column_count', 's,a,1000,view,more'],
    ['wrong_column_count', 's;a;1000;view'],
    ['broken_line', 's,"a,1000,view'],
    ['broken_line', 's,"a"b,1000,view'],
    ['bad_id', 's,a\0b,1000,view'],
    ['bad_id', `${'s'.repeat(1025)},a,1000,view`],
  ])('%s: %j', async (reason, row) => {
    const { events, rejects } = await read([HEADER, GOOD, row, GOOD, row, ''].join('\n'));
    expect(sessionsOf(events)).toEqual(['s: good view 1000, good view 1000']);
    expect(rejects.reasons).toHaveLength(1);
    expect(rejects.reasons[0]).toMatchObject({ reason, count: 2, first: { line: 3, raw: row } });
  });

  it('invalid_utf8, without losing the lines around it', async () => {
    const { events, rejects } = await read(
      bytes(`${HEADER}\nü,a,1,view\ns,`, [0xff, 0xfe], `,1000,view\n${GOOD}\n`),
    );
    expect(sessionsOf(events)).toEqual(['ü: a view 1', 's: good view 1000']);
    expect(firsts(rejects)).toEqual(['invalid_utf8 3']);
    expect(rejects.reasons[0]!.first.raw).toContain('\ufffd');
  });

  it('line_too_long, streamed past', async () => {
    const { events, rejects } = await read(
      `${HEADER}\n${GOOD}\ns,${'x'.repeat(10_000_000)},1,view\n${GOOD}\n,a,1,view\n`,
    );
    expect(events.itemIndex.length).toBe(2);
    expect(firsts(rejects)).toEqual(['line_too_long 3', 'missing_session 5']);
    expect(rejects.reasons[0]!.first.raw.length).toBeLessThanOrEqual(2000);
  });

  it('line_too_long just over the limit, and a long line below it kept', async () => {
    const row = (size: number) => `s,good,1000,view,${'x'.repeat(size)}`;
    const { events, rejects } = await read(
      `${HEADER},title\n${row(1_000_000)}\n${row(1_100_000)}\n${row(1)}\n`,
    );
    expect(events.itemIndex.length).toBe(2);
    expect(firsts(rejects)).toEqual(['line_too_long 3']);
  });

  it('unknown_split, bad_order and missing_user', async () => {
    const split = await read(
      'session_id,item_id,order_index,split\n1,a,0,train\n1,a,1,holdout\n1,a,x,train\n',
    );
    expect(firsts(split.rejects)).toEqual(['unknown_split 3', 'bad_order 4']);
    const user = await read(
      'timestamp,visitorid,event,itemid,transactionid\n1433221332117,,view,1,\n1433221332117,7,view,1,\n',
    );
    expect(firsts(user.rejects)).toEqual(['missing_user 2']);
  });

  it('broken JSON lines', async () => {
    const good = '{"session_id":"s","item_id":"a","event_type":"view","timestamp":1000}';
    const content = [
      good,
      '{"session_id":"s",',
      '[1]',
      '"x"',
      '{"session_id":null,"item_id":"a","event_type":"view","timestamp":1}',
      good.slice(0, 20),
    ];
    const { events, rejects } = await read(content.join('\n'), 'log.jsonl');
    expect(events.itemIndex.length).toBe(1);
    expect(rejects.reasons.map(({ reason, count, first }) => `${reason} ${count} ${first.line}`)).toEqual([
      'broken_line 4 2',
      'missing_session 1 5',
    ]);
  });

  it('names the refused entry of a nested session', async () => {
    const content =
      '{"session":1,"events":[{"aid":1,"ts":1659304800025,"type":"clicks"},{"aid":2,"ts":"x","type":"clicks"},5]}\n';
    const { rejects } = await read(content, 'otto.jsonl');
    expect(rejects.reasons.map(({ reason, first }) => [reason, first.raw.slice(0, 30)])).toEqual([
      ['bad_time', '{"aid":2,"ts":"x","type":"clic'],
      ['broken_line', '{"session":1,"events":[{"aid":'],
    ]);
  });

  it('counts lines exactly across quoted line ends, CR LF, blank lines and a BOM', async () => {
    const rows = [
      '\ufeffsession_id,item_id,timestamp_ms,title',
      's,a,1,"two\r\nlines, ""quoted"""',
      '',
      's,b,x,t',
      's,"c",3,"t"',
      ',d,4,t',
    ];
    const { events, rejects } = await read(rows.join('\r\n'));
    expect(events.items.toArray()).toEqual(['a', 'c']);
    expect(events.catalogue.title!.at(0)).toBe('two\r\nlines, "quoted"');
    expect(firsts(rejects)).toEqual(['bad_time 5', 'missing_session 7']);
  });

  it('gives up on a quote that is never closed at its own line only', async () => {
    const many = Array.from({ length: 20_000 }, () => GOOD);
    const { events, rejects } = await read([HEADER, 's,"open,1000,view', ...many].join('\n'));
    expect(events.itemIndex.length).toBe(many.length);
    expect(firsts(rejects)).toEqual(['broken_line 2']);
  });

  it('keeps lines whole wherever the pieces of the file end', async () => {
    const rows = Array.from({ length: 120_000 }, (_, i) => `s${i % 977},"it""em ${i}",${i},view`);
    const { events, rejects } = await read([HEADER, ...rows].join('\r\n'), 'pieces.csv.gz');
    expect(rejects.total).toBe(0);
    expect(events.items.length).toBe(rows.length);
    expect(events.items.at(events.itemIndex[events.itemIndex.length - 1]!)).toBe('it"em 119999');
  });

  it('leaves out headers repeated by gluing files together, as no mistake', async () => {
    const { rejects } = await read([HEADER, GOOD, HEADER, GOOD].join('\n'));
    expect(rejects).toMatchObject({ total: 0, dropped: { repeated_header: 1 } });
  });

  it('writes all of them to a file and shows the first of each', async () => {
    const path = await folder.write(
      'mixed.csv',
      [HEADER, GOOD, ',a,1,view', ',b,1,view', 's,a,x,view'].join('\n'),
    );
    const rejectsPath = folder.at('out/rejects.jsonl');
    const { rejects } = await readEvents({ paths: [path] }, { rejectsPath });
    const written = (await readFile(rejectsPath, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(written).toEqual([
      { file: path, line: 3, reason: 'missing_session', raw: ',a,1,view' },
      { file: path, line: 4, reason: 'missing_session', raw: ',b,1,view' },
      { file: path, line: 5, reason: 'bad_time', raw: 's,a,x,view' },
    ]);
    expect(rejects.path).toBe(rejectsPath);
    const text = formatRejects(rejects).join('\n');
    expect(text).toContain('3 rows refused');
    expect(text).toContain(`${path}:3: ,a,1,view`);
    // A clean run leaves no rejects of the run before.
    await readEvents({ paths: [await folder.write('clean.csv', `${HEADER}\n${GOOD}\n`)] }, { rejectsPath });
    expect(readdirSync(folder.at('out'))).toEqual([]);
  });

  it('strict stops at the first, with file and line, and keeps it in the rejects file out', async () => {
    const path = await folder.write('strict.csv', [HEADER, GOOD, 's,a,x,view'].join('\n'));
    await expect(readEvents({ paths: [path] }, { strict: true })).rejects.toMatchObject({
      code: 'bad_row',
      where: `${path}:3`,
      detail: expect.stringContaining('s,a,x,view') as string,
    });
  });
});

describe('readEvents, sources that cannot be used', () => {
  it.each([
    ['source_empty', ''],
    ['source_empty', '\n\n'],
    ['source_empty', `${HEADER}\n`],
    ['source_empty', HEADER],
    ['source_empty', `${HEADER}\ns,a,x,view\n`],
    ['source_unreadable', 'who,what\n1,2\n'],
    ['source_unreadable', 'session_id item_id timestamp_ms\n1 2 3\n'],
    ['source_unreadable', 'session_id,item_id,item_id,timestamp_ms\n1,2,3,4\n'],
    ['source_unreadable', 'PAR1 and then nonsense'],
    ['source_unreadable', '{"a":1}\n'],
  ])('%s: %j', async (code, content) => {
    await expect(read(content)).rejects.toMatchObject({ code });
  });

  it('says why no row could be used', async () => {
    await expect(read(`${HEADER}\ns,a,x,view\n`)).rejects.toMatchObject({
      detail: expect.stringContaining('bad_time') as string,
    });
  });

  it('refuses binary garbage, UTF-16 and a header that is cut', async () => {
    let seed = 1;
    const noise = Uint8Array.from(
      { length: 300_000 },
      () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 24,
    );
    await expect(read(noise)).rejects.toMatchObject({ code: 'source_unreadable' });
    await expect(read(Buffer.from(`\ufeff${HEADER}\n${GOOD}`, 'utf16le'))).rejects.toMatchObject({
      detail: expect.stringContaining('UTF-16') as string,
    });
    await expect(read(bytes(HEADER, ',', [0xff], `\n${GOOD},x\n`))).rejects.toMatchObject({
      code: 'source_unreadable',
    });
  });

  it('gets over binary garbage after a good beginning', async () => {
    const noise = Array.from({ length: 50_000 }, (_, i) => (i * 7919 + (i >> 3)) & 255);
    const { events, rejects } = await read(bytes(`${HEADER}\n${GOOD}\n`, noise, `\n${GOOD}\n`));
    expect(sessionsOf(events)).toEqual(['s: good view 1000, good view 1000']);
    expect(rejects.total).toBeGreaterThan(0);
  });

  it('never takes half of a gzip file', async () => {
    const whole = gzipSync(
      Buffer.from(
        [HEADER, ...Array.from({ length: 50_000 }, (_, i) => `s${i},a${i * 7},${i},view`)].join('\n'),
      ),
    );
    const cut = folder.at('cut.csv.gz');
    await (await import('node:fs/promises')).writeFile(cut, whole.subarray(0, whole.length - 1000));
    await expect(readEvents({ paths: [cut] })).rejects.toMatchObject({
      code: 'source_unreadable',
      where: cut,
    });
    const damaged = Buffer.from(whole);
    damaged.fill(0, 5000, 5200);
    await (await import('node:fs/promises')).writeFile(cut, damaged);
    await expect(readEvents({ paths: [cut] })).rejects.toMatchObject({ code: 'source_unreadable' });
  });

  it('names what was not found', async () => {
    await expect(readEvents({ paths: [folder.at('nowhere.csv')] })).rejects.toMatchObject({
      code: 'source_not_found',
    });
    await expect(readEvents({ paths: [folder.at('*.nothing')] })).rejects.toMatchObject({
      code: 'source_not_found',
    });
    await expect(readEvents({ paths: [] })).rejects.toMatchObject({ code: 'source_not_found' });
  });

  it('stops when told to, and leaves no temporary folder', async () => {
    const stopped = AbortSignal.abort();
    const path = await folder.write('stop.csv', `${HEADER}\n${GOOD}\n`);
    await expect(readEvents({ paths: [path] }, { signal: stopped })).rejects.toMatchObject({
      code: 'interrupted',
    });
    const parquet = await folder.write('bad.parquet', 'PAR1 nonsense PAR1');
    const before = readdirSync(folder.path).length;
    await expect(readEvents({ paths: [parquet] }, { tempDir: folder.path })).rejects.toMatchObject({
      code: 'source_unreadable',
    });
    expect(readdirSync(folder.path).length).toBe(before);
  });

  it('reads a folder by name, hidden and other files left alone, empty ones too', async () => {
    const inner = await TestFolder.create();
    await inner.write('b.csv', `${HEADER}\ns,b,1000,view\n`);
    await inner.write('a.csv.gz', `${HEADER}\ns,a,1000,view\n`);
    await inner.write('c.csv', '');
    await inner.write('README.md', 'not data');
    await inner.write('.hidden.csv', 'not data');
    const { events } = await readEvents({ paths: [inner.path] });
    expect(sessionsOf(events)).toEqual(['s: a view 1000, b view 1000']);
    await inner.remove();
    expect(() => readFileSync(inner.at('b.csv'))).toThrow();
  });

  it('tells how far it is', async () => {
    const path = await folder.write(
      'progress.csv',
      [HEADER, ...Array.from({ length: 1000 }, () => GOOD)].join('\n'),
    );
    const seen: number[] = [];
    await readEvents(
      { paths: [path] },
      { onProgress: (p) => seen.push(p.bytesRead / p.bytesTotal, p.events) },
    );
    expect(seen.slice(-2)).toEqual([1, 1000]);
  });
});
