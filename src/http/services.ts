import { join } from 'node:path';
import { type Config } from '../config/schema.js';
import { type Clock } from '../domain/time.js';
import { type Logger } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { FeatureLog } from '../recommend/feature-log.js';
import { configuredStore } from '../sessions/configured-store.js';
import { openEventLog } from '../sessions/event-log.js';
import { openSessionStore } from '../sessions/open-session-store.js';
import { type AppDependencies } from './dependencies.js';
import { ServedModel } from './served-model.js';

/** Where the event log of a state folder lies. */
export function eventLogFolder(statePath: string): string {
  return join(statePath, 'events');
}

export function featureLogFolder(statePath: string): string {
  return join(statePath, 'features');
}

export interface Services extends Omit<AppDependencies, 'reloadModel'> {
  readonly model: ServedModel;
  close(): Promise<void>;
}

/**
 * Opens everything the routes stand on. On an error whatever was already open is closed.
 *
 * @param modelDir a verified bundle
 */
export async function openServices(
  config: Config,
  log: Logger,
  modelDir: string,
  clock: Clock,
): Promise<Services> {
  const opened: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const service of opened.reverse().splice(0)) await service.close();
  };
  const keep = <T extends { close(): Promise<void> }>(service: T): T => {
    opened.push(service);
    return service;
  };
  try {
    const metrics = new Metrics(true);
    const model = await ServedModel.open(modelDir, config.modelMapped, metrics);
    const store = keep(await openSessionStore(configuredStore(config, clock)));
    const eventLog = config.eventLog
      ? keep(
          await openEventLog({
            dir: eventLogFolder(config.statePath),
            clock,
            ...(config.eventLogRetentionDays === null ? {} : { retentionDays: config.eventLogRetentionDays }),
          }),
        )
      : null;
    const featureLog = config.featureLog
      ? keep(
          new FeatureLog({
            dir: featureLogFolder(config.statePath),
            retentionDays: config.featureLogRetentionDays,
            clock,
            onDrop: () => metrics.featureLogDrop(),
          }),
        )
      : null;
    metrics.usingStore(store.kind);
    const recommender = () => model.get();
    return { config, log, store, eventLog, featureLog, model, recommender, metrics, clock, close };
  } catch (error) {
    await close();
    throw error;
  }
}
