import { type Dimension, type FlatSettings, type SearchSpace, type SettingValue } from './search-space.js';

/** Significant digits of a real setting: more would only make settings files hard to read. */
const DIGITS = 4;

/** A setting that is tuned, as the samplers see it. */
export interface UnitDimension {
  readonly name: string;
  readonly dimension: Dimension;
  /** How many values a choice has; 0 for numbers, which live in [0, 1]. */
  readonly choices: number;
}

/** The dimensions of a space in the order of their names' first appearance. */
export function unitDimensions(space: SearchSpace): UnitDimension[] {
  return Object.entries(space).flatMap(([name, dimension]) =>
    dimension === undefined
      ? []
      : [{ name, dimension, choices: dimension.kind === 'choice' ? dimension.values.length : 0 }],
  );
}

/**
 * Where a value lies: numbers in [0, 1], logarithmically where the dimension says so; a choice is the place of its
 * value. A value outside the dimension (a default may be) goes to the nearest end, an unknown choice to -1.
 */
export function toUnit({ dimension }: UnitDimension, value: SettingValue): number {
  if (dimension.kind === 'choice') return dimension.values.indexOf(value);
  const [low, high] = edges(dimension);
  const scaled = dimension.log === true ? Math.log(Number(value)) : Number(value);
  return high > low ? Math.min(1, Math.max(0, (scaled - low) / (high - low))) : 0.5;
}

/** The value at a place: the inverse of {@link toUnit} up to rounding. */
export function fromUnit({ dimension }: UnitDimension, unit: number): SettingValue {
  if (dimension.kind === 'choice') return dimension.values[unit]!;
  const [low, high] = edges(dimension);
  const scaled = low + unit * (high - low);
  const value = dimension.log === true ? Math.exp(scaled) : scaled;
  const rounded = dimension.kind === 'whole' ? Math.round(value) : Number(value.toPrecision(DIGITS));
  return Math.min(dimension.high, Math.max(dimension.low, rounded));
}

/** The ends of a number's range on its scale. A whole number owns the half step on either side of it. */
function edges(dimension: Exclude<Dimension, { kind: 'choice' }>): [number, number] {
  const half = dimension.kind === 'whole' ? 0.5 : 0;
  const [low, high] = [dimension.low - half, dimension.high + half];
  return dimension.log === true ? [Math.log(low), Math.log(high)] : [low, high];
}

/** How many different settings the space holds; Infinity with a real number in it. */
export function spaceSize(space: SearchSpace): number {
  return unitDimensions(space).reduce((size, { dimension, choices }) => {
    if (dimension.kind === 'choice') return size * choices;
    return size * (dimension.kind === 'whole' ? dimension.high - dimension.low + 1 : Infinity);
  }, 1);
}

/** The same for equal settings, whatever the order of their names. */
export function settingsKey(settings: FlatSettings): string {
  return JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
}
