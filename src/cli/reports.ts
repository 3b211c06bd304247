import { type EvaluationReport } from '../metrics/evaluation-report.js';
import { type TrainedRanker } from '../ranking/lightgbm/train.js';
import { importanceChart, learningCurve, saveSvg } from '../report/charts.js';
import { renderHtml } from '../report/render-html.js';
import { renderTable } from '../report/render-table.js';
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

/** Saves the reports as evaluation.json and a page per task, the ranker's plots as SVG. Returns the pages' names. */
export async function writeReports(
  workspace: Workspace,
  reports: readonly EvaluationReport[],
  ranker: TrainedRanker | null,
): Promise<string[]> {
  await workspace.writeJson('evaluation.json', reports);
  const pages: string[] = [];
  for (const report of reports) {
    const page = `evaluation-${report.title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.html`;
    await workspace.writeText(page, await renderHtml(report));
    pages.push(page);
  }
  if (ranker !== null) await writeRankerPlots(workspace, ranker);
  return pages;
}

/** Saves what the ranker looked at, and how it learned, as SVG. */
export async function writeRankerPlots(workspace: Workspace, ranker: TrainedRanker): Promise<void> {
  const importance = await importanceChart(
    { title: 'What the ranker looks at', subtitle: 'total gain of the splits on each feature' },
    ranker.importance,
  );
  await saveSvg(await workspace.path('feature_importance.svg'), importance);
  const metric = Object.keys(ranker.history[0]?.metrics ?? {})[0];
  if (metric === undefined) return;
  const curve = await learningCurve(
    { title: 'Does it still learn?', subtitle: 'on the later validation block, after each tree' },
    {
      metric,
      bestRound: ranker.bestIteration,
      series: [
        {
          label: 'validation',
          points: ranker.history.map(({ iteration, metrics }) => ({
            round: iteration,
            value: metrics[metric]!,
          })),
        },
      ],
    },
  );
  await saveSvg(await workspace.path('learning_curve.svg'), curve);
}
