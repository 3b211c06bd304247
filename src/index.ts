/**
 * The library: train on a shop's events, recommend inside a session, measure any recommender. Everything exported here
 * is meant to be used; what is not exported here may change.
 */

// Recommend
export { openRecommender } from './recommend/open-recommender.js';
export { MAX_K, SessionRecommender } from './recommend/recommender.js';
export {
  type Reason,
  REASONS,
  type Recommendation,
  type RecommendAnswer,
  type Recommender,
  type RecommendOptions,
} from './recommend/contract.js';
export { EVENT_TYPES, type EventType, type SessionEvent } from './domain/event.js';
export { type Session } from './domain/session.js';

// Measure
export {
  evaluateRecommendations,
  type EvaluateRecommendationsOptions,
  type RecommendationMetrics,
  type RecommenderUnderTest,
  type TestSession,
} from './evaluation/evaluate-recommendations.js';
export { type MetricInterval } from './metrics/bootstrap.js';
export { type EvaluationReport } from './metrics/evaluation-report.js';

// Read events
export { openSource, type LoadedSource, type SourceOptions } from './data/open-source.js';
export { eventCount, type EventTable, itemCount, sessionCount } from './data/event-table.js';
export { EventTableBuilder, type EventTableBuilderOptions } from './data/event-table-builder.js';
export { type Catalogue } from './data/catalogue.js';
export { simulateEventTable, type SimulatedEvents } from './data/simulator/simulate-event-table.js';
export { type SimulatorOptions } from './data/simulator/simulator-options.js';

// Train
export {
  PIPELINE_STEPS,
  type PipelineHooks,
  type PipelineOptions,
  type PipelineResult,
  runPipeline,
} from './training/pipeline.js';
export { DEFAULT_TRAINING_SETTINGS, type TrainingSettings } from './training/settings.js';
export { Workspace } from './training/workspace.js';
export { ensureLightgbm, findLightgbm } from './ranking/lightgbm/install.js';
export { versionOf } from './domain/time.js';

// Keep models
export { listBundles, resolveVersion } from './bundle/versions.js';
export { installBundle } from './bundle/install.js';
export { publishBundle } from './bundle/publish.js';

// Keep sessions and events
export { openSessionStore, type SessionStoreOptions } from './sessions/open-session-store.js';
export {
  type AppendResult,
  type IncomingEvent,
  type SessionStore,
  type SessionStoreLimits,
} from './sessions/session-store.js';
export {
  type EventLog,
  type EventLogOptions,
  type LoggedEvent,
  openEventLog,
  readEventLog,
} from './sessions/event-log.js';

// Check that training and serving agree
export { type FeatureRecord, readFeatureLog } from './recommend/feature-log.js';
export { replay, type ReplayResult } from './training/replay.js';

// Errors
export { type ErrorCode, ERRORS, NextItemError } from './errors.js';
