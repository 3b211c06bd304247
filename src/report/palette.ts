/**
 * Colours of pages and charts. A chart names them as CSS variables with the light colour as fallback, so that one SVG follows the
 * page's light or dark scheme; {@link resolveTheme} writes them out for files that stand alone.
 */
const COLOURS = {
  ink: ['#1b2430', '#e6eaf0'],
  muted: ['#5b6675', '#9aa6b5'],
  rule: ['#d9dee6', '#353e4a'],
  panel: ['#ffffff', '#171c23'],
  page: ['#f5f6f8', '#0f1318'],
  good: ['#0b7a4b', '#4cc38a'],
  bad: ['#b42318', '#ff8a7a'],
  // One per method, in order; told apart by lightness too, for colour-blind readers and print.
  series0: ['#94a3b8', '#7f8ea3'],
  series1: ['#d98a00', '#f0b13c'],
  series2: ['#2563eb', '#6ea8fe'],
  series3: ['#0b8a6a', '#3ecfa3'],
  series4: ['#9d3fc4', '#cf8bef'],
  series5: ['#c8374a', '#ff8796'],
  series6: ['#0e7490', '#4cc9e8'],
  series7: ['#7a6a00', '#d6c34a'],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

export type Theme = 'light' | 'dark';
export type ColourName = keyof typeof COLOURS;

const SERIES = Object.keys(COLOURS).filter((name): name is ColourName => name.startsWith('series'));

/** A colour for CSS, SVG attributes and chart specifications: `var(--ni-ink, #1b2430)`. */
export function colour(name: ColourName): string {
  return `var(--ni-${name}, ${COLOURS[name][0]})`;
}

/** Colours of `count` series, in order; after the eighth they begin again. */
export function seriesColours(count: number): string[] {
  return Array.from({ length: count }, (_, i) => colour(SERIES[i % SERIES.length]!));
}

/** The CSS declarations of all colours for one theme. */
export function themeVariables(theme: Theme): string {
  const column = theme === 'light' ? 0 : 1;
  return Object.entries(COLOURS)
    .map(([name, values]) => `--ni-${name}:${values[column]};`)
    .join('');
}

/** Writes a theme's colours into an SVG in place of the variables, so that it needs no style sheet around it. */
export function resolveTheme(svg: string, theme: Theme): string {
  const column = theme === 'light' ? 0 : 1;
  return svg.replace(/var\(--ni-(\w+), #[0-9a-f]{6}\)/g, (whole, name: string) =>
    name in COLOURS ? COLOURS[name as ColourName][column] : whole,
  );
}
