import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { renderBenchmark } from '../../src/report/benchmark-page.js';
import { CHROMIUM_ARGS, CHROMIUM_PATH } from '../support/chromium.js';
import { sampleBenchmark } from '../support/sample-benchmark.js';

let browser: Browser;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nextitem-benchmark-page-'));
  file = join(folder, 'benchmark.html');
  await writeFile(file, await renderBenchmark(await sampleBenchmark()));
  browser = await chromium.launch({
    executablePath: CHROMIUM_PATH,
    args: [...CHROMIUM_ARGS],
  });
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

it.each([1440, 390])(
  'the benchmark page fits a screen of %i pixels and needs nothing but itself',
  async (width) => {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const errors: string[] = [];
    const elsewhere: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) elsewhere.push(request.url());
    });
    await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    // Every question has a chart that shows at this width, and one for the other width that does not.
    const shown = await page.locator('figure svg:visible').count();
    expect(shown).toBe(15);
    expect(await page.locator('figure svg').count()).toBe(30);
    const cut = await page.evaluate(
      `[...document.querySelectorAll('figure svg')].filter((svg) => svg.getBoundingClientRect().right > innerWidth).length`,
    );
    expect(cut).toBe(0);
    expect(errors).toEqual([]);
    expect(elsewhere).toEqual([]);
  },
);
