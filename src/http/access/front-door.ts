import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { NextItemError } from '../../errors.js';
import { type Metrics } from '../../observability/metrics.js';
import { problemBody, PROBLEM_TYPE, RETRY_AFTER_SECONDS } from '../problem.js';
import { originHeaders } from './cors.js';
import { type LoadShedder } from './load-shedder.js';
import { isForOperators } from './route-access.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** The route's name in metrics of requests that were refused before anybody looked which route it is. */
const ROUTE = '(shed)';

const BODY = Buffer.from(
  JSON.stringify(
    problemBody(new NextItemError('overloaded', 'it would have to wait too long for its turn'), 'none'),
  ),
);
const HEADERS = {
  ...SECURITY_HEADERS,
  'content-type': PROBLEM_TYPE,
  'content-length': BODY.length,
  'retry-after': RETRY_AFTER_SECONDS,
};

/**
 * Refuses what waited too long before anything else is done for it: routing, hooks and an error on its way through them
 * cost several times as much, which in an overload is taken from those that are accepted.
 *
 * @param handler for everything that is let in
 * @param allowedOrigins of CORS, so that pages can read the refusal
 */
export function frontDoor(
  handler: RequestListener,
  shedder: LoadShedder,
  metrics: Metrics,
  allowedOrigins: ReadonlySet<string>,
): RequestListener {
  return (request, response) => {
    if (shedder.onArrival() && !mayPass(request)) refuse(request, response);
    else handler(request, response);
  };

  function refuse(request: IncomingMessage, response: ServerResponse): void {
    metrics.shed('queue');
    metrics.request(ROUTE, request.method === 'POST' ? 'POST' : '(other)', 503, 0);
    const { origin } = request.headers;
    response.writeHead(503, allowedOrigins.size === 0 ? HEADERS : { ...HEADERS, ...originHeaders(origin, allowedOrigins) }); // prettier-ignore
    response.end(BODY);
  }
}

/** Operators must see how it goes; a browser's question before the request costs little and is no request yet. */
function mayPass({ method = '', url = '' }: IncomingMessage): boolean {
  return method === 'OPTIONS' || isForOperators(method, url.split('?', 1)[0]);
}
