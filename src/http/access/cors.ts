import { type FastifyReply, type FastifyRequest } from 'fastify';

const METHODS = 'GET, POST, DELETE';
const REQUEST_HEADERS = 'authorization, content-type, x-api-key, x-request-budget-ms';
const ANSWER_HEADERS = 'retry-after, www-authenticate';
/** How long browsers remember a permission. */
const MAX_AGE_SECONDS = '600';

/** What an answer says of the pages that may read it. */
export function originHeaders(
  origin: string | undefined,
  allowed: ReadonlySet<string>,
): Record<string, string> {
  const everyone = allowed.has('*');
  const vary: Record<string, string> = everyone ? {} : { vary: 'Origin' };
  if (origin === undefined || !(everyone || allowed.has(origin))) return vary;
  return {
    ...vary,
    'access-control-allow-origin': everyone ? '*' : origin,
    'access-control-expose-headers': ANSWER_HEADERS,
  };
}

/**
 * Tells browsers which pages may read answers: those of the list, never with cookies. To all others nothing is said, and
 * browsers keep the answer from them.
 *
 * @returns whether this was a browser's question before the real request, and is answered
 */
export function allowOrigin(
  request: FastifyRequest,
  reply: FastifyReply,
  allowed: ReadonlySet<string>,
): boolean {
  if (allowed.size === 0) return false;
  const headers = originHeaders(request.headers.origin, allowed);
  reply.headers(headers);
  const permitted = headers['access-control-allow-origin'] !== undefined;
  const asksBefore =
    request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
  if (!permitted || !asksBefore) return false;
  void reply
    .code(204)
    .headers({
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': REQUEST_HEADERS,
      'access-control-max-age': MAX_AGE_SECONDS,
    })
    .send();
  return true;
}
