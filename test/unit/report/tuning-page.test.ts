import { describe, expect, it } from 'vitest';
import { OBJECTIVE } from '../../../src/evaluation/tuning/tunable-method.js';
import { type Confirmation, type TuningResult } from '../../../src/evaluation/tuning/tuning-result.js';
import { gainSentence, renderTuningPage } from '../../../src/report/tuning-page.js';

function confirmation(difference: number, low: number, high: number): Confirmation {
  const one = { difference, low, high, relative: { mean: 0.02, low: 0, high: 0.04 }, pNotBetter: 0.03 };
  return {
    sessions: 400,
    questions: 1234,
    defaults: { hr: 0.5, mrr: 0.2 },
    best: { hr: 0.51, mrr: 0.21 },
    differences: { [OBJECTIVE]: one, 'HR@20': one, 'MRR@20': one },
  };
}

function result(options: Partial<TuningResult> = {}): TuningResult {
  const measured = (values: readonly number[]) =>
    values.map((hr, rung) => ({ share: [0.5, 1][rung]!, questions: 100, hr, mrr: 0.2, tookMs: 5 }));
  const trial = (number: number, decay: number, kind: string, ...values: number[]) => ({
    trial: number,
    origin: 'design' as const,
    settings: { decay, kind },
    measured: measured(values),
    estimate: values.at(-1)! + 0.2,
  });
  return {
    method: 'stan',
    label: 'STAN <1>',
    source: 'clicks & carts.csv',
    seed: 1,
    shares: [0.5, 1],
    space: {
      decay: { kind: 'real', low: 0.1, high: 10, log: true },
      kind: { kind: 'choice', values: ['a', 'b<i>'] },
    },
    defaults: { decay: 1, kind: 'a' },
    trials: [
      trial(0, 1, 'a', 0.5, 0.52),
      trial(1, 0.2, 'b<i>', 0.4),
      trial(2, 3, 'b<i>', 0.6, 0.58),
      {
        trial: 3,
        origin: 'tpe',
        settings: { decay: 9, kind: 'a' },
        measured: [{ share: 0.5, questions: 0, hr: null, mrr: null, tookMs: 1 }],
        estimate: null,
        problem: 'too <few> rows',
      },
    ],
    best: 2,
    importance: [
      { setting: 'decay', share: 0.6, chance: 0.1 },
      { setting: 'kind', share: 0.05, chance: 0.08 },
    ],
    confirmation: confirmation(0.02, 0.01, 0.03),
    ...options,
  };
}

describe('gainSentence', () => {
  it('calls a gain a gain only when its interval is clear of 0', () => {
    expect(gainSentence(result())).toMatch(/better than the defaults.*\+0\.0200 \(0\.0100 to 0\.0300\)/);
    expect(gainSentence(result({ confirmation: confirmation(0.02, -0.001, 0.04) }))).toContain(
      'within noise',
    );
    expect(gainSentence(result({ confirmation: confirmation(-0.02, -0.03, -0.01) }))).toContain(
      'worse than the defaults; keep those',
    );
    expect(gainSentence(result({ confirmation: null, best: 0 }))).toContain(
      'none of 4 trials was better than the defaults',
    );
  });
});

describe('renderTuningPage', () => {
  it('shows the search, what mattered and the winner, and loads nothing', async () => {
    const html = await renderTuningPage([result()]);
    expect(html).toContain('Did it still get better?');
    expect(html).toContain('Which settings mattered?');
    expect(html).toContain('<td class="best">3</td>');
    expect(html).toContain('1 trial did not work');
    // Two settings, the search and the importance, each in two widths.
    expect(html.match(/<svg /g)).toHaveLength(8);
    expect(html).not.toMatch(/<script|<link|src=|https?:\/\/(?!www\.w3\.org)/);
  });

  it('escapes everything that is not its own', async () => {
    const html = await renderTuningPage([result()]);
    expect(html).toContain('STAN &lt;1&gt;');
    expect(html).toContain('clicks &amp; carts.csv');
    expect(html).not.toMatch(/b<i>|too <few>/);
  });

  it('is the same for the same results', async () => {
    expect(await renderTuningPage([result()])).toBe(await renderTuningPage([result()]));
  });

  it('does without plots of settings where there are none', async () => {
    const html = await renderTuningPage([
      result({ importance: [], space: {}, best: 0, confirmation: null, trials: result().trials.slice(0, 1) }),
    ]);
    expect(html).not.toContain('Which settings mattered?');
    expect(html).not.toContain('NaN');
  });
});
