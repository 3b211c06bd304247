import openapiTypes, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { expect, it } from 'vitest';
import { testApp } from '../../support/http-app.js';

const HEADER =
  "// Made from the API's own description by: npx vitest run test/unit/client/api-types.test.ts -u\n\n";

it('the types of the client are those of the API', async () => {
  const shop = await testApp();
  const { body } = await shop.get('/openapi.json');
  await shop.close();
  const types = HEADER + astToString(await openapiTypes(body as OpenAPI3));
  await expect(types).toMatchFileSnapshot('../../../src/client/api-types.ts');
});
