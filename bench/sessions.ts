/**
 * Live sessions: fills each store with so many of them, through its own batches, events of many sessions mixed, and
 * prints what they take and how fast one of them is read and appended to then. The real stores: LMDB on disk, and a
 * redis-server of its own.
 *
 * Run: npm run bench -- sessions [--sessions 1000000] [--events 20] [--stores embedded,redis]
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { HOUR_MS } from '../src/domain/time.js';
import { Random } from '../src/domain/random.js';
import { latencySummary } from '../src/metrics/percentiles.js';
import { openSessionStore } from '../src/sessions/open-session-store.js';
import { type IncomingEvent, type SessionStore } from '../src/sessions/session-store.js';
import { startRedis } from '../test/support/redis.js';
import { processMemory } from './support/process-memory.js';

/** What the system that this one follows claimed to hold. */
const SEED_CLAIM = 100_000;
const BATCH = 1000;
const BATCHES_IN_FLIGHT = 4;
const MOST_ATTEMPTS = 60;
const READS = 20_000;
const APPENDS = 500;
const MIB = 1024 ** 2;
const LIMITS = { ttlMs: 240 * HOUR_MS, maxEvents: 200 };
const TYPES = ['view', 'view', 'view', 'click', 'add_to_cart'] as const;

const { values: flags } = parseArgs({
  options: {
    sessions: { type: 'string', default: '1000000' },
    events: { type: 'string', default: '20' },
    stores: { type: 'string', default: 'embedded,redis' },
  },
});
const sessions = Number(flags.sessions);
const eventsPerSession = Number(flags.events);
const random = new Random(1);

/** Ids as a shop has them: a UUID's length for the session, a number for the item. */
const sessionId = (n: number) =>
  `visit-${String(n).padStart(12, '0')}-${((n * 2654435761) >>> 0).toString(16)}`;
const begunMs = Date.now() - HOUR_MS;
const eventOf = (session: number, n: number): IncomingEvent => ({
  sessionId: sessionId(session),
  itemId: String(100_000 + random.below(43_000)),
  eventType: TYPES[random.below(TYPES.length)]!,
  timestampMs: begunMs + 10_000 * n,
  eventId: `${session}-${n}`,
});

interface Usage {
  readonly diskMib: number;
  readonly memoryMib: number;
}

const table = new Table({
  head: ['store', 'live sessions', 'bytes each', 'disk MiB', 'its memory MiB', 'events/s', 'read µs p50', 'p95', 'p99', 'append ms p50', 'p99'],
  style: { head: [], border: [] },
}); // prettier-ignore

async function measure(kind: string, store: SessionStore, usage: () => Promise<Usage>): Promise<void> {
  const before = await usage();
  const started = performance.now();
  const total = sessions * eventsPerSession;
  // Shoppers come and go: so many are in the shop at a time, in turn.
  const concurrent = Math.min(sessions, 50_000);
  let [sent, said] = [0, 0];
  const next = (): IncomingEvent => {
    const generation = Math.floor(sent / (concurrent * eventsPerSession));
    const left = Math.min(concurrent, sessions - generation * concurrent);
    const place = sent++ - generation * concurrent * eventsPerSession;
    return eventOf(generation * concurrent + (place % left), Math.floor(place / left));
  };
  const fill = async (): Promise<void> => {
    while (sent < total) {
      await appendAll(store, Array.from({ length: Math.min(BATCH, total - sent) }, next));
      if (sent - said < total / 20 && sent < total) continue;
      said = sent;
      console.error(`  ${kind}: ${((100 * sent) / total).toFixed(0)}% of ${total} events`);
    }
  };
  await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, fill));
  const seconds = (performance.now() - started) / 1000;
  const after = await usage();

  const timed = async (count: number, action: (session: number) => Promise<unknown>) => {
    const times: number[] = [];
    for (let n = 0; n < count; n++) {
      const session = random.below(sessions);
      const begun = performance.now();
      await action(session);
      times.push(performance.now() - begun);
    }
    return latencySummary(times);
  };
  const reads = await timed(READS, async (session) => {
    const found = await store.read(sessionId(session));
    if (found?.events.length !== eventsPerSession) throw new Error(`session ${session} is not whole`);
  });
  const appends = await timed(APPENDS, (session) => store.append(eventOf(session, eventsPerSession)));
  const stored = kind === 'redis' ? after.memoryMib - before.memoryMib : after.diskMib - before.diskMib;
  table.push([
    kind,
    sessions.toLocaleString('en'),
    ((stored * MIB) / sessions).toFixed(0),
    after.diskMib.toFixed(0),
    (after.memoryMib - before.memoryMib).toFixed(0),
    (total / seconds).toFixed(0),
    ...[reads.p50, reads.p95, reads.p99].map((ms) => (1000 * ms).toFixed(0)),
    appends.p50.toFixed(2),
    appends.p99.toFixed(2),
  ]);
}

/** What a busy machine made the store refuse is sent again: events have ids and count once. */
async function appendAll(store: SessionStore, events: readonly IncomingEvent[]): Promise<void> {
  for (let attempt = 1, left = events; left.length > 0; attempt++) {
    const results = await store.appendBatch(left);
    const failure = results.find((result) => result instanceof Error);
    if (failure !== undefined && attempt === MOST_ATTEMPTS) throw failure;
    left = left.filter((_, i) => results[i] instanceof Error);
    if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

console.log(
  `${sessions.toLocaleString('en')} sessions of ${eventsPerSession} events, node ${process.version}`,
);
for (const kind of flags.stores.split(',')) {
  const dir = await mkdtemp(join(tmpdir(), 'nextitem-bench-'));
  const redis = kind === 'redis' ? await startRedis({ appendonly: 'everysec' }) : null;
  try {
    const store = await openSessionStore(
      redis === null
        ? { kind: 'embedded', path: dir, limits: LIMITS, clock: Date.now }
        : { kind: 'redis', redis: { port: redis.port }, limits: LIMITS, clock: Date.now },
    );
    try {
      await measure(kind, store, async () => {
        if (redis === null)
          return {
            diskMib: (await stat(join(dir, 'data.mdb'))).size / MIB,
            // Pages of the file are the system's to drop; what is left is the process's own.
            memoryMib: processMemory(process.pid)?.anonymousMib ?? 0,
          };
        const info = async (section: string, field: string) =>
          Number(new RegExp(`${field}:(\\d+)`).exec(await redis.client.info(section))?.[1] ?? 0);
        return {
          diskMib: (await info('persistence', 'aof_current_size')) / MIB,
          memoryMib: (await info('memory', 'used_memory')) / MIB,
        };
      });
    } finally {
      await store.close();
    }
  } finally {
    await redis?.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
console.log(table.toString());
console.log(
  `bytes each: of the file for embedded, of Redis's memory for redis; the system this one follows claimed ${SEED_CLAIM.toLocaleString('en')} live sessions`,
);
