import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MANIFEST_FILE, RANKER_FILE, SECTIONS_FILE } from '../../../src/bundle/manifest.js';
import { runCommand, type Served, until, writeTestBundle } from '../../support/served.js';

// These tests run the built code in processes of its own: npm run build.

const FIRST = '20260101-000000';
const NEXT = '20260102-000000';
const LATER = '20260103-000000';

let served: Served | null = null;
afterEach(async () => {
  await served?.cleanUp();
  served = null;
});

/** A server with its folder of bundles; it looks for others only when it is told to. */
async function serve(env: Record<string, string> = {}) {
  served = await runCommand(['serve'], { MODEL_POLL_SECONDS: '0', DEBUG_ENDPOINTS: 'true', ...env });
  const artifacts = join(served.statePath, '..', 'artifacts');
  return { ...served, artifacts };
}

async function modelInService(server: Served): Promise<string> {
  const { status, body } = await server.post('/recommend', {
    session_id: 's',
    events: [{ item_id: 'tea', event_type: 'view' }],
  });
  expect(status).toBe(200);
  const { model_version: version, recommendations } = body as {
    model_version: string;
    recommendations: unknown[];
  };
  expect(recommendations.length).toBeGreaterThan(0);
  return version;
}

async function flipBit(path: string, share: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[Math.floor(bytes.length * share)]! ^= 4;
  await writeFile(path, bytes);
}

/** Changes a manifest and makes its checksum right again: what another version might have written. */
async function forge(dir: string, change: (text: string) => string): Promise<void> {
  const path = join(dir, MANIFEST_FILE);
  const head = change(await readFile(path, 'utf8')).replace(/,\n {2}"checksum": "[0-9a-f]{64}"\n\}\n$/, '');
  const checksum = createHash('sha256').update(head).digest('hex');
  await writeFile(path, `${head},\n  "checksum": "${checksum}"\n}\n`);
}

/** Each damages a good bundle in a folder; with what the refusal says. */
const FAULTS: Record<string, [damage: (dir: string) => Promise<void>, reason: RegExp]> = {
  'cut off': [(dir) => truncate(join(dir, SECTIONS_FILE), 1000), /sections\.bin has 1000 bytes/],
  'with a flipped bit in its tables': [(dir) => flipBit(join(dir, SECTIONS_FILE), 0.5), /sections\.bin/],
  'with a flipped bit in its ranker': [(dir) => flipBit(join(dir, RANKER_FILE), 0.5), /ranker\.txt/],
  'with a flipped bit in its manifest': [
    (dir) => flipBit(join(dir, MANIFEST_FILE), 0.5),
    /checksum|manifest/,
  ],
  'copied by half': [(dir) => rm(join(dir, RANKER_FILE)), /ranker\.txt/],
  'of another feature set': [
    (dir) =>
      forge(dir, (text) =>
        text.replace(/"featureSetHash": "[0-9a-f]{12}/, '"featureSetHash": "0123456789ab'),
      ),
    /feature set 0123456789ab/,
  ],
  'of a format to come': [
    (dir) => forge(dir, (text) => text.replace(/"formatVersion": \d+/, '"formatVersion": 99')),
    /format is 99/,
  ],
};

describe.each(Object.entries(FAULTS))('a bundle %s', (_name, [damage, reason]) => {
  it('is refused with the reason, and the one in service stays', async () => {
    const server = await serve();
    await writeTestBundle(server.artifacts, NEXT, { ranker: true });
    await damage(join(server.artifacts, NEXT));
    const { status, body } = await server.post('/model/reload', {});
    const { detail = '', warnings = [] } = body as { detail?: string; warnings?: string[] };
    expect([200, 409]).toContain(status);
    expect([detail, ...warnings].join()).toMatch(reason);
    expect([detail, ...warnings].join()).toContain(NEXT);
    expect(await modelInService(server)).toBe(FIRST);
    await until(() => reason.test(server.output())); // the log says it too

    // The next good one is taken.
    await rm(join(server.artifacts, NEXT), { recursive: true });
    await writeTestBundle(server.artifacts, LATER);
    expect(await server.post('/model/reload', {})).toEqual({
      status: 200,
      body: { model_version: LATER, previous_model_version: FIRST, changed: true, warnings: [] },
    });
    expect(await modelInService(server)).toBe(LATER);
  });

  it('is not started with', async () => {
    served = await runCommand(['serve'], {}, { bundle: false });
    await served.exited;
    const artifacts = join(served.statePath, '..', 'artifacts');
    await writeTestBundle(artifacts, NEXT, { ranker: true });
    await damage(join(artifacts, NEXT));
    const again = await runCommand(
      ['serve', '--artifacts', artifacts, '--model-version', NEXT],
      {},
      { bundle: false },
    );
    try {
      expect(await again.exited).not.toBe(0);
      expect(again.output()).toMatch(reason);
    } finally {
      await again.cleanUp();
    }
  });
});

describe.each(['1', '2'])('with %s worker(s)', (workers) => {
  it('a new model is taken under load without a failed answer, and the old folder may go', async () => {
    const server = await serve({ WORKERS: workers });
    let over = false;
    const versions = new Set<string>();
    const load = Array.from({ length: 4 }, async () => {
      while (!over) versions.add(await modelInService(server));
    });
    for (const version of [NEXT, LATER]) {
      await writeTestBundle(server.artifacts, version, { ranker: version === NEXT });
      const { status, body } = await server.post('/model/reload', {});
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { model_version: version, changed: true },
      });
      for (const old of await readdir(server.artifacts))
        if (old !== version) await rm(join(server.artifacts, old), { recursive: true });
      // Every worker.
      for (let i = 0; i < 10; i++) expect(await modelInService(server)).toBe(version);
    }
    over = true;
    await Promise.all(load);
    expect([...versions].sort()).toEqual([FIRST, NEXT, LATER]);
    expect(JSON.parse(await server.text('/version'))).toMatchObject({ model_version: LATER });
    expect(await server.text('/metrics')).toContain(
      `nextitem_model_exchanges_total{outcome="taken"} ${2 * Number(workers)}`,
    );
  });
});

describe.skipIf(process.platform !== 'linux')('a new model', () => {
  it('is found by itself, and by SIGHUP, and served by workers that come later', async () => {
    const polling = await serve({ MODEL_POLL_SECONDS: '1' });
    await writeTestBundle(polling.artifacts, NEXT);
    await until(async () => (await modelInService(polling)) === NEXT);
    await polling.cleanUp();

    const server = await serve({ WORKERS: '2' });
    await writeTestBundle(server.artifacts, NEXT);
    server.child.kill('SIGHUP');
    await until(() => server.output().includes(`model ${NEXT} is in service`));
    const pid = server.child.pid!;
    const [victim] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
    process.kill(victim!, 'SIGKILL');
    await until(() => server.output().includes('a worker died and is replaced'));
    const children = () =>
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
    await until(() => children().length === 2 && !children().includes(victim!));
    for (let i = 0; i < 20; i++) expect(await modelInService(server)).toBe(NEXT);
  });

  it('takes the memory of the one before', async () => {
    // A small heap is looked through often: what nobody holds any more is found soon.
    const server = await serve({ NODE_OPTIONS: '--max-old-space-size=48' });
    const mapped = () =>
      readFileSync(`/proc/${server.child.pid!}/maps`, 'utf8')
        .split('\n')
        .filter((line) => line.includes(SECTIONS_FILE)).length;
    for (let n = 10; n < 25; n++) {
      await writeTestBundle(server.artifacts, `202601${n}-000000`);
      expect((await server.post('/model/reload', {})).body).toMatchObject({ changed: true });
    }
    // The garbage collector takes its time, but not for ever.
    await until(async () => {
      for (let i = 0; i < 50; i++) await modelInService(server);
      return mapped() < 8;
    });
  }, 120_000);
});

it('what has no manifest, or the wrong name, is no model', async () => {
  const server = await serve();
  await mkdir(join(server.artifacts, NEXT));
  await writeTestBundle(server.artifacts, LATER);
  await rm(join(server.artifacts, LATER, MANIFEST_FILE));
  await cp(join(server.artifacts, FIRST), join(server.artifacts, 'notes'), { recursive: true });
  expect((await server.post('/model/reload', {})).body).toMatchObject({
    model_version: FIRST,
    changed: false,
  });
});
