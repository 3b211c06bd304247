/**
 * Durability of acknowledged events, over HTTP: 10,000 events with ids from 32 connections to a real server, `kill -9` in
 * the middle, a restart, and a count of the acknowledged events that are lost (goal 0) or there twice (goal 0), in the
 * session store and in the event log. Then everything that was not acknowledged is sent again, with the same ids.
 *
 * What is killed: the server on its embedded store; the server on Redis; Redis itself (appendonly, appendfsync always).
 *
 * Run: npm run bench -- durability [--events 10000] [--connections 32]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readEventLog } from '../src/sessions/event-log.js';
import { flood, floodOf, lostAndDoubled, storedIds } from '../test/support/event-flood.js';
import { startRedis } from '../test/support/redis.js';
import { smallModel } from './support/demo-model.js';
import { type ServerProcess, startServerProcess } from './support/server-process.js';

const SESSIONS = 100;

const { values: flags } = parseArgs({
  options: { events: { type: 'string', default: '10000' }, connections: { type: 'string', default: '32' } },
});
const count = Number(flags.events);
const connections = Number(flags.connections);

interface Outcome {
  readonly what: string;
  /** Acknowledged when the process was killed and until the last connection had failed. */
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  readonly lostInLog: number;
  /** After everything was sent again. */
  readonly stored: number;
  readonly logged: number;
  readonly doubledAtLast: number;
  readonly eventsPerSecond: number;
}

async function measure(
  what: string,
  artifacts: string,
  dir: string,
  env: Record<string, string>,
  /** Kills in the middle; resolves to a server that answers again. */
  crash: (server: ServerProcess, start: () => Promise<ServerProcess>) => Promise<ServerProcess>,
): Promise<Outcome> {
  const state = join(dir, what.replaceAll(' ', '-'));
  const start = () =>
    startServerProcess({
      NODE_ENV: 'test', // GET /session answers
      ARTIFACTS_PATH: artifacts,
      STATE_PATH: state,
      SESSION_MAX_EVENTS: '10000',
      ...env,
    });
  let server = await start();
  try {
    const events = floodOf(count, SESSIONS);
    let crashed: Promise<ServerProcess> | null = null;
    const started = performance.now();
    let halfMs = 0;
    const first = await flood(server.url, events, connections, (acknowledged) => {
      if (acknowledged < count / 2 || crashed !== null) return;
      halfMs = performance.now() - started;
      crashed = crash(server, start);
    });
    server = await (crashed ?? Promise.reject(new Error('fewer than half of the events were acknowledged')));

    const afterCrash = await storedIds(server.url, SESSIONS);
    const logAfterCrash = await loggedIds(state);
    const second = await flood(server.url, first.failed, connections);
    if (second.failed.length > 0)
      throw new Error(`${second.failed.length} events were refused after the restart`);
    const atLast = await storedIds(server.url, SESSIONS);
    const logAtLast = await loggedIds(state);
    return {
      what,
      acknowledged: first.acknowledged.size,
      ...lostAndDoubled(first.acknowledged, afterCrash),
      lostInLog: lostAndDoubled(first.acknowledged, logAfterCrash).lost,
      stored: new Set(atLast).size,
      logged: new Set(logAtLast).size,
      doubledAtLast: atLast.length - new Set(atLast).size + logAtLast.length - new Set(logAtLast).size,
      eventsPerSecond: count / 2 / (halfMs / 1000),
    };
  } finally {
    await server.stop();
  }
}

async function loggedIds(state: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const events of readEventLog(join(state, 'events')))
    ids.push(...events.map(({ eventId }) => eventId!));
  return ids;
}

const killServer = async (server: ServerProcess, start: () => Promise<ServerProcess>) => {
  await server.kill9();
  return start();
};

const dir = await mkdtemp(join(tmpdir(), 'nextitem-bench-'));
const redis = await startRedis({ appendonly: 'always' });
try {
  const artifacts = await smallModel(dir);
  const onRedis = { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) };
  const outcomes = [
    await measure('server, embedded store', artifacts, dir, {}, killServer),
    await measure('server, Redis store', artifacts, dir, { ...onRedis, REDIS_KEY_PREFIX: 'a:' }, killServer),
    await measure('Redis', artifacts, dir, { ...onRedis, REDIS_KEY_PREFIX: 'b:' }, async (server) => {
      await redis.kill9();
      await redis.restart();
      await answering(server);
      return server;
    }),
  ];
  console.log(
    `${count.toLocaleString('en')} events with ids over HTTP from ${connections} connections; kill -9 after half of them were acknowledged`,
  );
  const heads = ['acked', 'lost', 'doubled', 'lost: log', 'resent: stored', 'logged', 'doubled', 'events/s'];
  console.log('killed'.padEnd(26) + heads.map((head) => head.padStart(15)).join(''));
  for (const o of outcomes) {
    const cells = [o.acknowledged, o.lost, o.doubled, o.lostInLog, o.stored, o.logged, o.doubledAtLast];
    console.log(
      o.what.padEnd(26) +
        [...cells, Math.round(o.eventsPerSecond)].map((cell) => String(cell).padStart(15)).join(''),
    );
    const isGood =
      o.lost + o.doubled + o.lostInLog + o.doubledAtLast === 0 && o.stored === count && o.logged === count;
    if (!isGood) process.exitCode = 1;
  }
  console.log(
    process.exitCode === 1
      ? 'FAILED: an acknowledged event was lost or doubled'
      : 'nothing acknowledged was lost or doubled',
  );
} finally {
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
}

/** The server finds Redis again by itself. */
async function answering(server: ServerProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await fetch(`${server.url}/health`)).ok) {
    if (Date.now() > deadline) throw new Error('the server did not find Redis again');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
