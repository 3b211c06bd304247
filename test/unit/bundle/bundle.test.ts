import { execFileSync } from 'node:child_process';
import {
  chmod,
  cp,
  mkdir,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openBundle } from '../../../src/bundle/open-bundle.js';
import { verifyBundle } from '../../../src/bundle/verify.js';
import { listBundles, resolveVersion } from '../../../src/bundle/versions.js';
import { writeBundle } from '../../../src/bundle/write-bundle.js';
import { contents, failureOf, sampleContent, scratch } from './support.js';

const V = '20240102-030405';

describe('a bundle', () => {
  it('gives back what was written, without copying', async () => {
    const artifacts = join(await scratch(), 'artifacts');
    const content = sampleContent(V);
    const dir = await writeBundle(artifacts, content);
    expect(dir).toBe(join(artifacts, V));
    const bundle = await openBundle(dir, { verify: 'full' });
    for (const [name, array] of Object.entries(content.sections)) {
      const read = bundle.section(name);
      expect(read.constructor, name).toBe(array.constructor);
      expect(Array.from(read), name).toEqual(Array.from(array));
      expect(read.buffer, name).toBe(bundle.section('popularity/all').buffer);
      expect(read.byteOffset % 64, name).toBe(0);
    }
    expect(Object.keys(bundle.sections).length).toBe(9);
    expect(bundle.text('ranker.txt')).toBe('tree\nversion=v4\n');
    expect(bundle.file('empty.bin')).toHaveLength(0);
    expect(bundle.file('no-such-file')).toBeNull();
    expect(bundle.text('no-such-file')).toBeNull();
    const { sections: _sections, files: _files, ...description } = content;
    expect(bundle.manifest).toMatchObject(description);
    expect((await readdir(artifacts)).sort()).toEqual([V]);
  });

  it('hands a section out as the type asked for and refuses another', async () => {
    const dir = await writeBundle(join(await scratch(), 'artifacts'), sampleContent(V));
    const bundle = await openBundle(dir);
    expect(bundle.section('codes/u16', 'uint16')[0]).toBe(65535);
    expect(() => bundle.section('codes/u16', 'int16')).toThrow(/is uint16, not int16/);
    expect(() => bundle.section('nothing')).toThrow(/has no section nothing/);
    expect(() => bundle.section('constructor')).toThrow(/has no section/);
  });

  it('has the same bytes for the same content, whatever the order of keys', async () => {
    const root = await scratch();
    const content = sampleContent(V);
    const reversed = <T extends object>(object: T): T =>
      Object.fromEntries(Object.entries(object).reverse()) as T;
    const a = await writeBundle(join(root, 'a'), content);
    const b = await writeBundle(join(root, 'b'), {
      ...reversed(content),
      settings: reversed(content.settings),
      counts: reversed(content.counts),
      sections: reversed(content.sections),
      files: reversed(content.files),
    });
    expect(await contents(a)).toEqual(await contents(b));
  });

  it('holds a model without any section or file', async () => {
    const dir = await writeBundle(join(await scratch(), 'artifacts'), {
      ...sampleContent(V),
      sections: {},
      files: {},
    });
    expect((await openBundle(dir, { verify: 'full' })).manifest.sections).toEqual([]);
  });

  it('takes views into larger buffers, also Buffers', async () => {
    const backing = new Uint8Array([9, 1, 2, 3, 9]);
    const sections = { view: backing.subarray(1, 4), buffer: Buffer.from('xyz') };
    const dir = await writeBundle(join(await scratch(), 'artifacts'), { ...sampleContent(V), sections });
    const bundle = await openBundle(dir);
    expect([...bundle.section('view')]).toEqual([1, 2, 3]);
    expect(Buffer.from(bundle.section('buffer', 'uint8')).toString()).toBe('xyz');
  });
});

describe('writing', () => {
  it('leaves an equal bundle alone and refuses another of the same version', async () => {
    const artifacts = join(await scratch(), 'artifacts');
    const dir = await writeBundle(artifacts, sampleContent(V));
    const before = await contents(artifacts);
    expect(await writeBundle(artifacts, sampleContent(V))).toBe(dir);
    const error = await failureOf(writeBundle(artifacts, sampleContent(V, 1)));
    expect(error.code).toBe('bundle_exists');
    expect(await contents(artifacts)).toEqual(before);
    expect(await readdir(artifacts)).toEqual([V]);
  });

  it('replaces a damaged bundle, but never a folder that is no bundle', async () => {
    const artifacts = join(await scratch(), 'artifacts');
    const dir = await writeBundle(artifacts, sampleContent(V));
    await truncate(join(dir, 'sections.bin'), 10);
    await writeBundle(artifacts, sampleContent(V, 1));
    expect((await openBundle(dir, { verify: 'full' })).section('item_table/next/weights')[2]).toBe(3.5);
    await mkdir(join(artifacts, 'mine'));
    await writeFile(join(artifacts, 'mine', 'thesis.txt'), 'precious');
    expect((await failureOf(writeBundle(artifacts, sampleContent('mine')))).code).toBe('bundle_exists');
    expect(await readFile(join(artifacts, 'mine', 'thesis.txt'), 'utf8')).toBe('precious');
  });

  it('may happen in several places at once', async () => {
    const artifacts = join(await scratch(), 'artifacts');
    const dirs = await Promise.all([1, 2, 3, 4].map(() => writeBundle(artifacts, sampleContent(V))));
    expect(new Set(dirs).size).toBe(1);
    expect(await readdir(artifacts)).toEqual([V]);
    await openBundle(dirs[0]!, { verify: 'full' });
  });

  it('leaves nothing behind when aborted, before or in the middle', async () => {
    const artifacts = join(await scratch(), 'artifacts');
    expect(
      (await failureOf(writeBundle(artifacts, sampleContent(V), { signal: AbortSignal.abort() }))).code,
    ).toBe('interrupted');
    const controller = new AbortController();
    const big = { ...sampleContent(V), sections: { big: new Uint8Array(48 * 1024 * 1024) } };
    const writing = writeBundle(artifacts, big, { signal: controller.signal });
    const watch = setInterval(() => {
      void readdir(artifacts).then(
        (names) => names.some((name) => name.startsWith('.tmp-')) && controller.abort(),
      );
    }, 1);
    const error = await failureOf(writing).finally(() => clearInterval(watch));
    expect(error.code).toBe('interrupted');
    expect(await readdir(artifacts)).toEqual([]);
  });

  it('refuses impossible names, versions and values, and leaves nothing behind', async () => {
    const artifacts = join(await scratch(), 'artifacts');
    const refused = async (change: object): Promise<string> =>
      (await failureOf(writeBundle(artifacts, { ...sampleContent(V), ...change }))).code;
    for (const modelVersion of ['..', '../x', 'a/b', '', '.hidden', 'latest', 'x'.repeat(65)]) {
      expect(await refused({ modelVersion }), modelVersion).toBe('bundle_not_found');
    }
    for (const name of ['../x', 'a/b', '.verified', 'manifest.json', 'Manifest.JSON', 'sections.bin', '']) {
      expect(await refused({ files: { [name]: 'x' } }), name).toBe('bundle_invalid');
    }
    for (const name of ['../x', '/x', 'a//b', 'a/../b', '', 'a\n']) {
      expect(await refused({ sections: { [name]: new Uint8Array(1) } }), name).toBe('bundle_invalid');
    }
    for (const settings of [
      { a: NaN },
      { a: Infinity },
      { a: () => 1 },
      { a: 1n },
      { a: new Map() },
      { a: [undefined] },
    ]) {
      expect(await refused({ settings })).toBe('bundle_invalid');
    }
    expect(await refused({ trainedAtMs: 1.5 })).toBe('bundle_invalid');
    expect(await refused({ files: { 'a.txt': '1', 'A.txt': '2' } })).toBe('bundle_invalid');
    expect(await readdir(artifacts)).toEqual([]);
  });

  it('sweeps what dead processes left, and nothing of living ones', async () => {
    const artifacts = join(await scratch(), 'artifacts');
    const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
    // A process that has ended for certain: a child that was waited for.
    const deadPid = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
    const dead = `.tmp-${deadPid}-${host}-00000000-x`;
    const living = `.tmp-${process.ppid}-${host}-00000000-x`;
    const formerSelf = `.tmp-${process.pid}-${host}-00000000-x`;
    const foreignNew = `.tmp-${deadPid}-00000000-00000000-x`;
    const foreignOld = `.tmp-${deadPid}-00000000-00000000-y`;
    for (const name of [dead, living, formerSelf, foreignNew, foreignOld]) await mkdir(join(artifacts, name));
    await utimes(join(artifacts, formerSelf), 1, 1);
    await utimes(join(artifacts, foreignOld), 1, 1);
    await writeBundle(artifacts, sampleContent(V));
    expect((await readdir(artifacts)).sort()).toEqual([living, foreignNew, V].sort());
  });
});

describe('the marker', () => {
  it('spares later openings the hashing, until a file changes', async () => {
    const artifacts = join(await scratch(), 'artifacts');
    const dir = await writeBundle(artifacts, sampleContent(V));
    let hashed = 0;
    const onProgress = (): void => void hashed++;
    await verifyBundle(dir, 'marker', { onProgress });
    expect(hashed).toBe(0);
    await verifyBundle(dir, 'full', { onProgress });
    expect(hashed).toBeGreaterThan(0);

    const path = join(dir, 'sections.bin');
    const bytes = await readFile(path);
    bytes[0]! ^= 1;
    await writeFile(path, bytes);
    await utimes(path, 5, 5);
    expect((await failureOf(openBundle(dir, { verify: 'marker' }))).code).toBe('bundle_invalid');
  });

  it('is written at the first opening, and a wrong one only costs a full verification', async () => {
    const root = await scratch();
    const dir = await writeBundle(join(root, 'artifacts'), sampleContent(V));
    const copy = join(root, V);
    await cp(dir, copy, { recursive: true });
    await writeFile(join(copy, '.verified'), '{"files":');
    await openBundle(copy);
    let hashed = 0;
    await verifyBundle(copy, 'marker', { onProgress: () => void hashed++ });
    expect(hashed).toBe(0);
  });

  it('may be impossible to write', async () => {
    const dir = await writeBundle(join(await scratch(), 'artifacts'), sampleContent(V));
    await rm(join(dir, '.verified'));
    await chmod(dir, 0o555);
    await mkdir(join(dir, '.verified')).catch(() => undefined); // also for root, who may write anywhere
    expect((await openBundle(dir)).manifest.modelVersion).toBe(V);
    await chmod(dir, 0o755);
  });
});

describe('a damaged bundle', () => {
  it('is refused with the reason', async () => {
    const root = await scratch();
    const good = await writeBundle(join(root, 'artifacts'), sampleContent(V));
    const damaged = async (damage: (dir: string) => Promise<unknown>): Promise<string> => {
      const dir = join(root, 'damaged');
      await rm(dir, { recursive: true, force: true });
      await cp(good, dir, { recursive: true, preserveTimestamps: true });
      await damage(dir);
      const codes = new Set<string>();
      let message = '';
      for (const verify of ['full', 'marker'] as const) {
        const error = await failureOf(openBundle(dir, { verify }));
        codes.add(error.code);
        message = error.detail;
      }
      expect([...codes]).toEqual(['bundle_invalid']);
      return message;
    };
    expect(await damaged((dir) => rm(join(dir, 'manifest.json')))).toMatch(/manifest.json is missing/);
    expect(await damaged((dir) => rm(join(dir, 'sections.bin')))).toMatch(/sections.bin is missing/);
    expect(await damaged((dir) => rm(join(dir, 'ranker.txt')))).toMatch(/ranker.txt is missing/);
    expect(await damaged((dir) => truncate(join(dir, 'sections.bin'), 100))).toMatch(
      /has 100 bytes instead of/,
    );
    expect(await damaged((dir) => writeFile(join(dir, 'sections.bin'), 'x', { flag: 'a' }))).toMatch(
      /bytes instead of/,
    );
    expect(await damaged((dir) => writeFile(join(dir, 'ranker.txt'), 'Tree\nversion=v4\n'))).toMatch(
      /ranker.txt was changed/,
    );
    expect(await damaged((dir) => writeFile(join(dir, 'manifest.json'), 'not json'))).toMatch(/not JSON/);
    expect(await damaged((dir) => writeFile(join(dir, 'manifest.json'), Buffer.from([0xff])))).toMatch(
      /not JSON/,
    );
    expect(await damaged((dir) => writeFile(join(dir, 'manifest.json'), ''))).toMatch(/not JSON/);
    expect(await damaged((dir) => writeFile(join(dir, 'manifest.json'), '[1]'))).toMatch(/not a JSON object/);
    expect(
      await damaged(async (dir) => {
        await rm(join(dir, 'ranker.txt'));
        await mkdir(join(dir, 'ranker.txt'));
      }),
    ).toMatch(/ranker.txt cannot be read/);
  });

  it('that is not there at all is not found', async () => {
    expect((await failureOf(openBundle(join(await scratch(), 'nothing')))).code).toBe('bundle_not_found');
  });
});

describe('versions', () => {
  it('are listed newest first, and only valid ones', async () => {
    const artifacts = join(await scratch(), 'artifacts');
    for (const version of ['20240101-000000', 'demo', '20250101-000000', '99999999-999999x']) {
      await writeBundle(artifacts, sampleContent(version));
    }
    await mkdir(join(artifacts, '20990101-000000')); // empty: no manifest
    await mkdir(join(artifacts, '.tmp-x'));
    await writeFile(join(artifacts, 'notes.txt'), '');
    await symlink('nowhere', join(artifacts, 'link'));
    expect(await listBundles(artifacts)).toEqual([
      '20250101-000000',
      '20240101-000000',
      'demo',
      '99999999-999999x',
    ]);
    expect(await listBundles(join(artifacts, 'none'))).toEqual([]);
    expect(await resolveVersion(artifacts, 'latest')).toEqual({
      version: '20250101-000000',
      dir: join(artifacts, '20250101-000000'),
    });
    expect((await resolveVersion(artifacts, 'demo')).dir).toBe(join(artifacts, 'demo'));
    expect((await failureOf(resolveVersion(artifacts, '20200101-000000'))).detail).toContain(
      'it has 20250101-000000',
    );
    expect((await failureOf(resolveVersion(artifacts, '../demo'))).code).toBe('bundle_not_found');
    expect((await failureOf(resolveVersion(join(artifacts, 'none'), 'latest'))).detail).toContain(
      'no models at all',
    );
  });
});
