import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const START_ATTEMPTS = 200;
const START_POLL_MS = 50;

export interface RedisServer {
  readonly port: number;
  readonly pid: number;
  /** A plain connection for looking behind the store's back; closed by `stop`. */
  readonly client: Redis;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
  /** Ends the server without giving it a chance to write anything more. Its folder stays. */
  kill9(): Promise<void>;
  /** Starts it again on the same port and folder, after `kill9`. */
  restart(): Promise<void>;
}

export interface StartRedisOptions {
  /** Turns on the append-only file with this `appendfsync`. */
  readonly appendonly?: 'always' | 'everysec' | 'no';
  readonly extraArgs?: readonly string[];
}

/** Starts a real redis-server on a free port with a temporary folder of its own. */
export async function startRedis(options: StartRedisOptions = {}): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'nextitem-redis-'));
  const port = await freePort();
  const password = /--requirepass=(.*)/.exec(options.extraArgs?.join('\n') ?? '')?.[1];
  const args = [`--port ${port}`, '--bind 127.0.0.1', `--dir ${dir}`, '--save', ...appendOnly(options)]
    .flatMap((arg) => (arg === '--save' ? ['--save', ''] : arg.split(' ')))
    .concat((options.extraArgs ?? []).flatMap((arg) => arg.split(/[= ]/)));

  return manage(args, port, dir, password);
}

async function manage(
  args: readonly string[],
  port: number,
  dir: string,
  password?: string,
): Promise<RedisServer> {
  const client = new Redis({
    port,
    lazyConnect: true,
    retryStrategy: () => START_POLL_MS,
    ...(password && { password }),
  });
  client.on('error', () => {}); // expected while the server is down
  let child = await launch(args, client);
  return {
    port,
    client,
    get pid() {
      return child.pid!;
    },
    async stop() {
      client.disconnect();
      if (isRunning(child)) child.kill('SIGCONT'); // a stopped one could not end
      await end(child, 'SIGTERM');
      await rm(dir, { recursive: true, force: true });
    },
    kill9: () => end(child, 'SIGKILL'),
    async restart() {
      child = await launch(args, client);
    },
  };
}

/** Starts a real sentinel on a free port; it takes a master for dead after a second. `restart` is not for it. */
export async function startSentinel(masterName: string, masterPort: number): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'nextitem-sentinel-'));
  const port = await freePort();
  const file = join(dir, 'sentinel.conf');
  await writeFile(
    file,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${dir}`,
      `sentinel monitor ${masterName} 127.0.0.1 ${masterPort} 2`,
      `sentinel down-after-milliseconds ${masterName} 1000`,
      `sentinel failover-timeout ${masterName} 5000`,
    ].join('\n'),
  );
  return manage([file, '--sentinel'], port, dir);
}

function appendOnly({ appendonly }: StartRedisOptions): string[] {
  return appendonly === undefined ? [] : ['--appendonly yes', `--appendfsync ${appendonly}`];
}

async function launch(args: readonly string[], client: Redis): Promise<ChildProcess> {
  let output = '';
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const failed = new Promise<never>((_, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const missing =
        'redis-server is not installed, and these tests need a real one. Install it, e.g. apt-get install redis-server.';
      reject(error.code === 'ENOENT' ? new Error(missing) : error);
    });
    child.on('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${output}`)));
  });
  failed.catch(() => {}); // its ordinary end is no failure
  await Promise.race([failed, answering(client)]);
  return child;
}

async function answering(client: Redis): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (client.status === 'wait' || client.status === 'end') await client.connect();
      await client.ping();
      return;
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
      await sleep(START_POLL_MS);
    }
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!isRunning(child)) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** A free port whose neighbour 10,000 further up, where a cluster node talks to others, exists too. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port < 55_536 ? port : freePort();
}
