import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../support/served.js';

// These tests run the built code in processes of their own: npm run build.
const BIN = fileURLToPath(new URL('../../../bin/nextitem.js', import.meta.url));

function key(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'key', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('nextitem key', () => {
  it('makes keys that a server knows by its settings and by its file', async () => {
    const lines = key('--name', 'backend', '--scope', 'ingest', 'read').stdout.trim().split('\n');
    const backend = { key: lines[0]!, entry: lines[1]! };
    expect(backend.key).toMatch(/^nextitem_[\w-]{43}$/);
    expect(backend.entry).toMatch(/^backend:ingest\+read:[0-9a-f]{64}$/);
    expect(backend.entry).not.toContain(backend.key);
    const page = ['--origin', 'https://shop.example', 'http://localhost:3000', '--json'];
    const web = JSON.parse(key('--name', 'web', '--scope', 'ingest', ...page).stdout) as typeof backend;
    expect(web.entry).toMatch(/@https:\/\/shop\.example\|http:\/\/localhost:3000$/);

    const dir = mkdtempSync(join(tmpdir(), 'nextitem-keys-'));
    const file = join(dir, 'keys');
    writeFileSync(file, `# the shop's pages\n${web.entry} # since May\n`);
    const served = await runCommand(['serve', '--workers', '2'], {
      API_KEYS: backend.entry,
      API_KEYS_FILE: file,
      LOG_LEVEL: 'debug',
    });
    try {
      const event = { session_id: 's1', item_id: 'tea', event_type: 'view' };
      const post = async (path: string, body: unknown, headers: Record<string, string>) =>
        (
          await fetch(served.url + path, {
            method: 'POST',
            headers: { 'content-type': 'application/json', connection: 'close', ...headers },
            body: JSON.stringify(body),
          })
        ).status;
      for (let i = 0; i < 4; i++) {
        expect(await post('/event', event, {})).toBe(401);
        expect(await post('/event', event, { authorization: `Bearer ${backend.key}` })).toBe(200);
        expect(await post('/recommend', { session_id: 's1' }, { 'x-api-key': backend.key })).toBe(200);
        const fromPage = { 'x-api-key': web.key, origin: 'https://shop.example' };
        expect(await post('/event', event, fromPage)).toBe(200);
        expect(await post('/event', event, { 'x-api-key': web.key })).toBe(403);
        expect(await post('/recommend', { session_id: 's1' }, fromPage)).toBe(403);
      }
      for (const secret of [backend.key, web.key]) expect(served.output()).not.toContain(secret);
    } finally {
      await served.cleanUp();
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it.each([
    [['--name', 'a b', '--scope', 'read'], 'invalid_option'],
    [['--name', 'a', '--scope', 'read', '--origin', 'shop.example'], 'https://shop.example'],
    [['--name', 'a', '--scope', 'everything'], 'ingest, read, admin'],
    [['--scope', 'read'], '--name'],
  ])('%j is refused, and why', (args, words) => {
    const { status, stdout, stderr } = key(...args);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
  });
});
