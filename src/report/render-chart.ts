import { type TopLevelSpec } from 'vega-lite';
import { escapeHtml } from './escape.js';
import { colour } from './palette.js';
import { textWidth, wrap } from './text-width.js';

const FONT = 'system-ui, sans-serif';
/** Widths a chart is made for, CSS pixels: beside others on a desktop, and the whole of a phone. */
export const CHART_WIDTH = 520;
export const NARROW_CHART_WIDTH = 340;

export interface ChartFrame {
  /** States the question that the chart answers; wrapped to the width. */
  readonly title: string;
  /** Smaller, below the title: the unit, what the whiskers are. */
  readonly subtitle?: string;
  /** Total width of the SVG in CSS pixels, {@link CHART_WIDTH} by default. */
  readonly width?: number;
}

/** The parts of a Vega-Lite specification that a chart fills in; frame, fonts and colours are added here. */
export type ChartBody = Omit<
  TopLevelSpec,
  '$schema' | 'title' | 'config' | 'autosize' | 'width' | 'background'
>;

/**
 * Draws a Vega-Lite specification as an SVG string, without a browser and without anything random in it: the same input
 * gives the same bytes. Its colours are CSS variables of palette.ts with the light colours as fallback.
 */
export async function renderChart(frame: ChartFrame, body: ChartBody): Promise<string> {
  // Loaded on first use: they take a quarter of a second, which commands that draw nothing should not pay.
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')]);
  (vega as unknown as { textMetrics: TextMetrics }).textMetrics.width = widthOfItem;
  const width = frame.width ?? CHART_WIDTH;
  // Vega's hints (such as a domain with one value) are for people who write specifications, not for ours.
  const quiet = vega.logger(vega.Error);
  const spec = {
    ...body,
    width,
    autosize: { type: 'fit-x', contains: 'padding' },
    title: {
      text: wrap(frame.title, width - 12, 16),
      ...(frame.subtitle === undefined ? {} : { subtitle: wrap(frame.subtitle, width - 12, 11.5) }),
    },
    config: CONFIG,
  } as TopLevelSpec;
  const view = new vega.View(vega.parse(compile(spec, { logger: quiet }).spec), {
    renderer: 'none',
    logger: quiet,
  });
  try {
    const svg = leaner(await view.toSVG());
    return svg.replace(
      '<svg ',
      `<svg role="img" aria-label="${escapeHtml(frame.title)}" font-family="${FONT}" `,
    );
  } finally {
    view.finalize();
  }
}

/**
 * An SVG of Vega without what changes nothing in a picture: roles and classes of its parts (the whole has a role and a
 * label; parts with a role but no name are an error for screen readers), the face of each text, defaults, backgrounds without a colour, digits beyond a hundredth of a pixel.
 */
function leaner(svg: string): string {
  return svg
    .replace(/<path class="(?:background|foreground)"(?![^>]*(?:fill|stroke)=)[^>]*\/>/g, '')
    .replace(/<[^/][^>]*>/g, (tag) =>
      tag
        .replace(/ (?:role|class|aria-[a-z]+|pointer-events)="[^"]*"| opacity="1"| font-family="[^"]*"/g, '')
        .replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (digits) => String(Number(Number(digits).toFixed(2)))),
    );
}

/** Vega's hook for measuring text (missing in its types); its own estimate without a canvas is a third too wide. */
interface TextMetrics {
  width: (item: TextItem, text: unknown) => number;
}

interface TextItem {
  readonly fontSize?: number;
  /** Pixels after which the text is cut. */
  readonly limit?: number;
}

function widthOfItem(item: TextItem, text: unknown): number {
  const width = textWidth(String(text ?? ''), item.fontSize ?? 11);
  return item.limit !== undefined && item.limit > 0 ? Math.min(item.limit, width) : width;
}

/** How legends look: also for finding out how much room one takes. */
export const LEGEND = {
  orient: 'top',
  title: null,
  labelColor: colour('ink'),
  labelFontSize: 11.5,
  labelLimit: 150,
  symbolType: 'circle',
  symbolStrokeWidth: 0,
  symbolOpacity: 1,
  columnPadding: 14,
  offset: 8,
} as const;

const CONFIG = {
  aria: false,
  background: 'transparent',
  padding: 4,
  font: FONT,
  view: { stroke: null },
  title: {
    anchor: 'start',
    frame: 'bounds',
    fontSize: 14,
    fontWeight: 600,
    color: colour('ink'),
    subtitleColor: colour('muted'),
    subtitleFontSize: 11.5,
    subtitlePadding: 4,
    lineHeight: 18,
    offset: 12,
  },
  axis: {
    labelColor: colour('ink'),
    labelFontSize: 11.5,
    titleColor: colour('muted'),
    titleFontSize: 11.5,
    titleFontWeight: 400,
    gridColor: colour('rule'),
    domainColor: colour('rule'),
    tickColor: colour('rule'),
  },
  axisY: { ticks: false, labelPadding: 8 },
  legend: LEGEND,
} as const;
