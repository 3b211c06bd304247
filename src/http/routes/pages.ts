import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { NextItemError } from '../../errors.js';
import { PAGES_POLICY } from '../access/security-headers.js';
import { type App } from '../app-type.js';

/** What `npm run build` makes of web/. */
export const PAGES_FOLDER = fileURLToPath(new URL('../../web/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface PageFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

/**
 * The pages for people: `/` is a shop to try, `/console` looks behind it. They are read into memory when somebody first asks:
 * some hundred kilobytes.
 *
 * @param folder where they lie; default {@link PAGES_FOLDER}
 */
export function pageRoutes(app: App, folder = PAGES_FOLDER): void {
  let files: Promise<ReadonlyMap<string, PageFile>> | null = null;
  const all = () => {
    files ??= readAll(folder);
    files.catch(() => (files = null));
    return files;
  };
  const send = (name: (request: FastifyRequest) => string, cacheControl: string) =>
    async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      const file = (await all()).get(name(request));
      if (file === undefined)
        throw new NextItemError('not_found', `there is no ${request.url.slice(0, 200)}`);
      const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
      if (zipped) reply.header('content-encoding', 'gzip');
      return reply
        .header('content-security-policy', PAGES_POLICY)
        .header('cache-control', cacheControl)
        .header('vary', 'accept-encoding')
        .type(file.type)
        .send(zipped ? file.gzipped : file.plain);
    };
  const schema = { hide: true };
  app.get(
    '/',
    { schema },
    send(() => 'index.html', 'no-cache'),
  );
  app.get(
    '/console',
    { schema },
    send(() => 'console.html', 'no-cache'),
  );
  app.get(
    '/icon.svg',
    { schema },
    send(() => 'icon.svg', 'public, max-age=86400'),
  );
  // Their names change with what is in them.
  app.get<{ Params: { file: string } }>(
    '/assets/:file',
    { schema },
    send(
      ({ params }) => `assets/${(params as { file: string }).file}`,
      'public, max-age=31536000, immutable',
    ),
  );
}

async function readAll(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const names = ['index.html', 'console.html', 'icon.svg'];
  for (const name of await readdir(join(folder, 'assets')).catch(notBuilt)) names.push(`assets/${name}`);
  return new Map(
    await Promise.all(
      names
        .filter((name) => TYPES[extname(name)] !== undefined)
        .map(async (name) => {
          const plain = await readFile(join(folder, name)).catch(notBuilt);
          const gzipped = await promisify(gzip)(plain, { level: 9 });
          return [name, { type: TYPES[extname(name)]!, plain, gzipped }] as const;
        }),
    ),
  );
}

function notBuilt(error: unknown): never {
  throw new NextItemError('not_found', 'the pages were not built; run: npm run build', undefined, {
    cause: error,
  });
}
