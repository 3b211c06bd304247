/**
 * The re-implemented methods of the literature beside their published figures, each with its published settings, on the
 * data of those figures. P@20 (which is HR@20) and MRR@20 are in percent, by our rules; "by its rules" are ours as the
 * published figure counts, and the difference is between these two. Where no figure was published on the same data, one
 * from another cut of the source may stand in brackets: it says what to expect, not what to reproduce.
 *
 * Run: npm run bench -- literature [data set ...] [method ...]
 *      without a data set all of them, without a method all that have a figure there
 */
import { literatureMethod, LITERATURE } from '../src/evaluation/literature/registry.js';
import { folderOf, type Measured, PUBLISHED, type PublishedData } from './support/published.js';

const asked = process.argv.slice(2);
const dataSets = asked.filter((name) => name in PUBLISHED);
// What is no data set is a method; a name that is neither is refused here, with the list of methods.
const methods = asked.filter((name) => !(name in PUBLISHED)).map((name) => literatureMethod(name));

const WIDTHS = [12, 7, 7, 8, 14, 13, 13, 7, 10];

for (const name of dataSets.length > 0 ? dataSets : Object.keys(PUBLISHED)) {
  const data = PUBLISHED[name]!;
  const folder = folderOf(name);
  if (folder === null) {
    console.log(`\n${name}: not here (../shared/data/${name}), left out`);
    continue;
  }
  console.log(`\n=== ${name}: ${data.protocol} ===`);
  console.log(
    row(['method', 'P@20', '±', 'MRR@20', 'published', 'by its rules', 'difference', 'fit s', 'query ms']),
  );
  const measure = await data.open(folder);
  const wanted =
    methods.length > 0 ? methods : LITERATURE.filter(({ name: method }) => hasFigure(data, method));
  for (const method of wanted) {
    const found = measure(method, { ...method.defaults, ...data.settings[method.name] });
    console.log(
      found === null
        ? row([method.name, 'not measured by these rules'])
        : row([
            method.name,
            found.hr.toFixed(2),
            found.hrMargin?.toFixed(2) ?? '',
            found.mrr.toFixed(2),
            ...comparison(data, method.name, found),
            (found.fitMs / 1000).toFixed(1),
            found.queryMs?.toFixed(3) ?? '',
          ]),
    );
  }
}

function hasFigure({ figures, elsewhere }: PublishedData, method: string): boolean {
  return method in figures || method in elsewhere;
}

/** The published figures, ours by the same rules, and ours minus the published. */
function comparison(data: PublishedData, method: string, found: Measured): string[] {
  const other = data.elsewhere[method];
  if (other !== undefined) return [`(${pair(other.hr, other.mrr)})`, '', ''];
  const published = data.figures[method];
  if (published === undefined) return ['', '', ''];
  const ours = found.asPublished ?? found;
  return [
    pair(published.hr, published.mrr),
    pair(ours.hr, ours.mrr),
    `${signed(ours.hr - published.hr)}/${signed(ours.mrr - published.mrr)}`,
  ];
}

function pair(hr: number, mrr: number | undefined): string {
  return `${hr.toFixed(2)}/${mrr?.toFixed(2) ?? '-'}`;
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
}

function row(cells: string[]): string {
  return cells.map((cell, c) => (c === 0 ? cell.padEnd(WIDTHS[c]!) : cell.padStart(WIDTHS[c]!))).join(' ');
}
