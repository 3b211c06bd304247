import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../../support/redis.js';
import { runCommand, type Served, until } from '../../support/served.js';
import { startProxy, type TcpProxy } from '../../support/tcp-proxy.js';

// A server process of the built code (npm run build) on a real Redis that really breaks.

const KNOWN = 'known';
/** How long each fault lasts, and how many clients ask meanwhile. */
const FAULT_MS = 2000;
const CLIENTS = 8;
/** No answer takes longer, whatever happens; far above what they do take, because machines may be busy. */
const LONGEST_MS = 2000;

let redis: RedisServer;
let proxy: TcpProxy;
let served: Served;
beforeEach(async () => {
  redis = await startRedis({ appendonly: 'always', extraArgs: ['--maxmemory-policy=noeviction'] });
  proxy = await startProxy(redis.port);
  served = await runCommand(['serve'], {
    REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
    REDIS_TIMEOUT_MS: '500',
    NODE_ENV: 'test', // GET /session answers
  });
});
afterEach(async () => {
  await served.cleanUp();
  await proxy.close();
  await redis.stop();
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly ms: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

async function ask(path: string, body?: object): Promise<Answer> {
  const started = performance.now();
  const response = await fetch(served.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: await response.json(),
    ms: performance.now() - started,
  };
}

const recommend = (session_id: string) => ask('/recommend', { session_id, k: 7 });
const eventOf = (event_id: string) => ({ session_id: KNOWN, item_id: 'desk', event_type: 'view', event_id });
const reasonsOf = ({ body }: Answer): string[] => body.degraded_reasons ?? [];

async function degradedTotal(reason: string): Promise<number> {
  const metrics = await served.text('/metrics');
  const line = new RegExp(`^nextitem_degraded_recommendations_total\\{reason="${reason}"\\} (\\d+)$`, 'm');
  return Number(line.exec(metrics)?.[1] ?? 0);
}

/** Asks without a pause while the fault lasts; every answer must be a good one. */
async function askThroughout(breakIt: () => unknown): Promise<{ known: Answer[]; unknown: Answer[] }> {
  const known: Answer[] = [];
  const unknown: Answer[] = [];
  let going = true;
  const client = async (n: number): Promise<void> => {
    for (let i = 0; going; i++) {
      if (i % 2 === 0) known.push(await recommend(KNOWN));
      else unknown.push(await recommend(`new-${n}-${i}`));
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_, n) => client(n));
  await breakIt();
  await sleep(FAULT_MS);
  going = false;
  await Promise.all(clients);
  for (const answer of [...known, ...unknown]) {
    expect(answer.status).toBe(200);
    expect(answer.body.recommendations).toHaveLength(answer.body.session_id === KNOWN ? 6 : 7);
    expect(answer.ms).toBeLessThan(LONGEST_MS);
  }
  // What was bought is not shown, from memory as from the store.
  for (const { body } of known)
    expect(body.recommendations.map(({ item_id }: { item_id: string }) => item_id)).not.toContain('tea');
  return { known, unknown };
}

async function untilWell(): Promise<void> {
  await until(async () => (await ask('/health')).status === 200);
  await until(async () => (await recommend(KNOWN)).body.degraded === undefined);
}

/** Sends until it is taken, as a client would; returns the refusals. */
async function sendUntilTaken(event: object): Promise<Answer[]> {
  const refusals: Answer[] = [];
  for (;;) {
    const answer = await ask('/event', event);
    if (answer.status === 200) return refusals;
    refusals.push(answer);
    await sleep(50);
  }
}

interface Fault {
  readonly breakIt: () => unknown;
  readonly repair: () => unknown;
  /** What at least some answers meanwhile say of the store; none: they are not degraded. */
  readonly reasons: readonly string[];
  /** Whether the store is quite away: slow is still there, more or less. */
  readonly away: boolean;
}

const faults: Record<string, Fault> = {
  'is killed': {
    breakIt: () => redis.kill9(),
    repair: () => redis.restart(),
    reasons: ['store_unavailable'],
    away: true,
  },
  hangs: {
    breakIt: () => process.kill(redis.pid, 'SIGSTOP'),
    repair: () => process.kill(redis.pid, 'SIGCONT'),
    reasons: ['store_slow', 'store_bypassed'],
    away: true,
  },
  'is slow': {
    breakIt: () => proxy.delay(75),
    repair: () => proxy.delay(0),
    reasons: ['store_slow', 'store_bypassed'],
    away: false,
  },
};

describe.each(Object.keys(faults))('while Redis %s', (name) => {
  it('recommendations go on from memory, events are refused unless stored, and it recovers by itself', async () => {
    const { breakIt, repair, reasons, away } = faults[name]!;
    await sendUntilTaken({ ...eventOf('first'), item_id: 'tea', event_type: 'purchase' });

    const { known, unknown } = await askThroughout(breakIt);
    const seen = new Set([...known, ...unknown].flatMap(reasonsOf));
    for (const reason of reasons) expect(seen, reason).toContain(reason);
    for (const answer of known)
      if (answer.body.degraded) expect(reasonsOf(answer)).toContain('session_remembered');
    for (const answer of unknown)
      if (answer.body.degraded) expect(reasonsOf(answer)).toContain('session_unknown');
    for (const reason of reasons) expect(await degradedTotal(reason)).toBeGreaterThan(0);

    const ready = await ask('/ready');
    expect([ready.status, ready.body.status]).toEqual([200, 'ready']);
    if (away) {
      expect((await ask('/health')).status).toBe(503);
      expect(ready.body.degraded).toBe(true);
      const refused = await ask('/event', eventOf('meanwhile'));
      expect([refused.status, refused.body.code]).toEqual([503, 'store_unavailable']);
      expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    }

    const sent = sendUntilTaken(eventOf('meanwhile'));
    await repair();
    await sent;
    await untilWell();
    const { body } = await ask(`/session/${KNOWN}`);
    expect(body.events.map(({ event_id }: { event_id: string }) => event_id).sort()).toEqual([
      'first',
      'meanwhile',
    ]);
  });
});

describe('a Redis that hangs', () => {
  it('costs few requests their time, because it is soon not asked any more', async () => {
    await sendUntilTaken({ ...eventOf('first'), item_id: 'tea', event_type: 'purchase' });
    const { known, unknown } = await askThroughout(() => process.kill(redis.pid, 'SIGSTOP'));
    const waited = [...known, ...unknown].filter((answer) => reasonsOf(answer).includes('store_slow'));
    const spared = [...known, ...unknown].filter((answer) => reasonsOf(answer).includes('store_bypassed'));
    // A fraction of a second of them, out of two seconds.
    expect(waited.length).toBeLessThan(20 * CLIENTS);
    expect(spared.length).toBeGreaterThan(waited.length);
  });
});

describe('connections that are cut', () => {
  it('again and again refuse events at worst, never recommendations', async () => {
    await sendUntilTaken({ ...eventOf('first'), item_id: 'tea', event_type: 'purchase' });
    let cutting = true;
    const events: Promise<Answer[]>[] = [];
    const cut = async (): Promise<void> => {
      for (let i = 0; cutting; i++) {
        proxy.cut();
        events.push(sendUntilTaken(eventOf(`e${i}`)));
        await sleep(30);
      }
    };
    let cuts: Promise<void>;
    await askThroughout(() => void (cuts = cut()));
    cutting = false;
    await cuts!;
    for (const refusals of await Promise.all(events)) {
      for (const { status, retryAfter } of refusals) {
        expect(status).toBe(503);
        expect(Number(retryAfter)).toBeGreaterThan(0);
      }
    }
    await untilWell();
    const { body } = await ask(`/session/${KNOWN}`);
    // Every event was acknowledged in the end, and each counts once.
    expect(body.event_count).toBe(events.length + 1);
    expect(new Set(body.events.map(({ event_id }: { event_id: string }) => event_id)).size).toBe(
      Math.min(events.length + 1, 200),
    );
  });
});

describe.each<[string, () => Promise<unknown>, () => Promise<unknown>, string]>([
  [
    'full',
    () => redis.client.config('SET', 'maxmemory', '1'),
    () => redis.client.config('SET', 'maxmemory', '0'),
    'OOM',
  ],
  [
    'a replica that takes no writes',
    () => redis.client.replicaof('127.0.0.1', 1),
    () => redis.client.replicaof('NO', 'ONE'),
    'READONLY',
  ],
])('a Redis that is %s', (_name, breakIt, repair, error) => {
  it('refuses events with 503, still reads sessions, and takes events again', async () => {
    await sendUntilTaken({ ...eventOf('first'), item_id: 'tea', event_type: 'purchase' });
    let refused: Answer | null = null;
    await askThroughout(async () => {
      await breakIt();
      refused = await ask('/event', eventOf('meanwhile'));
    });
    expect(refused).toMatchObject({ status: 503, body: { code: 'store_unavailable' } });
    expect(refused!.body.detail).toContain(error);
    expect(Number(refused!.retryAfter)).toBeGreaterThan(0);
    await until(async () => (await recommend(KNOWN)).body.degraded === undefined);
    expect((await ask('/ready')).status).toBe(200);
    await repair();
    await sendUntilTaken(eventOf('meanwhile'));
    expect((await ask(`/session/${KNOWN}`)).body.event_count).toBe(2);
  });
});

describe('a server that starts while Redis is away', () => {
  it('may start all the same, and finds it later', async () => {
    await redis.kill9();
    const late = await runCommand(['serve'], {
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      REDIS_REQUIRED_AT_START: 'false',
    });
    try {
      expect(await late.post('/recommend', { session_id: 's' })).toMatchObject({
        status: 200,
        body: { degraded: true },
      });
      await redis.restart();
      const event = { session_id: 's', item_id: 'tea', event_type: 'view', event_id: 'e' };
      await until(async () => (await late.post('/event', event)).status === 200);
    } finally {
      await late.cleanUp();
    }
  });
});
