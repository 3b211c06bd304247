/**
 * Hostile input: generated requests to every operation of the OpenAPI document, over raw sockets, against a real server.
 * Values that fit the schemas, nearly fit, or are chosen to hurt; damaged bytes, headers, methods and paths. Nothing may be
 * answered with 5xx other than a deliberate 503, the server must not end, and must not grow.
 *
 * Run: npm run bench -- fuzz [--requests 200000] [--seed 1] [--workers 1]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { formatApiKey } from '../src/config/api-keys.js';
import { hashOf, newKey } from '../src/http/access/key-ring.js';
import { fuzz } from '../test/support/request-fuzzer.js';
import { smallModel } from './support/demo-model.js';
import { startServerProcess } from './support/server-process.js';

const { values: flags } = parseArgs({
  options: {
    requests: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
  },
});
const requests = Number(flags.requests);
/** The server is looked at so often on the way. */
const LOOKS = 8;
/** From half way to the end, of what is kept after a collection: what it may have grown. */
const MAX_GROWTH = 0.1;

const dir = await mkdtemp(join(tmpdir(), 'nextitem-bench-'));
try {
  const [key, pageKey] = [newKey(), newKey()];
  const origin = 'https://shop.example';
  const env = {
    NODE_ENV: 'production',
    ARTIFACTS_PATH: await smallModel(dir),
    STATE_PATH: join(dir, 'state'),
    LOG_LEVEL: 'info',
    WORKERS: flags.workers,
    DEBUG_ENDPOINTS: 'true',
    API_KEYS: [
      formatApiKey({ name: 'all', scopes: ['ingest', 'read', 'admin'], hash: hashOf(key), origins: [] }),
      formatApiKey({ name: 'page', scopes: ['ingest'], hash: hashOf(pageKey), origins: [origin] }),
    ].join(','),
  };
  const server = await startServerProcess(env, { collects: true });
  const { hostname, port } = new URL(server.url);
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as object;
  const looks: Promise<{ requests: number; keptMib: number; handles: number }>[] = [];
  const look = async (sent: number) => ({
    requests: sent,
    handles: server.handles(),
    keptMib: await server.keptMib(),
  });
  const started = performance.now();
  const { statuses, failures } = await fuzz(document, {
    host: hostname,
    port: Number(port),
    requests,
    seed: Number(flags.seed),
    key,
    page: { key: pageKey, origin },
    onProgress(sent) {
      if (sent % Math.ceil(requests / LOOKS) === 0) looks.push(look(sent));
      if (sent % 10_000 === 0) console.error(`  ${sent} of ${requests}`);
    },
  });
  const kept = await Promise.all([...looks, look(requests)]);
  const ready = await fetch(`${server.url}/ready`).then(
    (answer) => answer.ok,
    () => false,
  );
  await server.stop();

  const columns = [...new Set([...statuses.values()].flatMap((counts) => [...counts.keys()]))].sort();
  const table = new Table({ head: ['', ...columns], style: { head: [], border: [] } });
  for (const [name, counts] of [...statuses].sort())
    table.push([name, ...columns.map((status) => counts.get(status) ?? '')]);
  console.log(table.toString());
  console.log(`${requests} requests in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  for (const { requests: sent, keptMib, handles } of kept)
    console.log(
      `after ${sent} requests: ${keptMib.toFixed(0)} MiB kept after a collection, ${handles} handles`,
    );
  for (const failure of failures) console.log(`FAILED ${failure}`);
  const [half, last] = [kept[Math.floor(kept.length / 2) - 1]!.keptMib, kept.at(-1)!.keptMib];
  const grown = half > 0 && last > half * (1 + MAX_GROWTH);
  if (grown) console.log(`FAILED it grew from ${half.toFixed(0)} to ${last.toFixed(0)} MiB`);
  if (!ready) console.log('FAILED the server is not ready afterwards');
  const passed = failures.length === 0 && !grown && ready;
  console.log(passed ? 'No failure, no crash, no growth.' : 'There were failures.');
  process.exitCode = passed ? 0 : 1;
} finally {
  await rm(dir, { recursive: true, force: true });
}
