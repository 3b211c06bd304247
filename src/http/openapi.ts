import { type FastifyReply, type FastifyRequest } from 'fastify';
import { accessOf } from './access/route-access.js';
import { DOCS_POLICY } from './access/security-headers.js';
import { type App } from './app-type.js';
import { errorAnswers, Problem } from './schemas/answers.js';
import { API_VERSION } from './version.js';

/**
 * GET /docs with a form for each route, and GET /openapi.json: both from the routes' schemas.
 *
 * They are answered by an application of their own that nobody else reaches. It is made when somebody first asks: what
 * makes the description takes as long to load as everything else that a start needs.
 *
 * @param addRoutes adds the routes to describe; their handlers are never called
 */
export function documentApi(app: App, addRoutes: (described: App) => void): void {
  app.addSchema(Problem);
  let made: Promise<App> | null = null;
  const make = async (): Promise<App> => {
    const { default: fastify } = await import('fastify');
    return describe(fastify() as unknown as App, addRoutes);
  };
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    made ??= make();
    made.catch(() => (made = null));
    const { method, url, headers } = request;
    const {
      statusCode,
      headers: answered,
      rawPayload,
    } = await (await made).inject({ method: method as 'GET', url, headers });
    for (const [name, value] of Object.entries(answered))
      if (!OF_THE_CONNECTION.has(name) && value !== undefined) reply.header(name, value);
    return reply.code(statusCode).send(rawPayload);
  };
  for (const url of ['/docs', '/docs/*', '/openapi.json']) app.get(url, { schema: { hide: true } }, answer);
  app.addHook('onClose', async () => (await made?.catch(() => null))?.close());
}

/** Headers that the outer application writes itself. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'date',
  'keep-alive',
  'transfer-encoding',
  'content-length',
]);

/** Makes an application that answers nothing but its own description. */
async function describe(app: App, addRoutes: (described: App) => void): Promise<App> {
  const { default: swagger } = await import('@fastify/swagger');
  const { default: swaggerUi } = await import('@fastify/swagger-ui');
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  app.addSchema(Problem);
  app.addHook('onRoute', (route) => {
    const access = accessOf([route.method].flat()[0]!, route.url);
    if (route.schema === undefined || route.schema.hide === true || access === 'public') return;
    route.schema.security = [{ bearer: [] }, { header: [] }];
    route.schema.response = {
      ...errorAnswers(401, 403, 429, 503),
      ...(route.schema.response as object | undefined),
    };
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'nextitem',
        version: API_VERSION,
        description: 'Session-based product recommendations. Tell what shoppers do, ask what to show next.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key; nothing where no keys are set.',
          },
          header: {
            type: 'apiKey',
            in: 'header',
            name: 'x-api-key',
            description: 'The same, in a header of its own.',
          },
        },
      },
      tags: [
        { name: 'events', description: 'What shoppers do' },
        { name: 'recommendations', description: 'What to show next' },
        { name: 'sessions', description: 'What is kept, and how to erase it' },
        { name: 'status', description: 'For those who run it' },
      ],
    },
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_POLICY,
    uiConfig: { deepLinking: true, tryItOutEnabled: true },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  addRoutes(app);
  await app.ready();
  return app;
}
