import {
  type EvaluationReport,
  type NamedItem,
  type Outcome,
  type SessionExample,
} from '../metrics/evaluation-report.js';
import { escapeHtml as text } from './escape.js';
import { percentage, whole } from './format.js';
import { type Answer } from './page.js';

/** What an outcome means, as a heading before its share. */
const HEADINGS: Readonly<Record<Outcome['outcome'], string>> = {
  shown: 'Good: the right item was shown',
  'ranked too low': 'Bad: the right item was a candidate, and ranked too low',
  'not found': 'Bad: the right item was no candidate at all',
};

/** How answers went, with examples that were drawn at random. */
export function examplesAnswer({ outcomes }: EvaluationReport): Answer[] {
  if (outcomes === undefined) return [];
  return [
    {
      id: 'sessions',
      question: 'What do good and bad answers look like?',
      plots: [],
      below: `${outcomes.map(outcomePart).join('\n')}
<p class="legend">The examples are drawn at random, not chosen. A source is a way to find candidates; behind its name stands the place at which it had the right item.</p>`,
    },
  ];
}

function outcomePart({ outcome, share, examples }: Outcome): string {
  return `<h4>${text(HEADINGS[outcome])}: ${percentage(share)} of the questions</h4>
<div class="examples">${examples.map(example).join('\n')}</div>`;
}

function example({ known, earlier, right, answered, ...why }: SessionExample): string {
  const before = earlier === 0 ? '' : `<li class="open">${whole(earlier)} earlier</li>`;
  const answers = answered.map(
    (one) =>
      `<li${one.isRight === true ? ' class="good"' : ''}>${item(one)}${one.isRight === true ? ' ✓' : ''}</li>`,
  );
  return `<article><p class="term">Known</p><ul class="known">${before}${known.map((one) => `<li>${item(one)}</li>`).join('')}</ul>
<p class="term">Answered, best first</p><ol>${answers.join('')}</ol>
<p class="term">Came</p><p class="came">${item(right)}</p>
<p class="why">${text(reason(why))}</p></article>`;
}

function reason({
  rank,
  candidates,
  sources,
}: Pick<SessionExample, 'rank' | 'candidates' | 'sources'>): string {
  if (rank === null || sources.length === 0)
    return `None of the ${whole(candidates)} candidates: no source found it.`;
  const found = sources.map(({ source, rank: place }) => `${source} (${place})`);
  return `Rank ${whole(rank)} of ${whole(candidates)} candidates. Found by ${found.join(', ')}.`;
}

function item({ name, category, event }: NamedItem): string {
  const more = [event === undefined ? '' : event.replaceAll('_', ' '), category ?? ''].filter(
    (word) => word !== '',
  );
  return `${text(name)}${more.length === 0 ? '' : ` <small>${text(more.join(', '))}</small>`}`;
}
