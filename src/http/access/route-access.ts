import { type Scope } from '../../config/api-keys.js';

/**
 * Who may use a route: those with a key of a scope, which for a page's beacon stands in the body; everybody; or by a setting of
 * its own.
 */
export type RouteAccess = Scope | 'beacon' | 'public' | 'pages' | 'docs' | 'metrics';

/** Every route of the API in one place. A route that is not here is for admins: forgetting one closes it. */
const ACCESS: Readonly<Record<string, RouteAccess>> = {
  'POST /event': 'ingest',
  'POST /events': 'ingest',
  'POST /beacon': 'beacon',
  'POST /recommend': 'read',
  'GET /items/:item_id/similar': 'read',
  'GET /popular': 'read',
  'GET /catalogue/categories': 'read',
  'GET /catalogue/items': 'read',
  'GET /catalogue/items/:item_id': 'read',
  'GET /version': 'public',
  'GET /session/:session_id': 'admin',
  'DELETE /session/:session_id': 'admin',
  'DELETE /users/:user_id': 'admin',
  'POST /inspect': 'admin',
  'GET /models': 'admin',
  'GET /models/:version': 'admin',
  'POST /models/compare': 'admin',
  'GET /live': 'admin',
  'POST /model/reload': 'admin',
  'GET /health': 'public',
  'GET /ready': 'public',
  'GET /metrics': 'metrics',
  'GET /openapi.json': 'docs',
  'GET /nextitem.js': 'pages',
  'GET /': 'pages',
  'GET /console': 'pages',
  'GET /icon.svg': 'pages',
  'GET /assets/:file': 'pages',
};

/**
 * The access of a route.
 *
 * @param url the route's pattern; undefined: no route was found, and everybody may be told so
 */
export function accessOf(method: string, url: string | undefined): RouteAccess {
  if (url === undefined) return 'public';
  const known = ACCESS[`${method === 'HEAD' ? 'GET' : method} ${url}`];
  if (known !== undefined) return known;
  return url === '/docs' || url.startsWith('/docs/') ? 'docs' : 'admin';
}

/** Whether a route is answered however much there is to do: someone must be able to see how it goes. */
export function isForOperators(method: string, url: string | undefined): boolean {
  const access = accessOf(method, url);
  return access === 'metrics' || (url !== undefined && access === 'public');
}
