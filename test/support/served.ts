import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBundle } from '../../src/bundle/write-bundle.js';
import { modelContent } from '../../src/recommend/model.js';
import { DEFAULT_RETRIEVAL_SETTINGS } from '../../src/retrieval/settings.js';
import { DEFAULT_TABLE_SETTINGS } from '../../src/tables/settings.js';
import { buildTables } from '../../src/tables/table-set.js';
import { FeatureSet } from '../../src/features/feature-set.js';
import { eventTable } from './event-table.js';
import { modelText, type TreeText } from './lightgbm-model.js';

const BIN = fileURLToPath(new URL('../../bin/nextitem.js', import.meta.url));

/** A small bundle in a folder of bundles; its ranker, if it has one, says the same of all items. */
export async function writeTestBundle(
  artifactsDir: string,
  modelVersion = '20260101-000000',
  { ranker = false, files = {} }: { ranker?: boolean; files?: Record<string, string> } = {},
): Promise<void> {
  const events = eventTable([
    ['tea', 'pot', 'cup', ['tea', 'purchase']],
    ['tea', 'milk', 'cup'],
    ['desk', 'chair', 'lamp'],
  ]);
  const tables = buildTables(events, {
    sessionsEnd: 3,
    scaleSessions: 3,
    settings: DEFAULT_TABLE_SETTINGS,
  });
  await writeBundle(
    artifactsDir,
    modelContent({
      modelVersion,
      trainedAtMs: Date.UTC(2026, 0, 1),
      source: { description: 'a test' },
      counts: { items: events.items.length, sessions: 3, events: 10 },
      tables,
      retrieval: DEFAULT_RETRIEVAL_SETTINGS,
      settings: {},
      rankerText: ranker ? modelText(new FeatureSet(tables).count, [STUMP]) : null,
      files,
    }),
  );
}

const STUMP: TreeText = {
  splitFeature: [0],
  threshold: [0.5],
  decisionType: [2],
  leftChild: [-1],
  rightChild: [-2],
  leafValue: [0, 0],
};

export interface Served {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
  readonly statePath: string;
  /** Everything it wrote to standard output and error so far. */
  output(): string;
  /** Its exit code, once it has ended. */
  readonly exited: Promise<number | null>;
  post(path: string, body: unknown): Promise<{ status: number; body: unknown }>;
  text(path: string): Promise<string>;
  socket(): Promise<Socket>;
  /** Ends it, if it still runs, and removes its folders. */
  cleanUp(): Promise<void>;
}

/** Runs a command of the built code (npm run build) in an empty folder; resolves when it listens or has ended. */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string> = {},
  options: { bundle?: boolean } = {},
): Promise<Served> {
  const dir = await mkdtemp(join(tmpdir(), 'nextitem-served-'));
  const statePath = join(dir, 'state');
  if (options.bundle !== false) await writeTestBundle(join(dir, 'artifacts'));
  let output = '';
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: dir,
    env: {
      PATH: process.env.PATH!,
      HOME: dir,
      NODE_ENV: 'production',
      API_HOST: '127.0.0.1',
      API_PORT: '0',
      ARTIFACTS_PATH: join(dir, 'artifacts'),
      STATE_PATH: statePath,
      // Nobody else reaches it, and a test machine that is slow is no overload.
      OPEN_METRICS: 'true',
      MAX_QUEUE_MS: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const url = await new Promise<string>((resolve) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = /listening on (http:\/\/[^\s"]+)/.exec(output);
      if (found !== null) resolve(found[1]!.replace('localhost', '127.0.0.1'));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void once(child, 'close').then(() => resolve('http://127.0.0.1:0'));
  });
  const port = Number(new URL(url).port);
  // Each request on a connection of its own, so that workers take turns.
  const headers = { connection: 'close', 'content-type': 'application/json' };
  return {
    url,
    port,
    child,
    statePath,
    output: () => output,
    exited,
    async post(path, body) {
      const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, body: await response.json() };
    },
    async text(path) {
      return (await fetch(url + path, { headers: { connection: 'close' } })).text();
    },
    async socket() {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    },
    async cleanUp() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Waits until something holds. Fails by the test's own timeout. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 25));
}
