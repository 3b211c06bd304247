// Compiles assembly/*.ts (AssemblyScript) to WebAssembly and writes it as a module of constants, so that neither an
// install nor a start needs the compiler. A test compiles again and compares.
//
//   npm run wasm
import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = new URL('..', import.meta.url);

/** @returns {Promise<string>} the text of src/tables/embedding/kernels-wasm.ts */
export async function kernelsModule() {
  let binary;
  const { error, stderr } = await asc.main(
    [
      'assembly/embedding.ts',
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
    '/** assembly/embedding.ts as WebAssembly, base64. Made by `npm run wasm`; not to be edited. */\n' +
    `export const KERNELS_WASM =\n${lines.map((line) => `  '${line}'`).join(' +\n')};\n`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(new URL('src/tables/embedding/kernels-wasm.ts', root), await kernelsModule());
