import { join } from 'node:path';
import { type EvaluationReport } from '../metrics/evaluation-report.js';
import { saveSvg } from './charts.js';
import { escapeHtml as text } from './escape.js';
import { rankerAnswers, taskAnswers } from './evaluation-answers.js';
import { fraction, interval, whole } from './format.js';
import { type Answer, answerBox, page, pageHeader, section, slug, table } from './page.js';
import { colour } from './palette.js';
import { CHART_WIDTH } from './render-chart.js';

const STYLE = `
a{color:${colour('series2')}}
section.task{padding:0;border:0;background:none;margin-top:48px}
section.task>h2{font-size:1.4rem;margin:0 0 6px}
section.task>p{max-width:75ch;margin:0 0 12px;color:${colour('muted')}}
nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;padding:0}
nav li{min-height:24px}
h3{font-size:1.15rem;margin:0 0 14px}
h4{font-size:1rem;margin:20px 0 8px}
details{margin-top:16px}
summary{cursor:pointer;color:${colour('muted')}}
.examples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,250px),1fr));gap:12px}
.examples article{padding:12px;border:1px solid ${colour('rule')};border-radius:8px;font-size:.9rem;overflow-wrap:anywhere;min-width:0}
.examples p,.examples ol,.examples ul{margin:0 0 8px}
.examples .term{font-size:.75rem;color:${colour('muted')};margin:0}
.examples .known{list-style:none;padding:0}
.examples ol{padding-left:1.5em}
.examples small{color:${colour('muted')}}
.examples .came{font-weight:600}
.examples .why{color:${colour('muted')};margin:0}
`;

/**
 * The reports of a run, a task each, as one HTML page: nothing is loaded, no script, light or dark as the reader's system
 * is set, wide or on a phone. All text of the reports is escaped. The same reports give the same bytes.
 *
 * @param reports at least one, all of one model on the same data
 */
export async function renderEvaluation(reports: readonly EvaluationReport[]): Promise<string> {
  const ids = taskIds(reports);
  const tasks = await Promise.all(reports.map((report, t) => taskSection(report, ids[t]!)));
  const ranker = await Promise.all(rankerAnswers(reports[0]!).map((answer) => answerBox(answer, answer.id)));
  const closing =
    ranker.length === 0 ? [] : [`<section class="task"><h2>The ranker</h2>\n${ranker.join('\n')}</section>`];
  return page(
    `Evaluation of ${reports[0]!.modelVersion}`,
    header(reports[0]!),
    [glance(reports, ids), ...tasks, ...closing],
    STYLE,
  );
}

/**
 * The plots of {@link renderEvaluation} as SVG files that stand alone, in the colours of the light theme: named by task and plot.
 * Makes the folder.
 *
 * @returns the names of the files
 */
export async function saveEvaluationPlots(
  reports: readonly EvaluationReport[],
  folder: string,
): Promise<string[]> {
  const ids = taskIds(reports);
  const answers = [
    ...reports.flatMap((report, t) =>
      taskAnswers(report).map((answer) => ({ answer, prefix: `${ids[t]}-` })),
    ),
    ...rankerAnswers(reports[0]!).map((answer) => ({ answer, prefix: '' })),
  ];
  const names: string[] = [];
  for (const { answer, prefix } of answers) {
    for (const { name, draw } of answer.plots) {
      names.push(`${prefix}${name}.svg`);
      await saveSvg(join(folder, names.at(-1)!), await draw(CHART_WIDTH));
    }
  }
  return names;
}

/** Names of tasks for links and files, all different. */
function taskIds(reports: readonly EvaluationReport[]): string[] {
  const slugs = reports.map(({ title }) => slug(title));
  return slugs.map((name, t) => (name === '' || slugs.indexOf(name) < t ? `task-${t + 1}` : name));
}

function header({ modelVersion, trainedAt, data }: EvaluationReport): string {
  return pageHeader(
    `Evaluation of ${modelVersion}`,
    'Sessions that the model has not seen, asked after every event; the whole catalogue is ranked. Each task asks questions of its own, so figures of two tasks are not compared or averaged.',
    [
      ['Model', modelVersion],
      ['Trained', trainedAt],
      ['Data', data.source],
      ['Sessions', whole(data.sessions)],
      ['Events', whole(data.events)],
      ['Items', whole(data.items)],
    ],
  );
}

/** Every task with its size, and how often each method shows the next item: with links to the tasks. */
function glance(reports: readonly EvaluationReport[], ids: readonly string[]): string {
  // What is proposed stands last in a report; here it stands first, where a phone shows it.
  const labels = [...new Set(reports.flatMap(({ methods }) => methods.map(({ label }) => label)))].reverse();
  const metricOf = ({ cutoffs }: EvaluationReport) => `HR@${cutoffs.at(-1)}`;
  const rows = reports.map((report, t) => {
    const cells = labels.map((label) => {
      const value = report.methods.find((method) => method.label === label)?.metrics[metricOf(report)];
      return `<td>${fraction(value?.mean)}<small>${interval(value)}</small></td>`;
    });
    return `<tr><th scope="row"><a href="#${ids[t]}">${text(report.title)}</a></th><td>${whole(
      report.data.testPrefixes,
    )}</td>${cells.join('')}</tr>`;
  });
  return section(
    'How often is the next item shown?',
    table(`${metricOf(reports[0]!)} of each task`, ['Task', 'Questions', ...labels], rows),
  );
}

async function taskSection(report: EvaluationReport, id: string): Promise<string> {
  const answers: Answer[] = taskAnswers(report);
  const boxes = await Promise.all(answers.map((answer) => answerBox(answer, `${id}-${answer.id}`)));
  const links = answers.map(
    (answer) => `<li><a href="#${id}-${answer.id}">${text(answer.question)}</a></li>`,
  );
  const { data } = report;
  return `<section class="task" id="${id}">
<h2>${text(capitalised(report.title))}</h2>
<p>${text(report.protocol)}</p>
<p>${whole(data.testPrefixes)} questions in ${whole(data.testSessions)} test sessions.</p>
<nav aria-label="Questions of the task ${text(report.title)}"><ul>${links.join('')}</ul></nav>
${boxes.join('\n')}
</section>`;
}

function capitalised(title: string): string {
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}`;
}
