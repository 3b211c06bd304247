/** FNV-1a: the same picture for the same item, everywhere. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  // The last letters differ most between ids, and would else change only the lowest bits.
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 0;
}

const VIEW = 120;

/**
 * A drawn picture of an item: colours and shape family by its category, the rest by the item, so that a category looks like one
 * family and no two items alike.
 */
export function Picture({ itemId, category }: { itemId: string; category?: string | undefined }) {
  const family = hashOf(category ?? 'none');
  let state = hashOf(itemId);
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const hue = (family % 36) * 10 + next(16) - 8;
  const second = hue + [150, 180, 210, 40][(family >>> 8) % 4]! + next(24);
  const colour = (h: number, s: number, l: number) => `hsl(${((h % 360) + 360) % 360} ${s}% ${l}%)`;
  const ground = colour(hue, 42, 90);
  const body = colour(hue, 48, 46 + next(10));
  const light = colour(hue, 52, 66);
  const accent = colour(second, 62, 55);
  const [width, height] = [44 + next(26), 44 + next(26)];
  const [x, y] = [(VIEW - width) / 2, 98 - height];
  return (
    <svg class="picture" viewBox={`0 0 ${VIEW} ${VIEW}`} aria-hidden="true" focusable="false">
      <rect width={VIEW} height={VIEW} fill={ground} />
      <circle cx={20 + next(80)} cy={18 + next(36)} r={10 + next(18)} fill={colour(second, 55, 82)} />
      <ellipse cx="60" cy="100" rx={width / 2 + 8} ry="5" fill={colour(hue, 30, 76)} />
      {shape((family >>> 4) % 6)}
    </svg>
  );

  function shape(kind: number) {
    const round = 4 + next(12);
    switch (kind) {
      case 0: // a box with a label
        return (
          <>
            <rect x={x} y={y} width={width} height={height} rx={round} fill={body} />
            <rect x={x} y={y + height * 0.3} width={width} height={height * 0.28} fill={light} />
            <circle cx="60" cy={y + height * 0.44} r={4 + next(5)} fill={accent} />
          </>
        );
      case 1: // a bottle
        return (
          <>
            <rect x={54} y={y - 14} width="12" height="20" rx="3" fill={accent} />
            <path
              d={`M${x + 8} 98v-${height - 18}q0-16 ${width / 2 - 8}-18 ${width / 2 - 8} 2 ${width / 2 - 8} 18v${height - 18}z`}
              fill={body}
            />
            <rect x={x + 8} y={78 - next(12)} width={width - 16} height="12" fill={light} />
          </>
        );
      case 2: // a pot with a handle
        return (
          <>
            <path
              d={`M${x + width - 6} ${y + 12}q24 2 8 ${height * 0.5}`}
              fill="none"
              stroke={accent}
              stroke-width="6"
            />
            <path
              d={`M${x} ${y}h${width}q2 ${height}-${width / 2} ${height}t-${width / 2}-${height}`}
              fill={body}
            />
            <ellipse cx="60" cy={y} rx={width / 2} ry="7" fill={light} />
          </>
        );
      case 3: // something on legs
        return (
          <>
            <path
              d={`M${x + 8} 98 ${x + 14} ${y + 20}M${x + width - 8} 98 ${x + width - 14} ${y + 20}`}
              stroke={accent}
              stroke-width="6"
              stroke-linecap="round"
            />
            <rect x={x - 4} y={y + 14} width={width + 8} height={10 + next(10)} rx={round} fill={body} />
            <rect
              x={x + 4}
              y={y - next(12)}
              width={width * 0.35}
              height={14 + next(10)}
              rx="4"
              fill={light}
            />
          </>
        );
      case 4: // a ball and what it stands on
        return (
          <>
            <rect x={60 - width * 0.3} y="84" width={width * 0.6} height="14" rx="4" fill={accent} />
            <circle cx="60" cy={88 - width / 2} r={width / 2} fill={body} />
            <path
              d={`M${60 - width / 2} ${88 - width / 2}q${width / 2} ${8 + next(16)} ${width} 0`}
              fill="none"
              stroke={light}
              stroke-width="6"
            />
          </>
        );
      default: // a cloth with stripes
        return (
          <>
            <path
              d={`M${x} ${y + 10}l16-14q${width / 2 - 16} 12 ${width - 32} 0l16 14-8 16-8-4v${height - 28}h-${width - 32}v-${height - 28}l-8 4z`}
              fill={body}
            />
            <rect x={x + 16} y={y + 30} width={Math.max(4, width - 32)} height="6" fill={light} />
            <rect x={x + 16} y={y + 42 + next(6)} width={Math.max(4, width - 32)} height="4" fill={accent} />
          </>
        );
    }
  }
}
