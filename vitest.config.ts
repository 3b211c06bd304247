import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Some tests train real models, on machines that may be busy.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // Two cores: more workers than that only make the real servers of the tests wait for each other.
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html', 'lcov'] },
  },
});
