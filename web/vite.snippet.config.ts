import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** nextitem.js: one classic script, because it has to know which script it is. */
export default defineConfig({
  root: at('.'),
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: at('../dist/web'),
    emptyOutDir: false,
    target: 'es2020',
    lib: {
      entry: at('src/snippet/snippet.ts'),
      formats: ['iife'],
      name: 'nextitemSnippet',
      fileName: () => 'nextitem.js',
    },
  },
});
