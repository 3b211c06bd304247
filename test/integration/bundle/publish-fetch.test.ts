import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type BundleIndex } from '../../../src/bundle/bundle-index.js';
import { installBundle } from '../../../src/bundle/install.js';
import { openBundle } from '../../../src/bundle/open-bundle.js';
import { publishBundle } from '../../../src/bundle/publish.js';
import { resolveBundle } from '../../../src/bundle/resolve.js';
import { S3Store } from '../../../src/bundle/s3-store.js';
import { writeBundle } from '../../../src/bundle/write-bundle.js';
import { contents, failureOf, sampleContent, scratch } from '../../unit/bundle/support.js';
import { closedPort, serveFolder, serveS3 } from './servers.js';

const OLD = '20240101-000000';
const NEW = '20250101-000000';
/** Quick tries: what is tested is that there are several, not how long they wait. */
const QUICK = { retryDelayMs: 1, timeoutMs: 5000 };

/** Two models, both published to a folder; an empty cache. */
async function published(): Promise<{ root: string; artifacts: string; target: string; cache: string }> {
  const root = await scratch();
  const [artifacts, target, cache] = ['artifacts', 'target', 'cache'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  await writeBundle(artifacts, sampleContent(NEW));
  await writeBundle(artifacts, sampleContent(OLD, 1));
  for (const version of [NEW, OLD]) await publishBundle({ artifactsDir: artifacts, version, target });
  return { root, artifacts, target, cache };
}

describe('publish and fetch', () => {
  it('through a folder, by path and by file://', async () => {
    const { artifacts, target, cache } = await published();
    expect((await readdir(target)).sort()).toEqual(
      [NEW, OLD].flatMap((v) => [`${v}.tar.gz`, `${v}.tar.gz.json`]).concat('index.json').sort(), // prettier-ignore
    );
    const installed = await installBundle({ version: 'latest', source: target, artifactsDir: cache });
    expect(installed).toEqual({ version: NEW, dir: join(cache, NEW), fetched: true });
    await installBundle({ version: OLD, source: pathToFileURL(target).href, artifactsDir: cache });
    expect(await contents(cache)).toEqual(await contents(artifacts));
    expect((await installBundle({ version: OLD, source: target, artifactsDir: cache })).fetched).toBe(false);
  });

  it('from a folder of plain bundles and from one archive', async () => {
    const { artifacts, target, cache } = await published();
    expect((await installBundle({ version: 'latest', source: artifacts, artifactsDir: cache })).version).toBe(
      NEW,
    );
    const archive = join(target, `${OLD}.tar.gz`);
    expect((await installBundle({ version: 'latest', source: archive, artifactsDir: cache })).version).toBe(
      OLD,
    );
    expect(await contents(cache)).toEqual(await contents(artifacts));
  });

  it('through HTTP, with redirects to another server as release assets have', async () => {
    const { artifacts, target, cache } = await published();
    let authorization: string | undefined;
    const assets = await serveFolder(target, (request) => {
      authorization = request.headers.authorization;
      return false;
    });
    const seen: (string | undefined)[] = [];
    const release = await serveFolder('/nowhere', (request, response) => {
      seen.push(request.headers.authorization);
      const name = /^\/shop\/releases\/(.*)$/.exec(request.url!)![1]!;
      response.writeHead(302, { location: `${assets.url}/${name}` }).end();
      return true;
    });
    const source = `${release.url.replace('//', '//me:secret@')}/shop/releases/`;
    const progress: number[] = [];
    const onProgress = (done: number): void => void progress.push(done);
    await installBundle({ version: 'latest', source, artifactsDir: cache, onProgress, ...QUICK });
    await installBundle({ version: OLD, source, artifactsDir: cache, ...QUICK });
    expect(await contents(cache)).toEqual(await contents(artifacts));
    expect(progress.at(-1)).toBe((await readFile(join(target, `${NEW}.tar.gz`))).length);
    expect(new Set(seen)).toEqual(new Set([`Basic ${Buffer.from('me:secret').toString('base64')}`]));
    expect(authorization).toBeUndefined();
  });

  it('from the HTTP address of one archive, whose version is inside', async () => {
    const { target, cache } = await published();
    await writeFile(join(target, 'model.tar.gz'), await readFile(join(target, `${NEW}.tar.gz`)));
    const { url } = await serveFolder(target);
    const source = `${url}/model.tar.gz?token=1`;
    expect((await installBundle({ version: 'latest', source, artifactsDir: cache, ...QUICK })).version).toBe(
      NEW,
    );
    const error = await failureOf(installBundle({ version: OLD, source, artifactsDir: cache, ...QUICK }));
    expect(error.code).toBe('bundle_source_failed');
    expect(error.message).toContain(`what came is model ${NEW}`);
    expect(error.message).not.toContain('token');
    expect(await readdir(cache)).toEqual([NEW]);
  });

  it('through an S3-compatible server', async () => {
    const { root, artifacts, cache } = await published();
    const env = await serveS3(join(root, 's3'));
    const target = 's3://models/shop one+(two)/prod';
    const progress: number[] = [];
    for (const version of [NEW, OLD]) {
      const onProgress = (done: number): void => void progress.push(done);
      const result = await publishBundle({
        artifactsDir: artifacts,
        version,
        target,
        env,
        onProgress,
        ...QUICK,
      });
      expect(result).toMatchObject({
        address: 's3://models/shop one+(two)/prod/',
        latest: NEW,
        uploaded: true,
      });
      expect(progress.at(-1)).toBe(result.entry.bytes);
    }
    await installBundle({ version: 'latest', source: target, artifactsDir: cache, env, ...QUICK });
    await installBundle({
      version: OLD,
      source: `${target}/${OLD}.tar.gz`,
      artifactsDir: cache,
      env,
      ...QUICK,
    });
    expect(await contents(cache)).toEqual(await contents(artifacts));

    const wrongKey = { ...env, AWS_SECRET_ACCESS_KEY: 'wrong' };
    const refused = await failureOf(
      installBundle({
        version: OLD,
        source: target,
        artifactsDir: join(root, 'c2'),
        env: wrongKey,
        ...QUICK,
      }),
    );
    expect(refused.code).toBe('bundle_source_failed');
    expect(refused.message).toContain('SignatureDoesNotMatch');
    expect(refused.message).not.toContain('wrong');
    const noBucket = await failureOf(
      installBundle({ version: OLD, source: 's3://others', artifactsDir: cache + 2, env, ...QUICK }),
    );
    expect(noBucket.message).toContain('no bucket others');
    const cannot = await failureOf(
      publishBundle({ artifactsDir: artifacts, version: NEW, target, env: wrongKey, ...QUICK }),
    );
    expect(cannot.code).toBe('bundle_publish_failed');
  });

  it('sends an upload again from its start when the server breaks off', async () => {
    const { root, artifacts, cache } = await published();
    const tries = new Map<string, number>();
    const env = await serveS3(join(root, 's3'), (request, response) => {
      const times = (tries.get(request.url!) ?? 0) + 1;
      if (request.method !== 'PUT') return false;
      tries.set(request.url!, times);
      if (times === 1) response.writeHead(503).end();
      else if (times === 2) request.once('data', () => request.socket.destroy());
      else return false;
      return true;
    });
    const target = 's3://models/p';
    await publishBundle({ artifactsDir: artifacts, version: NEW, target, env, ...QUICK });
    expect([...tries.values()]).toEqual([3, 3, 3]);
    const { dir } = await installBundle({ version: NEW, source: target, artifactsDir: cache, env, ...QUICK });
    expect(await contents(dir)).toEqual(await contents(join(artifacts, NEW)));
  });

  it('lists more objects than fit one page', async () => {
    const { root, artifacts } = await published();
    const env = await serveS3(join(root, 's3'));
    const store = new S3Store('s3://models/many', env, QUICK);
    const names = Array.from({ length: 10 }, (_, i) => `x${String(i).padStart(4, '0')}`);
    for (const name of names) await store.putText(name, '{}');
    expect((await store.list()).sort()).toEqual(names);
    expect(await readdir(artifacts)).toHaveLength(2);
  });
});

describe('publishing', () => {
  it('again changes nothing, and another model under the same version is refused', async () => {
    const { root, artifacts, target } = await published();
    const before = await contents(target);
    expect((await publishBundle({ artifactsDir: artifacts, version: 'latest', target })).uploaded).toBe(
      false,
    );
    const other = join(root, 'other');
    await writeBundle(other, sampleContent(NEW, 2));
    expect((await failureOf(publishBundle({ artifactsDir: other, version: NEW, target }))).code).toBe(
      'bundle_exists',
    );
    expect(await contents(target)).toEqual(before);
  });

  it('completes what an interrupted publication left', async () => {
    const { artifacts, target } = await published();
    const before = await contents(target);
    for (const lost of ['index.json', `${NEW}.tar.gz`, `${NEW}.tar.gz.json`]) {
      await rm(join(target, lost));
      await publishBundle({ artifactsDir: artifacts, version: NEW, target });
      expect(await contents(target), lost).toEqual(before);
    }
  });

  it.each(['folder', 's3'])('by many at once loses no version (%s)', async (kind) => {
    const root = await scratch();
    const env = kind === 's3' ? await serveS3(join(root, 's3')) : {};
    const target = kind === 's3' ? 's3://models' : join(root, 'target');
    const artifactsDir = join(root, 'artifacts');
    const versions = Array.from({ length: 6 }, (_, i) => `2024010${i + 1}-000000`);
    for (const version of versions) await writeBundle(artifactsDir, sampleContent(version));
    await Promise.all(
      versions.map((version) => publishBundle({ artifactsDir, version, target, env, ...QUICK })),
    );
    const cache = join(root, 'cache');
    for (const version of versions)
      await installBundle({ version, source: target, artifactsDir: cache, env, ...QUICK });
    expect(await contents(cache)).toEqual(await contents(artifactsDir));
  });

  it('loses no version when an index made from an old list is written last', async () => {
    const root = await scratch();
    const artifactsDir = join(root, 'artifacts');
    for (const version of [OLD, NEW]) await writeBundle(artifactsDir, sampleContent(version));
    // The first write of the index is held back until another publisher has come and gone.
    let held = (): void => {};
    const isHeld = new Promise<void>((resolve) => (held = resolve));
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    let indexWrites = 0;
    const env = await serveS3(join(root, 's3'), async (request) => {
      if (request.method === 'PUT' && request.url!.endsWith('/index.json') && ++indexWrites === 1) {
        held();
        await released;
      }
      return false;
    });
    const options = { artifactsDir, target: 's3://models', env, ...QUICK };
    const first = publishBundle({ ...options, version: OLD });
    await isHeld;
    await publishBundle({ ...options, version: NEW });
    release();
    expect((await first).latest).toBe(NEW);
    const index = await new S3Store('s3://models', env, QUICK).readText('index.json');
    expect((JSON.parse(index!) as BundleIndex).versions.map(({ version }) => version)).toEqual([NEW, OLD]);
    // One by each publisher, and the one that mends.
    expect(indexWrites).toBe(3);
  });

  it('refuses HTTP targets, damaged bundles and unknown versions', async () => {
    const { artifacts, target } = await published();
    const code = async (change: object): Promise<string> =>
      (await failureOf(publishBundle({ artifactsDir: artifacts, version: NEW, target, ...change }))).code;
    expect(await code({ target: 'https://shop.example/models' })).toBe('bundle_publish_failed');
    expect(await code({ target: 'ftp://shop.example/models' })).toBe('bundle_publish_failed');
    expect(await code({ version: '20200101-000000' })).toBe('bundle_not_found');
    expect(await code({ signal: AbortSignal.abort() })).toBe('interrupted');
    await truncate(join(artifacts, NEW, 'sections.bin'), 3);
    expect(await code({})).toBe('bundle_invalid');
    await writeFile(join(target, 'index.json'), 'garbage');
    expect(await code({ version: OLD })).toBe('bundle_publish_failed');
    expect((await readdir(artifacts)).sort()).toEqual([OLD, NEW]);
  });
});

describe('a source that misbehaves', () => {
  it('for a moment is asked again', async () => {
    const { artifacts, target, cache } = await published();
    const failures = new Map<string, number>();
    const { url, requests } = await serveFolder(target, (request, response) => {
      const times = (failures.get(request.url!) ?? 0) + 1;
      failures.set(request.url!, times);
      if (times === 1) response.writeHead(503).end();
      else if (times === 2) request.socket.destroy();
      else if (times === 3 && request.url!.endsWith('.gz')) response.writeHead(200, { 'content-length': 5000 }).write('half', () => request.socket.destroy());
      else return false;
      return true;
    }); // prettier-ignore
    await installBundle({ version: NEW, source: url, artifactsDir: cache, ...QUICK });
    expect((await contents(cache))[`${NEW}/manifest.json`]).toBe(
      (await contents(artifacts))[`${NEW}/manifest.json`],
    );
    expect(requests).toHaveLength(3 + 4);
  });

  it('gives an error that says what happened, and leaves nothing behind', async () => {
    const { target, cache } = await published();
    const archive = await readFile(join(target, `${NEW}.tar.gz`));
    let answer: (response: ServerResponse) => unknown = () => undefined;
    const { url } = await serveFolder(target, (request, response) => {
      if (!request.url!.endsWith('.gz')) return false;
      answer(response);
      return true;
    });
    const fetchNew = async (source = url, more: object = {}): Promise<string> => {
      const error = await failureOf(
        installBundle({ version: NEW, source, artifactsDir: cache, ...QUICK, attempts: 2, ...more }),
      );
      expect(error.code).toBe('bundle_source_failed');
      const left = await readdir(cache).catch(() => []);
      expect(left).toEqual([]);
      return error.detail;
    };
    answer = (response) => response.writeHead(404).end();
    expect(await fetchNew()).toMatch(/^GET http:.*\.tar\.gz: HTTP 404$/);
    answer = (response) => response.writeHead(500).end();
    expect(await fetchNew()).toMatch(/HTTP 500 \(2 tries\)$/);
    answer = (response) => response.writeHead(200).end(archive.subarray(0, -1)); // chunked, so the end looks right
    expect(await fetchNew()).toMatch(/bytes came instead of/);
    answer = (response) => response.writeHead(200).end(Buffer.concat([archive, Buffer.from('x')]));
    expect(await fetchNew()).toMatch(/more than the expected/);
    answer = (response) => response.writeHead(200).end(Buffer.alloc(archive.length));
    expect(await fetchNew()).toMatch(/SHA-256 of what came/);
    answer = (response) =>
      response.writeHead(200, { 'content-length': archive.length }).write(archive.subarray(0, 100));
    expect(await fetchNew(url, { timeoutMs: 100 })).toMatch(/nothing moved for 100 ms/);
    answer = () => undefined; // never answers
    expect(await fetchNew(url, { timeoutMs: 100 })).toMatch(/nothing moved for 100 ms/);
    answer = (response) => response.writeHead(302, { location: `/${NEW}.tar.gz` }).end();
    expect(await fetchNew()).toMatch(/more than 10 redirects/);
    answer = (response) => response.writeHead(302, { location: 'http://shop.example/x' }).end();
    expect(await fetchNew()).toMatch(/plain http to shop\.example is refused/);
    answer = (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    expect(await fetchNew()).toMatch(/protocol file: is not supported/);
    expect(await fetchNew('http://shop.example/models')).toMatch(/plain http/);
    expect(await fetchNew(await closedPort())).toMatch(/ECONNREFUSED.*2 tries/);
    expect(await fetchNew('gopher://x')).toMatch(/gopher/);
    expect(await fetchNew('s3://UPPER?')).toMatch(/not of the form/);
    expect(await fetchNew(join(target, 'nothing'))).toMatch(/is not a folder/);
    expect(await fetchNew(`${url}/nothing`)).toMatch(/has no index\.json/);
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '<html>', /not JSON/],
    ['another document', '{"a":1}', /a list "versions"/],
    [
      'a file elsewhere',
      `{"versions":[{"version":"${NEW}","file":"../x","sha256":"${'0'.repeat(64)}","bytes":1}]}`,
      /plain file name/,
    ],
    ['no checksum', `{"versions":[{"version":"${NEW}","file":"x.tar.gz","bytes":1}]}`, /no sha256/],
    ['a latest it does not have', '{"latest":"x","versions":[]}', /"latest" is not/],
    ['nothing', '{"versions":[]}', /has no date-stamped model/],
  ])('with an index of %s is refused', async (_what, index, message) => {
    const root = await scratch();
    await writeFile(join(root, 'index.json'), index);
    const { url } = await serveFolder(root);
    const error = await failureOf(
      installBundle({ version: 'latest', source: url, artifactsDir: join(root, 'cache'), ...QUICK }),
    );
    expect(error.code).toBe('bundle_source_failed');
    expect(error.message).toMatch(message);
  });

  it('that is a folder is held to the checksum of its index too', async () => {
    const { target, cache } = await published();
    // A whole and valid archive of the right version, but not the one the index speaks of.
    const index = await readFile(join(target, 'index.json'), 'utf8');
    await writeFile(join(target, 'index.json'), index.replace(/"sha256": "./, (start) => `${start.slice(0, -1)}${start.endsWith('0') ? '1' : '0'}`)); // prettier-ignore
    const error = await failureOf(installBundle({ version: NEW, source: target, artifactsDir: cache }));
    expect(error.code).toBe('bundle_source_failed');
    expect(error.message).toContain('SHA-256');
    expect(await readdir(cache)).toEqual([]);
  });

  it('may be left in the middle of a download', async () => {
    const { target, cache } = await published();
    const { url } = await serveFolder(target, (request, response) => {
      if (!request.url!.endsWith('.gz')) return false;
      response.writeHead(200, { 'content-length': 100_000 }).write('x'.repeat(1000));
      return true;
    });
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    const options = {
      version: NEW,
      source: url,
      artifactsDir: cache,
      onProgress,
      signal: controller.signal,
      ...QUICK,
    };
    expect((await failureOf(installBundle(options))).code).toBe('interrupted');
    expect(await readdir(cache)).toEqual([]);
  });
});

describe('resolving what to serve', () => {
  it('takes a version that is there without asking, and fetches one that is not', async () => {
    const { target, cache } = await published();
    const { url, requests } = await serveFolder(target);
    const options = { version: OLD, artifactsDir: cache, source: url, ...QUICK };
    expect(await resolveBundle(options)).toEqual({
      version: OLD,
      dir: join(cache, OLD),
      origin: 'fetched',
      warnings: [],
    });
    const asked = requests.length;
    expect((await resolveBundle(options)).origin).toBe('cache');
    expect(requests).toHaveLength(asked);
  });

  it('asks the source what is latest, and fetches it once', async () => {
    const { target, cache, artifacts } = await published();
    const { url } = await serveFolder(target);
    const options = { version: 'latest', artifactsDir: cache, source: url, ...QUICK };
    expect(await resolveBundle(options)).toMatchObject({ version: NEW, origin: 'fetched' });
    expect(await resolveBundle(options)).toMatchObject({ version: NEW, origin: 'cache', warnings: [] });
    const newer = '20260101-000000';
    await writeBundle(artifacts, sampleContent(newer));
    await publishBundle({ artifactsDir: artifacts, version: newer, target });
    expect(await resolveBundle(options)).toMatchObject({ version: newer, origin: 'fetched' });
  });

  it('falls back to the newest good one with a loud warning', async () => {
    const { artifacts } = await published();
    const logged: string[] = [];
    const source = await closedPort();
    const options = {
      artifactsDir: artifacts,
      source,
      log: (line: string) => void logged.push(line),
      ...QUICK,
    };
    for (const version of ['latest', '20990101-000000']) {
      const resolved = await resolveBundle({ version, ...options });
      expect(resolved).toMatchObject({ version: NEW, dir: join(artifacts, NEW), origin: 'fallback' });
      expect(resolved.warnings.at(-1)).toContain(`Model ${version} could not be fetched; serving ${NEW}`);
      expect(resolved.warnings.at(-1)).toContain('ECONNREFUSED');
    }
    await truncate(join(artifacts, NEW, 'sections.bin'), 3);
    const second = await resolveBundle({ version: 'latest', ...options });
    expect(second.version).toBe(OLD);
    expect(
      second.warnings.some((line) => line.includes(`Model ${NEW}`) && line.includes('passed over')),
    ).toBe(true);
    expect(logged.length).toBeGreaterThanOrEqual(4);
    await truncate(join(artifacts, OLD, 'sections.bin'), 3);
    const error = await failureOf(resolveBundle({ version: 'latest', ...options }));
    expect(error.code).toBe('bundle_source_failed');
    expect(error.message).toMatch(/ECONNREFUSED.*nothing good to serve/);
  });

  it('falls back when what the source sends is no good model', async () => {
    const { target, cache } = await published();
    await installBundle({ version: OLD, source: target, artifactsDir: cache });
    await mkdir(join(target, NEW));
    await writeFile(join(target, `${NEW}.tar.gz`), 'garbage');
    const resolved = await resolveBundle({ version: 'latest', source: target, artifactsDir: cache });
    expect(resolved).toMatchObject({ version: OLD, origin: 'fallback' });
    expect(await readdir(cache)).toEqual([OLD]);
  });

  it('fetches a damaged version again', async () => {
    const { target, cache, artifacts } = await published();
    await installBundle({ version: NEW, source: target, artifactsDir: cache });
    await writeFile(join(cache, NEW, 'ranker.txt'), 'Tree\nversion=v4\n');
    const resolved = await resolveBundle({ version: NEW, source: target, artifactsDir: cache });
    expect(resolved.origin).toBe('fetched');
    expect(resolved.warnings).toHaveLength(1);
    await openBundle(resolved.dir, { verify: 'full' });
    expect((await contents(cache))[`${NEW}/ranker.txt`]).toBe(
      (await contents(artifacts))[`${NEW}/ranker.txt`],
    );
  });

  it('without a source serves what is there, or says why not', async () => {
    const { artifacts, cache } = await published();
    expect(await resolveBundle({ version: 'latest', artifactsDir: artifacts })).toMatchObject({
      version: NEW,
      origin: 'cache',
    });
    const error = await failureOf(resolveBundle({ version: '20990101-000000', artifactsDir: artifacts }));
    expect(error.code).toBe('bundle_not_found');
    expect(error.message).toContain(`it has ${NEW}, ${OLD}`);
    expect((await failureOf(resolveBundle({ version: 'latest', artifactsDir: cache }))).message).toContain(
      'no models at all',
    );
    await truncate(join(artifacts, NEW, 'sections.bin'), 3);
    expect((await failureOf(resolveBundle({ version: NEW, artifactsDir: artifacts }))).code).toBe(
      'bundle_invalid',
    );
    const older = await resolveBundle({ version: 'latest', artifactsDir: artifacts });
    expect(older.version).toBe(OLD);
    expect(older.warnings).toHaveLength(1);
  });

  it('stops when told to in the middle of fetching, though there is something to fall back to', async () => {
    const { artifacts } = await published();
    const controller = new AbortController();
    const { url } = await serveFolder('/nowhere', () => {
      controller.abort();
      return true; // never answers
    });
    const options = {
      version: 'latest',
      source: url,
      artifactsDir: artifacts,
      signal: controller.signal,
      ...QUICK,
    };
    expect((await failureOf(resolveBundle(options))).code).toBe('interrupted');
  });

  it('stops when told to, instead of falling back', async () => {
    const { artifacts, target } = await published();
    const signal = AbortSignal.abort();
    const options = { version: 'latest', source: target, artifactsDir: artifacts, signal };
    expect((await failureOf(resolveBundle(options))).code).toBe('interrupted');
  });
});
