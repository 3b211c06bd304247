import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type BundleContent } from '../../../src/bundle/write-bundle.js';
import { NextItemError } from '../../../src/errors.js';

/** A small model with every element type, an empty section, and files; `salt` makes it another model. */
export function sampleContent(modelVersion: string, salt = 0): BundleContent {
  return {
    modelVersion,
    trainedAtMs: 1_700_000_000_000,
    source: { path: 'events.csv', rows: 12 },
    counts: { items: 3, sessions: 4 },
    settings: { topN: 20, decay: { halfLifeDays: 1.5 }, list: [3, 1, 2] },
    featureNames: ['popularity', 'recency_rank'],
    featureSetHash: 'abc',
    tables: { 'item_table/next': { topN: 2 } },
    sections: {
      'item_table/next/weights': new Float32Array([0.5, 1.5, 2.5 + salt]),
      'item_table/next/offsets': new Uint32Array([0, 1, 3, 3]),
      'popularity/all': new Float64Array([0.1, 0.2, 1e300]),
      'items/bytes': new TextEncoder().encode('abcé'),
      'codes/i8': new Int8Array([-1, 0, 1]),
      'codes/u16': new Uint16Array([65535]),
      'codes/i16': new Int16Array([-32768, 7]),
      'codes/i32': new Int32Array([-(2 ** 31), 5, 6]),
      'empty/section': new Uint32Array(0),
    },
    files: {
      'ranker.txt': 'tree\nversion=v4\n',
      'metrics.json': '{"hr":0.5}\n',
      'empty.bin': new Uint8Array(0),
    },
  };
}

/** A folder that is removed when the test has finished. */
export async function scratch(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'nextitem-bundle-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await mkdir(join(dir, 'artifacts'));
  return dir;
}

/** Every file below a folder with its SHA-256, without the verification markers. */
export async function contents(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === '.verified') continue;
    const path = join(entry.parentPath, entry.name);
    found[path.slice(dir.length + 1)] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return found;
}

/** The error a promise fails with; fails itself if there is none or it is not one of ours. */
export async function failureOf(promise: Promise<unknown>): Promise<NextItemError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof NextItemError) return error;
    throw error;
  }
  throw new Error('it was expected to fail and did not');
}
