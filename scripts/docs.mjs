// Writes the pages that are generated from the code: settings, errors, .env.example. A test keeps them equal to it.
//
//   npm run build && node scripts/docs.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { configurationPage, envExample } from '../dist/config/documentation.js';
import { errorsPage } from '../dist/http/documentation.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
mkdirSync('docs', { recursive: true });

writeFileSync('.env.example', envExample());
for (const [path, text] of [
  ['docs/configuration.md', configurationPage()],
  ['docs/errors.md', errorsPage()],
]) {
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
