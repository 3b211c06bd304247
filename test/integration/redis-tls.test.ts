import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { configuredStore } from '../../src/sessions/configured-store.js';
import { openSessionStore } from '../../src/sessions/open-session-store.js';
import { type RedisServer, startRedis } from '../support/redis.js';
import { runCommand } from '../support/served.js';

const hasOpenssl = canRun('openssl');
const NAME = 'redis.shop.example';
const PASSWORD = 'open-sesame-7';

function canRun(command: string): boolean {
  try {
    execFileSync(command, ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Real certificates, of an authority of our own, and a real Redis that speaks TLS alone.
describe.skipIf(!hasOpenssl)('Redis over TLS', () => {
  let dir: string;
  let redis: RedisServer;
  let port: number;
  const file = (name: string) => join(dir, name);

  function openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'ignore' });
  }

  /** A certificate signed by the authority. */
  function certificate(name: string, subject: string, extensions: string): void {
    writeFileSync(file(`${name}.ext`), extensions);
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', subject); // prettier-ignore
    openssl('x509', '-req', '-in', file(`${name}.csr`), '-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2', '-out', file(`${name}.crt`), '-extfile', file(`${name}.ext`)); // prettier-ignore
  }

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'nextitem-tls-'));
    for (const ca of ['ca', 'other-ca'])
      openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', file(`${ca}.key`), '-out', file(`${ca}.crt`), '-subj', `/CN=${ca}`); // prettier-ignore
    certificate('server', `/CN=${NAME}`, `subjectAltName=DNS:${NAME}\n`);
    certificate('client', '/CN=nextitem', 'extendedKeyUsage=clientAuth\n');
    port = await freePort();
    redis = await startRedis({
      extraArgs: [
        `--requirepass=${PASSWORD}`,
        `--tls-port=${port}`,
        `--tls-cert-file=${file('server.crt')}`,
        `--tls-key-file=${file('server.key')}`,
        `--tls-ca-cert-file=${file('ca.crt')}`,
        '--tls-auth-clients=yes',
      ],
    });
  });
  afterAll(async () => {
    await redis.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const settings = (changes: Record<string, string> = {}): Record<string, string> => ({
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: String(port),
    REDIS_PASSWORD: PASSWORD,
    REDIS_TLS: 'true',
    REDIS_TLS_CA: file('ca.crt'),
    REDIS_TLS_CERT: file('client.crt'),
    REDIS_TLS_KEY: file('client.key'),
    REDIS_TLS_SERVERNAME: NAME,
    ...changes,
  });
  const open = (env: Record<string, string>) =>
    openSessionStore(configuredStore(loadConfig({ env }), Date.now));

  it.each(['REDIS_HOST', 'REDIS_URL'])('stores and reads, by %s', async (way) => {
    const byUrl = { REDIS_HOST: '', REDIS_TLS: '', REDIS_URL: `rediss://:${PASSWORD}@127.0.0.1:${port}/1` };
    const store = await open(settings(way === 'REDIS_URL' ? byUrl : {}));
    await store.append({ sessionId: 's', itemId: 'tea', eventType: 'view', timestampMs: Date.now() });
    expect((await store.read('s'))?.events).toHaveLength(1);
    await store.close();
  });

  it.each<[string, Record<string, string>]>([
    ['signed by nobody it trusts', { REDIS_TLS_CA: 'other-ca.crt' }],
    ['that the system does not trust either', { REDIS_TLS_CA: '' }],
    ['of another name', { REDIS_TLS_SERVERNAME: 'other.example' }],
  ])('refuses a server with a certificate %s', async (_, changes) => {
    if (changes.REDIS_TLS_CA) changes.REDIS_TLS_CA = file(changes.REDIS_TLS_CA);
    await expect(open(settings(changes))).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('is refused without a certificate of its own', async () => {
    await expect(open(settings({ REDIS_TLS_CERT: '', REDIS_TLS_KEY: '' }))).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });

  it('says which file cannot be read', async () => {
    const env = settings({ REDIS_TLS_CA: file('nowhere.crt') });
    expect(() => configuredStore(loadConfig({ env }), Date.now)).toThrow(/nowhere\.crt/);
  });

  it('a process with a wrong password says so, and not which', async () => {
    const served = await runCommand(
      ['serve'],
      settings({ REDIS_PASSWORD: 'wrong-but-secret', LOG_LEVEL: 'trace' }),
    );
    expect(await served.exited).toBe(1);
    expect(served.output()).toMatch(/WRONGPASS|password/);
    expect(served.output()).not.toContain('wrong-but-secret');
    await served.cleanUp();
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
