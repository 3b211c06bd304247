import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../support/http-app.js';

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  parameters?: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object & { type: string }; example?: object }> };
  responses: Record<string, { description: string; content: Record<string, { schema: { $ref?: string } }> }>;
}

let shop: TestApp;
let operations: { method: string; path: string; operation: Operation }[];
let ajv: Ajv2020;
beforeAll(async () => {
  shop = await testApp({ bundle: true });
  const { body: api } = await shop.get('/openapi.json');
  ajv = new Ajv2020({ strict: true, allowUnionTypes: true, keywords: ['example'] });
  for (const [name, schema] of Object.entries<object>(api.components.schemas))
    ajv.addSchema(schema, `#/components/schemas/${name}`);
  operations = Object.entries<Record<string, Operation>>(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
});
afterAll(() => shop.close());

describe('the description of the API', () => {
  it('names, groups and summarises every operation', () => {
    for (const { path, operation } of operations) {
      expect(operation.summary, path).toMatch(/\w/);
      expect(operation.tags, path).toHaveLength(1);
    }
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  });

  it('declares every parameter of a path', () => {
    for (const { path, operation } of operations) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      for (const { required } of inPath) expect(required).toBe(true);
    }
  });

  it('has schemas that can be compiled', () => {
    for (const { operation } of operations) {
      const contents = [operation.requestBody, ...Object.values(operation.responses)].flatMap((part) =>
        Object.values(part?.content ?? {}),
      );
      for (const { schema } of contents) ajv.compile(schema);
      for (const { schema } of operation.parameters ?? []) ajv.compile(schema);
    }
  });

  it('describes every answer; refusals are problems', () => {
    for (const { path, operation } of operations) {
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        expect(description, `${path} ${status}`).not.toBe('Default Response');
        if (Number(status) < 400) continue;
        expect(content).toEqual({
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        });
      }
    }
  });

  it('has examples of bodies that are accepted', async () => {
    const withBody = operations.filter(({ operation }) => operation.requestBody !== undefined);
    expect(withBody.map(({ path }) => path).sort()).toEqual([
      '/beacon',
      '/event',
      '/events',
      '/inspect',
      '/models/compare',
      '/recommend',
    ]);
    for (const { path, operation } of withBody) {
      const { example } = operation.requestBody!.content['application/json']!;
      const answer = await shop.post(path, example);
      expect(answer.status, path).toBe(200);
      if (path === '/events') expect(answer.body.results[0].status).toBe('success');
    }
  });

  it('is true of real answers and of real problems', async () => {
    const schemaOf = (path: string, status: string): object =>
      Object.values(operations.find((each) => each.path === path)!.operation.responses[status]!.content)[0]!
        .schema;
    const event = { session_id: 's1', item_id: 'tea', event_type: 'view' };
    for (const [path, status, answer] of [
      ['/beacon', '200', await shop.post('/beacon', { events: [{ ...event, event_id: 'e1' }, {}] })],
      ['/event', '200', await shop.post('/event', event)],
      ['/events', '200', await shop.post('/events', { events: [event, {}] })],
      ['/recommend', '200', await shop.post('/recommend', { session_id: 's1' })],
      ['/items/{item_id}/similar', '200', await shop.get('/items/tea/similar')],
      ['/popular', '200', await shop.get('/popular')],
      ['/session/{session_id}', '200', await shop.get('/session/s1')],
      ['/health', '200', await shop.get('/health')],
      ['/ready', '200', await shop.get('/ready')],
      ['/version', '200', await shop.get('/version')],
      ['/event', '400', await shop.post('/event', {})],
      ['/popular', '404', await shop.get('/popular?category=none')],
    ] as const) {
      expect(String(answer.status), path).toBe(status);
      expect(ajv.validate(schemaOf(path, status), answer.body), `${path}: ${ajv.errorsText()}`).toBe(true);
    }
  });
});

describe('the documentation', () => {
  it('is there for people, with its files, and says no to what is not there', async () => {
    const page = await shop.app.inject('/docs');
    const entry = page.statusCode === 200 ? page : await shop.app.inject(String(page.headers.location));
    expect(entry.statusCode).toBe(200);
    expect(entry.headers['content-type']).toMatch(/^text\/html/);
    const script = /src="([^"]+swagger-ui-bundle\.js)"/.exec(entry.body)![1]!;
    const file = await shop.app.inject(new URL(script, 'http://shop/docs/').pathname);
    expect(file.statusCode).toBe(200);
    expect(file.headers['content-type']).toMatch(/javascript/);
    expect(Number(file.headers['content-length'])).toBe(file.rawPayload.length);
    expect((await shop.app.inject('/docs/static/no-such-file.js')).statusCode).toBe(404);
    expect((await shop.app.inject({ method: 'POST', url: '/docs' })).statusCode).toBe(405);
  });
});
