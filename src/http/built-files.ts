import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { NextItemError } from '../errors.js';

/** What `npm run build` makes of web/. */
export const PAGES_FOLDER = fileURLToPath(new URL('../web/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file as it is sent. */
export interface BuiltFile {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

/** Whether files of this name are sent at all. */
export function isServed(name: string): boolean {
  return TYPES[extname(name)] !== undefined;
}

/** Errors: `not_found` with what to do when it was not built. */
export async function readBuiltFile(folder: string, name: string): Promise<BuiltFile> {
  const plain = await readFile(join(folder, name)).catch(notBuilt);
  return {
    type: TYPES[extname(name)]!,
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    plain,
    gzipped: await promisify(gzip)(plain, { level: 9 }),
  };
}

export function notBuilt(error: unknown): never {
  throw new NextItemError('not_found', 'the pages were not built; run: npm run build', undefined, {
    cause: error,
  });
}

/** Sends a file, gzipped for those who can read it; 304 to those who have it. */
export function sendFile(request: FastifyRequest, reply: FastifyReply, file: BuiltFile): FastifyReply {
  reply.header('vary', 'accept-encoding').header('etag', file.etag);
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (zipped) reply.header('content-encoding', 'gzip');
  return reply.type(file.type).send(zipped ? file.gzipped : file.plain);
}
