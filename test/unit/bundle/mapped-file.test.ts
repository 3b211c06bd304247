import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { openBundle } from '../../../src/bundle/open-bundle.js';
import { SECTIONS_FILE } from '../../../src/bundle/manifest.js';
import { writeBundle } from '../../../src/bundle/write-bundle.js';
import { contents, sampleContent, scratch } from './support.js';

const V = '20240102-030405';
const mappedNow = (dir: string) => readFileSync('/proc/self/maps', 'utf8').includes(join(dir, SECTIONS_FILE));

async function written(): Promise<string> {
  return writeBundle(join(await scratch(), 'artifacts'), sampleContent(V));
}

describe.skipIf(process.platform !== 'linux')('a mapped bundle', () => {
  it('holds what a bundle that is read holds', async () => {
    const dir = await written();
    const read = await openBundle(dir, { mapped: false });
    expect(mappedNow(dir)).toBe(false);
    const mapped = await openBundle(dir);
    expect(mappedNow(dir)).toBe(true);
    expect(Object.keys(mapped.sections)).toEqual(Object.keys(read.sections));
    for (const [name, array] of Object.entries(read.sections)) {
      expect(mapped.sections[name]!.constructor, name).toBe(array.constructor);
      expect(Array.from(mapped.sections[name]!), name).toEqual(Array.from(array));
    }
  });

  it('outlives its folder', async () => {
    const dir = await written();
    const bundle = await openBundle(dir);
    await rm(dir, { recursive: true });
    expect(Array.from(bundle.section('codes/i32'))).toEqual([-(2 ** 31), 5, 6]);
  });

  it('is not changed on disk by a stray write, which stays with whoever wrote', async () => {
    const dir = await written();
    const before = await contents(dir);
    const [one, other] = [await openBundle(dir), await openBundle(dir)];
    one.section('codes/u16')[0] = 1;
    expect(one.section('codes/u16')[0]).toBe(1);
    expect(other.section('codes/u16')[0]).toBe(65535);
    expect(await contents(dir)).toEqual(before);
    expect((await readFile(join(dir, SECTIONS_FILE))).length).toBeGreaterThan(0);
  });

  it('is let go of when nothing refers to it, and not before', async () => {
    const dir = await written();
    // All of it inside functions: a frame of this test may hold what it once named.
    const kept: ArrayLike<number>[] = [];
    await openBundle(dir).then((bundle) => void kept.push(bundle.section('codes/i32')));
    const values = () => Array.from(kept[0]!);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let n = 0; n < 5; n++) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(mappedNow(dir)).toBe(true);
    expect(values()).toEqual([-(2 ** 31), 5, 6]);
    kept.pop();
    await vi.waitFor(
      () => {
        collect();
        expect(mappedNow(dir)).toBe(false);
      },
      { timeout: 60_000, interval: 10 },
    );
  }, 90_000);
});
