import { escapeHtml as text } from './escape.js';
import { PAGE_STYLE } from './page-style.js';
import { CHART_WIDTH, NARROW_CHART_WIDTH } from './render-chart.js';

/** A whole page: no script, nothing loaded, light or dark as the reader's system is. Empty sections are left out. */
export function page(title: string, header: string, sections: readonly string[], style = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(title)}</title>
<style>${PAGE_STYLE}${style}</style>
</head>
<body>
<main>
${header}
${sections.filter((section) => section !== '').join('\n')}
</main>
</body>
</html>
`;
}

/** What a page is about: its title, a paragraph, and facts as term and value. */
export function pageHeader(
  title: string,
  paragraph: string,
  facts: readonly (readonly [term: string, value: string])[],
): string {
  return `<header>
<h1>${text(title)}</h1>
<p>${text(paragraph)}</p>
<dl>${facts.map(([term, value]) => `<div><dt>${text(term)}</dt><dd>${text(value)}</dd></div>`).join('')}</dl>
</header>`;
}

/** A chart drawn twice, for a desktop and for a phone; the style sheet shows the one that fits. */
export async function figure(draw: (width: number) => Promise<string>): Promise<string> {
  const [wide, narrow] = await Promise.all([draw(CHART_WIDTH), draw(NARROW_CHART_WIDTH)]);
  return `<figure><div class="wide">${wide}</div><div class="narrow">${narrow}</div></figure>`;
}

/** A box with a heading; the content is HTML. */
export function section(title: string, content: string): string {
  return `<section>\n<h2>${text(title)}</h2>\n${content}\n</section>`;
}

/** A plot that can be drawn at any width, with a name for its file: small letters, digits and hyphens. */
export interface Plot {
  readonly name: string;
  readonly draw: (width: number) => Promise<string>;
}

/** A question with what answers it: plots, and HTML beside or below them. */
export interface Answer {
  /** For links and files: small letters, digits and hyphens. */
  readonly id: string;
  readonly question: string;
  readonly plots: readonly Plot[];
  readonly beside?: string;
  readonly below?: string;
}

/** A question as a box of a task, one level below the page's sections. @param id unique within the page */
export async function answerBox({ question, plots, beside, below }: Answer, id: string): Promise<string> {
  const figures = await Promise.all(plots.map(({ draw }) => figure(draw)));
  const charts = [...figures, beside ?? ''].join('');
  return `<section id="${id}">\n<h3>${text(question)}</h3>
${charts === '' ? '' : `<div class="charts">${charts}</div>\n`}${below ?? ''}\n</section>`;
}

/** What opens when it is asked for; needs no script. The content is HTML. */
export function folded(summary: string, content: string): string {
  return `<details><summary>${text(summary)}</summary>\n${content}\n</details>`;
}

/** A title as a part of links and file names: small letters, digits and hyphens. */
export function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/**
 * A table that scrolls sideways where it must. Head and caption are text, rows are HTML.
 *
 * @param words columns that hold words, which stand on the left like their heads; the others hold numbers
 */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly string[],
  words: readonly string[] = [],
): string {
  const cells = head
    .map((cell) => `<th scope="col"${words.includes(cell) ? ' class="words"' : ''}>${text(cell)}</th>`)
    .join('');
  return `<div class="scroll" tabindex="0"><table><caption>${text(caption)}</caption><thead><tr>${cells}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>`;
}
