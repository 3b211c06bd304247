import { afterEach, describe, expect, it } from 'vitest';
import { readYourWrites } from '../../support/read-your-writes.js';
import { type RedisServer, startRedis } from '../../support/redis.js';
import { runCommand, type Served } from '../../support/served.js';

// Processes of the built code (npm run build). bench/read-your-writes.ts does the same with 10,000 pairs at 500 a second.

const PAIRS = 1000;
const NONE = { stale: 0, failed: 0, degraded: 0, degradedAndStale: 0 };

const running: Served[] = [];
let redis: RedisServer | null = null;
afterEach(async () => {
  for (const served of running.splice(0)) await served.cleanUp();
  await redis?.stop();
  redis = null;
});

const serve = async (args: string[] = [], env: Record<string, string> = {}): Promise<Served> => {
  const served = await runCommand(['serve', ...args], { RECOMMEND_BUDGET_MS: '2000', ...env });
  running.push(served);
  return served;
};

describe('a recommendation asked for after an event was acknowledged knows it', () => {
  it('from another server on the same Redis', async () => {
    redis = await startRedis();
    const env = { REDIS_URL: `redis://127.0.0.1:${redis.port}` };
    const servers = [await serve([], env), await serve([], env)];
    expect(await readYourWrites([servers[0]!.url, servers[1]!.url], PAIRS)).toEqual(NONE);
  });

  it('from another worker on the same embedded store', async () => {
    const { url } = await serve(['--workers', '2']);
    expect(await readYourWrites([url], PAIRS)).toEqual(NONE);
  });

  it('which the measure would notice if it did not: two servers with stores of their own', async () => {
    const servers = [await serve(), await serve()];
    const { stale } = await readYourWrites([servers[0]!.url, servers[1]!.url], 60);
    expect(stale).toBeGreaterThan(30);
  });
});
