import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type RedisServer, startRedis, startSentinel } from './redis.js';

const run = promisify(execFile);
const POLL_MS = 50;

/** Several real servers that belong together. */
export interface RedisGroup {
  readonly servers: readonly RedisServer[];
  /** Ends all that still run and removes their folders. */
  stop(): Promise<void>;
}

/** A real Redis Cluster of three masters with a replica each; a dead master is replaced after about two seconds. */
export async function startCluster(): Promise<RedisGroup> {
  const servers = await startAll(6, () =>
    startRedis({
      extraArgs: [
        '--cluster-enabled=yes',
        '--cluster-announce-ip=127.0.0.1',
        '--cluster-node-timeout=1500',
        // A replica that was cut off for long may still take over: here nothing else is there to do it.
        '--cluster-replica-validity-factor=0',
        '--cluster-require-full-coverage=no',
        '--repl-diskless-sync-delay=0',
      ],
    }),
  );
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
  await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes']);
  for (const { client } of servers) {
    await until(async () => (await client.cluster('INFO')).includes('cluster_state:ok'));
    await until(async () => {
      const info = await client.info('replication');
      return info.includes('role:master')
        ? /slave0:.*state=online/.test(info)
        : info.includes('master_link_status:up');
    });
  }
  return { servers, stop: () => stopAll(servers) };
}

/** The servers of a group that are masters now and run. */
export async function mastersOf(servers: readonly RedisServer[]): Promise<RedisServer[]> {
  const masters: RedisServer[] = [];
  for (const server of servers) {
    const info = await server.client.info('replication').catch(() => '');
    if (info.includes('role:master')) masters.push(server);
  }
  return masters;
}

/** Cuts a master's replicas off for good: it goes on taking writes that they never get. */
export async function cutReplicasOff({ client }: RedisServer): Promise<void> {
  await client.acl('SETUSER', 'default', '-psync', '-sync');
  await client.call('CLIENT', 'KILL', 'TYPE', 'replica');
}

export interface SentinelGroup extends RedisGroup {
  /** `host:port` of the sentinels. */
  readonly sentinels: readonly string[];
  readonly masterName: string;
}

/** A real master with two replicas, watched by three sentinels; a dead master is replaced after about two seconds. */
export async function startSentinelGroup(): Promise<SentinelGroup> {
  const masterName = 'shop';
  const master = await startRedis({ extraArgs: ['--repl-diskless-sync-delay=0'] });
  const started: RedisServer[] = [master];
  try {
    const replicas = await startAll(2, () =>
      startRedis({
        extraArgs: [`--replicaof=127.0.0.1 ${master.port}`, '--repl-diskless-sync-delay=0'],
      }),
    );
    started.push(...replicas);
    await until(
      async () =>
        (await master.client.info('replication')).match(/slave\d:.*state=online/g)?.length ===
        replicas.length,
    );
    const watchers = await startAll(3, () => startSentinel(masterName, master.port));
    started.push(...watchers);
    for (const { client } of watchers) {
      await until(async () => {
        const [, fields] = [0, await client.call('SENTINEL', 'MASTER', masterName)] as [number, string[]];
        const value = (name: string) => Number(fields[fields.indexOf(name) + 1]);
        return (
          value('num-slaves') === replicas.length && value('num-other-sentinels') === watchers.length - 1
        );
      });
    }
    return {
      servers: [master, ...replicas],
      sentinels: watchers.map(({ port }) => `127.0.0.1:${port}`),
      masterName,
      stop: () => stopAll(started),
    };
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

async function startAll(count: number, start: () => Promise<RedisServer>): Promise<RedisServer[]> {
  const servers: RedisServer[] = [];
  try {
    for (let i = 0; i < count; i++) servers.push(await start());
    return servers;
  } catch (error) {
    await stopAll(servers);
    throw error;
  }
}

async function stopAll(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(POLL_MS);
}
