import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FastifyInstance, type InjectOptions } from 'fastify';
import { pino } from 'pino';
import { loadConfig } from '../../src/config/load.js';
import { codeColumn } from '../../src/data/catalogue.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { createApp } from '../../src/http/app.js';
import { type AppDependencies } from '../../src/http/dependencies.js';
import { Metrics } from '../../src/observability/metrics.js';
import { type SessionRecommender } from '../../src/recommend/recommender.js';
import { openEventLog } from '../../src/sessions/event-log.js';
import { MemoryStore } from '../../src/sessions/memory-store.js';
import { eventTable } from './event-table.js';
import { writeTestBundle } from './served.js';
import { recommenderOf } from './trained-model.js';

/** When the tests' shop is open. */
export const NOW_MS = Date.UTC(2026, 5, 1, 12);

export const ITEMS = [
  'tea',
  'pot',
  'cup',
  'milk',
  'sugar',
  'spoon',
  'tray',
  'lamp',
  'desk',
  'chair',
  'a/b é',
  '__proto__',
];
const CATEGORIES = [
  'drink',
  'ware',
  'ware',
  'drink',
  'drink',
  'ware',
  'ware',
  'office',
  'office',
  'office',
  '',
  '',
];

/** A small real model: tea things together, office things together, tea the most popular. */
export function shopRecommender(rankerText: string | null = null): SessionRecommender {
  const sessions = [
    ...Array.from({ length: 6 }, () => ['tea', 'pot', 'cup', ['tea', 'purchase']] as const),
    ...Array.from({ length: 4 }, () => ['tea', 'milk', 'sugar', 'spoon'] as const),
    ...Array.from({ length: 3 }, () => ['desk', 'chair', 'lamp', ['desk', 'purchase']] as const),
    ['tray', 'cup', 'a/b é', '__proto__'] as const,
  ];
  return recommenderOf(
    eventTable(sessions, { items: ITEMS, catalogue: { category: codeColumn(CATEGORIES) } }),
    rankerText,
  );
}

export interface TestApp extends AppDependencies {
  readonly app: FastifyInstance;
  readonly config: AppDependencies['config'];
  readonly eventLogDir: string;
  /** Everything logged so far, as JSON lines. */
  logged(): string;
  /** Lets time pass. */
  elapse(ms: number): void;
  /** Sends a JSON body. */
  post(url: string, body: unknown, headers?: Record<string, string>): ReturnType<typeof injected>;
  get(url: string, headers?: Record<string, string>): ReturnType<typeof injected>;
  delete(url: string, headers?: Record<string, string>): ReturnType<typeof injected>;
  inject(options: InjectOptions): ReturnType<typeof injected>;
  close(): Promise<void>;
}

async function injected(app: FastifyInstance, options: InjectOptions) {
  const response = await app.inject(options);
  const isJson = String(response.headers['content-type']).includes('json');
  return {
    status: response.statusCode,
    headers: response.headers,
    type: String(response.headers['content-type']),
    text: response.body,
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    body: (isJson && response.body !== '' ? JSON.parse(response.body) : null) as any,
  };
}

/** The whole app over a real store, log and model, without a socket. */
export async function testApp(
  options: {
    env?: Record<string, string>;
    dependencies?: Partial<AppDependencies>;
    /** Whether the folder of models has one: that of `writeTestBundle`, not the one that answers. */
    bundle?: boolean;
  } = {},
): Promise<TestApp> {
  const dir = await mkdtemp(join(tmpdir(), 'nextitem-http-'));
  const eventLogDir = join(dir, 'events');
  let nowMs = NOW_MS;
  const clock = (): number => nowMs;
  const config = loadConfig({
    // What is injected comes all at once, and not from sockets: that is no overload.
    env: {
      SESSION_STORE: 'memory',
      STATE_PATH: dir,
      ARTIFACTS_PATH: join(dir, 'artifacts'),
      LOG_LEVEL: 'trace',
      MAX_QUEUE_MS: '0',
      ...options.env,
    },
  });
  if (options.bundle === true)
    await writeTestBundle(join(dir, 'artifacts'), '20260101-000000', { ranker: true });
  const lines: string[] = [];
  const log = pino({ level: config.logLevel }, { write: (line: string) => void lines.push(line) });
  const recommender = shopRecommender();
  const dependencies: AppDependencies = {
    config,
    log,
    store: new MemoryStore({ ttlMs: 24 * HOUR_MS, maxEvents: config.sessionMaxEvents }, clock),
    eventLog: config.eventLog ? await openEventLog({ dir: eventLogDir, clock }) : null,
    featureLog: null,
    recommender: () => recommender,
    reloadModel: async () => ({
      modelVersion: recommender.modelVersion,
      previousVersion: recommender.modelVersion,
      warnings: [],
    }),
    metrics: new Metrics(false),
    clock,
    ...options.dependencies,
  };
  const app = await createApp(dependencies);
  const post: TestApp['post'] = (url, body, headers = {}) =>
    injected(app, {
      method: 'POST',
      url,
      payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return {
    ...dependencies,
    app,
    eventLogDir,
    logged: () => lines.join(''),
    elapse: (ms) => void (nowMs += ms),
    post,
    get: (url, headers = {}) => injected(app, { method: 'GET', url, headers }),
    delete: (url, headers = {}) => injected(app, { method: 'DELETE', url, headers }),
    inject: (options) => injected(app, options),
    async close() {
      await app.close();
      await dependencies.eventLog?.close();
      await dependencies.featureLog?.close();
      await dependencies.store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
