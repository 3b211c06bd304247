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
