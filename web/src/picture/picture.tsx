import { type ComponentChild } from 'preact';
import { drawingOf } from './motifs.js';

/** FNV-1a: the same picture for the same item, everywhere. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  // The last letters differ most between ids, and would else change only the lowest bits.
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 0;
}

const VIEW = 120;
const GROUND = 98;

const colour = (hue: number, saturation: number, lightness: number): string =>
  `hsl(${((hue % 360) + 360) % 360} ${saturation}% ${lightness}%)`;

/**
 * A drawn picture of an item: what it shows by its category and name, its colours by the category and a little by the item, and
 * what stands behind it by the item, so that a category looks like one family and no two items alike.
 */
export function Picture({
  itemId,
  name,
  category = '',
}: {
  itemId: string;
  name: string;
  category?: string | undefined;
}) {
  const family = hashOf(category);
  let state = hashOf(itemId);
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const hue = (family % 36) * 10 + next(70) - 35;
  const second = hue + [150, 180, 210, 40][next(4)]! + next(24);
  const [saturation, lightness] = [38 + next(24), 42 + next(12)];
  const palette: Readonly<Record<string, string>> = {
    b: colour(hue, saturation, lightness),
    l: colour(hue, saturation + 6, lightness + 24),
    a: colour(second, 62, 56),
    d: colour(hue, 24, 24),
    w: '#fff',
  };
  const ground = colour(hue, 40, 91);
  const behind = colour(second, 45, 83);
  const size = 0.8 + next(12) / 100;
  const mirrored = next(3) === 0 ? -1 : 1;
  return (
    <svg class="picture" viewBox={`0 0 ${VIEW} ${VIEW}`} aria-hidden="true" focusable="false">
      <rect width={VIEW} height={VIEW} fill={ground} />
      {backdrop(next(5))}
      <ellipse cx="60" cy={GROUND + 2} rx={36 + next(8)} ry="5" fill={colour(hue, 26, 76)} />
      <g
        transform={`translate(60 ${GROUND}) scale(${mirrored * size} ${size}) translate(-60 -${GROUND})`}
        stroke-linecap="round"
        stroke-linejoin="round"
      >
        {drawn(drawingOf(name, category, family), palette)}
      </g>
    </svg>
  );

  function backdrop(kind: number): ComponentChild {
    const [x, y] = [28 + next(64), 30 + next(24)];
    switch (kind) {
      case 0:
        return <circle cx={x} cy={y} r={22 + next(20)} fill={behind} />;
      case 1: // an arch
        return (
          <path d={`M${x - 30} ${GROUND + 2}V${y + 16}a30 30 0 0 1 60 0V${GROUND + 2}z`} fill={behind} />
        );
      case 2: // a hill
        return <path d={`M0 ${y + 30}Q${x} ${y - 14} 120 ${y + 34}V120H0z`} fill={behind} />;
      case 3: // stripes
        return (
          <path
            d={`M${x - 60} 120 ${x + 20} 0M${x - 20} 120 ${x + 60} 0M${x + 20} 120 ${x + 100} 0`}
            stroke={behind}
            stroke-width={8 + next(8)}
          />
        );
      default: // two dots
        return (
          <path
            d={`M${x} ${y}h0M${120 - x} ${y + 34}h0`}
            stroke={behind}
            stroke-width={26 + next(16)}
            stroke-linecap="round"
          />
        );
    }
  }
}

/** The parts of a drawing; motifs.ts says how they are written. */
function drawn(drawing: string, palette: Readonly<Record<string, string>>): ComponentChild[] {
  return drawing.split(';').map((part) => {
    const kind = part.charAt(0).toLowerCase();
    const isLine = kind !== part.charAt(0);
    const gap = part.indexOf(' ');
    const paint = isLine
      ? { fill: 'none', stroke: palette[kind], 'stroke-width': part.slice(1, gap) }
      : { fill: palette[kind] };
    const shape = part.slice(gap + 1);
    const [x, y, third, fourth, corner] = shape.slice(2).split(' ');
    switch (shape.charAt(0)) {
      case 'c':
        return <circle cx={x} cy={y} r={third} {...paint} />;
      case 'e':
        return <ellipse cx={x} cy={y} rx={third} ry={fourth} {...paint} />;
      case 'r':
        return <rect x={x} y={y} width={third} height={fourth} rx={corner} {...paint} />;
      default:
        return <path d={shape} {...paint} />;
    }
  });
}
