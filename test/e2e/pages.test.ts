import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderEvaluation } from '../../src/report/evaluation-page.js';
import { CHROMIUM_ARGS, CHROMIUM_PATH } from '../support/chromium.js';
import { sampleReport } from '../support/sample-report.js';
import { runCommand, type Served } from '../support/served.js';

describe('pages in a real browser', () => {
  let browser: Browser;
  let server: Served;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nextitem-pages-'));
    server = await runCommand(['serve'], { DEBUG_ENDPOINTS: 'true' });
    browser = await chromium.launch({
      executablePath: CHROMIUM_PATH,
      args: [...CHROMIUM_ARGS],
    });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.cleanUp();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens a page and watches what goes wrong: script errors, and requests to anywhere else. */
  async function open(url: string, width: number) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const errors: string[] = [];
    const elsewhere: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(new URL(url).origin) && !/^(data|blob|file):/.test(request.url()))
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

  it.each([1440, 390])(
    'the evaluation report fits a screen of %i pixels and needs nothing but itself',
    async (width) => {
      const file = join(folder, 'report.html');
      await writeFile(file, await renderEvaluation([sampleReport()]));
      const { page, errors, elsewhere } = await open(pathToFileURL(file).href, width);
      expect(await page.locator('svg').count()).toBeGreaterThan(2);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(errors).toEqual([]);
      expect(elsewhere).toEqual([]);
    },
  );
});
