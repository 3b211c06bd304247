import { type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { createServer, type RequestListener } from 'node:http';
import { type Socket } from 'node:net';
import { SECOND_MS } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { RecentSessions } from '../sessions/recent-sessions.js';
import { SessionReader } from '../sessions/session-reader.js';
import { frontDoor } from './access/front-door.js';
import { guard } from './access/guard.js';
import { LoadShedder } from './access/load-shedder.js';
import { SECURITY_HEADERS } from './access/security-headers.js';
import { type App } from './app-type.js';
import { refuseBrokenRequest } from './broken-request.js';
import { type AppDependencies, type RouteDependencies } from './dependencies.js';
import { acceptJsonOnly } from './json-body.js';
import { documentApi } from './openapi.js';
import { asNextItemError, sendProblem } from './problem.js';
import { RouteTable } from './route-table.js';
import { beaconRoute } from './routes/beacon.js';
import { catalogueRoutes } from './routes/catalogue.js';
import { eventRoute } from './routes/event.js';
import { eventsRoute } from './routes/events.js';
import { inspectRoute } from './routes/inspect.js';
import { liveRoute } from './routes/live.js';
import { modelRoute } from './routes/model.js';
import { modelsRoutes } from './routes/models.js';
import { pageRoutes } from './routes/pages.js';
import { popularRoute } from './routes/popular.js';
import { recommendRoute, storeShare } from './routes/recommend.js';
import { sessionRoutes } from './routes/session.js';
import { similarRoute } from './routes/similar.js';
import { snippetRoute } from './routes/snippet.js';
import { statusRoutes } from './routes/status.js';
import { MAX_ID_LENGTH } from './schemas/common.js';
import { compileValidator } from './validation.js';

/** How often clients that are too slow are looked for. */
const TIMEOUT_CHECK_MS = 1000;

/**
 * The HTTP application without a socket: routes, schemas, errors, metrics. `inject` asks it in tests, `listen` puts it on
 * the network. It does not close what it was given.
 */
export async function createApp(given: AppDependencies): Promise<App> {
  const deps: RouteDependencies = { ...given, sessions: sessionReader(given) };
  const { config, log, metrics } = deps;
  const routes = new RouteTable();
  const shedder = new LoadShedder({
    maxQueueMs: config.maxQueueMs,
    maxConcurrent: config.maxConcurrentRequests,
  });
  const app: App = fastify({
    // Fastify's own remarks, such as the addresses it listens on, repeat ours; its warnings do not.
    loggerInstance: log.child(
      {},
      { level: log.isLevelEnabled('warn') ? 'warn' : log.level },
    ) as FastifyBaseLogger,
    // Requests are logged by the hooks below, with their ids: no logger of its own has to be made for each.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: config.bodyLimitBytes,
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    serverFactory: (handler) =>
      createServer(
        {
          requestTimeout: config.requestTimeoutMs,
          // Node's limit for headers, 60 s, would otherwise hold for bodies: of the two it takes the longer one for the whole.
          headersTimeout: config.requestTimeoutMs,
          connectionsCheckingInterval: TIMEOUT_CHECK_MS,
          // A client that keeps its connection open between requests; above the idle timeout of common load balancers (60 s).
          keepAliveTimeout: 65_000,
        },
        frontDoor(handler as RequestListener, shedder, metrics, new Set(config.allowedOrigins)),
      ),
    // Given here, Fastify does not load a compiler of its own.
    schemaController: { compilersFactory: { buildValidator: (() => compileValidator) as never } },
    // A character of an id becomes at most 12 when it is percent-encoded.
    routerOptions: { maxParamLength: MAX_ID_LENGTH * 12 },
    // What arrives on an open connection during the shutdown is still answered; then the connection ends.
    return503OnClosing: false,
    clientErrorHandler(error, socket) {
      refuseBrokenRequest(error, socket as Socket);
    },
    frameworkErrors(error, request, reply) {
      const known = asNextItemError(error);
      reply.headers(SECURITY_HEADERS); // no hook runs here
      sendProblem(reply as never, known);
      metrics.request(
        '(unknown)',
        routes.knownMethod(request.method),
        known.status,
        reply.elapsedTime / 1000,
      );
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  acceptJsonOnly(app);
  app.addHook('onRoute', (route) => routes.add(route.method, route.url));
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? '(unknown)';
    metrics.request(route, routes.knownMethod(request.method), reply.statusCode, reply.elapsedTime / 1000);
    log.debug(
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: reply.elapsedTime,
      },
      'request',
    );
    done();
  });
  metrics.countWhenAsked({
    recentSessions: () => deps.sessions.recent.size,
    recommendedItems: () => deps.recommender().recommendedItems,
  });
  app.addHook('onClose', async () => deps.sessions.close());
  guard(app, shedder, deps);
  app.setNotFoundHandler((request, reply) => {
    const allowed = routes.methodsOf(request.url);
    if (allowed.length === 0) {
      return sendProblem(
        reply,
        new NextItemError('not_found', `there is no ${request.method} ${request.url.slice(0, 200)}`),
      );
    }
    reply.header('allow', allowed.join(', '));
    return sendProblem(
      reply,
      new NextItemError('method_not_allowed', `${request.method} is not one of ${allowed.join(', ')}`),
    );
  });
  app.setErrorHandler((error, request, reply) => {
    const known = asNextItemError(error as Error);
    if (known.code === 'internal') log.error({ err: error, requestId: request.id }, 'request failed');
    else if (known.status >= 500)
      log.warn({ code: known.code, detail: known.detail, requestId: request.id }, 'request refused');
    return sendProblem(reply, known);
  });

  documentApi(app, (described) => addRoutes(described, deps));
  addRoutes(app, deps);
  snippetRoute(app);
  if (config.webPages) pageRoutes(app);
  await app.ready();
  app.server.maxConnections = config.maxConnections;
  return app;
}

function addRoutes(app: App, deps: RouteDependencies): void {
  eventRoute(app, deps);
  eventsRoute(app, deps);
  beaconRoute(app, deps);
  recommendRoute(app, deps);
  similarRoute(app, deps);
  popularRoute(app, deps);
  catalogueRoutes(app, deps);
  sessionRoutes(app, deps);
  inspectRoute(app, deps);
  modelRoute(app, deps);
  modelsRoutes(app, deps);
  liveRoute(app, deps);
  statusRoutes(app, deps);
}

const MIB = 1024 * 1024;
/** Reads that the store fails are counted by a metric; the log says it now and then. */
const WARNING_INTERVAL_MS = 10_000;

function sessionReader({ store, config, log, clock, metrics }: AppDependencies): SessionReader {
  let warnedMs = -Infinity;
  const limits = {
    maxBytes: config.recentSessionsMib * MIB,
    maxAgeMs: config.recentSessionsSeconds * SECOND_MS,
  };
  return new SessionReader({
    store,
    recent: new RecentSessions(limits, clock),
    usualLimitMs: storeShare(config.recommendBudgetMs),
    onTrouble(cause) {
      const now = performance.now();
      if (now - warnedMs < WARNING_INTERVAL_MS) return;
      warnedMs = now;
      log.warn({ detail: cause.message }, 'the session store is away: recommending from what is remembered');
    },
    onBypass(bypassed) {
      metrics.storeBypassed(bypassed);
      log.info(bypassed ? 'the session store is too slow and not asked' : 'the session store is asked again');
    },
  });
}
