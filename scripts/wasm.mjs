// Compiles assembly/*.ts (AssemblyScript) to WebAssembly and writes each as a module of one constant, so that neither an
// install nor a start needs the compiler. A test compiles again and compares.
//
//   npm run wasm
import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = new URL('..', import.meta.url);

/** Each source, the constant that holds what it compiles to, and the module of that constant. */
export const KERNELS = [
  {
    source: 'assembly/embedding.ts',
    constant: 'KERNELS_WASM',
    path: 'src/tables/embedding/kernels-wasm.ts',
  },
  { source: 'assembly/forest.ts', constant: 'FOREST_WASM', path: 'src/ranking/forest-wasm.ts' },
];

/** @returns {Promise<string>} the text of the module at `path` */
export async function kernelsModule({ source, constant }) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      source,
      '-o',
      'kernels.wasm',
      '-O3',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--importMemory',
      '--noAssert',
    ],
    {
      baseDir: fileURLToPath(root),
      writeFile(name, contents) {
        if (name === 'kernels.wasm') binary = contents;
      },
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,110}/g);
  return (
    `/** ${source} as WebAssembly, base64. Made by \`npm run wasm\`; not to be edited. */\n` +
    `export const ${constant} =\n${lines.map((line) => `  '${line}'`).join(' +\n')};\n`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const kernels of KERNELS) writeFileSync(new URL(kernels.path, root), await kernelsModule(kernels));
