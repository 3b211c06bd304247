/**
 * Counts what a vitest run did.
 *
 * Counted as failed besides failing tests: a file that could not be loaded, a report that is missing, an error outside
 * of any test, and a run in which no test was executed. So `failed` is 0 only if tests ran and all was well.
 *
 * @param {object | null} report vitest's JSON report; null if there is none
 * @param {number} code vitest's exit code
 * @returns {{ passed: number, failed: number, skipped: number, problems: string[] }} `problems` names what failed
 */
export function countTests(report, code) {
  const counts = { passed: 0, failed: 0, skipped: 0, problems: [] };
  const fail = (problem) => {
    counts.failed++;
    counts.problems.push(problem);
  };
  for (const file of report?.testResults ?? []) {
    let failedInFile = 0;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed++;
      else if (test.status === 'failed') {
        failedInFile++;
        fail(`${file.name}: ${test.fullName}`);
      } else counts.skipped++;
    }
    if (file.status === 'failed' && failedInFile === 0)
      fail(`${file.name}: ${file.message || 'could not be run'}`);
  }
  if (report === null) fail(`vitest ended with code ${code} and left no report`);
  else if (counts.passed + counts.failed === 0) fail('no test was executed');
  else if (code !== 0 && counts.failed === 0) fail(`vitest ended with code ${code} although no test failed`);
  return counts;
}

/** The closing line: plain, alone on its line, the same for people and machines. */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
