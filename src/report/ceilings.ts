import { type RecallCeilings } from '../metrics/recall-ceilings.js';
import { escapeHtml as text } from './escape.js';
import { fraction, percentage } from './format.js';
import { type Answer, table } from './page.js';
import { colour, seriesColours } from './palette.js';
import { CHART_WIDTH, type ChartFrame, renderChart } from './render-chart.js';

/** How often each source, all of them, and what is served hold the right item: plot, table and how to read them. */
export function ceilingsAnswer(ceilings: RecallCeilings): Required<Answer> {
  const row = (name: string, recalls: readonly number[]) =>
    `<tr><th scope="row">${text(name)}</th>${recalls.map((recall) => `<td>${fraction(recall)}</td>`).join('')}</tr>`;
  const rows = [
    row('union', ceilings.union),
    ...sourcesByRecall(ceilings).map(([name, recalls]) => row(name, recalls)),
  ];
  const head = ['Source', ...ceilings.depths.map((depth) => `best ${depth}`)];
  return {
    id: 'candidates',
    question: 'What can the ranker reach?',
    plots: [
      {
        name: 'candidates',
        draw: (width) =>
          ceilingChart(
            {
              title: 'How often is the next item among the candidates?',
              subtitle: "share of the questions, by how many of a source's best are taken",
              width,
            },
            ceilings,
          ),
      },
    ],
    beside: table('Recall of the candidates', head, rows),
    below: `<p class="legend">Sources that never found the next item are left out. A ranker can only order what a source found, so the recall of the candidates is the ceiling of its hit rate. As served: ${percentage(
      ceilings.served.recall,
    )} with ${ceilings.served.meanCandidates.toFixed(0)} candidates on average.</p>`,
  };
}

/** The sources that found a target at all, the best first: a shop without brands has nothing popular by brand. */
export function sourcesByRecall({ sources }: RecallCeilings): [name: string, recalls: readonly number[]][] {
  return Object.entries(sources)
    .filter(([, recalls]) => recalls.at(-1)! > 0)
    .sort(([, a], [, b]) => b.at(-1)! - a.at(-1)!);
}

/** The recall of every source that found something and of their union: one row each, one point per depth. */
export function ceilingChart(frame: ChartFrame, ceilings: RecallCeilings): Promise<string> {
  const { depths, union, served } = ceilings;
  const servedLabel = `as served (${Math.round(served.meanCandidates)} candidates)`;
  const rows = [['union', union] as const, ...sourcesByRecall(ceilings)];
  const labels = depths.map((depth) => `best ${depth}`);
  const values = rows.flatMap(([row, recalls]) =>
    recalls.map((recall, d) => ({ row, recall, depth: labels[d]! })),
  );
  const spans = rows.map(([row, recalls]) => ({
    row,
    low: Math.min(...recalls),
    high: Math.max(...recalls),
  }));
  const y = {
    field: 'row',
    type: 'nominal',
    sort: null,
    scale: { domain: [servedLabel, ...rows.map(([row]) => row)] },
    axis: { title: null, labelLimit: 190, domain: false },
  };
  const x = {
    type: 'quantitative',
    scale: { domain: [0, 1], nice: false },
    axis: { title: null, format: '~%', tickCount: 5, domain: false },
  };
  return renderChart(frame, {
    height: { step: 22 },
    layer: [
      {
        data: { values: [{ row: servedLabel, recall: served.recall, text: served.recall.toFixed(3) }] },
        encoding: { y, x: { field: 'recall', ...x } },
        layer: [
          {
            mark: {
              type: 'point',
              filled: true,
              shape: 'diamond',
              size: 90,
              opacity: 1,
              color: colour('series2'),
            },
          },
          {
            // On the side where there is room.
            mark: {
              type: 'text',
              ...(served.recall > 0.5 ? { align: 'right', dx: -9 } : { align: 'left', dx: 9 }),
              fontSize: 11,
              color: colour('ink'),
            },
            encoding: { text: { field: 'text' } },
          },
        ],
      },
      {
        data: { values: spans },
        mark: { type: 'rule', strokeWidth: 1.5, color: colour('rule') },
        encoding: { y, x: { field: 'low', ...x }, x2: { field: 'high' } },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 50, opacity: 1 },
        encoding: {
          y,
          x: { field: 'recall', ...x },
          color: {
            field: 'depth',
            type: 'nominal',
            sort: null,
            legend: { columns: (frame.width ?? CHART_WIDTH) < 440 ? 2 : 4 },
            scale: { domain: labels, range: seriesColours(labels.length) },
          },
        },
      },
    ],
  } as never);
}
