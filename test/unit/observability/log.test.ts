import { describe, expect, it } from 'vitest';
import { loadConfig, secretsOf } from '../../../src/config/load.js';
import { newKey } from '../../../src/http/access/key-ring.js';
import { createLog } from '../../../src/observability/log.js';

/** A log, and what was written to it. */
function logOf(secrets: readonly string[] = []) {
  const lines: string[] = [];
  const log = createLog({
    level: 'trace',
    production: true,
    secrets,
    destination: { write: (line) => void lines.push(line) },
  });
  return { log, lines };
}

describe('the log', () => {
  it('hides the headers that carry secrets, at any place', () => {
    const { log, lines } = logOf();
    const headers = {
      authorization: 'Token abc-1',
      cookie: 'session=abc-2',
      'x-api-key': 'abc-3',
      host: 'shop',
    };
    log.info({ headers }, 'a');
    log.info({ req: { headers } }, 'b');
    log.info({ user: { password: 'abc-4' } }, 'c');
    expect(lines.join('')).not.toMatch(/abc-\d/);
    expect(JSON.parse(lines[0]!).headers.host).toBe('shop');
  });

  it('hides keys and credentials wherever they appear', () => {
    const key = newKey();
    const { log, lines } = logOf();
    log.warn({ err: new Error(`Authorization: Bearer ${key} was refused`) }, `GET /?key=${key}`);
    log.warn('cannot reach rediss://ann:open-sesame@redis.example:6380/0');
    log.warn({ note: 'Authorization: Basic YW5uOm9wZW4tc2VzYW1l' });
    const text = lines.join('');
    expect(text).not.toContain(key);
    expect(text).not.toMatch(/open-sesame|YW5uOm9wZW4|ann:/);
    expect(text).toContain('redis.example:6380');
    for (const line of lines) JSON.parse(line);
  });

  it('hides the secrets of the settings in whatever a library says, and stays JSON', () => {
    const config = loadConfig({
      env: {
        REDIS_URL: 'redis://ann:p%40ss%22w%5Crd@localhost/0',
        REDIS_SENTINEL_PASSWORD: '20261123',
        API_KEYS: `web:ingest:${'ab'.repeat(32)}`,
      },
    });
    const secrets = secretsOf(config);
    expect(secrets).toContain('p@ss"w\\rd');
    const { log, lines } = logOf(secrets);
    // What the Redis client hangs on to an error.
    const error = Object.assign(new Error('WRONGPASS'), {
      command: { name: 'auth', args: ['ann', 'p@ss"w\\rd', '20261123'] },
    });
    log.error({ err: error, config, at: 20261123 }, 'no way in with p@ss"w\\rd');
    const text = lines.join('');
    expect(text).not.toMatch(/p@ss|p%40ss|abababab|"20261123"/);
    const logged = JSON.parse(text);
    expect(logged.err.command.args).toEqual(['ann', '(secret)', '(secret)']);
    expect(logged.msg).toBe('no way in with (secret)');
    expect(logged.at).toBe(20261123); // a number is no text
  });

  it('leaves other lines as they are', () => {
    const { log, lines } = logOf(['abc', 'open-sesame']);
    log.info({ n: 1, text: 'abc https://shop.example/a@b' }, 'hello');
    expect(JSON.parse(lines[0]!)).toMatchObject({ n: 1, text: 'abc https://shop.example/a@b', msg: 'hello' });
  });
});
