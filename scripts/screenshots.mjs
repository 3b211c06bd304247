// Pictures of every page for docs/screenshots, wide and at a phone's width. Needs a server with a trained model and Chromium:
//
//   npm start                                            (in another terminal)
//   node scripts/screenshots.mjs http://localhost:8000
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const base = process.argv[2] ?? 'http://localhost:8000';
const folder = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
for (const [width, colorScheme] of [
  [1440, 'light'],
  [390, 'dark'],
]) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const shoot = async (name) => {
    await page.waitForTimeout(800); // what moves has come to rest
    await page.screenshot({ path: `${folder}${name}-${width}.png` });
    console.log(`${name}-${width}.png`);
  };
  await page.goto(base);
  await page.locator('#for-you ~ ul .tile').first().waitFor();
  await page.locator('.shoppers button').first().click();
  await page.locator('.panel .events li').nth(4).waitFor({ timeout: 60_000 });
  await shoot('shop');
  await page.locator('#for-you ~ ul .tile a').first().click();
  await page.locator('#similar ~ ul .tile').first().waitFor();
  await shoot('item');
  const session = await page.evaluate("localStorage.getItem('nextitem-session')");
  await page.goto(`${base}/console#/session/${encodeURIComponent(session)}`);
  await page.locator('#why').waitFor();
  await shoot('inspector');
  await page.evaluate("document.getElementById('why').scrollIntoView()");
  await shoot('contributions');
  await page.goto(`${base}/console#/models/latest`);
  await page.locator('.bars li').first().waitFor();
  await shoot('models');
  await page.goto(`${base}/console#/live`);
  await page.locator('.card').first().waitFor();
  const ids = await page.evaluate(`fetch('/popular?k=50').then((answer) => answer.json()).then((a) => a.recommendations.map((r) => r.item_id))`); // prettier-ignore
  for (let n = 0; n < 400; n++) {
    const [item, id] = [ids[n % ids.length], `visit-${n % 40}`];
    await page.evaluate(`fetch('/event', {method: 'POST', headers: {'content-type': 'application/json'}, body: ${JSON.stringify(JSON.stringify({ session_id: id, item_id: item, event_type: 'view' }))}})`); // prettier-ignore
    await page.evaluate(`fetch('/recommend', {method: 'POST', headers: {'content-type': 'application/json'}, body: ${JSON.stringify(JSON.stringify({ session_id: id }))}})`); // prettier-ignore
  }
  await shoot('live');
  await context.close();
}
await browser.close();
