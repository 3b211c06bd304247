import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigSources, describeConfig, loadConfig } from '../../../src/config/load.js';
import { type Setting, SETTINGS } from '../../../src/config/schema.js';
import { NextItemError } from '../../../src/errors.js';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'nextitem-config-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function fileWith(content: unknown): string {
  const path = join(dir, 'shop.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** The error's text; fails if the sources are accepted. */
function refusal(sources: ConfigSources): string {
  try {
    loadConfig(sources);
  } catch (error) {
    expect(error).toBeInstanceOf(NextItemError);
    expect((error as NextItemError).code).toBe('invalid_config');
    return String(error);
  }
  throw new Error('the configuration was accepted');
}

describe('where a setting comes from', () => {
  it('is its default without any source', () => {
    const config = loadConfig({ env: {} });
    for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
      if (setting.default !== null) expect(config[name as keyof typeof SETTINGS], name).toBe(setting.default);
    }
  });

  it('is the flag before the environment before the file before the default', () => {
    const file = fileWith({ apiPort: 1, workers: 2, sessionMaxEvents: 3 });
    const env = { API_PORT: '11', WORKERS: '12' };
    const config = loadConfig({ file, env, flags: { apiPort: 21 } });
    expect([config.apiPort, config.workers, config.sessionMaxEvents, config.redisPort]).toEqual([
      21, 12, 3, 6379,
    ]);
  });

  it('takes PORT only where API_PORT is not set', () => {
    expect(loadConfig({ env: { PORT: '9000' } }).apiPort).toBe(9000);
    expect(loadConfig({ env: { PORT: '9000', API_PORT: '9001' } }).apiPort).toBe(9001);
  });

  it('takes an empty environment variable for none, as compose files leave them behind', () => {
    const config = loadConfig({ env: { API_PORT: '', PORT: '', MODEL_SOURCE: '', REDIS_HOST: '' } });
    expect([config.apiPort, config.modelSource, config.sessionStore]).toEqual([8000, null, 'embedded']);
  });

  it.each([
    ['true', true], ['1', true], ['on', true], ['YES', true], ['false', false], ['0', false], ['Off', false], ['no', false],
  ])('reads %s as a switch', (text, value) => {
    expect(loadConfig({ env: { EVENT_LOG: text } }).eventLog).toBe(value);
  }); // prettier-ignore
});

describe('defaults that depend on others', () => {
  it('stores sessions in Redis as soon as its place is named', () => {
    expect(loadConfig({ env: {} }).sessionStore).toBe('embedded');
    expect(loadConfig({ env: { REDIS_HOST: 'cache' } }).sessionStore).toBe('redis');
    expect(loadConfig({ env: { REDIS_URL: 'redis://cache' } }).sessionStore).toBe('redis');
    expect(loadConfig({ env: { REDIS_URL: 'redis://cache', SESSION_STORE: 'embedded' } }).sessionStore).toBe(
      'embedded',
    );
  });

  it('closes debug routes in production unless they are opened', () => {
    expect(loadConfig({ env: {} }).debugEndpoints).toBe(true);
    expect(loadConfig({ env: { NODE_ENV: 'production' } }).debugEndpoints).toBe(false);
    expect(loadConfig({ env: { NODE_ENV: 'production', DEBUG_ENDPOINTS: 'true' } }).debugEndpoints).toBe(
      true,
    );
    expect(loadConfig({ env: { DEBUG_ENDPOINTS: 'false' } }).debugEndpoints).toBe(false);
  });
});

describe('mistakes', () => {
  it('are reported all at once, each with its place', () => {
    const text = refusal({
      file: fileWith({ sesionTtlSeconds: 5, logLevel: 'loud' }),
      env: { API_PORT: '99999', WORKERS: '1.5', SESSION_STORE: 'disk', EVENT_LOG: 'maybe' },
      flags: { bodyLimitBytes: 'large' },
    });
    for (const part of [
      'sesionTtlSeconds',
      'logLevel',
      'API_PORT',
      'WORKERS',
      'SESSION_STORE',
      'EVENT_LOG',
      'BODY_LIMIT_BYTES',
    ])
      expect(text).toContain(part);
    expect(text).toContain('did you mean "sessionTtlSeconds"');
    expect(text).toContain('"99999"');
    expect(text).toContain('embedded, redis, memory');
  });

  it.each(['true', 'null', '[]', '[5]', '{}', '""', '" "', '"NaN"', '"Infinity"', '1e999', '80.5', '-1'])(
    '%s is not a port',
    (json) => {
      refusal({ env: {}, file: fileWith(`{"apiPort": ${json}}`) });
    },
  );

  it.each(['1', '"maybe"', 'null', '{}', '["true"]'])('%s in a file is not a switch', (json) => {
    refusal({ env: {}, file: fileWith(`{"eventLog": ${json}}`) });
  });

  it('never repeat a secret', () => {
    const text = refusal({
      env: { API_PORT: 'x' },
      file: fileWith({ redisPassword: ['hunter2'], redisUrl: { u: 'hunter2' } }),
    });
    expect(text).toContain('redisPassword');
    expect(text).not.toContain('hunter2');
  });

  it.each(['[]', 'null', '"text"', '{"apiPort": 1', ''])('a file with %s is refused', (content) => {
    expect(refusal({ env: {}, file: fileWith(content) })).toContain('shop.json');
  });

  it('a file that is not there is refused', () => {
    expect(refusal({ env: {}, file: join(dir, 'none.json') })).toContain('none.json');
  });

  it.each(['__proto__', 'constructor', 'toString'])('the key %s is no setting', (key) => {
    expect(refusal({ env: {}, file: fileWith(`{"${key}": 1}`) })).toContain(key);
  });

  it('several workers cannot share the memory store', () => {
    expect(refusal({ env: { WORKERS: '2', SESSION_STORE: 'memory' } })).toContain('WORKERS');
    expect(loadConfig({ env: { WORKERS: '1', SESSION_STORE: 'memory' } }).workers).toBe(1);
  });
});

describe('describeConfig', () => {
  it('shows which secrets are set, and none of them', () => {
    const config = loadConfig({ env: { REDIS_PASSWORD: 'hunter2', REDIS_URL: 'redis://me:hunter2@cache' } });
    const shown = describeConfig(config);
    expect(JSON.stringify(shown)).not.toContain('hunter2');
    expect(shown).toMatchObject({
      redisPassword: '(set)',
      redisUrl: '(set)',
      redisUsername: null,
      redisDb: 0,
    });
  });
});

describe('the schema', () => {
  const settings = Object.entries<Setting>(SETTINGS);

  it('gives each environment variable one meaning', () => {
    const names = settings.flatMap(([, { env, aliases = [] }]) => [env, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has defaults within their own bounds', () => {
    for (const [name, { default: value, env }] of settings) {
      if (value !== null)
        expect(loadConfig({ env: { [env]: String(value) } }), name).toHaveProperty(name, value);
    }
  });

  it('knows the names of old', () => {
    const known = new Set(settings.map(([, { env }]) => env));
    for (const name of [
      'API_HOST',
      'API_PORT',
      'REDIS_HOST',
      'REDIS_PORT',
      'REDIS_DB',
      'ARTIFACTS_PATH',
      'MODEL_VERSION',
    ])
      expect(known, name).toContain(name);
  });
});

describe('keys', () => {
  const hash = 'aB'.repeat(32);

  it('are read from the setting and the file, remarks and all', () => {
    const dir = mkdtempSync(join(tmpdir(), 'nextitem-config-'));
    const path = join(dir, 'keys');
    writeFileSync(path, `# remark\n\nweb:ingest:${'cd'.repeat(32)}@https://shop.example # another\n`);
    const { keys, allowedOrigins } = loadConfig({
      env: {
        API_KEYS: `shop:ingest+read:${hash}`,
        API_KEYS_FILE: path,
        CORS_ORIGINS: 'https://other.example',
      },
    });
    rmSync(dir, { recursive: true });
    expect(keys).toEqual([
      { name: 'shop', scopes: ['ingest', 'read'], hash: hash.toLowerCase(), origins: [] },
      { name: 'web', scopes: ['ingest'], hash: 'cd'.repeat(32), origins: ['https://shop.example'] },
    ]);
    expect(allowedOrigins).toEqual(['https://other.example', 'https://shop.example']);
    expect(loadConfig({ env: {} }).keys).toEqual([]);
  });

  it.each([
    [{ API_KEYS: 'my-plain-key' }, 'key 1 is not name:scope'],
    [{ API_KEYS: `a:read:${hash},b:write:${'cd'.repeat(32)}` }, 'the scope "write"'],
    [{ API_KEYS: `a:read:${hash.slice(1)}` }, '64 hexadecimal digits'],
    [{ API_KEYS: `a:read:${hash}@shop.example` }, 'not like https://shop.example'],
    [{ API_KEYS: `a:read:${hash}@https://shop.example/path` }, 'not like https://shop.example'],
    [{ API_KEYS: `a:read:${hash},b:read:${hash.toLowerCase()}` }, 'key "b" is there twice'],
    [{ API_KEYS: `a:read:${hash},a:admin:${'cd'.repeat(32)}` }, 'key "a" is there twice'],
    [{ API_KEYS: ' , # nothing' }, 'there is no key in it'],
    [{ API_KEYS_FILE: '/nowhere/keys' }, 'API_KEYS_FILE: ENOENT'],
    [{ CORS_ORIGINS: 'shop.example' }, 'CORS_ORIGINS'],
    [{ CORS_ORIGINS: 'https://shop.example/' }, 'CORS_ORIGINS'],
    [{ TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY'],
    [{ TRUST_PROXY: 'true' }, 'TRUST_PROXY'],
    [{ REDIS_TLS: 'true', REDIS_TLS_CERT: 'a.pem' }, 'one needs the other'],
    [{ REDIS_HOST: 'cache', REDIS_TLS_CA: 'a.pem' }, 'without TLS'],
  ])('%j is a mistake', (env, words) => {
    const text = refusal({ env: env as Record<string, string> });
    expect(text).toContain(words);
    expect(text).not.toMatch(/my-plain-key|abab/i);
  });

  it('trusts proxies by address', () => {
    expect(
      loadConfig({ env: { TRUST_PROXY: 'loopback, 10.0.0.0/8 ::1/128 192.168.1.1' } }).trustedProxies,
    ).toEqual(['loopback', '10.0.0.0/8', '::1/128', '192.168.1.1']);
  });
});
