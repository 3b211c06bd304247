import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderEvaluation } from '../../src/report/evaluation-page.js';
import { violations } from '../support/axe.js';
import { CHROMIUM_ARGS, CHROMIUM_PATH } from '../support/chromium.js';
import { sampleReport } from '../support/sample-report.js';

const HOSTILE =
  '<img src="https://elsewhere.invalid/x.png" onerror="document.title=1"><script>document.title=1</script>';

let browser: Browser;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nextitem-evaluation-page-'));
  file = join(folder, 'evaluation.html');
  const report = sampleReport();
  // As long and as hostile as a shop's names can be.
  const example = report.outcomes![0]!.examples[0]!;
  const named = { name: HOSTILE, category: 'x'.repeat(300) };
  const outcomes = report.outcomes!.map((outcome) => ({
    ...outcome,
    examples: [...outcome.examples, { ...example, right: named, known: [named], answered: [named, named] }],
  }));
  await writeFile(file, await renderEvaluation([report, { ...report, title: 'Another task', outcomes }]));
  browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: [...CHROMIUM_ARGS] });
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(width: number, colorScheme: 'light' | 'dark', javaScriptEnabled = true) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    javaScriptEnabled,
  });
  const page = await context.newPage();
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) elsewhere.push(request.url());
  });
  await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
  return { page, elsewhere, close: () => context.close() };
}

const openAll = (page: Page) =>
  page.evaluate(`document.querySelectorAll('details').forEach((one) => (one.open = true))`);

describe.each(['light', 'dark'] as const)('the evaluation page, %s', (scheme) => {
  it.each([1440, 390])(
    'fits a screen of %i pixels, asks for nothing, and axe finds nothing',
    async (width) => {
      const { page, elsewhere, close } = await open(width, scheme);
      await openAll(page);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      const cut = await page.evaluate(
        `[...document.querySelectorAll('figure svg')].filter((svg) => svg.getBoundingClientRect().right > innerWidth).length`,
      );
      expect(cut).toBe(0);
      // Half of the charts are for the other width.
      const charts = await page.locator('figure svg').count();
      expect(await page.locator('figure svg:visible').count()).toBe(charts / 2);
      expect(await violations(page)).toEqual([]);
      expect(await page.title()).toBe('Evaluation of 20250301-120000');
      expect(elsewhere).toEqual([]);
      await close();
    },
  );
});

it('needs no script: links go to their questions, and tables open', async () => {
  const { page, close } = await open(390, 'light', false);
  const box = page.locator('#another-task-calibration');
  await page.locator('a[href="#another-task-calibration"]').click();
  expect((await box.boundingBox())!.y).toBeLessThan(900);
  const table = box.locator('details table').first();
  expect(await table.isVisible()).toBe(false);
  await box.locator('summary').click();
  expect(await table.isVisible()).toBe(true);
  await close();
});

it('shows no text of a chart outside of it', async () => {
  for (const width of [1440, 390]) {
    const { page, close } = await open(width, 'light');
    const outside = await page.evaluate(`[...document.querySelectorAll('figure svg')].flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      if (frame.width === 0) return [];
      return [...svg.querySelectorAll('text')]
        .filter((text) => text.getBoundingClientRect().right > frame.right + 1 || text.getBoundingClientRect().left < frame.left - 1)
        .map((text) => svg.getAttribute('aria-label') + ': ' + text.textContent);
    })`);
    expect(outside).toEqual([]);
    await close();
  }
});
