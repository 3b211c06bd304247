import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type App } from './app-type.js';
import { Problem } from './schemas/answers.js';
import { API_VERSION } from './version.js';

/** GET /docs with a form for each route, and GET /openapi.json: both from the schemas of the routes added after it. */
export async function documentApi(app: App): Promise<void> {
  app.addSchema(Problem);
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
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { deepLinking: true, tryItOutEnabled: true },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
