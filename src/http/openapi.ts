import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { accessOf } from './access/route-access.js';
import { DOCS_POLICY } from './access/security-headers.js';
import { type App } from './app-type.js';
import { errorAnswers, Problem } from './schemas/answers.js';
import { API_VERSION } from './version.js';

/** GET /docs with a form for each route, and GET /openapi.json: both from the schemas of the routes added after it. */
export async function documentApi(app: App): Promise<void> {
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
}
