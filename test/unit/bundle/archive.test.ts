import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { Header, type HeaderData } from 'tar';
import { describe, expect, it } from 'vitest';
import { packBundle, unpackBundle } from '../../../src/bundle/archive.js';
import { verifyBundle } from '../../../src/bundle/verify.js';
import { writeBundle } from '../../../src/bundle/write-bundle.js';
import { contents, failureOf, sampleContent, scratch } from './support.js';

const V = '20240102-030405';

function tarOf(entries: readonly (HeaderData & { content?: string })[]): Buffer {
  const blocks: Buffer[] = [];
  for (const { content = '', ...data } of entries) {
    const block = Buffer.alloc(512);
    new Header({ mode: 0o644, size: content.length, type: 'File', ...data }).encode(block, 0);
    blocks.push(block, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe('an archive', () => {
  it('round-trips a bundle byte for byte, the same each time, and other tar programs can read it', async () => {
    const root = await scratch();
    const dir = await writeBundle(join(root, 'artifacts'), sampleContent(V));
    const manifest = await verifyBundle(dir, 'marker');
    const first = await packBundle(dir, manifest, join(root, '1.tar.gz'));
    expect(await packBundle(dir, manifest, join(root, '2.tar.gz'))).toEqual(first);
    const bytes = await readFile(join(root, '1.tar.gz'));
    expect(bytes.length).toBe(first.bytes);
    expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    expect(await unpackBundle(join(root, '1.tar.gz'), join(root, 'out'))).toBe(V);
    expect(await contents(join(root, 'out'))).toEqual(await contents(dir));
    execFileSync('tar', ['-xzf', join(root, '1.tar.gz'), '-C', root]);
    expect(await contents(join(root, V))).toEqual(await contents(dir));
  });

  it('made by a tar program is taken too', async () => {
    const root = await scratch();
    const dir = await writeBundle(join(root, 'artifacts'), sampleContent(V));
    for (const what of [V, `./${V}`]) {
      const archive = join(root, 'made.tar.gz');
      const options = ['--format=pax', '--exclude=.verified', '-czf', archive, '-C', join(root, 'artifacts')];
      execFileSync('tar', [...options, what]);
      const out = join(root, `out-${what.length}`);
      expect(await unpackBundle(archive, out)).toBe(V);
      expect(await contents(out)).toEqual(await contents(dir));
    }
  });

  it.each<[string, Buffer | readonly (HeaderData & { content?: string })[]]>([
    ['a path that climbs', [{ path: `${V}/../../evil`, content: 'x' }]],
    ['a path that climbs at once', [{ path: '../evil', content: 'x' }]],
    ['an absolute path', [{ path: '/tmp/evil', content: 'x' }]],
    ['a sub-folder', [{ path: `${V}/sub/file`, content: 'x' }]],
    ['a hidden file', [{ path: `${V}/.verified`, content: 'x' }]],
    ['a file outside the folder', [{ path: 'manifest.json', content: '{}' }]],
    ['a symbolic link', [{ path: `${V}/a`, type: 'SymbolicLink', linkpath: '/etc/passwd' }]],
    ['a hard link', [{ path: `${V}/a`, type: 'Link', linkpath: '/etc/passwd' }]],
    ['a device', [{ path: `${V}/a`, type: 'CharacterDevice' }]],
    ['a pipe', [{ path: `${V}/a`, type: 'FIFO' }]],
    [
      'a folder link',
      [
        { path: V, type: 'SymbolicLink', linkpath: '/tmp' },
        { path: `${V}/a`, content: 'x' },
      ],
    ],
    [
      'one file twice',
      [
        { path: `${V}/a`, content: 'x' },
        { path: `${V}/A`, content: 'y' },
      ],
    ],
    [
      'two versions',
      [
        { path: `${V}/a`, content: 'x' },
        { path: 'other/a', content: 'y' },
      ],
    ],
    ['a version with a slash at the end only', [{ path: `${V}/`, type: 'Directory' }]],
    ['too many files', Array.from({ length: 1001 }, (_, i) => ({ path: `${V}/f${i}` }))],
    ['a size beyond the limit', [{ path: `${V}/a`, size: 2 ** 40 }]],
    ['less than a header promises', [{ path: `${V}/a`, size: 100_000, content: 'x' }]],
    ['nothing', []],
    ['no tar', Buffer.from('x'.repeat(2000))],
    [
      'something after its end',
      Buffer.concat([tarOf([{ path: `${V}/a`, content: 'x' }]), Buffer.alloc(3e6, 1)]),
    ],
  ])('with %s is refused', async (_what, tar) => {
    // prettier-ignore
    const root = await scratch();
    const archive = join(root, 'bad.tar.gz');
    await writeFile(archive, gzipSync(Buffer.isBuffer(tar) ? tar : tarOf(tar)));
    const error = await failureOf(unpackBundle(archive, join(root, 'artifacts', 'out')));
    expect(error.code).toBe('bundle_invalid');
    expect((await readdir(root)).sort()).toEqual(['artifacts', 'bad.tar.gz']);
    await expect(access('/tmp/evil')).rejects.toThrow();
  });

  it('that is not gzip or is cut is refused', async () => {
    const root = await scratch();
    const whole = gzipSync(tarOf([{ path: `${V}/a`, content: 'x'.repeat(10_000) }]));
    for (const [i, bytes] of [
      Buffer.from('hello'),
      Buffer.alloc(0),
      whole.subarray(0, -9),
      gunzipSync(whole),
    ].entries()) {
      await writeFile(join(root, 'bad.tar.gz'), bytes);
      expect((await failureOf(unpackBundle(join(root, 'bad.tar.gz'), join(root, `${i}`)))).code).toBe(
        'bundle_invalid',
      );
    }
  });

  it('stops when told to', async () => {
    const root = await scratch();
    const dir = await writeBundle(join(root, 'artifacts'), sampleContent(V));
    const manifest = await verifyBundle(dir, 'marker');
    const signal = AbortSignal.abort();
    expect((await failureOf(packBundle(dir, manifest, join(root, 'a.tar.gz'), { signal }))).code).toBe(
      'interrupted',
    );
    await packBundle(dir, manifest, join(root, 'a.tar.gz'));
    expect((await failureOf(unpackBundle(join(root, 'a.tar.gz'), join(root, 'o'), { signal }))).code).toBe(
      'interrupted',
    );
  });
});
