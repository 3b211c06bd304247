import { type Command } from 'commander';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type EvaluationReport } from '../metrics/evaluation-report.js';
import { type TrainedRanker } from '../ranking/lightgbm/train.js';
import { importanceChart, learningCurve, saveSvg } from '../report/charts.js';
import { renderEvaluation, saveEvaluationPlots } from '../report/evaluation-page.js';
import { renderTable } from '../report/render-table.js';
import { learningCurveOf } from '../training/ranker.js';
import { type Workspace } from '../training/workspace.js';

/** Prints each task's table on standard output. */
export function printReports(reports: readonly EvaluationReport[]): void {
  for (const report of reports) console.log(`\n${renderTable(report)}`);
}

/** One line per task: how often each method has the next item among the first 20. */
export function summariseReports(reports: readonly EvaluationReport[]): string[] {
  return reports.map(({ title, methods }) => {
    const figures = methods.map(({ label, metrics }) => `${label} ${metrics['HR@20']!.mean.toFixed(3)}`);
    return `${title}, HR@20: ${figures.join(', ')}`;
  });
}

/** The page of a workspace's evaluation. */
const PAGE = 'evaluation.html';

/** Saves the reports as evaluation.json and one page, the ranker's plots as SVG. Returns the page's name, null if nothing was measured. */
export async function writeReports(
  workspace: Workspace,
  reports: readonly EvaluationReport[],
  ranker: TrainedRanker | null,
): Promise<string | null> {
  await workspace.writeJson('evaluation.json', reports);
  if (ranker !== null) await writeRankerPlots(workspace, ranker);
  if (reports.length === 0) return null;
  await workspace.writeText(PAGE, await renderEvaluation(reports));
  return PAGE;
}

/** Where an evaluation is to be written besides the terminal. */
export interface ReportFlags {
  report?: string;
  svg?: string;
  json?: string;
}

/** Adds {@link ReportFlags} to a command. */
export function reportFlags(command: Command): Command {
  return command
    .optionsGroup('Result:')
    .option('--report <file>', 'write the page with plots there: one HTML file that needs nothing else')
    .option('--svg <folder>', 'write every plot there as an SVG file')
    .option('--json <file>', 'write every figure there');
}

/** Writes what the flags ask for, and makes the folders. Returns what was written. */
export async function writeAsAsked(
  reports: readonly EvaluationReport[],
  { report, svg, json }: ReportFlags,
): Promise<string[]> {
  const write = async (path: string, content: string) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  };
  if (report !== undefined) await write(report, await renderEvaluation(reports));
  if (json !== undefined) await write(json, `${JSON.stringify(reports, null, 2)}\n`);
  const plots = svg === undefined ? [] : await saveEvaluationPlots(reports, svg);
  return [report, json, svg === undefined ? undefined : `${svg} (${plots.length} plots)`].filter(
    (written) => written !== undefined,
  );
}

/** Saves what the ranker looked at, and how it learned, as SVG. */
export async function writeRankerPlots(workspace: Workspace, ranker: TrainedRanker): Promise<void> {
  const importance = await importanceChart(
    { title: 'What the ranker looks at', subtitle: 'total gain of the splits on each feature' },
    ranker.importance,
  );
  await saveSvg(await workspace.path('feature_importance.svg'), importance);
  const curve = learningCurveOf(ranker);
  if (curve === null) return;
  const plot = await learningCurve(
    { title: 'Does it still learn?', subtitle: 'on the later validation block, after each tree' },
    curve,
  );
  await saveSvg(await workspace.path('learning_curve.svg'), plot);
}
