import { type Config } from '../config/schema.js';
import { type Clock } from '../domain/time.js';
import { type Logger } from '../observability/log.js';
import { type Metrics } from '../observability/metrics.js';
import { type Recommender } from '../recommend/contract.js';
import { type FeatureLog } from '../recommend/feature-log.js';
import { type EventLog } from '../sessions/event-log.js';
import { type SessionReader } from '../sessions/session-reader.js';
import { type ModelCheck } from './model-watch.js';
import { type SessionStore } from '../sessions/session-store.js';

/** What the routes stand on. Opened and closed by the process, not by the app. */
export interface AppDependencies {
  readonly config: Config;
  readonly log: Logger;
  readonly store: SessionStore;
  /** null: switched off. */
  readonly eventLog: EventLog | null;
  /** null: switched off. */
  readonly featureLog: FeatureLog | null;
  /** The model in service. */
  readonly recommender: () => Recommender;
  /** Looks for another model to serve, in all workers. Errors: `model_refused`; then the one in service stays. */
  readonly reloadModel: () => Promise<ModelCheck>;
  readonly metrics: Metrics;
  /** The metrics of all workers as text; default: of this process. */
  readonly metricsText?: () => Promise<string>;
  readonly clock: Clock;
}

/** What the app adds to them for its routes. */
export interface RouteDependencies extends AppDependencies {
  readonly sessions: SessionReader;
}
