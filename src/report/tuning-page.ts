import { OBJECTIVE } from '../evaluation/tuning/tunable-method.js';
import { type TrialResult, type TuningResult } from '../evaluation/tuning/tuning-result.js';
import { escapeHtml as text } from './escape.js';
import { fraction, percentage, signed, verdict, whole } from './format.js';
import { figure, page, pageHeader, section, table } from './page.js';
import { searchChart, settingChart, settingImportanceChart, type TrialPoint } from './tuning-charts.js';

/** Settings whose plots are shown, and trials in the table. */
const SHOWN_SETTINGS = 6;
const SHOWN_TRIALS = 10;

/**
 * What tuning found, one part per method, as one HTML page: nothing is loaded, no script. The same results give the
 * same bytes.
 */
export async function renderTuningPage(results: readonly TuningResult[]): Promise<string> {
  const parts = await Promise.all(results.map(methodSections));
  const header = pageHeader(
    'Tuning',
    'Settings were tried on the validation block, the last sessions before the test period; nothing of the test period ' +
      'was asked or learned. The gain over the defaults is measured on validation sessions that no trial was measured on.',
    [
      ['Data', [...new Set(results.map(({ source }) => source))].join(', ')],
      ['Methods', results.map(({ label }) => label).join(', ')],
      ['Maximised', OBJECTIVE],
    ],
  );
  return page('Tuning', header, parts.flat());
}

async function methodSections(result: TuningResult): Promise<string[]> {
  const { label, trials, importance, shares } = result;
  const points = trials.flatMap((trial) => {
    const point = pointOf(trial, shares.length);
    return point === null ? [] : [point];
  });
  const base = trials[0]!.estimate!;
  const named = importance.slice(0, SHOWN_SETTINGS);
  const settings = await Promise.all(
    named.map(({ setting }) => {
      const at = points.map((point) => ({ ...point, setting: trials[point.trial]!.settings[setting]! }));
      return figure((width) =>
        settingChart(
          { title: setting, subtitle: `${OBJECTIVE}; dashed: the defaults`, width },
          result.space[setting]!,
          at,
          base,
        ),
      );
    }),
  );
  const search = await figure((width) =>
    searchChart(
      {
        title: 'Did it still get better?',
        subtitle: `${OBJECTIVE} on the search questions; line: best so far; dashed: the defaults`,
        width,
      },
      points,
      base,
    ),
  );
  const mattered =
    importance.length === 0
      ? ''
      : await figure((width) =>
          settingImportanceChart(
            {
              title: 'Which settings mattered?',
              subtitle:
                'share of the variance over the whole space that a setting explains by itself; mark: chance',
              width,
            },
            importance,
          ),
        );
  return [
    section(label, gain(result) + settingsTable(result)),
    section(
      `${label}: what mattered`,
      `<div class="charts">${search}${mattered}${settings.join('')}</div>${LEGEND}`,
    ),
    section(`${label}: the best trials`, trialsTable(result)),
  ];
}

const LEGEND = `<p class="legend">Importance is functional ANOVA over a random forest of the trials: a bar not clearly longer than its mark says
nothing. Bars do not add up to 100%; the rest is what settings do together, and noise. Over the whole space: a setting may matter much there, and
little near the best. Grey trials were stopped early, because others of their round were better; their value is estimated from a smaller share of the questions.</p>`;

/** One sentence for people: is the winner better than the defaults? The metric's interval decides. */
export function gainSentence({ confirmation, trials, label }: TuningResult): string {
  if (confirmation === null) return `${label}: none of ${trials.length} trials was better than the defaults.`;
  const { differences, defaults, best, questions, sessions } = confirmation;
  const difference = differences[OBJECTIVE]!;
  const judged = verdict(difference);
  const figures =
    `HR@20 ${fraction(defaults.hr)} -> ${fraction(best.hr)}, MRR@20 ${fraction(defaults.mrr)} -> ${fraction(best.mrr)}; ` +
    `the sum differs by ${signed(fraction(difference.difference), difference.difference)} ` +
    `(${fraction(difference.low)} to ${fraction(difference.high)}) on ${whole(questions)} validation questions of ` +
    `${whole(sessions)} sessions that no trial was measured on`;
  if (judged === 'better') return `${label}: better than the defaults. ${figures}.`;
  if (judged === 'worse') return `${label}: worse than the defaults; keep those. ${figures}.`;
  return `${label}: the gain is within noise, the defaults may be as good. ${figures}.`;
}

function gain(result: TuningResult): string {
  const { confirmation } = result;
  const sentence = `<p>${text(gainSentence(result))}</p>`;
  if (confirmation === null) return sentence;
  const rows = Object.entries(confirmation.differences).map(([metric, difference]) => {
    const judged = verdict(difference);
    const style = judged === 'better' ? 'good' : judged === 'worse' ? 'bad' : 'open';
    const { relative } = difference;
    return `<tr><th scope="row">${text(metric)}</th><td>${signed(fraction(difference.difference), difference.difference)}<small>${fraction(
      difference.low,
    )} .. ${fraction(difference.high)}</small></td><td>${
      relative === null ? '–' : signed(percentage(relative.mean), relative.mean)
    }</td><td class="words ${style}">${judged}</td></tr>`;
  });
  return (
    sentence +
    table('Best against defaults', ['Metric', 'Difference', 'Relative', 'Verdict'], rows, ['Verdict'])
  );
}

function settingsTable({ space, defaults, trials, best }: TuningResult): string {
  const winner = trials.find(({ trial }) => trial === best)!;
  const rows = Object.keys(space).map((name) => {
    const [before, after] = [String(defaults[name]), String(winner.settings[name])];
    const style = before === after ? '' : ' class="best"';
    return `<tr><th scope="row">${text(name)}</th><td>${text(before)}</td><td${style}>${text(after)}</td></tr>`;
  });
  return rows.length === 0 ? '' : table('Settings', ['Setting', 'Default', 'Best'], rows);
}

function trialsTable({ trials, shares, importance }: TuningResult): string {
  const finished = trials
    .filter(({ measured, estimate }) => measured.length === shares.length && estimate !== null)
    .sort((a, b) => b.estimate! - a.estimate! || a.trial - b.trial)
    .slice(0, SHOWN_TRIALS);
  const names = importance.slice(0, SHOWN_SETTINGS).map(({ setting }) => setting);
  const rows = finished.map(({ trial, settings, measured, estimate }) => {
    const { hr, mrr } = measured.at(-1)!;
    const values = names.map((name) => `<td>${text(String(settings[name]))}</td>`).join('');
    const head = trial === 0 ? '0, the defaults' : String(trial);
    return `<tr><th scope="row">${head}</th><td>${fraction(estimate)}</td><td>${fraction(hr)}</td><td>${fraction(mrr)}</td>${values}</tr>`;
  });
  const failed = trials.filter(({ problem }) => problem !== undefined);
  const note =
    failed.length === 0
      ? ''
      : `<p class="legend">${failed.length} ${failed.length === 1 ? 'trial' : 'trials'} did not work, the first: ${text(failed[0]!.problem!)}</p>`;
  return table('Measured in full', ['Trial', OBJECTIVE, 'HR@20', 'MRR@20', ...names], rows) + note;
}

function pointOf({ trial, estimate, measured }: TrialResult, rungs: number): TrialPoint | null {
  return estimate === null ? null : { trial, value: estimate, full: measured.length === rungs };
}
