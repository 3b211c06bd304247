import { type App } from '../app-type.js';
import { type BuiltFile, PAGES_FOLDER, readBuiltFile, sendFile } from '../built-files.js';

/**
 * GET /nextitem.js: what a shop's own pages load to tell events and ask for recommendations.
 *
 * @param folder where it lies; default {@link PAGES_FOLDER}
 */
export function snippetRoute(app: App, folder = PAGES_FOLDER): void {
  let file: Promise<BuiltFile> | null = null;
  app.get('/nextitem.js', { schema: { hide: true } }, async (request, reply) => {
    file ??= readBuiltFile(folder, 'nextitem.js');
    file.catch(() => (file = null));
    reply
      .header('cache-control', 'public, max-age=3600')
      // For pages of other origins.
      .header('cross-origin-resource-policy', 'cross-origin');
    return sendFile(request, reply, await file);
  });
}
