/**
 * Goes through a start once, phase by phase, and prints `[[phase, ms, processor ms], ...]`: what the server does between its first
 * instruction and listening. The argument is a bundle's folder.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const phases: [string, number, number][] = [];
let last = { wall: 0, processor: 0 };
function done(phase: string): void {
  const { user, system } = process.cpuUsage();
  const now = { wall: performance.now(), processor: (user + system) / 1000 };
  phases.push([phase, now.wall - last.wall, now.processor - last.processor]);
  last = now;
}

done('Node.js itself');
const { createApp } = await import('../../src/http/app.js');
const { startServer } = await import('../../src/http/server.js');
void startServer;
done('loading modules');
const { loadConfig } = await import('../../src/config/load.js');
const { createLog } = await import('../../src/observability/log.js');
const { Metrics } = await import('../../src/observability/metrics.js');
const { openBundle } = await import('../../src/bundle/open-bundle.js');
const { openModel } = await import('../../src/recommend/model.js');
const { warmUp } = await import('../../src/recommend/warm-up.js');
const { openSessionStore } = await import('../../src/sessions/open-session-store.js');
const { configuredStore } = await import('../../src/sessions/configured-store.js');
const state = await mkdtemp(join(tmpdir(), 'nextitem-bench-'));
const config = loadConfig({ env: { STATE_PATH: state, NODE_ENV: 'production', LOG_LEVEL: 'silent' } });
const log = createLog({ level: config.logLevel, production: true });
done('settings and log');
const bundle = await openBundle(process.argv[2]!);
done('opening the bundle');
const model = openModel(bundle);
done('tables and forest');
const goOn = warmUp(model);
void goOn;
done('warming up');
const store = await openSessionStore(configuredStore(config, Date.now));
done('session store');
const metrics = new Metrics(true);
const app = await createApp({
  config,
  log,
  store,
  metrics,
  eventLog: null,
  featureLog: null,
  recommender: () => model,
  reloadModel: () => Promise.reject(new Error('this server keeps its model')),
  clock: Date.now,
});
await app.listen({ host: '127.0.0.1', port: 0 });
done('routes and listening');
await app.close();
await store.close();
await rm(state, { recursive: true, force: true });
console.log(JSON.stringify(phases));
process.exit(0);
