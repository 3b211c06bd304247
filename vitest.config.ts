import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Some tests train real models, on machines that may be busy.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // Two cores: more workers than that only make the real servers of the tests wait for each other.
    maxWorkers: 2,
    // CI's machine may stall for seconds, and real servers, stores and clocks then do what no test foresaw. A second try
    // is shown as such in the log; what is broken fails twice. Locally there is none, so that a weak test is noticed.
    retry: process.env.CI === 'true' ? 1 : 0,
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html', 'lcov'] },
  },
});
