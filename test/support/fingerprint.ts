import { createHash } from 'node:crypto';

/**
 * A hash of everything in a value: nested objects, typed arrays to the bit, strings, numbers. Far faster than comparing
 * millions of numbers one by one, where only "the same or not" is asked.
 */
export function fingerprint(value: unknown): string {
  const hash = createHash('sha256');
  const visit = (part: unknown, path: string): void => {
    if (ArrayBuffer.isView(part)) {
      hash.update(`${path}:${part.constructor.name}:${part.byteLength}\n`);
      hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    } else if (part !== null && typeof part === 'object') {
      for (const [key, child] of Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        visit(child, `${path}/${key}`);
    } else {
      hash.update(`${path}=${typeof part}:${String(part)}\n`);
    }
  };
  visit(value, '');
  return hash.digest('hex');
}
