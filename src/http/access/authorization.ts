import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type ApiKey, type Scope } from '../../config/api-keys.js';
import { type Config } from '../../config/schema.js';
import { NextItemError } from '../../errors.js';
import { KeyRing, presentedKey } from './key-ring.js';
import { accessOf, type RouteAccess } from './route-access.js';

const CHALLENGE = 'Bearer realm="nextitem"';

/** Lets a request through or not, by its key and its route. */
export class Authorization {
  private readonly ring: KeyRing;

  constructor(private readonly config: Config) {
    this.ring = new KeyRing(config.keys);
  }

  /**
   * The key a request is let through with, null without one or while its body has to be read for it ({@link checkBeacon}).
   * Errors: `key_missing`, `key_unknown`, `scope_missing`, `origin_refused`, `admin_closed`; 401 and a missing scope come with
   * WWW-Authenticate.
   */
  check(request: FastifyRequest, reply: FastifyReply): ApiKey | null {
    const access = accessOf(request.method, request.routeOptions.url);
    if (this.config.keys.length === 0) {
      if (this.isOpen(access) || access === 'ingest' || access === 'read' || access === 'beacon') return null;
      throw new NextItemError('admin_closed', 'no API keys are set on this server');
    }
    if (this.isOpen(access) || access === 'beacon') return null;
    const scope = access === 'ingest' || access === 'read' ? access : 'admin';
    return this.keyFor(scope, presentedKey(request.headers), request, reply);
  }

  /**
   * The key in the body of a page's beacon, null if this is none or there are no keys. It must be bound to origins: it stands
   * in a page for everybody to read. Errors as for {@link check}.
   */
  checkBeacon(request: FastifyRequest, reply: FastifyReply): ApiKey | null {
    if (this.config.keys.length === 0) return null;
    if (accessOf(request.method, request.routeOptions.url) !== 'beacon') return null;
    const presented = (request.body as { key?: unknown } | null)?.key;
    const key = this.keyFor('ingest', typeof presented === 'string' ? presented : null, request, reply);
    if (key.origins.length === 0)
      throw new NextItemError(
        'origin_refused',
        'a key in a page must be bound to the origin of the page',
        'body.key',
      );
    return key;
  }

  private keyFor(
    scope: Scope,
    presented: string | null,
    request: FastifyRequest,
    reply: FastifyReply,
  ): ApiKey {
    if (presented === null) {
      reply.header('www-authenticate', CHALLENGE);
      throw new NextItemError('key_missing', `a key with the scope ${scope}`);
    }
    const key = this.ring.find(presented);
    if (key === null) {
      reply.header('www-authenticate', `${CHALLENGE}, error="invalid_token"`);
      throw new NextItemError('key_unknown', 'no key of this server is equal to it');
    }
    if (!key.scopes.includes(scope)) {
      reply.header('www-authenticate', `${CHALLENGE}, error="insufficient_scope", scope="${scope}"`);
      throw new NextItemError(
        'scope_missing',
        `it needs the scope ${scope}, and has ${key.scopes.join(', ')}`,
      );
    }
    if (key.origins.length > 0 && !key.origins.includes(request.headers.origin ?? ''))
      throw new NextItemError(
        'origin_refused',
        'its origin is not one of those the key is bound to',
        'header origin',
      );
    return key;
  }

  /** Whether a route needs no key, whatever keys there are. */
  private isOpen(access: RouteAccess): boolean {
    const { keys, debugEndpoints, openMetrics } = this.config;
    if (access === 'public' || access === 'pages') return true;
    if (access === 'docs') return debugEndpoints;
    const debug = keys.length === 0 && debugEndpoints;
    return access === 'metrics' ? (openMetrics ?? debug) : access === 'admin' && debug;
  }
}
