import fc from 'fast-check';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packBundle, unpackBundle } from '../../src/bundle/archive.js';
import { openBundle } from '../../src/bundle/open-bundle.js';
import { verifyBundle } from '../../src/bundle/verify.js';
import { writeBundle } from '../../src/bundle/write-bundle.js';
import { NextItemError } from '../../src/errors.js';
import { contents, sampleContent, scratch } from '../unit/bundle/support.js';

const FILES = ['manifest.json', 'sections.bin', 'ranker.txt', 'metrics.json'];
/** Positions are whole numbers taken modulo the length: doubles in 0..1 would nearly all be tiny and hit byte 0. */
const anyFlips = fc.array(
  fc.record({ at: fc.nat({ max: 2 ** 31 - 1 }), mask: fc.integer({ min: 1, max: 255 }) }),
  {
    minLength: 1,
    maxLength: 3,
  },
);

function flipped(bytes: Uint8Array, flips: readonly { at: number; mask: number }[]): Uint8Array {
  const changed = Uint8Array.from(bytes);
  for (const { at, mask } of flips) changed[at % changed.length]! ^= mask;
  return changed;
}

it('a bundle with one byte changed is refused, whichever byte it is', async () => {
  const root = await scratch();
  const dir = await writeBundle(join(root, 'artifacts'), sampleContent('20240102-030405'));
  for (const file of FILES) {
    const bytes = await readFile(join(dir, file));
    for (let at = 0; at < bytes.length; at++) {
      await writeFile(join(dir, file), flipped(bytes, [{ at, mask: 1 }]));
      const error: unknown = await openBundle(dir, { verify: 'full' }).catch((reason: unknown) => reason);
      expect(error, `${file} at ${at}`).toBeInstanceOf(NextItemError);
      expect((error as NextItemError).code).toMatch(/^bundle_in(valid|compatible)$/);
    }
    await writeFile(join(dir, file), bytes);
  }
  expect((await openBundle(dir, { verify: 'full' })).manifest.modelVersion).toBe('20240102-030405');
});

it('a bundle with any bytes flipped or any file cut is refused, never accepted and never a crash', async () => {
  const root = await scratch();
  const good = await writeBundle(join(root, 'artifacts'), sampleContent('20240102-030405'));
  const dir = join(root, 'damaged');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...FILES), anyFlips, fc.boolean(), async (file, flips, cut) => {
      await rm(dir, { recursive: true, force: true });
      await cp(good, dir, { recursive: true, preserveTimestamps: true });
      const bytes = await readFile(join(dir, file));
      const damaged = cut ? bytes.subarray(0, flips[0]!.at % bytes.length) : flipped(bytes, flips);
      fc.pre(Buffer.compare(bytes, damaged) !== 0);
      await writeFile(join(dir, file), damaged);
      const error: unknown = await openBundle(dir, { verify: 'full' }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(NextItemError);
      expect((error as NextItemError).code).toMatch(/^bundle_in(valid|compatible)$/);
    }),
    { numRuns: 300 },
  );
});

it('an archive with any bytes flipped or cut never unpacks to another model', async () => {
  const root = await scratch();
  const good = await writeBundle(join(root, 'artifacts'), sampleContent('20240102-030405'));
  const expected = await contents(good);
  const archive = join(root, 'good.tar.gz');
  await packBundle(good, await verifyBundle(good, 'full'), archive);
  const bytes = await readFile(archive);
  await fc.assert(
    fc.asyncProperty(anyFlips, fc.boolean(), async (flips, cut) => {
      const dir = join(root, 'unpacked');
      await rm(dir, { recursive: true, force: true });
      await writeFile(
        join(root, 'bad.tar.gz'),
        cut ? bytes.subarray(0, flips[0]!.at % bytes.length) : flipped(bytes, flips),
      );
      try {
        await unpackBundle(join(root, 'bad.tar.gz'), dir);
        await verifyBundle(dir, 'full');
      } catch (error) {
        expect(error).toBeInstanceOf(NextItemError);
        expect((error as NextItemError).code).toMatch(/^bundle_in(valid|compatible)$/);
        return;
      }
      // A flip in the time or name field of the gzip header changes nothing that matters.
      expect(await contents(dir)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
