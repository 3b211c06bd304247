import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatApiKey, type Scope } from '../../src/config/api-keys.js';
import { hashOf, newKey } from '../../src/http/access/key-ring.js';
import { CHROMIUM_ARGS, CHROMIUM_PATH } from '../support/chromium.js';
import { runCommand, type Served, until } from '../support/served.js';

const MOST_BYTES = 2048;
const KEYS = { page: newKey(), elsewhere: newKey(), admin: newKey() };

/** What a shop puts into its pages, as docs/snippet.md says. */
const shopPage = (api: string, key: string, attributes: string) => `<!doctype html>
<html lang="en"><title>A shop</title>
<script async src="${api}/nextitem.js" data-key="${key}" ${attributes}></script>
<script>window.nextitem ||= (...call) => (nextitem.calls ||= []).push(call);</script>
<h1>Tea</h1></html>`;

let browser: Browser;
let shop: Server;
let shopUrl: string;
let server: Served;
let context: BrowserContext;
let page: Page;
let warnings: string[];
let requests: { method: string; url: string }[];

beforeAll(async () => {
  shop = createServer((request, response) => {
    const { searchParams } = new URL(request.url!, 'http://shop');
    const key = searchParams.get('key') === 'elsewhere' ? KEYS.elsewhere : KEYS.page;
    response
      .setHeader('content-type', 'text/html')
      .end(shopPage(server.url, key, searchParams.has('consent') ? 'data-consent="ask"' : ''));
  }).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  const entry = (name: keyof typeof KEYS, scopes: Scope[], origins: string[]) =>
    formatApiKey({ name, scopes, origins, hash: hashOf(KEYS[name]) });
  server = await runCommand(['serve'], {
    API_KEYS: [
      entry('page', ['ingest', 'read'], [shopUrl]),
      entry('elsewhere', ['ingest', 'read'], ['https://elsewhere.example']),
      entry('admin', ['admin'], []),
    ].join(','),
  });
  browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: [...CHROMIUM_ARGS] });
});

afterAll(async () => {
  await browser?.close();
  await server?.cleanUp();
  shop?.close();
});

beforeEach(() => visitor());
afterEach(() => context.close());

/** A browser that was never here. */
async function visitor(script?: string): Promise<void> {
  await context?.close();
  context = await browser.newContext();
  if (script !== undefined) await context.addInitScript(script);
  page = await context.newPage();
  warnings = [];
  requests = [];
  page.on('console', (message) => warnings.push(message.text()));
  page.on('pageerror', (error) => warnings.push(`uncaught: ${error.message}`));
  context.on('request', (request) => requests.push({ method: request.method(), url: request.url() }));
}

async function open(path = '/'): Promise<void> {
  await page.goto(shopUrl + path, { waitUntil: 'load' });
}

const tell = (...call: unknown[]) =>
  page.evaluate((given) => void (globalThis as unknown as { nextitem: (...call: unknown[]) => void }).nextitem(...given), call); // prettier-ignore

const ask = (...call: unknown[]) =>
  page.evaluate((given) => (globalThis as unknown as { nextitem: (...call: unknown[]) => unknown }).nextitem(...given), call); // prettier-ignore

const stored = () => page.evaluate<string[]>('Object.keys(localStorage).sort()');
const pending = async () => (await stored()).filter((name) => name.startsWith('nextitem.event.'));
const sessionId = () =>
  page.evaluate<string | null>(`localStorage.getItem('nextitem.session')?.split(' ')[0] ?? null`);

interface Known {
  readonly item_id: string;
  readonly event_type: string;
  readonly timestamp: number;
  readonly metadata?: unknown;
}

async function known(id: string | null): Promise<Known[]> {
  if (id === null) return [];
  const response = await fetch(`${server.url}/session/${id}`, {
    headers: { authorization: `Bearer ${KEYS.admin}` },
  });
  return response.status === 404 ? [] : ((await response.json()) as { events: Known[] }).events;
}

const beacons = () => requests.filter(({ url }) => url.endsWith('/beacon'));

describe('nextitem.js in a page of another origin', () => {
  it('is smaller than 2 KB on the wire, may be kept, and is not sent twice', async () => {
    const response = await fetch(`${server.url}/nextitem.js`, { headers: { 'accept-encoding': 'identity' } });
    const etag = response.headers.get('etag')!;
    expect(gzipSync(await response.text(), { level: 9 }).length).toBeLessThan(MOST_BYTES);
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600');
    const again = await fetch(`${server.url}/nextitem.js`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  it('tells what was done before it was there and after, in order, and asks for no permission', async () => {
    await page.route('**/nextitem.js', async (route) => {
      await until(() => page.evaluate(() => 'nextitem' in globalThis));
      await page.evaluate(() => (globalThis as unknown as { nextitem: (...call: unknown[]) => void }).nextitem('view', 'tea')); // prettier-ignore
      await route.continue();
    });
    await open();
    await tell('add_to_cart', 'tea', { metadata: { from: 'button' } });
    await tell('purchase', ['tea', 'pot']);
    await until(async () => (await known(await sessionId())).length === 4);
    const events = await known(await sessionId());
    expect(events.map(({ item_id, event_type }) => `${event_type} ${item_id}`)).toEqual([
      'view tea',
      'add_to_cart tea',
      'purchase tea',
      'purchase pot',
    ]);
    expect(events[1]!.metadata).toEqual({ from: 'button' });
    await until(async () => (await pending()).length === 0);
    expect(requests.filter(({ method }) => method === 'OPTIONS')).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('recommends what follows the click, and the same shopper goes on in another tab', async () => {
    await open();
    await tell('view', 'desk');
    const list = (await ask('recommend', { k: 2 })) as { item_id: string }[];
    expect(list.map(({ item_id }) => item_id).sort()).toEqual(['chair', 'lamp']);
    const id = await sessionId();
    const tab = await context.newPage();
    await tab.goto(shopUrl);
    await tab.evaluate(() => (globalThis as unknown as { nextitem: (...call: unknown[]) => void }).nextitem('view', 'lamp')); // prettier-ignore
    await until(async () => (await known(id)).length === 2);
    expect(
      await page.evaluate(() => new Promise((resolve) => (globalThis as unknown as { nextitem: (...call: unknown[]) => void }).nextitem('session', resolve))), // prettier-ignore
    ).toBe(id);
  });

  it('begins a new session after a pause', async () => {
    await open();
    await tell('view', 'tea');
    await until(async () => (await known(await sessionId())).length === 1);
    const before = await sessionId();
    await page.evaluate(`
      const [id, at] = localStorage.getItem('nextitem.session').split(' ');
      localStorage.setItem('nextitem.session', id + ' ' + (at - 31 * 60_000));`);
    await tell('view', 'pot');
    await until(async () => (await known(await sessionId())).length === 1);
    expect(await sessionId()).not.toBe(before);
  });

  it('loses nothing while the network is away', async () => {
    await open();
    await context.setOffline(true);
    await tell('view', 'tea');
    await tell('view', 'pot');
    await until(() => warnings.length > 0);
    expect(await pending()).toHaveLength(2);
    await context.setOffline(false);
    await until(async () => (await pending()).length === 0);
    const events = await known(await sessionId());
    expect(events.map(({ item_id }) => item_id)).toEqual(['tea', 'pot']);
  });

  it('counts once what it has to tell again because the answer was lost', async () => {
    await open();
    let lost = 0;
    await page.route('**/beacon', async (route) => {
      if (lost++ > 0) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await tell('view', 'tea');
    await until(async () => (await pending()).length === 0);
    expect(lost).toBe(2);
    expect(await known(await sessionId())).toHaveLength(1);
  });

  it('brings along what the page before could not send, with the time it happened', async () => {
    await open();
    await context.setOffline(true);
    await tell('view', 'tea');
    await until(() => warnings.length > 0);
    const id = await sessionId();
    const toldBy = Date.now();
    await page.goto('about:blank').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await context.setOffline(false);
    await open('/next');
    await until(async () => (await known(id)).length === 1);
    const [event] = await known(id);
    expect(event!.timestamp).toBeLessThanOrEqual(toldBy + 500);
    await until(async () => (await pending()).length === 0);
  });

  it('uses a beacon when the page hides', async () => {
    await open();
    await context.setOffline(true);
    await tell('view', 'tea');
    await until(() => warnings.length > 0); // from here it pauses
    const id = await sessionId();
    await context.setOffline(false);
    await page.goto('about:blank');
    await until(async () => (await known(id)).length === 1);
    // The next page does not know that it arrived; it is counted once all the same.
    await open('/next');
    await until(async () => (await pending()).length === 0);
    expect(await known(id)).toHaveLength(1);
  });

  it('does nothing for those who do not want to be tracked', async () => {
    for (const wish of ['doNotTrack", { value: "1" }', 'globalPrivacyControl", { value: true }']) {
      await visitor(`Object.defineProperty(navigator, "${wish});`);
      await open();
      await tell('view', 'tea');
      const list = (await ask('recommend', { k: 2 })) as unknown[];
      expect(list).toHaveLength(2);
      expect(await stored()).toEqual([]);
      expect(beacons()).toEqual([]);
      expect(warnings).toEqual([]);
    }
  });

  it('waits for consent, then tells what came before it; takes everything back without', async () => {
    await open('/?consent');
    await tell('view', 'tea');
    await tell('view', 'pot');
    expect((await ask('recommend')) as unknown[]).not.toHaveLength(0);
    expect(await stored()).toEqual([]);
    expect(beacons()).toEqual([]);

    await page.evaluate(`var agreed = true; nextitem('consent', () => agreed)`);
    await until(async () => (await known(await sessionId())).length === 2);

    await page.evaluate(`agreed = Promise.resolve(false)`);
    await tell('view', 'cup');
    await until(async () => (await stored()).length === 0);
    const sent = beacons().length;
    await page.evaluate(`nextitem('consent', () => { throw new Error('the banner is broken') })`);
    await tell('view', 'cup');
    await until(() => warnings.some((text) => text.includes('the banner is broken')));
    expect(await stored()).toEqual([]);
    expect(beacons()).toHaveLength(sent);
  });

  it('works where nothing can be stored', async () => {
    await visitor(
      `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } });`,
    );
    await open();
    await tell('view', 'tea');
    await tell('view', 'pot');
    const id = await page.evaluate<string>(`new Promise((resolve) => nextitem('session', resolve))`);
    await until(async () => (await known(id)).length === 2);
    expect(warnings).toEqual([]);
  });

  it('says what is wrong with an event, once, and goes on', async () => {
    await open();
    await tell('bought', 'tea');
    await tell('view', 'pot');
    await until(async () => (await known(await sessionId())).length === 1);
    await until(async () => (await pending()).length === 0);
    expect(warnings.filter((text) => text.includes('nextitem:'))).toHaveLength(1);
  });

  it('is refused with a key that is bound to another origin; the shop goes on', async () => {
    await open('/?key=elsewhere');
    await tell('view', 'tea');
    await until(() => warnings.some((text) => text.includes('nextitem:')));
    expect(await known(await sessionId())).toEqual([]);
    expect(await ask('recommend')).toEqual([]);
    expect(await page.locator('h1').textContent()).toBe('Tea');
    expect(warnings.filter((text) => text.startsWith('uncaught'))).toEqual([]);
  });
});
