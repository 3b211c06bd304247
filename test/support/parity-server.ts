import { join } from 'node:path';
import { pino } from 'pino';
import { openBundle } from '../../src/bundle/open-bundle.js';
import { loadConfig } from '../../src/config/load.js';
import { createApp } from '../../src/http/app.js';
import { Metrics } from '../../src/observability/metrics.js';
import { FeatureLog } from '../../src/recommend/feature-log.js';
import { openModel } from '../../src/recommend/model.js';
import { configuredStore } from '../../src/sessions/configured-store.js';
import { openSessionStore } from '../../src/sessions/open-session-store.js';

/** A server on a port of its own that logs the features of what it serves into `<statePath>/features`. */
export async function serveWithFeatureLog(bundleDir: string, statePath: string, nowMs: number) {
  const config = loadConfig({
    env: {
      STATE_PATH: statePath,
      SESSION_STORE: 'embedded',
      LOG_LEVEL: 'silent',
      MAX_EVENT_AGE_DAYS: '36500',
      // All shoppers come at once: on a busy machine that would be an overload.
      MAX_QUEUE_MS: '0',
    },
  });
  const clock = () => nowMs;
  const model = openModel(await openBundle(bundleDir));
  const store = await openSessionStore(configuredStore(config, clock));
  let dropped = 0;
  const features = join(statePath, 'features');
  const featureLog = new FeatureLog({ dir: features, retentionDays: 7, clock, onDrop: () => dropped++ });
  const app = await createApp({
    config,
    log: pino({ level: 'silent' }),
    store,
    eventLog: null,
    featureLog,
    recommender: () => model,
    reloadModel: () => Promise.reject(new Error('this server keeps its model')),
    metrics: new Metrics(false),
    clock,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    features,
    dropped: () => dropped,
    async post(path: string, body: unknown): Promise<unknown> {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
      return answer;
    },
    async close() {
      await app.close();
      await featureLog.close();
      await store.close();
    },
  };
}
