import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, ERRORS, NextItemError } from '../../src/errors.js';

const codes = Object.entries(ERRORS) as [ErrorCode, (typeof ERRORS)[ErrorCode]][];

describe('the catalogue of errors', () => {
  it('has no entry that nothing uses', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== 'errors.ts')
      .map((name) => readFileSync(join('src', name), 'utf8'))
      .join('');
    expect(codes.filter(([code]) => !sources.includes(`'${code}'`)).map(([code]) => code)).toEqual([]);
  });

  it('says of each what happened and what to do, in whole sentences', () => {
    for (const [code, { status, title, fix }] of codes) {
      expect(status, code).toBeGreaterThanOrEqual(400);
      expect(status, code).toBeLessThan(600);
      expect(title, code).toMatch(/^[A-Z].*[^.]$/);
      expect(fix, code).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('NextItemError', () => {
  it('has the status and advice of its code, and a message that says it all', () => {
    const cause = new Error('socket hang up');
    const error = new NextItemError('store_unavailable', 'localhost:6379: refused', 'REDIS_URL', { cause });
    expect(error).toMatchObject({ status: 503, fix: ERRORS.store_unavailable.fix, cause });
    expect(error.message).toBe('The session store does not answer: localhost:6379: refused (REDIS_URL)');
  });
});
