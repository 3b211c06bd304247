import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { NextItemError } from '../../errors.js';
import { PAGES_POLICY } from '../access/security-headers.js';
import { type App } from '../app-type.js';
import { type BuiltFile, isServed, notBuilt, PAGES_FOLDER, readBuiltFile, sendFile } from '../built-files.js';

/**
 * The pages for people: `/` is a shop to try, `/console` looks behind it. They are read into memory when somebody first asks:
 * some hundred kilobytes.
 *
 * @param folder where they lie; default {@link PAGES_FOLDER}
 */
export function pageRoutes(app: App, folder = PAGES_FOLDER): void {
  let files: Promise<ReadonlyMap<string, BuiltFile>> | null = null;
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
      reply.header('content-security-policy', PAGES_POLICY).header('cache-control', cacheControl);
      return sendFile(request, reply, file);
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

async function readAll(folder: string): Promise<ReadonlyMap<string, BuiltFile>> {
  const names = ['index.html', 'console.html', 'icon.svg'];
  for (const name of await readdir(join(folder, 'assets')).catch(notBuilt)) names.push(`assets/${name}`);
  return new Map(
    await Promise.all(
      names.filter(isServed).map(async (name) => [name, await readBuiltFile(folder, name)] as const),
    ),
  );
}
