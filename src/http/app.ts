import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Ajv } from 'ajv';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import { isUtf8 } from 'node:buffer';
import { type Socket } from 'node:net';
import { NextItemError } from '../errors.js';
import { type AppDependencies } from './dependencies.js';
import { asNextItemError, problemBody, PROBLEM_TYPE, sendProblem } from './problem.js';
import { RouteTable } from './route-table.js';
import { eventRoute } from './routes/event.js';
import { eventsRoute } from './routes/events.js';
import { popularRoute } from './routes/popular.js';
import { recommendRoute } from './routes/recommend.js';
import { sessionRoutes } from './routes/session.js';
import { similarRoute } from './routes/similar.js';
import { statusRoutes } from './routes/status.js';
import { MAX_ID_LENGTH } from './schemas/common.js';
import { API_VERSION } from './version.js';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/**
 * The HTTP application without a socket: routes, schemas, errors, metrics. `inject` asks it in tests, `listen` puts it on
 * the network. It does not close what it was given.
 */
export async function createApp(deps: AppDependencies): Promise<App> {
  const { config, log, metrics } = deps;
  const app: App = fastify({
    loggerInstance: log as FastifyBaseLogger,
    disableRequestLogging: true,
    bodyLimit: config.bodyLimitBytes,
    requestTimeout: config.requestTimeoutMs,
    // A client that keeps its connection open between requests; above the idle timeout of common load balancers (60 s).
    keepAliveTimeout: 65_000,
    // A character of an id becomes at most 12 when it is percent-encoded.
    routerOptions: { maxParamLength: MAX_ID_LENGTH * 12 },
    return503OnClosing: true,
    clientErrorHandler(error, socket) {
      refuseBrokenRequest(error, socket as Socket);
    },
    frameworkErrors(error, request, reply) {
      sendProblem(reply as never, asNextItemError(error as never));
      void request;
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  const strict = new Ajv({ strict: false, useDefaults: true });
  const coercing = new Ajv({ strict: false, useDefaults: true, coerceTypes: true });
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'querystring' ? coercing : strict).compile(schema as object),
  );
  acceptJsonOnly(app);

  const routes = new RouteTable();
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
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('cache-control', reply.getHeader('cache-control') ?? 'no-store');
    done(null, payload);
  });
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
    const known = asNextItemError(error as never);
    if (known.code === 'internal') log.error({ err: error, requestId: request.id }, 'request failed');
    else if (known.status >= 500)
      log.warn({ code: known.code, detail: known.detail, requestId: request.id }, 'request refused');
    return sendProblem(reply, known);
  });

  await documentation(app);
  eventRoute(app, deps);
  eventsRoute(app, deps);
  recommendRoute(app, deps);
  similarRoute(app, deps);
  popularRoute(app, deps);
  sessionRoutes(app, deps);
  statusRoutes(app, deps);
  await app.ready();
  return app;
}

/** JSON in UTF-8 and nothing else; keys that would reach into prototypes are refused. */
function acceptJsonOnly(app: App): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (!isUtf8(body as Buffer)) {
      done(new NextItemError('invalid_json', 'the body is not UTF-8'));
      return;
    }
    parse(request, body.toString(), (error, value) => {
      if (error === null) done(null, value);
      else done(new NextItemError('invalid_json', error.message, 'body', { cause: error }));
    });
  });
}

async function documentation(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'nextitem',
        version: API_VERSION,
        description: 'Session-based product recommendations. Tell what shoppers do, ask what to show next.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: [
        { name: 'events', description: 'What shoppers do' },
        { name: 'recommendations', description: 'What to show next' },
        { name: 'sessions', description: 'What is kept, and how to erase it' },
        { name: 'status', description: 'For those who run it' },
      ],
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { deepLinking: true, tryItOutEnabled: true },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

/** Broken HTTP never becomes a request; it still gets a readable answer. */
function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = new NextItemError(
    'invalid_request',
    `the request is not valid HTTP (${error.code ?? error.message})`,
  );
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const line = tooLarge
    ? '431 Request Header Fields Too Large'
    : timedOut
      ? '408 Request Timeout'
      : '400 Bad Request';
  const body = JSON.stringify({ ...problemBody(known, 'none'), status: Number(line.slice(0, 3)) });
  socket.end(
    `HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
