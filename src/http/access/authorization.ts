import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type ApiKey } from '../../config/api-keys.js';
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
   * The key a request is let through with, null without one. Errors: `key_missing`, `key_unknown`, `scope_missing`,
   * `origin_refused`, `admin_closed`; 401 and a missing scope come with WWW-Authenticate.
   */
  check(request: FastifyRequest, reply: FastifyReply): ApiKey | null {
    const access = accessOf(request.method, request.routeOptions.url);
    if (this.config.keys.length === 0) {
      if (this.isOpen(access) || access === 'ingest' || access === 'read') return null;
      throw new NextItemError('admin_closed', 'no API keys are set on this server');
    }
    if (this.isOpen(access)) return null;
    const scope =
      access === 'docs' || access === 'metrics' || access === 'public' || access === 'pages'
        ? 'admin'
        : access;
    const presented = presentedKey(request.headers);
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
