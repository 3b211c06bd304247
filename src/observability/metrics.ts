import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; fine around the milliseconds in which answers should come. */
const LATENCY_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const STAGE_BUCKETS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5];

export type Stage = 'session_read' | 'candidates' | 'features' | 'ranking' | 'store_append' | 'event_log';

/** Everything the process counts. Label values come from closed sets, so the number of series is bounded. */
export class Metrics {
  readonly registry = new Registry();

  private readonly requests = new Counter({
    name: 'nextitem_http_requests_total',
    help: 'Requests answered, by route pattern, method and status.',
    labelNames: ['route', 'method', 'status'] as const,
    registers: [this.registry],
  });
  private readonly latency = new Histogram({
    name: 'nextitem_http_request_duration_seconds',
    help: 'Time from the request to the answer, by route pattern, method and status.',
    labelNames: ['route', 'method', 'status'] as const,
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  });
  private readonly stages = new Histogram({
    name: 'nextitem_stage_duration_seconds',
    help: 'Time of each stage of a request.',
    labelNames: ['stage'] as const,
    buckets: STAGE_BUCKETS,
    registers: [this.registry],
  });
  private readonly events = new Counter({
    name: 'nextitem_events_total',
    help: 'Events by type and outcome: accepted, duplicate, refused or failed.',
    labelNames: ['type', 'outcome'] as const,
    registers: [this.registry],
  });
  private readonly recommendations = new Counter({
    name: 'nextitem_recommendations_total',
    help: 'Recommended items by reason.',
    labelNames: ['reason'] as const,
    registers: [this.registry],
  });
  private readonly degraded = new Counter({
    name: 'nextitem_degraded_recommendations_total',
    help: 'Answers to /recommend that had to do without something, by what and why; one with two reasons counts under both.',
    labelNames: ['reason'] as const,
    registers: [this.registry],
  });
  private readonly featureLogDropped = new Counter({
    name: 'nextitem_feature_log_dropped_total',
    help: 'Feature log entries dropped because the disk was too slow or failed.',
    registers: [this.registry],
  });
  private readonly model = new Gauge({
    name: 'nextitem_model_info',
    help: 'The model in service: 1, with its version; the value of nextitem_model_trained_at_seconds is its age.',
    labelNames: ['version', 'ranker'] as const,
    aggregator: 'max',
    registers: [this.registry],
  });
  private readonly modelTrainedAt = new Gauge({
    name: 'nextitem_model_trained_at_seconds',
    help: 'When the model in service was trained, seconds since 1970 UTC.',
    aggregator: 'max',
    registers: [this.registry],
  });
  private readonly modelItems = new Gauge({
    name: 'nextitem_model_items',
    help: 'Items the model in service knows.',
    aggregator: 'max',
    registers: [this.registry],
  });
  private readonly store = new Gauge({
    name: 'nextitem_session_store_info',
    help: '1, with the kind of session store in use.',
    labelNames: ['kind'] as const,
    aggregator: 'max',
    registers: [this.registry],
  });

  private readonly bypassed = new Gauge({
    name: 'nextitem_session_store_bypassed',
    help: 'Workers that do not ask the session store for the time being, because it was too slow.',
    registers: [this.registry],
  });

  private readonly shedRequests = new Counter({
    name: 'nextitem_shed_requests_total',
    help: 'Requests refused with 503 because there was too much to do: waited too long, or too many at the same time.',
    labelNames: ['reason'] as const,
    registers: [this.registry],
  });
  private readonly modelExchanges = new Counter({
    name: 'nextitem_model_exchanges_total',
    help: 'New models: taken into service, or refused while the one before stayed.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });
  private readonly rateLimited = new Counter({
    name: 'nextitem_rate_limited_requests_total',
    help: 'Requests refused with 429, by whose limit it was.',
    labelNames: ['by'] as const,
    registers: [this.registry],
  });

  private readonly recentSessions = new Gauge({
    name: 'nextitem_recent_sessions',
    help: 'Sessions the workers remember: those of the last half hour, as far as memory goes.',
    registers: [this.registry],
  });
  private readonly recommendedItems = new Gauge({
    name: 'nextitem_recommended_items',
    help: 'Different items recommended since the model went into service; of several workers, the one that showed most.',
    aggregator: 'max',
    registers: [this.registry],
  });

  /** @param processMetrics memory, CPU, garbage collection and event loop lag of the process too */
  constructor(processMetrics: boolean) {
    if (processMetrics) collectDefaultMetrics({ register: this.registry, prefix: 'nextitem_' });
  }

  request(route: string, method: string, status: number, seconds: number): void {
    const labels = { route, method, status: String(status) };
    this.requests.inc(labels);
    this.latency.observe(labels, seconds);
  }

  stage(stage: Stage, milliseconds: number): void {
    this.stages.observe({ stage }, milliseconds / 1000);
  }

  event(type: string, outcome: 'accepted' | 'duplicate' | 'refused' | 'failed'): void {
    this.events.inc({ type, outcome });
  }

  recommended(recommendations: readonly { readonly reason: string }[]): void {
    const counts = new Map<string, number>();
    for (const { reason } of recommendations) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    for (const [reason, count] of counts) this.recommendations.inc({ reason }, count);
  }

  degrade(reasons: readonly string[]): void {
    for (const reason of reasons) this.degraded.inc({ reason });
  }

  storeBypassed(bypassed: boolean): void {
    this.bypassed.set(bypassed ? 1 : 0);
  }

  shed(reason: 'queue' | 'concurrency'): void {
    this.shedRequests.inc({ reason });
  }

  rateLimit(by: 'address' | 'key'): void {
    this.rateLimited.inc({ by });
  }

  featureLogDrop(): void {
    this.featureLogDropped.inc();
  }

  serving(model: {
    modelVersion: string;
    trainedAtMs: number;
    featuresCount: number;
    itemsCount: number;
  }): void {
    this.model.reset();
    this.model.set({ version: model.modelVersion, ranker: String(model.featuresCount > 0) }, 1);
    this.modelTrainedAt.set(model.trainedAtMs / 1000);
    this.modelItems.set(model.itemsCount);
  }

  modelExchange(outcome: 'taken' | 'refused'): void {
    this.modelExchanges.inc({ outcome });
  }

  /** What is counted elsewhere, and looked up when somebody asks. */
  countWhenAsked(counts: { recentSessions: () => number; recommendedItems: () => number }): void {
    this.onAsk(this.recentSessions, counts.recentSessions);
    this.onAsk(this.recommendedItems, counts.recommendedItems);
  }

  private onAsk(gauge: Gauge, count: () => number): void {
    // Typed as private; the documented option `collect` of the constructor, given later.
    (gauge as unknown as { collect: () => void }).collect = () => gauge.set(count());
  }

  usingStore(kind: string): void {
    this.store.set({ kind }, 1);
  }
}
