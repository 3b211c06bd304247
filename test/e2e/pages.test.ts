import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, CHROMIUM_PATH } from '../support/chromium.js';
import { runCommand, type Served } from '../support/served.js';

describe('pages in a real browser', () => {
  let browser: Browser;
  let server: Served;

  beforeAll(async () => {
    server = await runCommand(['serve'], { DEBUG_ENDPOINTS: 'true' });
    browser = await chromium.launch({
      executablePath: CHROMIUM_PATH,
      args: [...CHROMIUM_ARGS],
    });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.cleanUp();
  });

  /** Opens a page and watches what goes wrong: script errors, and requests to anywhere else. */
  async function open(url: string, width: number) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const errors: string[] = [];
    const elsewhere: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(new URL(url).origin) && !/^(data|blob):/.test(request.url()))
        elsewhere.push(request.url());
    });
    await page.goto(url, { waitUntil: 'load' });
    return { page, errors, elsewhere };
  }

  it('the API documentation lists every route and needs no other host', async () => {
    const { page, errors, elsewhere } = await open(`${server.url}/docs`, 1440);
    await page.getByText('/recommend', { exact: true }).first().waitFor();
    for (const route of ['/event', '/events', '/popular', '/health']) {
      expect(await page.getByText(route, { exact: true }).count()).toBeGreaterThan(0);
    }
    expect(errors).toEqual([]);
    expect(elsewhere).toEqual([]);
  });
});
