import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { violations } from '../support/axe.js';
import { CHROMIUM_ARGS, CHROMIUM_PATH } from '../support/chromium.js';
import { runCommand, type Served } from '../support/served.js';

const MOST_BYTES = 200 * 1024;
/** A state of the page may take this long on a busy machine. */
const PATIENCE_MS = 30_000;

let browser: Browser;
let server: Served;
let models: string;
let context: BrowserContext;
let page: Page;
let errors: string[];
let elsewhere: string[];

beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), 'nextitem-store-'));
  // A real model of the simulated shop: small, with its ranker.
  const training = await runCommand(
    ['train', '--simulate', '--sim-items', '400', '--sim-events', '20000', '--max-queries', '600', '--no-evaluate', '--artifacts', models],
    { HOME: process.env.HOME! }, // where LightGBM is, once built
    { bundle: false },
  ); // prettier-ignore
  const code = await training.exited;
  if (code !== 0) throw new Error(training.output());
  await training.cleanUp();
  server = await runCommand(['serve'], { NODE_ENV: 'development', ARTIFACTS_PATH: models });
  browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: [...CHROMIUM_ARGS] });
}, 900_000);

afterAll(async () => {
  await browser?.close();
  await server?.cleanUp();
  await rm(models, { recursive: true, force: true });
});

beforeEach(() => open({ width: 1440 }));
afterEach(() => context.close());

async function open({
  width,
  scheme = 'light',
  forAxe = false,
}: {
  width: number;
  scheme?: 'light' | 'dark';
  forAxe?: boolean;
}): Promise<void> {
  // The policy is bypassed to put axe into the page, and nothing moves for it: half-faded texts have half their contrast.
  context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    bypassCSP: forAxe,
    reducedMotion: forAxe ? 'reduce' : 'no-preference',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  page = await context.newPage();
  errors = [];
  elsewhere = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url()))
      elsewhere.push(request.url());
  });
}

const forYou = () => page.locator('#for-you ~ ul .tile a');
const namesOf = async () =>
  (await forYou().evaluateAll((links) => links.map((link) => link.getAttribute('href')))).join('\n');

/** Waits until a text of the page is another than before. */
async function changed(read: () => Promise<string>, before: string): Promise<string> {
  for (;;) {
    const now = await read();
    if (now !== '' && now !== before) return now;
    await page.waitForTimeout(50);
  }
}

describe('the shop', () => {
  it('shows other items after the first click, with reasons in words', async () => {
    await page.goto(server.url);
    await forYou().first().waitFor();
    const before = await namesOf();
    await page.locator('#listing ~ ul .tile a').first().click();
    await page.locator('article h1').waitFor();
    const after = await changed(namesOf, before);
    expect(after).not.toBe(before);
    expect(await page.locator('#for-you ~ ul .why').first().textContent()).toMatch(/\w+ \w+/);
    await page.locator('.panel .events li').first().waitFor();
    expect(await page.locator('.panel .events li').count()).toBe(1);
    const sessionId = await page.evaluate<string>("localStorage.getItem('nextitem-session')");
    const stored = JSON.parse(await server.text(`/session/${sessionId}`)) as {
      events: { event_type: string }[];
    };
    expect(stored.events.map(({ event_type }) => event_type)).toEqual(['view']);
    expect(errors).toEqual([]);
    expect(elsewhere).toEqual([]);
  });

  it('sells: cart and checkout are real events', async () => {
    await page.goto(server.url);
    await page.locator('#listing ~ ul .tile a').first().click();
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.getByRole('button', { name: 'In your cart' }).waitFor();
    await page.getByRole('link', { name: /^Cart/ }).click();
    await page.getByRole('button', { name: 'Check out' }).click();
    await page.getByText('Thank you!').waitFor();
    const sessionId = await page.evaluate<string>("localStorage.getItem('nextitem-session')");
    const stored = JSON.parse(await server.text(`/session/${sessionId}`)) as {
      events: { event_type: string }[];
    };
    expect(stored.events.map(({ event_type }) => event_type)).toEqual(['view', 'add_to_cart', 'purchase']);
  });

  it('plays a shopper, step by step', async () => {
    await page.goto(server.url);
    await page.locator('.shoppers button').first().click();
    await page.locator('.said').waitFor();
    await page.locator('.panel .events li').nth(2).waitFor();
    await page.locator('.tile.new').first().waitFor();
  });

  it('finds items, and goes through categories', async () => {
    await page.goto(server.url);
    const name = (await page.locator('#listing ~ ul .tile .name').first().textContent())!;
    await page.getByRole('searchbox').fill(name.split(' ').slice(0, 2).join(' '));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Found for/ }).waitFor();
    await page.locator('#listing ~ ul .tile .name', { hasText: name }).first().waitFor();
    await page.goto(server.url);
    await page.getByRole('navigation', { name: 'Categories' }).getByRole('link').first().click();
    await page.locator('#listing ~ ul .tile').first().waitFor();
    expect(page.url()).toContain('#/category/');
  });

  it('says so when the API breaks, and recovers by itself', async () => {
    await page.goto(server.url);
    await forYou().first().waitFor();
    await page.route('**/recommend', (route) => route.abort());
    await page.route('**/event', (route) => route.abort());
    await page.locator('#listing ~ ul .tile a').first().click();
    await page.getByText('The server does not answer just now').first().waitFor();
    await page.unroute('**/recommend');
    await page.unroute('**/event');
    await page.getByText('The server does not answer just now').first().waitFor({ state: 'detached' });
    await forYou().first().waitFor();
    await page.locator('.panel .events li').first().waitFor(); // what was clicked meanwhile got through
    expect(await page.locator('.panel .events li').count()).toBe(1);
  });

  it('can be used by keyboard alone', async () => {
    await page.goto(server.url);
    await forYou().first().waitFor();
    const reach = async (holds: string): Promise<void> => {
      for (let step = 0; step < 200; step++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(holds)})`)) return;
      }
      throw new Error(`no way to ${holds} by Tab`);
    };
    await reach('#listing ~ ul .tile a');
    await page.keyboard.press('Enter');
    await page.locator('article h1').waitFor();
    await reach('.button.strong');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'In your cart' }).waitFor();
  });
});

describe('the console', () => {
  /** A session with something to explain. */
  async function visit(): Promise<string> {
    const popular = JSON.parse(await server.text('/popular?k=3')) as {
      recommendations: { item_id: string }[];
    };
    const sessionId = `inspected-${Math.random()}`;
    for (const { item_id } of popular.recommendations)
      await server.post('/event', { session_id: sessionId, item_id, event_type: 'view' });
    return sessionId;
  }

  it('explains a score by contributions that add up to it', async () => {
    await page.goto(`${server.url}/console#/session/${await visit()}`);
    await page.locator('#why').waitFor();
    for (const candidate of [0, 3, 7]) {
      await page.locator('#candidates ~ .scroll .linklike').nth(candidate).click();
      const [score, contributions, text] = await Promise.all([
        page.locator('[data-score]').getAttribute('data-score'),
        page.locator('[data-contributions]').getAttribute('data-contributions'),
        page.locator('#why ~ p').textContent(),
      ]);
      const expected = Number(/= (-?[\d.,]+) on average/.exec(text!)![1]!.replaceAll(',', ''));
      expect(Math.abs(expected + Number(contributions) - Number(score))).toBeLessThan(1e-4); // it is shown to six digits
    }
  });

  it('shows what another past would have done', async () => {
    await page.goto(`${server.url}/console#/session/${await visit()}`);
    await page.locator('.timeline input').last().click();
    await page.getByRole('heading', { name: 'Recommended without them' }).waitFor();
    expect(await page.locator('.timeline .gone').count()).toBe(1);
  });

  it('shows models, and what happens now', async () => {
    await page.goto(`${server.url}/console#/models/latest`);
    await page.getByText('in service').waitFor();
    await page.locator('.bars li').first().waitFor();
    expect(await page.locator('.bars small').first().textContent()).toMatch(/\w+ \w+/); // what a feature is, in words
    await page.goto(`${server.url}/console#/live`);
    await page.getByText('Requests a second', { exact: true }).first().waitFor();
    expect(await page.locator('.card').count()).toBe(8);
    expect(errors).toEqual([]);
  });
});

describe('every page', () => {
  const pages = async (): Promise<string[]> => {
    const { recommendations } = JSON.parse(await server.text('/popular?k=1')) as {
      recommendations: { item_id: string }[];
    };
    await server.post('/event', {
      session_id: 'seen',
      item_id: recommendations[0]!.item_id,
      event_type: 'view',
    });
    return [
      '/',
      `/#/item/${recommendations[0]!.item_id}`,
      '/#/cart',
      '/console#/session/seen',
      '/console#/models/latest',
      '/console#/live',
    ];
  };

  it.each([
    ['light', 1440],
    ['dark', 390],
  ] as const)('can be used by everybody, in %s at %i pixels', async (scheme, width) => {
    await context.close();
    await open({ width, scheme, forAxe: true });
    for (const path of await pages()) {
      await page.goto('about:blank');
      await page.goto(server.url + path, { waitUntil: 'load' });
      await page.locator('h1, h2').first().waitFor();
      if (path.endsWith('#/live')) await page.locator('.card').first().waitFor();
      await page.waitForFunction("document.querySelector('.skeleton') === null");
      expect(await violations(page), path).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), path).toBe(true);
    }
    expect(errors).toEqual([]);
    expect(elsewhere).toEqual([]);
  });

  it('weighs less than 200 KB, and its scripts come under a strict policy', async () => {
    for (const path of ['/', '/console']) {
      const response = await fetch(server.url + path);
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
      const html = await response.text();
      let bytes = gzipSync(html).length;
      for (const [, file] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
        const asset = await fetch(server.url + file!);
        expect(asset.status).toBe(200);
        bytes += gzipSync(Buffer.from(await asset.arrayBuffer())).length;
      }
      expect(bytes).toBeLessThan(MOST_BYTES);
      console.info(`${path} weighs ${(bytes / 1024).toFixed(1)} KB gzipped`); // eslint-disable-line no-console
    }
  });
});
