import { type Reliability } from '../metrics/calibration.js';
import { type EvaluationReport } from '../metrics/evaluation-report.js';
import { escapeHtml as text } from './escape.js';
import {
  lorenzChart,
  percentTick,
  reliabilityChart,
  reliabilityCounts,
  tierChart,
} from './evaluation-charts.js';
import { fraction, interval, percentage, whole } from './format.js';
import { type Answer, folded, table } from './page.js';

/** How true the scores are as probabilities. */
export function calibrationAnswer({ calibration: measured }: EvaluationReport): Answer[] {
  if (measured === undefined) return [];
  const asked = { id: 'calibration', question: 'Can the scores be read as probabilities?' };
  if (measured === null)
    return [{ ...asked, plots: [], below: '<p>Too few right items were shown to tell.</p>' }];
  const { plain, isotonic, fitted, checked, listLength: k } = measured;
  const row = (name: string, { promised, held, expectedError, brier }: Reliability) =>
    `<tr><th scope="row">${name}</th><td>${promised.toFixed(3)}</td><td>${held.toFixed(3)}</td><td>${fraction(
      expectedError,
    )}</td><td>${fraction(brier)}</td></tr>`;
  const bins = (name: string, { bins: shown }: Reliability) =>
    table(
      name,
      ['Promised, from', 'to', 'Mean', 'Came true', 'Interval', 'Items shown'],
      shown.map(
        (bin) =>
          `<tr><th scope="row">${percentTick(bin.from)}</th><td>${percentTick(bin.to)}</td><td>${fraction(
            bin.meanProbability,
          )}</td><td>${fraction(bin.observed)}</td><td>${interval(bin, 4)}</td><td>${whole(bin.pairs)}</td></tr>`,
      ),
    );
  return [
    {
      ...asked,
      plots: [
        {
          name: 'calibration',
          draw: (width) =>
            reliabilityChart(
              {
                title: `Of the items promised with a probability, how many came?`,
                subtitle: 'dashed: as promised; lines: 95% interval by session; square-root axes',
                width,
              },
              measured,
            ),
        },
        {
          name: 'calibration-counts',
          draw: (width) =>
            reliabilityCounts(
              {
                title: 'How many items stand behind each point?',
                subtitle: 'items shown, by the probability promised; logarithmic axis',
                width,
              },
              measured,
            ),
        },
      ],
      below: `${table(
        `The first ${k}, per question`,
        ['Probabilities', 'Hits promised', 'Hits', 'Calibration error', 'Brier score'],
        [row('Softmax of the scores', plain), row('After the isotonic fit', isotonic)],
      )}
${folded('The points as tables', bins('Softmax of the scores', plain) + bins('After the isotonic fit', isotonic))}
<p class="legend">The ranker learns an order, not probabilities. Shown is what its scores are worth if they are read as such: the softmax over all candidates of a question, for
the ${k} items shown. The softmax cannot know that the right item may be no candidate at all. The isotonic fit (a rising step function) learned
from every second test session (${whole(fitted.sessions)} sessions, ${whole(fitted.questions)} questions); both curves are measured on the others (${whole(checked.sessions)} sessions, ${whole(
        checked.questions,
      )} questions), which the fit never saw. Calibration error: mean gap to the diagonal, points weighed by their items.</p>`,
    },
  ];
}

/** How much of the catalogue is shown, how evenly, and how popular it is. */
export function exposureAnswer(report: EvaluationReport): Answer[] {
  const { exposure: measured, methods } = report;
  if (measured === undefined) return [];
  const { k } = measured;
  const rows = methods.map(
    ({ label, catalogueCoverage, gini, popularityPercentile, averagePopularity }) =>
      `<tr><th scope="row">${text(label)}</th><td>${percentage(catalogueCoverage[k])}</td><td>${fraction(gini[k])}</td><td>${fraction(
        popularityPercentile?.[k],
      )}</td><td>${whole(Math.round(averagePopularity?.[k] ?? NaN))}</td></tr>`,
  );
  return [
    {
      id: 'coverage',
      question: 'What is shown, and how evenly?',
      plots: [
        {
          name: 'coverage-lorenz',
          draw: (width) =>
            lorenzChart(
              {
                title: 'How much of what is shown goes to how few items?',
                subtitle: `Lorenz curves of the first ${k}; dashed: every item shown alike`,
                width,
              },
              measured,
              methods,
            ),
        },
        {
          name: 'coverage-popularity',
          draw: (width) =>
            tierChart(
              {
                title: 'How popular is what is shown?',
                subtitle: `share of the first ${k} by events of the item in training`,
                width,
              },
              measured,
              methods,
            ),
        },
      ],
      below: `${table(
        `The first ${k}`,
        ['Method', 'Catalogue shown', 'Gini', 'Popularity', 'Events'],
        rows,
      )}<p class="legend">Catalogue shown: share of the items that were shown at least once. Gini: 0 is every item alike, 1 is all to one item. Popularity: mean popularity percentile
of what is shown, 0.5 is chance. Events: mean number of (weighted) training events of what is shown. A curve that follows the axis and rises late shows few items; what is best for
shoppers is shown by the right items.</p>`,
    },
  ];
}
