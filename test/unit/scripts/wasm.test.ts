import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

interface Kernels {
  readonly source: string;
  readonly path: string;
}

const root = new URL('../../../', import.meta.url);
const { KERNELS, kernelsModule } = (await import(new URL('scripts/wasm.mjs', root).href)) as {
  KERNELS: readonly Kernels[];
  kernelsModule(kernels: Kernels): Promise<string>;
};

describe('the WebAssembly that is kept in the repository', () => {
  it.each(KERNELS)('of $source is what that compiles to', async (kernels) => {
    const kept = await readFile(new URL(kernels.path, root), 'utf8');
    expect(kept, 'npm run wasm').toBe(await kernelsModule(kernels));
  });
});
