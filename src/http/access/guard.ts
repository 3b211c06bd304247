import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type ApiKey } from '../../config/api-keys.js';
import { NextItemError } from '../../errors.js';
import { type App } from '../app-type.js';
import { type AppDependencies } from '../dependencies.js';
import { Authorization } from './authorization.js';
import { allowOrigin } from './cors.js';
import { type LoadShedder } from './load-shedder.js';
import { RateLimits } from './rate-limits.js';
import { isForOperators } from './route-access.js';
import { SECURITY_HEADERS } from './security-headers.js';

/**
 * What stands in front of every route, the cheapest first: CORS, so that pages can read refusals too; the rate of the
 * address; the key; the rate of the key; how many are in hand. What waited too long does not come this far, see
 * front-door.ts.
 */
export function guard(app: App, shedder: LoadShedder, { config, metrics, clock }: AppDependencies): void {
  const allowed = new Set(config.allowedOrigins);
  const limits = new RateLimits(config, clock, metrics);
  const authorization = new Authorization(config);

  app.addHook('onRequest', (request, reply, done) => {
    if (allowOrigin(request, reply, allowed)) return;
    done(refusal(() => letIn(request, reply)));
  });
  app.addHook('preValidation', (request, reply, done) => {
    if (isForOperators(request.method, request.routeOptions.url)) return done();
    const leave = shedder.enter();
    if (leave === null) {
      metrics.shed('concurrency');
      return done(
        new NextItemError('overloaded', `${config.maxConcurrentRequests} requests are in hand already`),
      );
    }
    reply.raw.once('finish', leave);
    reply.raw.once('close', leave);
    // The body is read only now.
    done(refusal(() => countKey(authorization.checkBeacon(request, reply), reply)));
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    for (const name in SECURITY_HEADERS)
      if (!reply.hasHeader(name)) reply.header(name, SECURITY_HEADERS[name]);
    done(null, payload);
  });

  function letIn(request: FastifyRequest, reply: FastifyReply): void {
    limits.checkAddress(request, reply);
    countKey(authorization.check(request, reply), reply);
  }

  function countKey(key: ApiKey | null, reply: FastifyReply): void {
    if (key !== null) limits.checkKey(key, reply);
  }
}

/** What an action throws, as hooks want it. */
function refusal(action: () => void): Error | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
