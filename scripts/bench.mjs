// Compiles bench/*.ts with what they import, and runs one of them: npm run bench -- NAME [arguments]
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !existsSync(join(root, 'bench', `${name}.ts`))) {
  const names = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.ts'));
  console.error(`Usage: npm run bench -- NAME\nNames: ${names.map((file) => file.slice(0, -3)).join(', ')}`);
  process.exit(2);
}
const out = join(root, 'node_modules', '.cache', 'nextitem-bench');
// Types are checked by `npm run types`; here a mistake in one script must not keep another from running.
spawnSync(
  process.execPath,
  [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, 'bench')],
  { stdio: 'ignore' },
);
writeFileSync(join(out, 'package.json'), '{"type":"module"}\n');
const { status } = spawnSync(process.execPath, [join(out, 'bench', `${name}.js`), ...rest], {
  stdio: 'inherit',
  cwd: root,
});
process.exit(status ?? 1);
