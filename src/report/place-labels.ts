import { textWidth } from './text-width.js';

export interface LabelledPoint {
  /** Pixels from the left and from the top. */
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** From a point to its label, and the radius that a point takes up. */
const GAP = 8;
const RADIUS = 5;
/** Half lines up and down that are tried, nearest first. */
const STEPS = [0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6, -8, 8, -10, 10];

/**
 * Where the labels of a scatter plot stand so that none covers another one or a point: beside its point, to the right or
 * left, else above or below. Greedy, in the order given; a label without a free place stands to the right of its point.
 *
 * @returns the left end and the middle line of each label, pixels
 */
export function placeLabels(
  points: readonly LabelledPoint[],
  area: { readonly width: number; readonly height: number },
  fontSize: number,
): { readonly x: number; readonly y: number }[] {
  const line = fontSize * 1.15;
  const taken: Box[] = points.map(({ x, y }) => ({
    left: x - RADIUS,
    right: x + RADIUS,
    top: y - RADIUS,
    bottom: y + RADIUS,
  }));
  return points.map(({ x, y, label }) => {
    const width = textWidth(label, fontSize);
    const boxAt = (left: number, middle: number): Box => ({
      left,
      right: left + width,
      top: middle - line / 2,
      bottom: middle + line / 2,
    });
    const choices = STEPS.flatMap((step) =>
      [x + GAP, x - GAP - width].map((left) => boxAt(left, y + (step * line) / 2)),
    );
    const fits = (box: Box) =>
      box.left >= 0 &&
      box.right <= area.width &&
      box.top >= 0 &&
      box.bottom <= area.height &&
      !taken.some((other) => overlap(box, other));
    const box = choices.find(fits) ?? choices[0]!;
    taken.push(box);
    return { x: box.left, y: (box.top + box.bottom) / 2 };
  });
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
