/* eslint-disable @typescript-eslint/no-explicit-any -- hostile manifests have no type */
import { describe, expect, it } from 'vitest';
import {
  type BundleManifest,
  encodeManifest,
  parseManifest,
  sha256Of,
} from '../../../src/bundle/manifest.js';
import { type NextItemError } from '../../../src/errors.js';

const HASH = 'a'.repeat(64);
const model = {
  modelVersion: '20240102-030405', trainedAtMs: 5, source: {}, counts: { items: 1 }, settings: { b: 1, a: 2 },
  featureNames: ['f'], featureSetHash: 'h', tables: {},
}; // prettier-ignore
const section = (name: string, offset: number, length: number) => ({
  name, dtype: 'float32', length, offset, byteLength: length * 4, sha256: HASH,
}) as const; // prettier-ignore
const good = encodeManifest(
  model,
  [section('a', 0, 3), section('b', 64, 100)],
  [{ name: 'x.txt', byteLength: 1, sha256: HASH }],
);

const parse = (text: string): BundleManifest => parseManifest(new TextEncoder().encode(text), 'here');

/** What a hostile writer makes: any change, and a checksum that fits it. */
function forged(change: (manifest: Record<string, any>) => void): string {
  const manifest = JSON.parse(good) as Record<string, unknown>;
  delete manifest.checksum;
  change(manifest);
  const head = JSON.stringify(manifest, null, 2).slice(0, -2);
  return `${head},\n  "checksum": "${sha256Of(head)}"\n}\n`;
}

function codeOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    return (error as NextItemError).code;
  }
  return 'accepted';
}

describe('a manifest', () => {
  it('survives encoding, with sorted keys below the fixed ones', () => {
    expect(parse(good)).toMatchObject(model);
    expect(good.indexOf('"a": 2')).toBeLessThan(good.indexOf('"b": 1'));
    expect(codeOf(forged(() => {}))).toBe('accepted');
  });

  it('is refused after any change of a single character', () => {
    for (let at = 0; at < good.length; at++) {
      const changed = good.slice(0, at) + (good[at] === '1' ? '2' : '1') + good.slice(at + 1);
      expect(codeOf(changed), `at ${at}: ${good.slice(at, at + 20)}`).toMatch(
        /^bundle_in(valid|compatible)$/,
      );
    }
    expect(codeOf(`${good} `)).toBe('bundle_invalid');
    expect(codeOf(good.slice(0, -1))).toBe('bundle_invalid');
  });

  it('of a newer format or with an unknown element type is incompatible', () => {
    expect(codeOf(forged((m) => (m.formatVersion = 1)))).toBe('bundle_incompatible');
    expect(codeOf(forged((m) => (m.formatVersion = 3)))).toBe('bundle_incompatible');
    expect(codeOf('{"formatVersion": 7, "entirely": "different"}')).toBe('bundle_incompatible');
    for (const dtype of ['bfloat16', 'constructor', '__proto__', '']) {
      expect(codeOf(forged((m) => (m.sections[0].dtype = dtype))), dtype).toBe('bundle_incompatible');
    }
  });

  it.each<[string, (manifest: any) => void]>([
    ['format 0', (m) => (m.formatVersion = 0)],
    ['format as text', (m) => (m.formatVersion = '1')],
    ['no version', (m) => delete m.modelVersion],
    ['version that climbs', (m) => (m.modelVersion = '../../etc')],
    ['version that is a path', (m) => (m.modelVersion = '/etc')],
    ['time that is no number', (m) => (m.trainedAtMs = 'now')],
    ['counts that are no numbers', (m) => (m.counts = { items: '3' })],
    ['features that are no strings', (m) => (m.featureNames = [1])],
    ['settings that are a list', (m) => (m.settings = [])],
    ['tables missing', (m) => delete m.tables],
    ['feature hash missing', (m) => delete m.featureSetHash],
    ['sections missing', (m) => delete m.sections],
    ['sections as object', (m) => (m.sections = {})],
    ['a section that is null', (m) => (m.sections[0] = null)],
    ['two sections of one name', (m) => (m.sections[1].name = 'a')],
    ['a section name that climbs', (m) => (m.sections[0].name = 'a/../../b')],
    ['a section name with NUL', (m) => (m.sections[0].name = 'a\0b')],
    ['no dtype', (m) => delete m.sections[0].dtype],
    ['a negative offset', (m) => (m.sections[0].offset = -64)],
    ['an unaligned offset', (m) => (m.sections[1].offset = 65)],
    ['an overlap', (m) => (m.sections[1].offset = 0)],
    ['a gap', (m) => (m.sections[1].offset = 128)],
    ['a huge offset', (m) => (m.sections[1].offset = 2 ** 60)],
    ['an offset beyond whole numbers', (m) => (m.sections[1].offset = 1e300)],
    ['a fractional length', (m) => (m.sections[0].length = 0.5)],
    [
      'a negative length',
      (m) => {
        m.sections[0].length = -1;
        m.sections[0].byteLength = -4;
      },
    ],
    [
      'a huge length',
      (m) => {
        m.sections[1].length = 2 ** 51;
        m.sections[1].byteLength = 2 ** 53;
      },
    ],
    ['a length unlike its bytes', (m) => (m.sections[0].length = 4)],
    ['an offset as text', (m) => (m.sections[0].offset = '0')],
    ['a checksum that is none', (m) => (m.sections[0].sha256 = 'A'.repeat(64))],
    ['files missing', (m) => delete m.files],
    ['a file that climbs', (m) => (m.files[0].name = '../x.txt')],
    ['an absolute file', (m) => (m.files[0].name = '/etc/passwd')],
    ['a file with a backslash', (m) => (m.files[0].name = '..\\x')],
    ['a hidden file', (m) => (m.files[0].name = '.verified')],
    ['the manifest as a file', (m) => (m.files[0].name = 'manifest.json')],
    ['two files on a file system without case', (m) => m.files.push({ ...m.files[0], name: 'X.TXT' })],
    ['a negative file size', (m) => (m.files[0].byteLength = -1)],
    ['a file without checksum', (m) => delete m.files[0].sha256],
  ])('is refused with %s', (_what, change) => {
    // prettier-ignore
    expect(codeOf(forged(change))).toBe('bundle_invalid');
  });
});
