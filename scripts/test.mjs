// Runs everything that must hold before a change goes in, and ends with one plain line: "N passed, N failed".
//
//   npm test                     tools, static checks, all tests
//   npm test -- --coverage       the same, with coverage as text and in coverage/index.html
//   npm test -- FILE -t NAME     only these tests, no static checks; any arguments of vitest will do
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countTests, summaryLine } from './test-count.mjs';
import { forwardSignals, run, withCleanup } from './test-process.mjs';
import { ensureTools } from './test-tools.mjs';

const STATIC_CHECKS = [
  ['eslint', 'eslint/bin/eslint.js', '.'],
  ['prettier', 'prettier/bin/prettier.cjs', '--check', '.'],
  [
    'dependency-cruiser',
    'dependency-cruiser/bin/dependency-cruise.mjs',
    'src',
    '--config',
    '.dependency-cruiser.cjs',
  ],
  ['tsc', 'typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit'],
  ['tsc of the pages', 'typescript/bin/tsc', '-p', 'web/tsconfig.json'],
];

const COVERAGE_FLAGS = ['--coverage.enabled', '--coverage.reporter=text', '--coverage.reporter=html'];

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
forwardSignals();

const args = process.argv.slice(2);
const coverage = args.includes('--coverage') ? COVERAGE_FLAGS : [];
const filters = args.filter((arg) => arg !== '--coverage');
const everything = filters.length === 0;

// One chosen test may need none of the tools: there, what is missing is said and the test decides.
const ready = await ensureTools();
if (!ready && everything) process.exit(1);

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
if (everything) {
  for (const [name, script, ...checkArgs] of STATIC_CHECKS) {
    console.log(`\n> ${name}`);
    const code = await runTool(script, ...checkArgs);
    if (code === 0) total.passed++;
    else {
      total.failed++;
      failures.push(`${name} ended with code ${code}`);
    }
  }
}

console.log('\n> vitest');
const reportFolder = mkdtempSync(join(tmpdir(), 'nextitem-test-'));
await withCleanup(
  () => rmSync(reportFolder, { recursive: true, force: true }),
  async () => {
    const reportFile = join(reportFolder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
    const code = await runTool('vitest/vitest.mjs', 'run', ...reporters, ...coverage, ...filters);
    const tests = countTests(readReport(reportFile), code);
    total.passed += tests.passed;
    total.failed += tests.failed;
    total.skipped += tests.skipped;
    failures.push(...tests.problems);
  },
);

for (const failure of failures) console.log(`failed: ${failure}`);
console.log(summaryLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;

/** Runs the script of a development dependency with this very node; resolves to its exit code. */
function runTool(script, ...toolArgs) {
  return run(process.execPath, [join('node_modules', script), ...toolArgs]);
}

/** The report vitest wrote, or null if it wrote none that can be read. */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
